"""The scores of runs and settings: which there are, what is better, and which setting and run is the best."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from nn.metrics import METRICS, USUAL
from runner.base.console import count
from runner.base.moments import mean
from runner.runs.overrides import settings_in, swept_keys, values_of
from runner.runs.result import RunResult

Replicate = tuple[int, int]  # a run among those of its setting: its fold and its seed
SCORES = ("cost", *sorted(USUAL.values()))


def names_of_scores(results: Sequence[RunResult]) -> list[str]:
    """The scores that a table of these runs has columns for, the one that ranks first, the cost last."""
    named = dict.fromkeys(result.score for result in results if result.score)
    return [*(name for name in named if name not in SCORES), *reversed(SCORES)]


def scores_of(result: RunResult) -> dict[str, float]:
    """Final cost, and the score where it is defined, on the samples that choose: see `RunResult.scored_on`."""
    return result.scores


def reported_of(result: RunResult) -> dict[str, float]:
    """As `scores_of`, on the samples whose scores are reported: the same ones, unless there is a validation part."""
    return result.reported


def chosen_on(results: Sequence[RunResult]) -> str:
    """`validation ` where all of the finished runs are ranked by a part of their own; before the name of a score."""
    finished = [result for result in results if result.has_finished]
    return "validation " if finished and all(one.scored_on == "validation" for one in finished) else ""


def told_on(results: Sequence[RunResult]) -> str:
    """The same for a score that is reported: `test `, or `validation ` where there are no other rows."""
    parts = {result.reported_on for result in results if result.has_finished}
    return f"{parts.pop()} " if chosen_on(results) and len(parts) == 1 else ""


@dataclass(frozen=True)
class Column:
    """A score in a table, of the samples of a part, or of those that choose."""

    name: str
    score: str
    part: str = ""

    def of(self, result: RunResult) -> float:
        """Its final value in a run; NaN where it has none."""
        return result.finals.get(f"{self.part or result.scored_on}/{self.score}", np.nan)


def columns_of(results: Sequence[RunResult]) -> list[Column]:
    """The scores that a table of these runs has, the one that ranks first, the cost last.

    Where a validation part ranks, a score has a column for each part that any run has: `validation rmse`, `test rmse`.
    """
    names, used = names_of_scores(results), [result for result in results if result.data]
    if all(result.scored_on == result.reported_on for result in used):
        return [Column(f"{chosen_on(used)}{name}", name) for name in names]
    found = {part for result in used for part in (result.scored_on, result.reported_on)}
    parts = [part for part in ("validation", "test", "train") if part in found]
    scores = [Column(f"{part} {name}", name, part) for name in names[:-1] for part in parts]
    return [*scores, Column(f"{chosen_on(results)}cost", "cost")]


def order_of(score: str, mean: float, finished: float, cost: float) -> tuple[float, ...]:
    """A key that sorts settings, the best first; `finished` is the share of their runs that did.

    A run that did not finish counts as the worst value, such as an accuracy of 0. Errors and costs have none: there the
    setting that finished more of its runs is better. Equal ones are sorted by cost. Last are settings for which the
    score is not defined, by cost, and those without a finished run.
    """
    metric = METRICS.metric(score)
    if not finished or np.isnan(mean):
        return 2, 0.0, 0.0, np.inf if np.isnan(cost) else cost
    if np.isfinite(metric.worst):
        return 0, -metric.sign * (mean * finished + metric.worst * (1 - finished)), 0.0, cost
    return 1, -finished, -metric.sign * mean, cost


def rank_of(members: Sequence[RunResult]) -> tuple[float, ...]:
    """A key that sorts settings by their runs, on the samples that choose, the best first: see `order_of`.

    Settings that a search trained on more seeds come before the ones it dropped.
    """
    ended = [one for one in members if one.has_finished]
    score = next((one.score for one in ended if one.score), "cost")
    found = [[scores_of(one)[name] for one in ended if name in scores_of(one)] for name in (score, "cost")]
    middle, cost = (mean(values) if values else np.nan for values in found)
    return rung_of(members), *order_of(score, middle, len(ended) / len(members), cost)


def rung_of(members: Sequence[RunResult]) -> int:
    """How far a setting has come in a search, as a key that sorts: 0 in a grid, less for one that was better."""
    return -max((one.rung for one in members), default=0)


def common_score(results: Sequence[RunResult]) -> str:
    """The score of all finished runs where they have the same one, and it is defined for any of them; else the cost."""
    finished = [result for result in results if result.has_finished]
    names = {result.score for result in finished}
    is_there = len(names) == 1 and any(result.score in scores_of(result) for result in finished)
    return names.pop() if is_there else "cost"


def by_setting(results: Sequence[RunResult], settings: Sequence[str]) -> dict[tuple[str, ...], list[RunResult]]:
    """Runs that differ in nothing but seed and fold, together."""
    groups: dict[tuple[str, ...], list[RunResult]] = {}
    for result in sorted(results, key=lambda result: result.index):
        groups.setdefault(tuple(values_of(result.overrides, settings).values()), []).append(result)
    return groups


def survivors(results: Sequence[RunResult], settings: Sequence[str]) -> list[RunResult]:
    """The runs of the settings that a search has trained on most seeds; of a grid all."""
    if not any(one.rung for one in results):
        return list(results)
    groups = by_setting(results, settings).values()
    last = min(map(rung_of, groups))
    kept = {one.index for members in groups if rung_of(members) == last for one in members}
    return [one for one in results if one.index in kept]


def dropped(results: Sequence[RunResult], settings: Sequence[str]) -> str:
    """How many settings a search has dropped on fewer seeds, in words; empty where it has dropped none."""
    if not any(one.rung for one in results):
        return ""
    n = len(by_setting(results, settings)) - len(by_setting(survivors(results, settings), settings))
    return f"{count(n, 'setting')} dropped on fewer seeds" if n else ""


def in_order(results: Sequence[RunResult], settings: Sequence[str]) -> list[list[RunResult]]:
    """The runs of each setting, the best setting first."""
    return sorted(by_setting(results, settings).values(), key=rank_of)


def replicate_of(result: RunResult) -> Replicate:
    """Its fold and its seed: runs of two settings that have the same ones are compared with each other."""
    return vars(result.spec.data)["fold"], result.spec.seed


def in_words(replicates: Collection[Replicate], common: str = "") -> str:
    """How many seeds, or folds, or runs of both."""
    folds, seeds = ({one[place] for one in replicates} for place in (0, 1))
    name = "run" if len(folds) > 1 and len(seeds) > 1 else "fold" if len(folds) > 1 else "seed"
    return count(len(replicates), f"{common}{name}")


def told_over(results: Sequence[RunResult]) -> str:
    """What a mean of a setting is over: `seeds`, `folds`, or `folds and seeds`."""
    folds, seeds = ({replicate_of(one)[place] for one in results} for place in (0, 1))
    return "folds and seeds" if len(folds) > 1 and len(seeds) > 1 else "folds" if len(folds) > 1 else "seeds"


def best_result(results: Sequence[RunResult]) -> RunResult | None:
    """The best run of the best setting, which the luckiest run of another one is not; None when no run finished."""
    score, settings = common_score(results), settings_in(swept_keys([result.overrides for result in results]))

    def rank(members: Sequence[RunResult]) -> tuple[float, ...]:
        finished = [scores_of(one) for one in members if one.has_finished]
        values = [one[score] for one in finished if not np.isnan(one.get(score, np.nan))]
        cost = mean([one["cost"] for one in finished]) if finished else np.nan
        reached = order_of(score, mean(values) if values else np.nan, len(values) / len(members), cost)
        return rung_of(members), *reached

    return best_of(min(by_setting(results, settings).values(), key=rank, default=[]))


def best_of(results: Sequence[RunResult]) -> RunResult | None:
    """The finished run with the best final score; None when no run finished."""
    return min((result for result in results if result.has_finished), key=rank_of_run, default=None)


def rank_of_run(result: RunResult) -> tuple[float, ...]:
    """A key that sorts finished runs by their own scores, the best first."""
    scores = scores_of(result)
    return *order_of(result.score, scores.get(result.score, np.nan), 1.0, scores["cost"]), result.index
