"""Any config at all either trains or is refused with a clear message."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings

from runner.app.compose import Composer
from runner.base.errors import MAX_LINES, UserError
from runner.base.texts import visible
from runner.diagnosis.judging import diagnose
from runner.diagnosis.reference import reference_of
from runner.findings.pictures import drawing
from runner.plan.plan import Plan, make_plan
from runner.plan.stacks import bytes_of, data_bytes_of
from runner.runs.data import prepare
from runner.runs.result import RunResult
from runner.train.training import train_task
from tests.runner.building import loader, master
from tests.runner.random_configs import overrides

SECONDS = 30
LONGEST = 1500
MOST_WORK = 1 << 28  # bytes that a run goes through: some tenths of a second
INTERNALS = (
    "Traceback",
    "<class",
    "object at 0x",
    "ListConfig",
    "DictConfig",
    "pydantic",
    "validation error",
    "NoneType",
    "Input should",
)


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"took more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check(told: list[str]) -> None:
    with no_longer_than(SECONDS):
        try:
            plan = make_plan([Composer(loader(), master()).compose(0, told)])
        except UserError as error:
            event("refused")
            check_message(str(error))
            return
        if not is_quick(plan):
            event("accepted, and too long for a test")
            return
        for task in plan.tasks:
            for result in train_task(task, draw=drawing(plan.settings, len(plan.runs))):
                event(result.outcome)
                check_result(result, plan)
                check_diagnosis(result)


def is_quick(plan: Plan) -> bool:
    """Whether a plan's only run is done in a moment; a step of the smallest network takes as long as 64 KiB."""
    (run,) = plan.checked.values()
    work = 0
    for phase in run.phases:
        work += phase.shape.n_steps * ((1 + len(run.spec.network.hidden) << 16) + bytes_of(phase))
        work += run.spec.training.evaluations * data_bytes_of(phase)
    return work < MOST_WORK


def check_message(message: str) -> None:
    head, *rest = message.splitlines()
    problems = list(takewhile(lambda line: line.startswith("  - "), rest))
    assert head.isprintable() and len(head) < LONGEST
    assert all(line.endswith(":") or line.startswith("  python -m runner ") for line in rest[len(problems) :]), message
    assert len(problems) <= MAX_LINES + 1
    for problem in problems:
        assert problem == visible(problem, kept=""), message
        assert len(problem) < LONGEST, message
    assert [word for word in INTERNALS if word in message] == [], message


def check_diagnosis(result: RunResult) -> None:
    """Something is said about every run, with a fix that can be typed, whatever its numbers are."""
    data = prepare(result.spec)
    with np.errstate(all="ignore"):
        found = diagnose(result, data, reference_of(data))
    assert found.verdict in ("healthy", "ill", "unknown") and bool(found.cause) == bool(found.evidence)
    assert all("=" in override and override.isprintable() for fix in found.fixes for override in fix)


def check_result(result: RunResult, plan: Plan) -> None:
    assert result.outcome in ("converged", "stopped", "diverged"), result.error
    assert not result.error or "Axis limits cannot be" in result.error, result.error  # said, and nothing else is lost
    assert (
        np.isfinite(result.network.parameters).all() or not result.history["step"]
    )  # nothing was finite, from the start
    assert 0 <= result.last_step <= plan.tasks[0].shapes[-1].n_steps
    assert all(np.isfinite(series).all() for series in result.history.values())
    assert all(np.isfinite(value) for value in result.finals.values())
    if result.has_finished:
        assert np.isfinite(result.objective)
        assert result.history["step"][-1] == result.last_step


@settings(max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(told=overrides())
def test_any_config_trains_or_is_refused_with_a_clear_message(told):
    check(told)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=overrides())
def test_ten_thousand_configs_train_or_are_refused_with_a_clear_message(told):
    check(told)
