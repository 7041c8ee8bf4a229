"""The answer of a sweep in a few sentences, made from its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runner.comparison import by_setting, common_score, label_of, scores_of
from runner.effects import effects
from runner.results import RunResult
from runner.terminal import count

MAX_NAMED = 3
FEWEST = 3  # pairs of seeds, below which nothing is said about chance
CONFIDENCE = 0.95
UNFINISHED = {"diverged": "diverged", "failed": "failed", "killed": "were not trained"}


@dataclass(frozen=True)
class Setting:
    """The finished runs of one setting: their final scores by seed, and their mean cost."""

    label: str
    scores: dict[int, float]
    cost: float

    @property
    def mean(self) -> float:
        """Over its seeds."""
        return float(np.mean(list(self.scores.values())))


def answer(results: Sequence[RunResult], keys: Sequence[str]) -> list[str]:
    """Which setting is the best, by how much, whether chance could have done it, and which key matters most."""
    score = common_score(results)
    found = _settings(results, [key for key in keys if key != "seed"], score)
    if not found:
        return ["No run finished, so there is nothing to compare."]
    best, seeds = found[0], count(len(found[0].scores), "seed")
    if len(found) == 1:
        told = [f"The mean {score} over {seeds} is {best.mean:.4g}."]
    else:
        told = [f"The best of {len(found)} settings is {best.label}: {score} {best.mean:.4g}, the mean of {seeds}."]
        level = [one for one in found[1:] if one.mean == best.mean]
        if level:
            told.append(_level(best, level, score))
        if others := found[1 + len(level) :]:
            told.append(_against(best, others[0], score))
        told += _strongest(results, keys, score)
    return told + _unfinished(results)


def _settings(results: Sequence[RunResult], settings: Sequence[str], score: str) -> list[Setting]:
    """Those that a run finished of, the best score first; where scores are level the lowest cost."""
    found = []
    for members in by_setting(results, settings).values():
        finished = [one for one in members if one.has_finished]
        if finished:
            scores = {one.spec.seed: scores_of(one)[score] for one in finished}
            cost = float(np.mean([scores_of(one)["cost"] for one in finished]))
            found.append(Setting(label_of(members[0].overrides, settings), scores, cost))
    return sorted(found, key=lambda one: (-one.mean if score == "accuracy" else one.mean, one.cost))


def _level(best: Setting, level: Sequence[Setting], score: str) -> str:
    """Settings that reach the same."""
    names = "; ".join(one.label for one in level[:MAX_NAMED])
    more = f" and {len(level) - MAX_NAMED} more" if len(level) > MAX_NAMED else ""
    told = f"{count(len(level), 'setting')} more reach the same {score}: {names}{more}"
    return f"{told}; their cost is higher." if all(one.cost > best.cost for one in level) else f"{told}."


def _against(best: Setting, other: Setting, score: str) -> str:
    """The best setting against the next one, seed by seed."""
    common = sorted(best.scores.keys() & other.scores.keys())
    differences = np.array([best.scores[seed] - other.scores[seed] for seed in common])
    by = f"The next is {other.label}, with {other.mean:.4g}"
    if len(common) < FEWEST:
        return f"{by}; with {count(len(common), 'seed')} in common nothing can be said about chance."
    low, high = interval(differences)
    told = f"{by}: over {len(common)} common seeds the {score} differs by {differences.mean():+.2g} on average"
    stands = "so the difference stands" if low > 0 or high < 0 else "so it could be chance: more seeds would tell"
    return f"{told} (95 % interval {low:+.2g} to {high:+.2g}), {stands}."


def interval(differences: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of a mean of paired differences `(n,)`, by the bootstrap of SciPy (BCa: Efron 1987).

    The same numbers give the same interval. Where all differences are equal the interval is that point.
    """
    from scipy.stats import bootstrap

    if np.ptp(differences) == 0:
        return float(differences[0]), float(differences[0])
    found = bootstrap((differences,), np.mean, confidence_level=CONFIDENCE, rng=np.random.default_rng(0))
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def _strongest(results: Sequence[RunResult], keys: Sequence[str], score: str) -> list[str]:
    """The key whose values differ most in their mean score, where several were swept."""
    found = [effect for effect in effects(results, keys)[0] if len(effect.means) > 1]
    if len(found) < 2:
        return []
    strongest = max(found, key=lambda effect: effect.strength)
    means = strongest.means
    low, high = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    from_to = f"from {means[low]:.4g} ({low}) to {means[high]:.4g} ({high})"
    return [f"{strongest.key} matters most: the mean {score} goes {from_to}."]


def _unfinished(results: Sequence[RunResult]) -> list[str]:
    """Runs that are in no mean."""
    counts = {outcome: sum(result.outcome == outcome for result in results) for outcome in UNFINISHED}
    told = [f"{number} {UNFINISHED[outcome]}" for outcome, number in counts.items() if number]
    return [f"Of {count(len(results), 'run')}, {', '.join(told)}: they are in no mean."] if told else []
