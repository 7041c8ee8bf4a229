"""When a run has solved its data set: a threshold that depends on the data set, not on the sweep.

Beating a constant is easy, and means little for XOR, where three of four points beat a constant.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nn.metrics import METRICS
from runner.base.texts import number
from runner.findings.numbers.scores import reported_of
from runner.runs.result import RunResult

NEAR_BAYES = 0.02  # of a share, below the best possible rule: what some hundred test samples cannot tell apart
OF_LINE = 0.5  # of the straight line's error
STRAIGHT = 0.05  # of the constant's error: where the line has less, the data are straight
ROUNDING = 1e-9


@dataclass(frozen=True)
class Threshold:
    """The score that solves a data set, and the rule it comes from, in words."""

    score: str
    value: float
    words: str


def threshold_of(result: RunResult) -> Threshold | None:
    """The score that a run must reach; None if undefined, as for a table."""
    metric, name = METRICS.metric(result.score), result.score
    bayes = result.measures.get(f"baseline/bayes_{name}")
    if metric.unit == "share" and bayes is not None:
        return Threshold(name, bayes - NEAR_BAYES, f"{NEAR_BAYES:g} below the best possible rule")
    if result.network is None or result.network.encoding is not None:
        return None
    if metric.of == "classes" and metric.unit == "share" and result.reported_on == "train":
        return Threshold(name, 1.0, "every sample is right")
    line, constant = (result.measures.get(f"baseline/{one}_{name}") for one in ("linear", "constant"))
    is_error = metric.task == "regression" and metric.unit == "target"
    if is_error and line is not None and constant is not None and line > STRAIGHT * constant:
        return Threshold(name, OF_LINE * line, "half of what a straight line leaves")
    return None


def solved(result: RunResult) -> bool | None:
    """Whether a run has solved its data set; None without a threshold. An unfinished run has not."""
    threshold = threshold_of(result)
    if threshold is None:
        return None
    reached = reported_of(result).get(threshold.score)
    sign = METRICS.metric(threshold.score).sign
    return result.has_finished and reached is not None and sign * (reached - threshold.value) >= -ROUNDING


def share_solved(results: Sequence[RunResult]) -> tuple[int, int] | None:
    """How many of these runs have solved their data set, and how many there are; None without a threshold."""
    known = [solved(one) for one in results]
    return (sum(one is True for one in known), len(known)) if any(one is not None for one in known) else None


def rule_of(results: Sequence[RunResult]) -> str:
    """What `solved` means for runs on one data set: `accuracy 1 (every sample is right)`; empty where nothing
    says so. Where samples differ between seeds, so may the threshold: it is a range.
    """
    found = [one for result in results if (one := threshold_of(result))]
    if not found:
        return ""
    least, most = (number(pick(one.value for one in found), 3) for pick in (min, max))
    metric = METRICS.metric(found[0].score)
    side = f"at {'least' if metric.sign > 0 else 'most'} " if metric.unit != "share" or least != "1" else ""
    reach = least if least == most else f"{least} to {most}, depending on the seed"
    return f"{found[0].score} {side}{reach} ({found[0].words})"
