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


@pytest.fixture(scope="module")
def judged() -> dict[tuple[str, ...], Judged]:
    plan = plan_of(*TOO_HIGH, first=("data=sine", "tracking.plots=none", "training.epochs=20"))
    found = zip(TOO_HIGH, judge_all(trained_all(plan)), strict=True)
    return {overrides: one for overrides, one in found if isinstance(one, Judged)}


@pytest.mark.parametrize(("overrides", "fix"), TOO_HIGH.items(), ids=str)
def test_a_rate_that_is_far_too_high_is_lowered_at_once(
    judged: dict[tuple[str, ...], Judged], overrides: tuple[str, ...], fix: str
) -> None:
    """The curvature at the first weights says by how much: rate times curvature was 1,230 at a rate of 300."""
    said = judged[overrides].diagnosis
    assert (said.cause, said.fixes[0]) == ("lr_high", (fix,))
