"""What is drawn over seeds: histories with their quartiles, strips of final values, and representative runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nn.metrics import METRICS
from nn.registry import Array
from runner.base.texts import number
from runner.findings.numbers.fits import shown_of
from runner.findings.numbers.scores import (
    chosen_on,
    in_order,
    in_words,
    rank_of_run,
    replicate_of,
    reported_of,
    scores_of,
)
from runner.findings.numbers.solved import share_solved, solved
from runner.runs.overrides import label_of, settings_in
from runner.runs.result import RunResult

MAX_SETTINGS = 12
MAX_LINES = 100  # of single runs in a panel
EXPLODED = 100.0  # times the cost at the start: what has grown higher is drawn there, so that a picture stays readable
APART = 0.2  # of the range of all scores: between runs that solved their data and others
FEW_VALUES, MANY_RUNS = 6, 5  # different scores, that are shares of a setting's runs
EVERY_ROLE = ("median", "best", "worst")


@dataclass(frozen=True)
class Bundle:
    """Cost curves drawn alike: `lines (runs, steps)`, only some of many, and the quartiles of all of them."""

    steps: Array
    lines: Array
    low: Array
    median: Array
    high: Array
    n_runs: int
    is_solved: bool | None = None


@dataclass(frozen=True)
class Curves:
    """A setting's training cost over the steps: one bundle, or one for solved runs and one for the others."""

    label: str
    told: str
    bundles: list[Bundle]


@dataclass(frozen=True)
class Strip:
    """Final values of one setting's finished runs, and the number of its other runs."""

    label: str
    values: Sequence[float]
    unfinished: int = 0


@dataclass(frozen=True)
class Shown:
    """A run whose fit is shown: its setting, and what it represents."""

    label: str
    told: str
    result: RunResult


def curves(results: Sequence[RunResult], keys: Sequence[str]) -> tuple[list[Curves], int]:
    """Training cost of at most MAX_SETTINGS settings, best first; and the total number of settings."""
    groups = [[one for one in members if one.history.get("step")] for members in in_order(results, settings_in(keys))]
    groups = [members for members in groups if members]
    shown = groups[:MAX_SETTINGS]
    starts = np.abs([one.history["train/cost"][0] for members in shown for one in members])
    limit = EXPLODED * float(max(starts[np.isfinite(starts)], default=1.0))
    is_apart = _lie_apart(results)
    drawn = [Curves(_label(some, keys), _told(some), _bundles(some, limit, is_apart)) for some in shown]
    return drawn, len(groups)


def _told(members: Sequence[RunResult]) -> str:
    """How many runs there are, how many solved the data where that is known, and how many did not finish."""
    known = share_solved(members) if len(members) > 1 else None
    lost = sum(not one.has_finished for one in members)
    runs = f"solved {known[0]} of {known[1]}" if known else in_words([replicate_of(one) for one in members])
    return runs + (f"; {lost} did not finish" if lost else "")


def _lie_apart(results: Sequence[RunResult]) -> bool:
    """Whether the scores of runs that solved their data are far from those of all others."""
    scores: dict[bool | None, list[float]] = {True: [], False: [], None: []}
    for one in results:
        if one.has_finished and one.score in reported_of(one):
            scores[solved(one)].append(METRICS.metric(one.score).sign * reported_of(one)[one.score])
    if not scores[True] or not scores[False]:
        return False
    return min(scores[True]) - max(scores[False]) > APART * (max(scores[True]) - min(scores[False]))


def _bundles(members: Sequence[RunResult], limit: float, is_apart: bool) -> list[Bundle]:
    """Those of runs that solved the data and of the others, or all as one."""
    if not is_apart:
        return [_bundle(members, limit, None)]
    parts = {kind: [one for one in members if bool(solved(one)) is kind] for kind in (True, False)}
    return [_bundle(part, limit, kind) for kind, part in parts.items() if part]


def _bundle(members: Sequence[RunResult], limit: float, is_solved: bool | None) -> Bundle:
    steps = np.unique(np.concatenate([one.history["step"] for one in members])).astype(np.float64)
    costs = [np.interp(steps, one.history["step"], one.history["train/cost"]) for one in members]
    drawn = np.fmin(np.array(costs), limit)
    low, median, high = np.percentile(drawn, [25, 50, 75], axis=0)
    return Bundle(steps, drawn[shown_of(len(drawn), MAX_LINES)], low, median, high, len(drawn), is_solved)


def _label(members: Sequence[RunResult], keys: Sequence[str]) -> str:
    return label_of(members[0].overrides, settings_in(keys)) or ("all runs" if len(members) > 1 else "the run")


def strips(results: Sequence[RunResult], keys: Sequence[str], score: str) -> list[Strip]:
    """The reported final score of every run, by setting, best first."""
    found = []
    for members in in_order(results, settings_in(keys)):
        finished = [one for one in members if one.has_finished]
        values = [reported_of(one)[score] for one in finished if score in reported_of(one)]
        found.append(Strip(_label(members, keys), values, len(members) - len(finished)))
    return found


def thinned(values: Sequence[float], most: int) -> Sequence[float]:
    """At most `most` of the values, in order: spread over all, including the smallest and largest."""
    if len(values) <= most:
        return values
    by_size = np.argsort(values, kind="stable")
    kept = np.sort(by_size[np.linspace(0, len(values) - 1, most).round().astype(int)])
    return [values[place] for place in kept]


def values_in(found: Sequence[Strip], score: str) -> list[float]:
    """The distinct values of a score, best first, if there are few that many runs share; else none."""
    values = {round(value, 9) for strip in found for value in strip.values}
    has_many = max((len(strip.values) for strip in found), default=0) >= MANY_RUNS
    if not has_many or len(values) > FEW_VALUES:
        return []
    return sorted(values, reverse=METRICS.metric(score).better == "higher")


def runs_to_show(results: Sequence[RunResult], keys: Sequence[str], few: int) -> tuple[list[Shown], int]:
    """The run with the median score of each setting, best setting first; and the total number of settings.

    With up to `few` settings, also the best and the worst run of each, if each has three.
    """
    groups = [([one for one in some if one.has_finished], len(some)) for some in in_order(results, settings_in(keys))]
    kept = [(finished, total) for finished, total in groups if finished]
    roles = EVERY_ROLE if len(kept) <= few and all(len(some) >= len(EVERY_ROLE) for some, _ in kept) else ("median",)
    shown = []
    for finished, total in kept[:MAX_SETTINGS]:
        members = sorted(finished, key=rank_of_run)
        places = {"median": len(members) // 2, "best": 0, "worst": -1}
        known = share_solved(members)
        solving = f", solved {known[0]} of {total}" if known and total > 1 else ""
        for role in roles:
            one = members[places[role]]
            what, rest = (f"{role}: ", solving if role == "median" else "") if total > 1 else ("", "")
            shown.append(Shown(_label(members, keys), f"{what}{_scored(one)}{rest}", one))
    return shown, len(kept)


def _scored(result: RunResult) -> str:
    """The score that ranks, in words: `accuracy 0.75`, or `validation accuracy 0.75` where other rows are shown too."""
    name = result.score if result.score in scores_of(result) else "cost"
    return f"{chosen_on([result])}{name} {number(scores_of(result)[name], 3, thousands=',')}"
