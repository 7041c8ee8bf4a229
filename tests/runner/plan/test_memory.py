"""What does not fit into memory, or ends in no lifetime, is refused before anything of its size is made."""

import resource
import tracemalloc
from collections.abc import Callable

import pytest

from runner.base.machine import limits_of_groups, machine_bytes
from runner.plan import memory
from runner.plan.memory import bytes_of_run, bytes_of_stack, fitting_workers
from runner.train.training import train_task
from tests.runner.building import BUNDLED, REGISTRIES, SETTINGS, build, checked, plan_of, refusal, types_of

GIB = 2**30
COUNTS = [(name, setting) for kind, name, setting in SETTINGS if kind == "data" and int in types_of(setting)]
MOST = [(name, one.name, int(one.range.le)) for name, one in COUNTS if one.range and one.range.le]
LARGE = [
    (f"data={name}", f"data.{key}={most}") for name, key, most in MOST if most > 100
]  # fewer are no counts of rows


@pytest.fixture
def machine_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    return lambda available: monkeypatch.setattr(memory, "machine_bytes", lambda: available)


def test_a_run_that_does_not_fit_is_refused_with_what_it_needs_and_what_there_is(machine_of):
    """By hand: P = 2 * 10^5 + (10^5 + 1) 10^5 + 10^5 + 1; 150 training and 50 test samples; units 200001, widest 10^5.

    8 bytes * (9 P + 2 * 200001 * 150 + 2 * 10^5 * 150 + 7 * 2 * 200) = 7.2075e11 bytes = 671.2 GiB.
    """
    machine_of(8 * GIB)
    assert refusal("network.hidden=[100000,100000]") == (
        "network.hidden=[100000, 100000] needs about 671.2 GiB for one run (10,000,400,001 parameters; 200 samples in "
        "200,002 units), and this machine has 8.0 GiB"
    )


@pytest.mark.parametrize("hidden", ["[9000000000]", "[9000000000000000]", f"[{','.join(['20000'] * 90)}]"])
def test_a_network_that_no_machine_can_hold_is_refused(hidden, machine_of):
    machine_of(64 * GIB)
    message = refusal(f"network.hidden={hidden}")
    assert message.startswith("network.hidden=[")
    assert "and this machine has 64.0 GiB" in message
    assert len(message) < 2000


def test_a_fault_is_not_tried_in_a_network_that_does_not_fit(machine_of):
    machine_of(GIB)
    assert refusal("network.hidden=[9000,9000]", "fault=missing_factor").startswith("network.hidden=[9000, 9000] needs")


