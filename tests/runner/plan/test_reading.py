"""Jobs that differ in their seed alone are looked at once, and planned as each of them alone would be."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.base.errors import UserError
from runner.plan.jobs import Job, Refused
from runner.plan.plan import make_plan, plan_again
from runner.runs.identity import code_digest, run_key
from runner.runs.spec import Spec, to_plain
from tests.runner.building import composer, plan_of

SEEDS = [
    "0",
    "1",
    "7",
    "-1",
    "1.0",
    "1e3",
    "true",
    "null",
    "'3'",
    "9007199254740992",
    "9007199254740993",
    "[1]",
    "auto",
]
REFUSED = [
    ("training.epochs=0",),
    ("data=sine", "loss=binary_cross_entropy", "network.output=sigmoid", "network.target_range=null"),
]
SETTINGS = [
    (), ("learning_rate=0.5",), ("learning_rate=1",), ("data=xor",), ("data=xor", "data.seed=3"), ("data=quadrants",),
    ("data=sine", "loss=tanh_matching", "network.output=tanh"),
    ("data=sine", "warm_start=[{noise:0}]"), ("dtype=float32",), ("training.patience=3", "score=rmse"),
    *REFUSED, ("network.hidden=[]",), ("optimizer=adam", "fault=missing_bias_correction"),
]  # fmt: skip


def outcome(own: tuple[str, ...], seeds: Iterable[str]) -> list[tuple[Any, ...]] | str:
    """The runs of these seeds with what is known of their data, or what is wrong."""
    try:
        plan = plan_of(*[(f"seed={seed}",) for seed in seeds], first=own)
    except UserError as error:
        return str(error)
    known = [(plan.checked[run.index].phases, plan.checked[run.index].notes) for run in plan.runs]
    facts = [([(phase.facts, phase.shape) for phase in phases], notes) for phases, notes in known]
    return [
        (run.key, run.overrides, run.spec, repr(to_plain(run.spec)), *found)
        for run, found in zip(plan.runs, facts, strict=True)
    ]


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(SEEDS), min_size=2, max_size=4, unique=True), st.sampled_from(SETTINGS))
def test_jobs_of_many_seeds_are_planned_as_each_of_them_alone(seeds: list[str], own: tuple[str, ...]) -> None:
    alone, together = [outcome(own, [seed]) for seed in seeds], outcome(own, seeds)
    if refused := [one for one in alone if isinstance(one, str)]:
        assert isinstance(together, str)
        lines = {line for one in refused for line in one.splitlines()[1:]}
        assert all(any(line.startswith(told) for line in together.splitlines()) for told in lines)
    else:
        assert together == [run for one in alone for run in one]


def test_runs_share_what_is_known_of_them_and_all_of_their_specs_but_the_seed() -> None:
    plan = plan_of(*[("data=xor", f"seed={seed}") for seed in range(3)])
    assert len({id(one) for one in plan.checked.values()}) == 1
    one, *others = ([value for key, value in run.spec if key != "seed"] for run in plan.runs)
    assert all(mine is theirs for other in others for mine, theirs in zip(one, other, strict=True))
    again = plan_again(plan.runs, plan.settings)
    assert again.runs == plan.runs
    assert len({id(one) for one in again.checked.values()}) == 1


@pytest.mark.parametrize(
    "overrides",
    [
        ("data=sine", "loss=tanh_matching", "network.output=tanh", "network.target_range=null", "data.noise=0"),
        ("data=sine", "dtype=float32", "network.target_range=[0,1e35]", "network.output=identity"),
    ],
    ids=" ".join,
)
def test_what_depends_on_the_samples_of_a_seed_is_looked_at_for_each(overrides: tuple[str, ...]) -> None:
    plan = plan_of(*[(f"seed={seed}",) for seed in range(3)], first=overrides)
    assert len({id(one) for one in plan.checked.values()}) == 3


def test_jobs_may_come_one_by_one() -> None:
    jobs = (composer().compose(number, (f"seed={number}", "data=xor")) for number in range(3))
    assert [run.spec.seed for run in make_plan(jobs).runs] == [0, 1, 2]


def test_of_very_many_jobs_that_cannot_run_the_first_thousand_say_it() -> None:
    composed: list[int] = []

    def jobs(n: int) -> Iterator[Job | Refused]:
        for number in range(n):
            composed.append(number)
            yield composer().compose(number, (f"seed={number}", "data=xor", "training.epochs=0"))

    with pytest.raises(UserError, match=r"(?s)^1000 of the first 1000 jobs cannot run, .* \[all 1000 jobs\]"):
        make_plan(jobs(5000))
    assert len(composed) < 1010
    with pytest.raises(UserError, match=r"^1000 of 1000 jobs cannot run, so nothing was trained:"):
        make_plan(jobs(1000))


def by_definition(spec: Spec, data: str) -> str:
    """The run key as it has always been: of JSON with sorted keys."""
    plain = to_plain(spec) if spec.training.patience else to_plain(spec.model_copy(update={"score": "auto"}))
    identity = {"spec": plain, "data": data, "code": code_digest()}
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


@pytest.mark.parametrize("own", [one for one in SETTINGS if one not in REFUSED], ids=" ".join)
def test_a_run_key_is_that_of_the_whole_spec_as_json(own: tuple[str, ...]) -> None:
    specs = plan_of(*[(f"seed={seed}",) for seed in (0, 12)], first=own).specs
    assert [run_key(spec, "a digest") for spec in specs] == [by_definition(spec, "a digest") for spec in specs]
