"""How a run fares compared with what its data allow, in words; and a sweep in counts."""

import math
from collections import Counter
from collections.abc import Sequence

from runner.base.console import count
from runner.base.texts import number
from runner.diagnosis.causes import causes_of, failures_of
from runner.diagnosis.judged import Judged, Unjudged
from runner.diagnosis.rules.data import NOTHING
from runner.runs.outcome import Outcome

HALF = 0.5  # of what the data allow: a run with less does not learn
SHORTFALLS = {
    "does not learn": "do not learn",
    "does worse than the data allow": "do worse than the data allow",
    "learns only its training samples": "learn only their training samples",
}  # of one run, of several
NO_LEARNING, WORSE, TRAINING_ONLY = SHORTFALLS
MIXED = "fall short of what the data allow"  # of several runs, each in a way of its own
_SCALES = {"rmse": "R2", "balanced accuracy": "score"}  # in which runs are judged, where it is not what is shown


def shortfall(one: Judged) -> str:
    """How a run falls short of what its data allow: one of SHORTFALLS; empty if it learns."""
    if one.diagnosis.verdict == "healthy" or math.isnan(one.scores.tested):
        return ""
    if one.learns_training_only:
        return TRAINING_ONLY
    return WORSE if one.allowed >= NOTHING and one.scores.tested > HALF * one.allowed else NO_LEARNING


def common(group: Sequence[Judged]) -> str:
    """How all of these runs fall short: one of SHORTFALLS, or MIXED."""
    ways = {shortfall(one) for one in group}
    return ways.pop() if len(ways) == 1 else MIXED


def fall_short(way: str, n: int) -> str:
    """One of SHORTFALLS, phrased for this many runs."""
    return way if n == 1 else SHORTFALLS.get(way, way)


def summary(found: Sequence[Judged | Unjudged]) -> str:
    """How many runs learn, how many fall short in which way, and how many are not judged."""
    runs = [one for one in found if isinstance(one, Judged)]
    fall_short = Counter(shortfall(one) for one in runs)
    counts = {
        ("learns", "learn"): sum(one.diagnosis.verdict == "healthy" for one in runs),
        **{pair: fall_short[pair[0]] for pair in SHORTFALLS.items()},
        ("has no score", "have no score"): sum(math.isnan(one.scores.tested) for one in runs),
    }
    said = [f"{n} {words[n > 1]}" for words, n in counts.items() if n]
    left = [one for one in found if isinstance(one, Unjudged)]
    for outcome in (Outcome.FAILED, Outcome.KILLED):
        if n := sum(one.result.outcome is outcome for one in left):
            said.append(f"{n} {outcome.value} (not judged)")
    if n := sum(one.result.outcome.is_trained for one in left):
        said.append(f"{n} cannot be judged")
    whole, causes = failures_of(found), causes_of(found)
    where = list[str]()
    if whole and whole.factor and len(causes) > 1:
        where = [f"{SHORTFALLS.get(common(whole.runs), MIXED)}: {whole.words}"]
    return "\n".join([f"{count(len(found), 'run')}: {', '.join(said)}{_unexplained(runs)}", *where])


def _unexplained(runs: Sequence[Judged]) -> str:
    """How many of the runs that fall short have no known cause."""
    n = sum(one.diagnosis.verdict == "unknown" and bool(shortfall(one)) for one in runs)
    are = "is" if n == 1 else "are"
    others = sum(bool(shortfall(one)) for one in runs) - n
    return f"; {n} of these {n + others} {are} unexplained" if n and others else "; unexplained" if n else ""


def allowed(one: Judged) -> str:
    """What the data allow, and what a constant and a linear model reach; `or better` if the run does."""
    given, reached = one.reference, one.scores.tested
    is_known = given.is_known
    much = f"{value(one, one.allowed)}{scale(one, one.allowed) if is_known else ''}"
    is_more = reached > one.allowed and value(one, reached) != value(one, one.allowed)
    more = " or better" if is_more else " with each class counted the same" if one.is_of_rare_classes else ""
    why = "" if is_known else f" ({given.why_not.rstrip('.')})"
    how = "" if is_more else "about " if is_known else "perhaps "
    line = "" if one.is_of_rare_classes else f", with a linear model about {value(one, given.linear)}"
    return f"the data allow {how}{much}{more}{why}{line}; a constant reaches {value(one, 0.0)}"


def allowed_to(some: Sequence[Judged]) -> str:
    """What the data of several learning runs allow; empty if unknown."""
    known = [one for one in some if one.reference.is_known]
    if not known:
        return ""
    best, most = (max(known, key=score) for score in (lambda one: one.scores.tested, lambda one: one.allowed))
    is_more = best.scores.tested > most.allowed and value(best, best.scores.tested) != value(most, most.allowed)
    words = span([one.shown(one.allowed) for one in known])
    return f"the data allow {words} or better" if is_more else f"the data allow about {words}"


def reached(one: Judged) -> str:
    """What a run reached, and what it could have reached."""
    return f"{measured(one)}; {allowed(one)}"


def measured(one: Judged) -> str:
    """The score of a run in the units of its metric, with the metric's name."""
    score = one.scores.tested
    if math.isinf(score):
        why = "its outputs are not finite, or far beyond the targets" if one.result.has_finished else "diverged"
        return f"no {one.metric} ({why})"
    return f"{one.metric} {value(one, score)}{scale(one, score)}"


def value(one: Judged, score: float) -> str:
    """A score in the units of the metric."""
    return number(one.shown(score), 3, ",")


def scale(one: Judged, score: float) -> str:
    """What is shown in other units in those in which runs are judged."""
    name = _SCALES.get(one.metric)
    return f" ({name} {number(score, 3)})" if name else ""


def span(values: Sequence[float]) -> str:
    """From the smallest to the largest value."""
    return " to ".join(dict.fromkeys(number(one, 3, ",") for one in (min(values), max(values))))
