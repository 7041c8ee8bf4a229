"""Which setting is the best on one data set, by how much, and whether chance could have done it: in sentences."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nn.metrics import METRICS
from runner.base.console import count
from runner.base.moments import mean
from runner.base.texts import brief, number
from runner.findings.numbers.baselines import shortfall_of
from runner.findings.numbers.chance import FEWEST, Paired, paired
from runner.findings.numbers.effects import effects
from runner.findings.numbers.scores import (
    Replicate,
    by_setting,
    chosen_on,
    common_score,
    in_words,
    order_of,
    replicate_of,
    reported_of,
    rung_of,
    scores_of,
    told_on,
)  # fmt: skip
from runner.findings.numbers.solved import share_solved
from runner.runs.overrides import label_of, settings_in, settings_of
from runner.runs.result import RunResult

MAX_NAMED = 3
TO_TELL, MORE_SEEDS = "to tell", "more seeds would tell"  # end sentences that more seeds may decide
# Smaller differences count as none: half a percentage point of a share, such as accuracy; of an error a hundredth of
# what a constant reaches; of anything else a hundredth of the larger one.
LEAST_OF_SHARES, LEAST_SHARE = 0.005, 0.01


@dataclass(frozen=True, eq=False)
class Setting:
    """A setting that runs finished of, in a sweep over these `settings`: its `members`, and by fold and seed the final
    `scores`, called `score`, of those that have one.
    """

    members: Sequence[RunResult]
    settings: Sequence[str]
    score: str
    scores: dict[Replicate, list[float]]

    @property
    def runs(self) -> int:
        """How many it has."""
        return len(self.members)

    @property
    def label(self) -> str:
        """What was typed for it."""
        return label_of(self.members[0].overrides, self.settings)

    @property
    def loss(self) -> str:
        """What its cost is of, with its settings."""
        return repr(self.members[0].spec.loss)

    @cached_property
    def cost(self) -> float:
        """Its mean over the runs that have a score."""
        return mean([scores_of(one)["cost"] for one in self.members if self.score in scores_of(one)])

    @property
    def which(self) -> str:
        """What its runs with a score have that others have not."""
        return "finished" if len(self.values) == sum(one.has_finished for one in self.members) else "have one"

    @property
    def reported(self) -> float:
        """The mean of the scores that are reported."""
        found = [reported_of(one) for one in self.members if self.score in scores_of(one)]
        values = [one[self.score] for one in found if self.score in one]
        return mean(values) if values else math.nan

    @property
    def shortfall(self) -> str:
        """What needs no network and is not beaten."""
        return shortfall_of(self.members)

    @cached_property
    def solved(self) -> tuple[int, int] | None:
        """How many of how many runs solve the data set, where that is known."""
        return share_solved(self.members)

    @property
    def solves(self) -> str:
        """How many of its runs solve the data set; empty where nothing says when that is."""
        if not self.solved:
            return ""
        n, of = self.solved
        return f"; {n} of {count(of, 'run')} solve{'s' * (of == 1)} it" if n else "; no run solves it"

    @cached_property
    def values(self) -> list[float]:
        """The score of every finished run."""
        return [value for repeated in self.scores.values() for value in repeated]

    @cached_property
    def mean(self) -> float:
        """Over its finished runs."""
        return mean(self.values)

    @property
    def reached(self) -> tuple[float, float]:
        """What makes settings level: their mean, and the share of their runs that it is of."""
        return self.mean, len(self.values) / self.runs

    @property
    def told(self) -> str:
        """How many runs its mean is of."""
        finished = len(self.values)
        if finished < self.runs:
            return f"the mean of the {finished} of {count(self.runs, 'run')} that {self.which}"
        return f"the mean of {in_words(self.scores) if finished == len(self.scores) else count(finished, 'run')}"


def compared(results: Sequence[RunResult], keys: Sequence[str], smallest: float | None = None) -> list[str]:
    """What runs on the same data say: the best setting, how sure that is, and which key moves the score most.

    Differences of the score below `smallest` count as none; where that is None, below what the metric suggests.
    """
    given = [settings_of(result.overrides) for result in results]
    keys = [key for key in settings_in(keys) if len({one.get(key, "") for one in given}) > 1]
    score, n_settings = common_score(results), len(by_setting(results, keys))
    found = _settings(results, keys, score)
    if not found:
        return ["No run finished."]
    best, chosen = found[0], chosen_on(results)
    is_tested = told_on(results) == "test "
    is_reported = is_tested and not math.isnan(best.reported)
    reached = [f"On test samples it reaches {score} {number(best.reported)}."] if is_reported else []
    reached += [f"It {best.shortfall}."] if best.shortfall else []
    if n_settings == 1:
        mean_of_all = f"The mean {chosen}{score} over {count(len(best.values), 'run')} is {number(best.mean)}"
        return [f"{mean_of_all}{best.solves}.", *reached]
    if len(found) == 1:
        have = "has finished runs" if best.which == "finished" else f"has a {score}"
        only = f"Of {n_settings} settings only {best.label} {have}: {chosen}{score} {number(best.mean)}, {best.told}"
        only += f"{best.solves}."
        return [only, *reached]
    first = f"The best of {n_settings} settings is {best.label}: {chosen}{score} {number(best.mean)}, {best.told}"
    told = [f"{first}{best.solves}.", *reached]
    level = [one for one in found[1:] if one.reached == best.reached]
    if level:
        told.append(_level(best, level, f"{chosen}{score}"))
    if other := next((one for one in found[1:] if one.reached != best.reached), None):
        least = _least(score, best, other, results) if smallest is None else smallest
        told.append(_against(best, other, score, least, chosen))
    if not is_tested and any(one.network and one.network.encoding for one in results):
        told.append(
            f"The {results[0].scored_on} rows rank the settings too, so the score of the best one is optimistic."
        )
    least = _least(score, best, best, results) if smallest is None else smallest
    return told + _strongest(results, keys, f"{chosen}{score}", least)


def _settings(results: Sequence[RunResult], settings: Sequence[str], score: str) -> list[Setting]:
    """Those that a run finished of, in the order of the table: see `scores.order_of`."""
    settings_found = []
    for members in by_setting(results, settings).values():
        scores: dict[Replicate, list[float]] = {}
        for one in (one for one in members if score in scores_of(one)):
            scores.setdefault(replicate_of(one), []).append(scores_of(one)[score])
        if scores:
            settings_found.append(Setting(members, settings, score, scores))
    ranked = sorted(settings_found, key=lambda one: order_of(score, one.mean, len(one.values) / one.runs, one.cost))
    return sorted(ranked, key=lambda one: rung_of(one.members))


def _level(best: Setting, level: Sequence[Setting], score: str) -> str:
    """Settings that reach the same."""
    names = "; ".join(one.label for one in level[:MAX_NAMED])
    more = f" and {len(level) - MAX_NAMED} more" if len(level) > MAX_NAMED else ""
    reach = "setting reaches" if len(level) == 1 else "settings reach"
    told = f"{len(level)} more {reach} the same {score}: {names}{more}"
    costs_more = all(one.cost > best.cost and one.loss == best.loss for one in level)
    return f"{told}; at a higher cost." if costs_more else f"{told}."


def _against(best: Setting, other: Setting, score: str, least: float, chosen: str) -> str:
    """The best setting against the next one, fold by fold and seed by seed; differences below `least` count as none."""
    common = sorted(best.scores.keys() & other.scores.keys())
    by = f"The next is {other.label}, with {number(other.mean)}"
    if len(other.values) < other.runs:
        by += f" ({len(other.values)} of {other.runs} runs {other.which})"
    if len(common) < FEWEST:
        return f"{by}; with {in_words(common)} in common it could be chance: it takes {FEWEST} {TO_TELL}."
    pair = paired(np.array([mean(best.scores[one]) - mean(other.scores[one]) for one in common]))
    return (
        f"{by}: over {in_words(common, 'common ')} the {chosen}{score} differs by {_signed(pair.mean)} on average "
        f"(95 % interval {_signed(pair.low)} to {_signed(pair.high)}, p = {pair.p:.3g} by a paired permutation test), "
        f"{_verdict(pair, score, least)}."
    )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{number(value, 2)}"


def _verdict(one: Paired, score: str, least: float) -> str:
    """What a comparison comes to."""
    if abs(one.mean) < least:
        is_sure = max(-one.low, one.high) < least
        told = f"so there is none that matters: less than {number(least, 2)} counts as none"
        return told if is_sure or not one.could_be_chance else f"{told}; {MORE_SEEDS}"
    if one.could_be_chance:
        return f"so it could be chance: {MORE_SEEDS}"
    is_better = one.mean * METRICS.metric(score).sign > 0
    return "so the difference stands" if is_better else "so on the seeds that both have the next one is better"


def _least(score: str, best: Setting, other: Setting, results: Sequence[RunResult]) -> float:
    """The smallest difference of a score that matters, in its units."""
    if METRICS.metric(score).unit == "share":
        return LEAST_OF_SHARES
    constant = f"baseline/constant_{score}"
    constants = [one.measures[constant] for one in results if constant in one.measures]
    return LEAST_SHARE * (float(np.median(constants)) if constants else max(abs(best.mean), abs(other.mean)))


def _strongest(results: Sequence[RunResult], keys: Sequence[str], score: str, least: float) -> list[str]:
    """The key whose values differ most in their mean score, where several were swept and one differs enough.

    Nothing where the values of a key finished with nothing in common, so that it cannot be compared.
    """
    found = [effect for effect in effects(results, keys)[0] if sum(map(bool, effect.values)) > 1]
    if len(found) < 2 or any(len(effect.means) < 2 for effect in found):
        return []
    strongest = max(found, key=lambda effect: effect.strength)
    if strongest.strength < least:
        return [f"No key moves the mean {score} by {number(least, 2)} or more."]
    means, n, of = strongest.means, strongest.n_compared, strongest.combinations
    low, high = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    from_to = f"from {number(means[low])} ({brief(low)}) to {number(means[high])} ({brief(high)})"
    values = "both values" if len(means) == 2 else f"all {len(means)} values"
    over = (
        f", over the {n} of {of} combinations of other settings and seeds that finished with {values} compared"
        if n < of
        else ""
    )
    return [f"Of the keys, {strongest.key} moves the mean {score} most: {from_to}{over}."]
