"""How good the best setting is on seeds that played no part in choosing it, compared with the default setting.

The best of many scores is too good: it was chosen partly for its luck. Fresh seeds choose among the best settings, and
others, which no run that took part in the choice has used, give the reported number.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nn.metrics import METRICS
from runner.base.console import count
from runner.base.texts import number
from runner.findings.numbers.chance import Paired, paired
from runner.findings.numbers.intervals import interval
from runner.findings.numbers.scores import Replicate, by_setting, in_words, replicate_of
from runner.findings.numbers.usable import best_first, loss_of, over_seeds, score_over, worth_of
from runner.runs.overrides import label_of, settings_in
from runner.runs.planned import with_seed
from runner.runs.result import RunResult
from runner.runs.role import Role

ONLY = "the only setting"


@dataclass(frozen=True)
class Finalist:
    """One of the settings among which fresh seeds choose: its score on its seeds of the sweep, and on those."""

    label: str
    searched: float
    searched_seeds: int
    fresh: float
    seeds: int


@dataclass(frozen=True)
class Confirmed:
    """The chosen setting of a sweep, and its `searched` runs.

    `fresh` are its scores by fold and seed on fresh seeds, and `default` those of the default setting: the same ones if
    the chosen setting `is_default`, and none without a default setting. `finalists` were compared on other fresh seeds
    before, best first. `diverged` runs have the score of the best constant.
    """

    label: str
    searched: Sequence[RunResult]
    settings: int
    finalists: Sequence["Finalist"]
    score: str
    over: str
    fresh: dict[Replicate, float]
    default: dict[Replicate, float]
    is_default: bool
    diverged: int

    @property
    def searched_score(self) -> float:
        """The score it was chosen for."""
        return score_over(self.searched, self.score, self.over)

    @property
    def value(self) -> float:
        """Its score on fresh seeds."""
        return self._over(list(self.fresh.values()))

    @property
    def default_value(self) -> float:
        """The score of the default setting; NaN without one."""
        return self._over(list(self.default.values())) if self.default else math.nan

    def _over(self, values: Sequence[float]) -> float:
        sign = METRICS.metric(self.score).sign
        return -sign * over_seeds([-sign * one for one in values], self.over)

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of its score on fresh seeds: see `interval`."""
        return interval(list(self.fresh.values()), self.over, METRICS.metric(self.score).unit == "share")

    @property
    def against_default(self) -> Paired | None:
        """How much better it is than the default, seed by seed, negative if worse; None without a default."""
        common = sorted(self.fresh.keys() & self.default.keys())
        if self.is_default or not common:
            return None
        sign = METRICS.metric(self.score).sign
        return paired(np.array([sign * (self.fresh[one] - self.default[one]) for one in common]))

    @property
    def beats_default(self) -> bool:
        """Whether it is significantly better than the default setting."""
        pair = self.against_default
        return pair is not None and not pair.could_be_chance and pair.mean > 0

    @property
    def numbers(self) -> dict[str, float]:
        """Everything as metrics of the sweep; unknown values are left out."""
        (low, high), pair = self.interval, self.against_default
        found = {self.score: self.value, f"searched_{self.score}": self.searched_score, "low": low, "high": high}
        found |= {f"default_{self.score}": self.default_value, "p": pair.p if pair else math.nan}
        return {f"confirmed/{name}": one for name, one in found.items() if math.isfinite(one)}

    @property
    def sentences(self) -> list[str]:
        """The headline, the comparison with the default setting, and notes on the numbers."""
        seeds, (low, high) = in_words(self.fresh, "fresh "), self.interval
        of = "" if self.over == "mean" else f"{self.over} "
        sure = "" if math.isnan(low) else f" (95 % interval {number(low)} to {number(high)})"
        one, score = self.searched[0], self.score
        apart = f"; no run that took part in the choice has seen these {one.reported_on} rows"
        end = apart if _is_apart(one) else ", which took no part in the choice"
        parts = (f"{one.scored_on} ", f"{one.reported_on} {score} ") if one.scored_on != one.reported_on else ("", "")
        said = [
            f"The best of {count(self.settings, 'setting')} is {self.label}: searched {of}{parts[0]}{score} "
            f"{number(self.searched_score)}, confirmed {of}{parts[1]}{number(self.value)}{sure} on {seeds}{end}."
        ]
        said += [self._beside_default] if self.default else []
        return [*said, self.lost] if self.lost else said

    @property
    def lost(self) -> str:
        """A sentence if runs of the chosen setting did not finish on fresh seeds; else empty."""
        of = f"{self.diverged} of its {count(len(self.fresh), 'run')} on fresh seeds"
        return f"{of} did not finish; they count as the best constant." if self.diverged else ""

    @property
    def _beside_default(self) -> str:
        if self.is_default:
            return "That is the default setting, so no other one can be said to be better."
        pair = self.against_default
        assert pair is not None
        default = f"the default setting, which has {number(self.default_value)} on the same seeds"
        better, average = "better" if pair.mean >= 0 else "worse", "" if self.over == "mean" else " on average"
        low, high = (pair.low, pair.high) if pair.mean >= 0 else (-pair.high, -pair.low)
        by = f"by {number(abs(pair.mean), 3)}{average} (95 % interval {number(low, 3)} to {number(high, 3)}, "
        by += f"p = {pair.p:.3g} by a paired permutation test)"
        if all(self.fresh[one] == self.default[one] for one in self.fresh.keys() & self.default.keys()):
            return f"No setting can be distinguished from {default}: seed by seed the {self.score} is the same."
        if pair.could_be_chance:
            return f"No setting can be distinguished from {default}: this one is {better} {by}."
        return f"It is {better} than {default}, {by}{'' if self.beats_default else ': keep the default'}."


