"""The scores of runs and settings: which there are, what is better, and which setting and run is the best."""

import operator
from collections.abc import Sequence

import numpy as np

from runner.runs.overrides import values_of
from runner.runs.result import RunResult

SCORES = ("cost", "accuracy", "rmse")


def scores_of(result: RunResult) -> dict[str, float]:
    """Final cost and accuracy or RMSE: on test samples where the run has some, else on training samples."""
    part = "test" if result.n_samples[1] else "train"
    finals = result.finals
    return {name: finals[f"{part}/{name}"] for name in SCORES if f"{part}/{name}" in finals}


def has_learned(result: RunResult) -> bool:
    """Whether a finished run is better than the best constant prediction."""
    for name, is_better in (("accuracy", operator.gt), ("rmse", operator.lt)):
        if f"baseline/constant_{name}" in result.measures:
            return bool(is_better(scores_of(result)[name], result.measures[f"baseline/constant_{name}"]))
    return False


def order_of(score: str, mean: float, finished: float, cost: float) -> tuple[float, ...]:
    """A key that sorts settings, the best first; `finished` is the share of their runs that did.

    A run that did not finish counts as an accuracy of 0. Errors and costs have no worst value: there the setting that
    finished more of its runs is better. Equal ones are sorted by cost; without a finished run a setting is last.
    """
    if not finished or np.isnan(mean):
        return 2, 0.0, 0.0, 0.0
    return (0, -mean * finished, 0.0, cost) if score == "accuracy" else (1, -finished, mean, cost)


def by_setting(results: Sequence[RunResult], settings: Sequence[str]) -> dict[tuple[str, ...], list[RunResult]]:
    """Runs that differ in nothing but the seed, together."""
    groups: dict[tuple[str, ...], list[RunResult]] = {}
    for result in sorted(results, key=lambda result: result.index):
        groups.setdefault(tuple(values_of(result.overrides, settings).values()), []).append(result)
    return groups


def best_result(results: Sequence[RunResult]) -> RunResult | None:
    """The finished run with the best final score; None when no run finished."""
    finished = [result for result in results if result.has_finished]

    def rank(result: RunResult) -> tuple[float, ...]:
        scores = scores_of(result)
        numbers = (-scores.get("accuracy", 0.0), scores.get("rmse", scores["cost"]), scores["cost"])
        return *(np.inf if np.isnan(number) else number for number in numbers), result.index

    return min(finished, key=rank, default=None)
