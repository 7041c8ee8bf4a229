"""The worth of a run to someone who looks for good settings: never less than that of a baseline."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from nn.metrics import METRICS
from runner.base.moments import mean
from runner.findings.numbers.scores import by_setting, reported_of, rung_of, scores_of
from runner.runs.result import RunResult

OVER_SEEDS: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": mean,
    "median": lambda values: float(np.median(values)),
    "worst": max,
}


def loss_of(result: RunResult) -> float:
    """A run's loss on the samples used for choosing, in the units of its score: lower is better, NaN if unknown.

    A run that is worse than the best constant, did not finish or has no score counts as that constant: nobody would use
    it, and no infinite value enters a mean.
    """
    sign, constant = METRICS.metric(result.score or "cost").sign, _constant_of(result)
    value = scores_of(result).get(result.score, math.nan)
    if math.isnan(value):
        return -sign * constant
    return -sign * value if math.isnan(constant) else min(-sign * value, -sign * constant)


def worth_of(result: RunResult) -> float:
    """A run's score on the samples whose scores are reported; that of the best constant if it has none."""
    value = reported_of(result).get(result.score, math.nan)
    return _constant_of(result) if math.isnan(value) else value


def over_seeds(losses: Sequence[float], how: str) -> float:
    """The mean, median or worst of the known losses; NaN if none is known."""
    known = [one for one in losses if not math.isnan(one)]
    return OVER_SEEDS[how](known) if known else math.nan


def score_over(results: Sequence[RunResult], score: str, how: str) -> float:
    """The value by which a setting is chosen: mean, median or worst of its runs, in the units of its score."""
    return -METRICS.metric(score).sign * over_seeds([loss_of(one) for one in results], how)


def best_first(results: Sequence[RunResult], settings: Sequence[str], how: str) -> list[list[RunResult]]:
    """The runs of each setting of a search, best first: by number of seeds, then by their combined score."""

    def rank(members: Sequence[RunResult]) -> tuple[float, float]:
        loss = over_seeds([loss_of(one) for one in members], how)
        return rung_of(members), math.inf if math.isnan(loss) else loss

    return sorted(by_setting(results, settings).values(), key=rank)


def _constant_of(result: RunResult) -> float:
    """The score of the best constant; where that is not known the worst that there is, or NaN."""
    measures: Mapping[str, float] = result.measures
    worst = METRICS.metric(result.score).worst if result.score else math.nan
    return measures.get(f"baseline/constant_{result.score}", worst if math.isfinite(worst) else math.nan)
