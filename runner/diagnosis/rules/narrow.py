"""Networks of few units: too few for the data, or few enough that some initial weights end in a trap."""

import itertools
import math
from functools import lru_cache

from runner.diagnosis.probes import search
from runner.diagnosis.rules.network import BENT, misses_a_line
from runner.diagnosis.rules.rule import AS_GOOD, NEAR_START, Rule
from runner.diagnosis.rules.steps import STEADILY, STILL, too_far
from runner.diagnosis.subject import Neighbour, Subject
from runner.runs.diagnosis import Evidence, Overrides
from runner.runs.spec import setting_of

NARROW = 4  # units
TRAPPED = 0.01  # the share of the cost that the best step along the gradient saves
SEEDS = 3  # other seeds, from which on it says something that none of them learns
SOME = 0.2  # of the other seeds; where fewer learn, it is luck that they do


def _is_narrow(subject: Subject) -> bool:
    hidden = subject.spec.network.hidden
    return bool(hidden) and min(hidden) <= NARROW and not subject.has_diverged


@lru_cache(maxsize=8)
def _siblings(subject: Subject) -> list[Neighbour]:
    """The runs beside it that differ in their seed alone."""
    mine = setting_of(subject.spec)
    return [one for one in subject.neighbours if one.spec.data == subject.spec.data and setting_of(one.spec) == mine]


def _lucky(subject: Subject) -> list[Neighbour]:
    """Of the runs that differ in their seed alone, those that reach what the data allow."""
    return [one for one in _siblings(subject) if one.score >= subject.reference.score - AS_GOOD]


def _is_trapped(subject: Subject) -> bool:
    """Whether a run has gone somewhere, by steps that are not too long, and its cost hardly falls any more."""
    if subject.last is None or too_far(subject) or not subject.spec.network.bias:
        return False
    falls = subject.falls
    is_still = falls < STILL or (falls < STEADILY and search(subject, subject.last).gain < TRAPPED)
    return NEAR_START < subject.way < math.inf and is_still


def _single(subject: Subject) -> list[Evidence]:
    hidden = subject.spec.network.hidden
    return [Evidence("units of a layer", 1.0, 2.0, hidden.index(1) + 1, side="below")] if 1 in hidden else []


def _narrowest(subject: Subject) -> Evidence:
    return Evidence("units of the narrowest layer", float(min(subject.spec.network.hidden)), NARROW + 1.0, side="below")


def _none_learns(subject: Subject) -> list[Evidence]:
    """What shows that no start would do."""
    seeds = len(_siblings(subject))
    if not _is_narrow(subject) or seeds < SEEDS or _lucky(subject) or not _is_trapped(subject):
        return []
    return [
        _narrowest(subject),
        Evidence("other seeds of this setting that do not learn", float(seeds), float(SEEDS)),
    ]


def _single_first(subject: Subject) -> bool:
    """One unit later on can still hand on an answer; one that is first sees all inputs as one number."""
    return subject.spec.network.hidden[:1] == (1,)


TOO_SMALL = Rule(
    "D302",
    "too_small",
    when=lambda subject: bool(_single(subject) or _none_learns(subject)),
    evidence=lambda subject: _single(subject) or _none_learns(subject),
    fixes=lambda subject: [("network.hidden=[8]",), ("network.hidden=[16,16]",)],
    before=lambda subject: _single(subject) if _single_first(subject) and misses_a_line(subject) > BENT else [],
)


def _some_learn(subject: Subject) -> bool:
    return len(_lucky(subject)) > SOME * len(_siblings(subject))


def _other_starts(subject: Subject) -> list[Overrides]:
    """A seed that is known to learn, else more units before a seed of which nothing is known."""
    lucky, wider = _lucky(subject), (f"network.hidden=[{','.join(str(4 * n) for n in subject.spec.network.hidden)}]",)
    if lucky:
        return [(f"seed={max(lucky, key=lambda one: one.score).spec.seed}",), wider]
    known = {subject.spec.seed} | {one.spec.seed for one in _siblings(subject)}
    new = next(seed for seed in itertools.count(subject.spec.seed + 1) if seed not in known)
    return [wider, (f"seed={new}",)]


BAD_START = Rule(
    "D405",
    "bad_start",
    when=lambda subject: _is_narrow(subject) and (_some_learn(subject) or _is_trapped(subject)),
    evidence=lambda subject: [
        _narrowest(subject),
        *_other_seeds(subject),
    ],
    fixes=_other_starts,
)


def _other_seeds(subject: Subject) -> list[Evidence]:
    """How many other seeds learn, where there are any."""
    n = len(_siblings(subject))
    return [Evidence(f"other seeds of this setting that learn, of {n}", float(len(_lucky(subject))))] if n else []