@pytest.mark.parametrize(
    ("overrides", "blamed"),
    [
        (("data.samples=1000000",), "data.samples=1000000 needs about "),
        (("data=quadrants", "data.samples_per_cluster=300000"), "data.samples_per_cluster=300000 needs about "),
        (("test.set=grid", "test.points=1000000"), "test.points=1000000 needs about "),
        (
            ("data=bars", "data.size=256", "data.samples=50", "test.set=fresh", "test.points=9999"),
            "test.points=9999 needs about ",
        ),
        (("data.samples=1000000", "training.mode=full"), "data.samples=1000000 needs about "),
    ],
)
def test_too_many_samples_are_blamed_on_the_setting_that_says_how_many(overrides, blamed, machine_of):
    machine_of(GIB // 8)
    message = refusal(*overrides)
    assert message.startswith(blamed)
    assert "and this machine has 0.1 GiB" in message
    assert "(from the override " not in message


@pytest.mark.parametrize("overrides", LARGE, ids=" ".join)
def test_the_largest_data_are_refused_before_they_are_made(overrides, machine_of):
    machine_of(GIB // 4)
    tracemalloc.start()
    try:
        message = refusal(*overrides, *(["data.samples=10000"] if "data.size=256" in overrides else []))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert message.startswith("data.sam")
    assert peak < GIB


def test_every_generated_data_set_is_covered():
    fixed = {"arrays", "csv", "table", "xor", *BUNDLED}
    assert {name for name, _ in COUNTS} == set(REGISTRIES["data"]) - fixed


def test_data_that_a_run_trains_on_before_must_fit_too(machine_of):
    machine_of(GIB // 4)
    message = refusal("data=surface", "warm_start=[{samples:100},{samples:9000000}]")
    assert message.startswith("warm_start[1].samples=9000000 needs about ")


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (("training.steps=10000000001",), "training.steps=10000000001 makes 10,000,000,001 updates"),
        (("training.epochs=9000000000000000", "data=xor"), "training.epochs=9000000000000000 makes 9,000,000,000,000,"),
        (("training.epochs=1000000000", "training.mode=online"), "training.epochs=1000000000 makes 150,000,000,000"),
    ],
)
def test_more_updates_than_anybody_waits_for_are_refused(overrides, told):
    message = refusal(*overrides)
    assert message.startswith(told)
    assert message.endswith("; at most 10,000,000,000 are allowed")


def test_very_many_slow_layers_are_not_refused():
    assert not isinstance(build(f"network.hidden=[{','.join(['2'] * 500)}]"), list)


@pytest.mark.parametrize(
    "overrides",
    [
        ("network.hidden=[700,700]",),
        ("network.hidden=[700,700]", "optimizer=adam", "training.l2=0.1", "training.clip_norm=1"),
        ("network.hidden=[700,700]", "optimizer=momentum", "dtype=float32"),
        ("network.hidden=[20000]",),
        ("network.hidden=[100]", "data.samples=40000"),
        ("network.hidden=[20]", "test.set=grid", "test.points=100000"),
        ("data.samples=100000",),
        ("data.samples=100000", "training.mode=full"),
        ("data=bars", "data.size=32", "network.hidden=[30]"),
        ("network.hidden=[100,100]", "data.samples=40000", "training.mode=full", "training.dropout=0.5"),
        ("data=quadrants", "data.samples_per_cluster=25000", "training.mode=online"),
        ("data.samples=100000", "engine=compiled"),
        ("data.samples=200000", "engine=compiled", "dtype=float32"),
        ("data=quadrants", "data.samples_per_cluster=25000", "training.mode=online", "engine=compiled"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_the_estimate_is_near_what_training_takes(overrides):
    plan = plan_of((*overrides, "training.steps=2", "tracking.plots=none"))
    (task,) = plan.tasks
    tracemalloc.start()
    try:
        (result,) = train_task(task)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert ("engine=compiled" in overrides) == result.provenance.engine.startswith("compiled")
    assert result.outcome != "failed", result.error
    assert 0.8 < bytes_of_run(plan.checked[0].phases[-1]) / peak < 1.6


def test_only_so_many_workers_train_at_once_as_their_stacks_fit_into_memory(machine_of):
    phases = checked("network.hidden=[2000,2000]").phases
    needed = bytes_of_run(phases[0])
    for available, fitting in ((10 * needed, 8), (3.5 * needed, 3), (needed, 1), (needed / 2, 1)):
        machine_of(int(available))
        assert fitting_workers(bytes_of_stack(1, phases), 8) == fitting
        assert fitting_workers(bytes_of_stack(2, phases), 8) == max(1, int(available / needed / 2))
    assert fitting_workers(0, 8) == 8


def test_the_limits_of_control_groups_of_both_versions_are_found_and_those_around_them(tmp_path):
    own, mounted = tmp_path / "cgroup", tmp_path / "fs"
    own.write_text("12:cpu:/one\n3:memory:/one/two\n0::/job/part\n")
    limits = {"memory/one/memory.limit_in_bytes": "700", "job/memory.max": "500", "job/part/memory.max": "max"}
    for name, limit in limits.items():
        (mounted / name).parent.mkdir(parents=True, exist_ok=True)
        (mounted / name).write_text(f"{limit}\n")
    assert sorted(limits_of_groups(own, mounted)) == [500, 700]
    assert limits_of_groups(tmp_path / "nothing", mounted) == []


def test_a_limit_of_the_process_counts(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda which: (12345, -1))
    assert machine_bytes.__wrapped__() == 12345
