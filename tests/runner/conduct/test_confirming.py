"""Experiments as they are conducted: what is said before and meanwhile, and what an interrupt leaves."""

import signal
from dataclasses import replace

import pytest

from runner.conduct.confirming import confirmed
from runner.diagnosis.judged import Judged, Unjudged, judge_all
from runner.plan.jobs import Job, Refused
from runner.runs.diagnosis import Overrides
from tests.runner.building import composer, plan_of, trained_all
from tests.runner.diagnosis.corpus import TANH

SHORT = ("data=sine", *TANH[:-1], "training.epochs=100")
TOO_HIGH = [(*SHORT, f"learning_rate={rate}", f"seed={seed}") for rate, seed in ((30, 0), (30, 1), (20, 0))]


@pytest.fixture(scope="module")
def found() -> list[Judged | Unjudged]:
    """Two runs of one setting, and one of another."""
    plan = plan_of(
        *TOO_HIGH,
        first=(
            "tracking.plots=none",
            "tracking.report=false",
        ),
    )
    return judge_all([replace(run, overrides=given) for run, given in zip(trained_all(plan), TOO_HIGH, strict=True)])


def certainties(found: list[Judged | Unjudged]) -> list[str]:
    return [one.diagnosis.certainty for one in found if isinstance(one, Judged)]


def test_an_interrupt_keeps_what_is_confirmed_so_far(
    found: list[Judged | Unjudged], capsys: pytest.CaptureFixture[str]
) -> None:
    """Pressed while the fix of the second setting is made ready for fresh seeds."""
    assert certainties(found) == ["likely"] * 3
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # some packages take it over when imported

    def compose(overrides: Overrides) -> Job | Refused:
        if "seed=2" in overrides and {"learning_rate=2", "learning_rate=0.2"} & set(overrides):
            signal.raise_signal(signal.SIGINT)
        return composer().compose(0, overrides)

    try:
        known, interrupt = confirmed(found, compose, {0, 1})
    finally:
        signal.signal(signal.SIGINT, before)
    assert isinstance(interrupt, KeyboardInterrupt) and certainties(known) == ["confirmed", "confirmed", "likely"]
    first, last = capsys.readouterr().out.splitlines()
    assert (
        first.startswith("fixes are tried for 2 settings: ") and " runs, then the best on fresh seeds; about " in first
    )
    assert last == "interrupted: 1 of 2 settings looked into"


def test_nothing_is_printed_where_output_is_for_programs(
    found: list[Judged | Unjudged], capsys: pytest.CaptureFixture[str]
) -> None:
    known, interrupt = confirmed(found[2:], lambda overrides: composer().compose(0, overrides), {0, 1}, quiet=True)
    assert interrupt is None and certainties(known) == ["confirmed"] and capsys.readouterr().out == ""
