"""The effect of each swept key on the final score: alone, together with another key, and all keys at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nn.metrics import METRICS
from nn.registry import Array
from runner.base.moments import mean
from runner.findings.numbers.scores import by_setting, common_score, replicate_of, scores_of
from runner.runs.overrides import NONE, settings_in, values_of
from runner.runs.result import RunResult

MAX_PAIRED = 4  # keys, whose pairs fit on a page
MAX_VALUES = 100  # of a key, that make a grid; more are a random search
MAX_PROFILES = 1000
Combination = tuple[object, ...]  # of all keys but one, and of fold and seed


@dataclass(frozen=True)
class Effect:
    """Final values of the finished runs by the value of one swept key, and how many other runs had that value.

    `compared` has, by value, the scores of those combinations of the other keys, folds and seeds that finished with
    every value, because all others would compare unlike runs. A value without a finished run has none, and does not
    count. `combinations` is their total number.
    """

    key: str
    names: list[str]
    values: list[list[float]]
    unfinished: list[int]
    compared: list[list[float]]
    combinations: int

    @property
    def means(self) -> dict[str, float]:
        """The mean by the key's value, over the combinations that can be compared."""
        return {name: mean(one) for name, one in zip(self.names, self.compared, strict=True) if one}

    @property
    def n_compared(self) -> int:
        """The number of combinations that can be compared."""
        return max(map(len, self.compared), default=0)

    @property
    def strength(self) -> float:
        """The spread of the means."""
        means = self.means.values()
        return max(means) - min(means) if means else 0.0


@dataclass(frozen=True)
class Pair:
    """Mean final scores `(values of the first key, values of the second)`; NaN if no run finished.

    `is_part` marks cells in which only some of the runs finished: their mean covers other runs than that of a complete
    cell.
    """

    first: Effect
    second: Effect
    means: Array
    is_part: NDArray[np.bool_]


@dataclass(frozen=True)
class Profiles:
    """Settings as lines over the keys: `places (settings, keys)` are positions among a key's names, best setting first.

    `left_out` is the number of settings not included: the worst ones.
    """

    effects: list[Effect]
    places: Array
    scores: Array
    left_out: int


def effects(results: Sequence[RunResult], keys: Sequence[str]) -> tuple[list[Effect], str]:
    """The final score by each swept value (except seed and fold), and the score's name."""
    score = common_score(results)
    found = []
    for key in settings_in(keys):
        by_value: dict[str, list[RunResult]] = {}
        for result in sorted(results, key=lambda result: result.index):
            by_value.setdefault(values_of(result.overrides, [key])[key], []).append(result)
        values = [[scores_of(one)[score] for one in runs if score in scores_of(one)] for runs in by_value.values()]
        others = [sum(not result.has_finished for result in runs) for runs in by_value.values()]
        compared, combinations = _compared(by_value, settings_in(keys), key, score)
        found.append(Effect(key, list(by_value), values, others, compared, combinations))
    return found, score


def _compared(
    by_value: Mapping[str, Sequence[RunResult]], keys: Sequence[str], key: str, score: str
) -> tuple[list[list[float]], int]:
    """What an `Effect` compares, and of how many combinations.

    A key that some value of this one has no use for, such as the momentum where `adam` is a value, is averaged over.
    """
    others = [one for one in keys if one != key]
    has = {value: [values_of(one.overrides, others) for one in runs] for value, runs in by_value.items()}
    both = [one for one in others if all(any(given[one] != NONE for given in some) for some in has.values())]
    scores: dict[str, dict[Combination, list[float]]] = {}
    combinations: set[Combination] = set()
    for value, runs in by_value.items():
        for result, given in zip(runs, has[value], strict=True):
            combination = (*(given[one] for one in both), *replicate_of(result))
            combinations.add(combination)
            if score in scores_of(result) and value != NONE:
                scores.setdefault(value, {}).setdefault(combination, []).append(scores_of(result)[score])
    shared = [one for one in next(iter(scores.values()), {}) if all(one in found for found in scores.values())]
    means = {value: [mean(found[one]) for one in shared] for value, found in scores.items()}
    return [means.get(value, []) for value in by_value], len(combinations)


def pairs(results: Sequence[RunResult], found: Sequence[Effect], score: str) -> list[Pair]:
    """Every two keys with few values, in order; of many keys, the strongest ones."""
    few = [effect for effect in found if len(effect.names) <= MAX_VALUES]
    strongest = sorted(few, key=lambda effect: -effect.strength)[:MAX_PAIRED]
    tables = []
    for first, second in combinations([effect for effect in few if effect in strongest], 2):
        cells: dict[tuple[str, str], list[float]] = {}
        n_lost: Counter[tuple[str, str]] = Counter()
        for result in results:
            given = values_of(result.overrides, [first.key, second.key])
            at = given[first.key], given[second.key]
            if score in scores_of(result):
                cells.setdefault(at, []).append(scores_of(result)[score])
            else:
                n_lost[at] += 1
        if not cells:
            continue
        rows, columns = ({name: place for place, name in enumerate(effect.names)} for effect in (first, second))
        means = np.full((len(rows), len(columns)), np.nan)
        is_part = np.zeros(means.shape, dtype=bool)
        for (row, column), scores in cells.items():
            means[rows[row], columns[column]] = mean(scores)
            is_part[rows[row], columns[column]] = n_lost[row, column] > 0
        tables.append(Pair(first, second, means, is_part))
    return tables


def profiles(results: Sequence[RunResult], found: list[Effect], score: str) -> Profiles:
    """The mean score of every setting that has one, over all keys."""
    ranks = [{name: place for place, name in enumerate(effect.names)} for effect in found]
    lines = []
    for values, members in by_setting(results, [effect.key for effect in found]).items():
        scores = [scores_of(result)[score] for result in members if score in scores_of(result)]
        if scores:
            places = [names[value] for names, value in zip(ranks, values, strict=True)]
            lines.append((mean(scores), places))
    lines.sort(key=lambda line: -METRICS.metric(score).sign * line[0])
    shown = lines[:MAX_PROFILES]
    by_key = np.array([places for _, places in shown], dtype=np.float64)
    return Profiles(found, by_key, np.array([mean for mean, _ in shown]), len(lines) - len(shown))
