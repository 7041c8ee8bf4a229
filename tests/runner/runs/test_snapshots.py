"""Snapshots of a run: which there are, that they are its weights, and that they change nothing of it."""

import io
from dataclasses import replace

import numpy as np
import pytest

from runner.runs.result import load, save
from runner.runs.shape import evaluation_steps
from runner.runs.snapshots import FEW, MANY, are_small, read_snapshots, snapshot_steps, write_snapshots
from runner.train.training import train_task
from tests.runner.building import bits, plan_of, trained

SHORT = ("training.steps=40", "training.evaluations=4", "tracking.plots=none")
EVALUATIONS = evaluation_steps(1000, 50)


def test_a_run_keeps_its_parameters_at_every_evaluation_and_the_last_ones_are_those_of_the_network():
    result = trained("data=quadrants", *SHORT)
    assert result.snapshots is not None and result.network is not None
    assert result.snapshots["step"].tolist() == list(result.history["step"]) == [0, 10, 20, 30, 40]
    np.testing.assert_array_equal(result.snapshots["parameters"][-1], result.network.parameters.astype(np.float32))


def test_a_run_has_the_same_bits_with_and_without_them():
    (task,) = plan_of(("seed=0",), ("seed=1",), first=("data=quadrants", "activation=relu", "workers=1", *SHORT)).tasks
    with_them, without = train_task(task), train_task(replace(task, snapshots=False))
    assert [one.snapshots is None for one in (*with_them, *without)] == [False, False, True, True]
    assert [bits(one) for one in with_them] == [bits(one) for one in without]


def test_they_are_the_same_bits_alone_and_in_a_stack():
    plan = plan_of(("seed=0",), ("seed=1",), first=("data=quadrants", "activation=relu", "workers=1", *SHORT))
    (whole,), halves = plan.tasks, plan.tasks_without((), pieces=2)
    together, alone = train_task(whole), [one for half in halves for one in train_task(half)]
    assert len(together) == len(alone) == 2
    assert [one.snapshots.tobytes() for one in together] == [one.snapshots.tobytes() for one in alone]


def test_a_run_that_diverges_keeps_those_that_are_finite():
    result = trained("data=sine", "activation=relu", "learning_rate=10", *SHORT)
    assert result.outcome == "diverged" and result.snapshots is not None
    assert result.snapshots["step"][-1] == result.last_step < 40
    assert np.isfinite(result.snapshots["parameters"][0]).all()


def test_a_run_that_ends_with_its_best_weights_keeps_those_along_its_way_to_the_end():
    result = trained("data=sine", "training.patience=300", "training.restore_best=true", "seed=3", *SHORT)
    assert result.snapshots is not None and result.snapshots["step"][-1] == result.last_step == 40


@pytest.mark.parametrize(("parameters", "points"), [(17, 51), (FEW, 51), (FEW + 1, 26), (337, 26), (MANY, 8)])
def test_larger_networks_keep_fewer_and_the_first_and_last_one_always(parameters, points):
    steps = snapshot_steps(EVALUATIONS, parameters)
    assert len(steps) == points and set(steps) <= set(EVALUATIONS)
    assert (steps[0], steps[-1]) == (EVALUATIONS[0], EVALUATIONS[-1])


@pytest.mark.parametrize("hidden", ["[30,20]", "[60,40]"])
def test_a_large_network_that_ends_early_keeps_its_weights_all_the_same(hidden):
    result = trained(
        "data=quadrants", f"network.hidden={hidden}", "training.stop_cost=0.4", "training.steps=1000",
        "training.evaluations=50", "learning_rate=0.3", "tracking.plots=none",
    )  # fmt: skip
    assert result.snapshots is not None and result.network is not None and result.outcome == "converged"
    assert result.snapshots["step"][-1] == result.last_step < 1000
    assert result.last_step not in snapshot_steps(EVALUATIONS, len(result.network.parameters))
    np.testing.assert_array_equal(result.snapshots["parameters"][-1], result.network.parameters.astype(np.float32))


def test_very_large_networks_keep_the_last_one_alone():
    assert snapshot_steps(EVALUATIONS, MANY + 1) == [1000]


def test_unasked_only_sweeps_that_are_not_large_keep_them():
    assert are_small([(17, 51)] * 1000, 1000) and are_small([(17, 51)], 1000)
    assert not are_small([(17, 51)] * 1001, 1001)
    assert not are_small([(FEW, 60)] * 1000, 1000) and not are_small([(FEW, 60)], 1000)
    assert not are_small([(200_000, 5)] * 100, 100), "the last weights alone are 80 MB"
    small, none, asked = (
        plan_of(("data=xor", *more)) for more in ((), ("tracking.snapshots=none",), ("tracking.snapshots=all",))
    )
    assert (small.snapshots, none.snapshots, asked.snapshots) == (True, False, True)


def test_files_of_results_and_of_runs_keep_them_to_the_bit(tmp_path):
    result = trained("data=xor", *SHORT)
    assert result.snapshots is not None and result.network is not None
    save(tmp_path / "one.npz", [result, replace(result, snapshots=None)])
    again, without = load(tmp_path / "one.npz")
    assert again.snapshots is not None and without.snapshots is None
    for found in (again.snapshots, read_snapshots(write_snapshots(result.snapshots))):
        assert found.dtype == result.snapshots.dtype and found.tobytes() == result.snapshots.tobytes()


def header(shape: str, more: bytes = b"") -> bytes:
    """The beginning of an `.npy` file of snapshots whose header names this shape."""
    said = f"{{'descr': [('step', '<i8'), ('parameters', '<f4', (2,))], 'fortran_order': False, 'shape': {shape}, }}"
    return b"\x93NUMPY\x02\x00" + len(said).to_bytes(4, "little") + said.encode() + more


def kept(steps: list[int], *, of: str = "(2,)f4", number: float = 1.0, step: str = "<i8") -> bytes:
    """A file of snapshots with these steps."""
    found = np.zeros(len(steps), dtype=[("step", step), ("parameters", of)])
    found["step"], found["parameters"] = steps, number
    return write_snapshots(found)


def zipped() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, step=np.zeros(3))
    return buffer.getvalue()


DAMAGED = {
    "array": write_snapshots(np.zeros(3)), "short": b"\x93NUMPY", "empty": b"", "text": b"no array", "zip": zipped(),
    "larger than memory": header(f"({10**13},)"), "nested": header("(" * 5000),
    "negative": header("(-3,)", b"x" * 4000), "cut": header("(3,)", b"x" * 20), "texts": kept([0, 1], of="(2,)U3"),
    "no width": kept([0, 1], of="f4"), "double": kept([0, 1], of="(2,)f8"), "real steps": kept([0, 1], step="<f8"),
    "no step": kept([]), "no numbers": kept([0, 1], number=np.nan), "back": kept([1, 0]), "below": kept([-1, 0]),
    "of another network": kept([0, 1], of="(3,)f4"),
}  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_what_is_no_file_of_snapshots_of_the_network_is_refused(content):
    with pytest.raises(ValueError, match=r"snapshots\.npy"):
        read_snapshots(content, 2)


def test_weights_beyond_single_precision_are_read():
    assert np.isinf(read_snapshots(kept([0, 10], number=np.inf), 2)["parameters"]).all()
