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
    """The scores with a column in a table of these runs, first the one that ranks, last the cost."""
    named = dict.fromkeys(result.score for result in results if result.score)
    return [*(name for name in named if name not in SCORES), *reversed(SCORES)]


def scores_of(result: RunResult) -> dict[str, float]:
    """Final cost, and the score if it is defined, on the samples used for choosing: see `RunResult.scored_on`."""
    return result.scores


def reported_of(result: RunResult) -> dict[str, float]:
    """As `scores_of`, on the samples whose scores are reported; these differ only if there is a validation part."""
    return result.reported


def chosen_on(results: Sequence[RunResult]) -> str:
    """The prefix `validation ` of a score's name, if all finished runs have a validation part."""
    finished = [result for result in results if result.has_finished]
    return "validation " if finished and all(one.scored_on == "validation" for one in finished) else ""


def told_on(results: Sequence[RunResult]) -> str:
    """The same for a reported score: `test `, or `validation ` if there are no other rows."""
    parts = {result.reported_on for result in results if result.has_finished}
    return f"{parts.pop()} " if chosen_on(results) and len(parts) == 1 else ""


@dataclass(frozen=True)
class Column:
    """A score in a table, on the samples of a part, or on those used for choosing."""

    name: str
    score: str
    part: str = ""

    def of(self, result: RunResult) -> float:
        """Its final value in a run; NaN without one."""
        return result.finals.get(f"{self.part or result.scored_on}/{self.score}", np.nan)


def columns_of(results: Sequence[RunResult]) -> list[Column]:
    """The scores in a table of these runs, first the one that ranks, last the cost.

    With a validation part, a score has a column for each part: `validation rmse`, `test rmse`.
    """
    names, used = names_of_scores(results), [result for result in results if result.data]
    if all(result.scored_on == result.reported_on for result in used):
        return [Column(f"{chosen_on(used)}{name}", name) for name in names]
    found = {part for result in used for part in (result.scored_on, result.reported_on)}
    parts = [part for part in ("validation", "test", "train") if part in found]
    scores = [Column(f"{part} {name}", name, part) for name in names[:-1] for part in parts]
    return [*scores, Column(f"{chosen_on(results)}cost", "cost")]


def order_of(score: str, mean: float, finished: float, cost: float) -> tuple[float, ...]:
    """A sort key for settings, best first; `finished` is the share of their runs that finished.

    An unfinished run counts as the worst value, such as an accuracy of 0. Errors and costs have no worst value: for
    them, the setting with more finished runs is better. Ties are sorted by cost. Last come settings for which the score
    is undefined, by cost, and those without a finished run.
    """
    metric = METRICS.metric(score)
    if not finished or np.isnan(mean):
        return 2, 0.0, 0.0, np.inf if np.isnan(cost) else cost
    if np.isfinite(metric.worst):
        return 0, -metric.sign * (mean * finished + metric.worst * (1 - finished)), 0.0, cost
    return 1, -finished, -metric.sign * mean, cost


def rank_of(members: Sequence[RunResult]) -> tuple[float, ...]:
    """A sort key for settings by their runs, on the samples used for choosing, best first: see `order_of`.

    Settings that a search trained on more seeds come before those it dropped.
    """
    ended = [one for one in members if one.has_finished]
    score = next((one.score for one in ended if one.score), "cost")
    found = [[scores_of(one)[name] for one in ended if name in scores_of(one)] for name in (score, "cost")]
    middle, cost = (mean(values) if values else np.nan for values in found)
    return rung_of(members), *order_of(score, middle, len(ended) / len(members), cost)


def rung_of(members: Sequence[RunResult]) -> int:
    """How far a setting came in a search, as a sort key: 0 in a grid, lower is further."""
    return -max((one.rung for one in members), default=0)


def common_score(results: Sequence[RunResult]) -> str:
    """The score of all finished runs if they share one, and it is defined for any of them; else the cost."""
    finished = [result for result in results if result.has_finished]
    names = {result.score for result in finished}
    is_there = len(names) == 1 and any(result.score in scores_of(result) for result in finished)
    return names.pop() if is_there else "cost"


def by_setting(results: Sequence[RunResult], settings: Sequence[str]) -> dict[tuple[str, ...], list[RunResult]]:
    """Groups of runs that differ only in seed and fold."""
    groups: dict[tuple[str, ...], list[RunResult]] = {}
    for result in sorted(results, key=lambda result: result.index):
        groups.setdefault(tuple(values_of(result.overrides, settings).values()), []).append(result)
    return groups


def survivors(results: Sequence[RunResult], settings: Sequence[str]) -> list[RunResult]:
    """The runs of the settings that a search trained on most seeds; for a grid, all."""
    if not any(one.rung for one in results):
        return list(results)
    groups = by_setting(results, settings).values()
    last = min(map(rung_of, groups))
    kept = {one.index for members in groups if rung_of(members) == last for one in members}
    return [one for one in results if one.index in kept]


def dropped(results: Sequence[RunResult], settings: Sequence[str]) -> str:
    """How many settings a search dropped on fewer seeds, in words; empty if none."""
    if not any(one.rung for one in results):
        return ""
    n = len(by_setting(results, settings)) - len(by_setting(survivors(results, settings), settings))
    return f"{count(n, 'setting')} dropped on fewer seeds" if n else ""


def in_order(results: Sequence[RunResult], settings: Sequence[str]) -> list[list[RunResult]]:
    """The runs of each setting, best setting first."""
    return sorted(by_setting(results, settings).values(), key=rank_of)


def replicate_of(result: RunResult) -> Replicate:
    """The fold and seed of a run: runs of two settings with equal ones are compared."""
    return vars(result.spec.data)["fold"], result.spec.seed


def in_words(replicates: Collection[Replicate], common: str = "") -> str:
    """The number of seeds, or folds, or runs of both."""
    folds, seeds = ({one[place] for one in replicates} for place in (0, 1))
    name = "run" if len(folds) > 1 and len(seeds) > 1 else "fold" if len(folds) > 1 else "seed"
    return count(len(replicates), f"{common}{name}")


def told_over(results: Sequence[RunResult]) -> str:
    """What a setting's mean is over: `seeds`, `folds`, or `folds and seeds`."""
    folds, seeds = ({replicate_of(one)[place] for one in results} for place in (0, 1))
    return "folds and seeds" if len(folds) > 1 and len(seeds) > 1 else "folds" if len(folds) > 1 else "seeds"


def best_result(results: Sequence[RunResult]) -> RunResult | None:
    """The best run of the best setting, not the luckiest run of any setting; None if no run finished."""
    score, settings = common_score(results), settings_in(swept_keys([result.overrides for result in results]))

    def rank(members: Sequence[RunResult]) -> tuple[float, ...]:
        finished = [scores_of(one) for one in members if one.has_finished]
        values = [one[score] for one in finished if not np.isnan(one.get(score, np.nan))]
        cost = mean([one["cost"] for one in finished]) if finished else np.nan
        reached = order_of(score, mean(values) if values else np.nan, len(values) / len(members), cost)
        return rung_of(members), *reached

    return best_of(min(by_setting(results, settings).values(), key=rank, default=[]))


def best_of(results: Sequence[RunResult]) -> RunResult | None:
    """The finished run with the best final score; None if no run finished."""
    return min((result for result in results if result.has_finished), key=rank_of_run, default=None)


def rank_of_run(result: RunResult) -> tuple[float, ...]:
    """A sort key for finished runs by their own scores, best first."""
    scores = scores_of(result)
    return *order_of(result.score, scores.get(result.score, np.nan), 1.0, scores["cost"]), result.index