def confirmed(
    results: Sequence[RunResult], fresh: Sequence[RunResult], keys: Sequence[str], over: str = "mean"
) -> Confirmed | None:
    """What fresh seeds show for a sweep over `keys` on one data set; None without them, or if some are missing.

    `over` says how the seeds of a setting are combined: mean, median or worst.
    """
    settings = settings_in(keys)
    having = {role: [one for one in fresh if one.role is role] for role in Role}
    searched, default = by_setting(results, settings), having[Role.DEFAULT]
    if not searched or not all(one.outcome.is_trained for one in fresh):
        return None
    finalists = by_setting(having[Role.CHOOSE], settings)
    members = searched[_chosen(searched, finalists, having[Role.CONFIRM], settings, over)]
    is_default = bool(default) and with_seed(members[0].spec, 0) == with_seed(default[0].spec, 0)
    runs = having[Role.CONFIRM] or (default if is_default else [])
    if not any(one.has_finished for one in runs):
        return None
    score = next((one.score for one in members if one.score), "cost")
    return Confirmed(
        label=label_of(members[0].overrides, settings) or ONLY,
        searched=members,
        settings=len(searched),
        finalists=_finalists(searched, finalists, settings, score, over),
        score=score,
        over=over,
        fresh={replicate_of(one): worth_of(one) for one in runs},
        default={replicate_of(one): worth_of(one) for one in default},
        is_default=not having[Role.CONFIRM],
        diverged=sum(not one.has_finished for one in runs),
    )


def _finalists(
    searched: dict[tuple[str, ...], list[RunResult]],
    having: dict[tuple[str, ...], list[RunResult]],
    settings: Sequence[str],
    score: str,
    over: str,
) -> list[Finalist]:
    found = [
        Finalist(
            label_of(some[0].overrides, settings),
            score_over(searched[values], score, over),
            len(searched[values]),
            score_over(some, score, over),
            len(some),
        )
        for values, some in having.items()
        if values in searched
    ]
    return sorted(found, key=lambda one: -METRICS.metric(score).sign * one.fresh)


def _chosen(
    searched: dict[tuple[str, ...], list[RunResult]],
    finalists: dict[tuple[str, ...], list[RunResult]],
    runs: Sequence[RunResult],
    settings: Sequence[str],
    over: str,
) -> tuple[str, ...]:
    """The setting that fresh seeds confirm, by its values: that of their `runs`, or, where it is the default, which has
    other values, the best of those that have met on others.
    """
    if of_runs := [values for values in by_setting(runs, settings) if values in searched]:
        return of_runs[0]
    if known := [values for values in finalists if values in searched]:
        return min(known, key=lambda one: over_seeds([loss_of(run) for run in finalists[one]], over))
    best, *_ = best_first([one for some in searched.values() for one in some], settings, over)
    return next(values for values, some in searched.items() if some[0] is best[0])


def _is_apart(run: RunResult) -> bool:
    """Whether no run that chose has seen the rows that a score is reported on: those of a table that are the same for
    all seeds, where others choose.
    """
    data = vars(run.spec.data)
    is_table = bool(run.network and run.network.encoding)
    return is_table and run.scored_on != run.reported_on and data["split_seed"] is not None


def not_confirmed(results: Sequence[RunResult], keys: Sequence[str], over: str) -> str:
    """A sentence that the score of a search's best setting was selected for being good; empty if no run finished."""
    settings = settings_in(keys)
    groups = best_first(results, settings, over)
    best = groups[0] if groups else []
    score = next((one.score for one in best if one.has_finished), "")
    if not score:
        return ""
    seeds, of = in_words({replicate_of(one) for one in best}), "" if over == "mean" else f"{over} "
    return (
        f"The best of {count(len(groups), 'setting')} is {label_of(best[0].overrides, settings) or ONLY}: searched {of}"
        f"{score} {number(score_over(best, score, over))} on {seeds}. Nothing is confirmed, and this score was chosen "
        "for being good: on fresh seeds it is likely to be worse."
    )
