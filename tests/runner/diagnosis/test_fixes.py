"""The fix that is named first is one that a person need not type again and again."""

import pytest

from runner.diagnosis.judged import Judged, judge_all
from tests.runner.building import plan_of, trained_all

TOO_HIGH = {
    ("learning_rate=300",): "learning_rate=0.3",
    ("learning_rate=30",): "learning_rate=0.3",
    ("learning_rate=1e300",): "learning_rate=0.1",
    ("learning_rate=100", "optimizer=adam"): "learning_rate=0.1",
}


TOO_SHORT = {
    ("learning_rate=1e-12",): ("lr_low", ("learning_rate=0.1",)),
    ("learning_rate=1e-5",): ("lr_low", ("learning_rate=0.1",)),
    ("learning_rate=1e-7", "optimizer=adam"): ("lr_low", ("learning_rate=0.01",)),
    ("training.epochs=1",): ("too_few_steps", ("training.epochs=100",)),
    ("training.epochs=1", "learning_rate=1e-7"): ("too_few_steps", ("training.epochs=100", "learning_rate=0.1")),
}


@pytest.fixture(scope="module")
def judged() -> dict[tuple[str, ...], Judged]:
    asked = [*TOO_HIGH, *TOO_SHORT]
    usual = "training.epochs=25"
    given = [one if any(each.startswith("training.") for each in one) else (*one, usual) for one in asked]
    plan = plan_of(*given, first=("data=sine", "tracking.plots=none"))
    found = zip(asked, judge_all(trained_all(plan)), strict=True)
    return {overrides: one for overrides, one in found if isinstance(one, Judged)}


@pytest.mark.parametrize(("overrides", "fix"), TOO_HIGH.items(), ids=str)
def test_a_rate_that_is_far_too_high_is_lowered_at_once(
    judged: dict[tuple[str, ...], Judged], overrides: tuple[str, ...], fix: str
) -> None:
    """The curvature at the first weights says by how much: rate times curvature was 1,230 at a rate of 300."""
    said = judged[overrides].diagnosis
    assert (said.cause, said.fixes[0]) == ("lr_high", (fix,))


@pytest.mark.parametrize(("overrides", "found"), TOO_SHORT.items(), ids=str)
def test_steps_that_are_far_too_short_or_too_few_become_enough_at_once(
    judged: dict[tuple[str, ...], Judged], overrides: tuple[str, ...], found: tuple[str, tuple[str, ...]]
) -> None:
    """By the curvature, and by the updates that are needed; more steps at a rate that goes nowhere are no fix."""
    said = judged[overrides].diagnosis
    assert (said.cause, said.fixes[0]) == found
