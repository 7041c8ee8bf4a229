"""Which setting is the best on one data set, by how much, and whether that may be chance: in sentences."""

import math
from collections.abc import Sequence

import numpy as np

from nn.metrics import METRICS
from runner.base.console import count
from runner.base.moments import mean
from runner.base.texts import brief, number
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
    rung_of,
    scores_of,
    told_on,
)  # fmt: skip
from runner.findings.numbers.setting import Setting
from runner.runs.overrides import settings_in, settings_of
from runner.runs.result import RunResult

MAX_NAMED = 3
TOO_FEW, MORE_SEEDS = f"the test needs at least {FEWEST}", "try more seeds"  # end sentences that seeds may decide
# Smaller differences count as none: half a percentage point of a share, such as accuracy; of an error a hundredth of
# what a constant reaches; of anything else a hundredth of the larger one.
LEAST_OF_SHARES, LEAST_SHARE = 0.005, 0.01


def compared(results: Sequence[RunResult], keys: Sequence[str], smallest: float | None = None) -> list[str]:
    """What runs on the same data show: the best setting, how certain that is, and which key affects the score most.

    Differences of the score below `smallest` do not count; None means the metric's own threshold.
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
    told += _after_the_best(found, score, results, smallest)
    if not is_tested and any(one.network and one.network.encoding for one in results):
        told.append(
            f"The {results[0].scored_on} rows rank the settings too, so the score of the best one is optimistic."
        )
    least = _least(score, best, best, results) if smallest is None else smallest
    return told + _strongest(results, keys, f"{chosen}{score}", least)


def beyond_chance(results: Sequence[RunResult], keys: Sequence[str], smallest: float | None = None) -> list[str]:
    """What a table of settings, best first, does not show: which are level with the first, and whether chance alone
    could have put the next one below it.
    """
    score = common_score(results)
    return _after_the_best(_settings(results, settings_in(keys), score), score, results, smallest)


def _after_the_best(
    found: Sequence[Setting], score: str, results: Sequence[RunResult], smallest: float | None
) -> list[str]:
    if len(found) < 2:
        return []
    best, chosen, told = found[0], chosen_on(results), []
    if level := [one for one in found[1:] if one.reached == best.reached]:
        told.append(_level(best, level, f"{chosen}{score}"))
    if other := next((one for one in found[1:] if one.reached != best.reached), None):
        least = _least(score, best, other, results) if smallest is None else smallest
        told.append(_against(best, other, score, least, chosen))
    return told


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
    by = f"The next best is {other.label}, with {number(other.mean)}"
    if len(other.values) < other.runs:
        by += f" ({len(other.values)} of {other.runs} runs {other.which})"
    if len(common) < FEWEST:
        return f"{by}; this may be chance, with only {in_words(common, 'shared ')}: {TOO_FEW}."
    pair = paired(np.array([mean(best.scores[one]) - mean(other.scores[one]) for one in common]))
    return (
        f"{by}: over {in_words(common, 'shared ')} the {chosen}{score} differs by {_signed(pair.mean)} on average "
        f"(95 % interval {_signed(pair.low)} to {_signed(pair.high)}, p = {pair.p:.3g} by a paired permutation test), "
        f"{_verdict(pair, score, least)}."
    )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{number(value, 2)}"


def _verdict(one: Paired, score: str, least: float) -> str:
    """What a comparison comes to."""
    if abs(one.mean) < least:
        is_sure = max(-one.low, one.high) < least
        told = f"which is too little to matter: less than {number(least, 2)} counts as no difference"
        return told if is_sure or not one.could_be_chance else f"{told}; {MORE_SEEDS}"
    if one.could_be_chance:
        return f"so this may be chance: {MORE_SEEDS}"
    is_better = one.mean * METRICS.metric(score).sign > 0
    return "so the difference stands" if is_better else "so on the shared seeds the next one is better"


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
        return [f"No setting changes the mean {score} by {number(least, 2)} or more."]
    means, n, of = strongest.means, strongest.n_compared, strongest.combinations
    low, high = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    from_to = f"from {number(means[low])} ({brief(low)}) to {number(means[high])} ({brief(high)})"
    values = "both values" if len(means) == 2 else f"all {len(means)} values"
    over = (
        f", over the {n} of {of} combinations of other settings and seeds that finished with {values} compared"
        if n < of
        else ""
    )
    return [f"Of the settings, {strongest.key} affects the mean {score} most: {from_to}{over}."]
