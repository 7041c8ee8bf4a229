"""Steps that are too short, too long or too few: rate, schedule, clipping, momentum."""

import math
from functools import lru_cache

import numpy as np

from runner.diagnosis.probes import Search, curvature, search
from runner.diagnosis.rules.longer import enough_steps, higher_rates
from runner.diagnosis.rules.network import VANISHING
from runner.diagnosis.rules.penalties import end_size, updates
from runner.diagnosis.rules.rule import NEAR_START, Rule
from runner.diagnosis.rules.start import DEAD, INIT_SMALL, avalanche, goes_nowhere, lower_rates, stands_still, steep
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Evidence

FADED, WORTH = 0.02, 0.1  # the schedule's last factor, and the sum of all by the number of steps
CLIPPED = 0.2  # the limit of the gradient's norm / its median
HEAVY = 0.95  # momentum
FEWEST, FEW = 100.0, 300.0  # updates at the full rate: too few for anything, and too few where the cost still falls
LEAP = 2.3  # the way of one update by the size of the weights; healthy 99 % and most: 0.42, 1.9
JUMP, SOON = 4.0, 64  # the same of some updates, this many at most; healthy 99 % and most: 2.1, 3.4
RISE = 5.0  # the last cost / least; healthy 99 % and most: 1.7, 3.1
BOUNCE = 1.5  # the cost / least so far, the median of the last half; healthy 99 %: 1.4
STEEP = 4.0  # rate times curvature at the end; above 2 a step goes too far; healthy 99 % and most: 2.1, 3.0
KILLED, SUDDEN = 0.25, 0.5  # share of a layer's units that die while no way between records is shorter; see DEAD
GROWN = 30.0  # norm of W by the square root of its units at the end; healthy 99 % and most: 21, 24
AT_START = 0.05  # the same of weights that are hardly other ones
SHORT = 30.0  # the best step along the gradient by the one that is taken
WORTHWHILE = 0.03  # what that step would save of the cost; traps: 0.005 at most
FALLS, STILL, STEADILY = 0.003, 0.01, 0.03  # of the cost, in the last fifth of the evaluations
SOMETHING = 1e-6  # of the cost: more than rounding


def _faded(subject: Subject) -> list[Evidence]:
    last, worth, limit = float(subject.factors[-1]), updates(subject), WORTH * len(subject.factors)
    if last >= FADED or worth >= limit:
        return []
    return [
        Evidence("last factor of the schedule", last, FADED, side="below"),
        Evidence("updates at the full rate that all are worth", worth, limit, side="below"),
    ]


DECAY_FAST = Rule(
    "D501",
    "decay_fast",
    when=lambda subject: bool(_faded(subject)),
    evidence=_faded,
    fixes=lambda subject: [("schedule=constant",)],
    proves=True,
    before=lambda subject: _faded(subject) if goes_nowhere(subject) else [],
)


def _limit(subject: Subject) -> float:
    """What a gradient is cut to, by its median norm; inf where it is not."""
    training, norms = subject.spec.training, np.array(subject.history["gradient_norm"])
    limits = [
        training.clip_norm,
        None if training.clip_value is None else training.clip_value * math.sqrt(subject.network.n_parameters),
    ]
    set_ones, median = [one for one in limits if one is not None], float(np.median(norms)) if len(norms) else 0.0
    return min(set_ones) / median if set_ones and median > 0 else math.inf


CLIP_TIGHT = Rule(
    "D502",
    "clip_tight",
    when=lambda subject: _limit(subject) < CLIPPED,
    evidence=lambda subject: [Evidence("clipping limit / median gradient", _limit(subject), CLIPPED, side="below")],
    fixes=lambda subject: [("training.clip_norm=null", "training.clip_value=null")],
)


MOMENTUM_HIGH = Rule(
    "D504",
    "momentum_high",
    when=lambda subject: subject.has_momentum and subject.momentum > HEAVY,
    evidence=lambda subject: [
        Evidence("optimizer.momentum", subject.momentum, HEAVY),
        Evidence("learning rate in the long run", subject.rate),
    ],
    fixes=lambda subject: [("optimizer.momentum=0.9",)],
    before=lambda subject: avalanche(subject) if subject.momentum > HEAVY else [],
)


def _jump(subject: Subject) -> Evidence | None:
    """The first way, of one update or between two records, that is far too long for the weights; else the longest."""
    steps, moved = subject.signal("moved")
    if len(steps) < 2:
        return None
    gaps = np.diff(steps)
    limits = np.where(gaps == 1, LEAP, np.where(gaps <= SOON, JUMP, np.inf))
    beyond = moved[1:].max(axis=1) / limits
    at = int((beyond > 1).argmax() if (beyond > 1).any() else beyond.argmax())
    layer, n = int(moved[at + 1].argmax()), int(gaps[at])
    name = "size of one update / weights" if n == 1 else f"size of {n} updates / weights"
    return Evidence(name, float(moved[at + 1, layer]), float(limits[at]), layer + 1, int(steps[at + 1]))


def _jumps(subject: Subject) -> bool:
    return (jump := _jump(subject)) is not None and jump.is_beyond


def _ended_early(subject: Subject) -> bool:
    """Whether there were hardly any updates, or the cost was still falling by steps that were long enough."""
    if updates(subject) < FEWEST:
        return True
    if updates(subject) < FEW:
        return subject.falls > STILL
    if subject.last is None or INIT_SMALL.when(subject) or VANISHING.when(subject):  # which are slow for that
        return False
    return subject.falls > STEADILY and _search(subject).best < SHORT


def few_updates(subject: Subject) -> Evidence:
    """The number of updates: too few for anything, too few while the cost still falls, or enough."""
    worth = updates(subject)
    return Evidence("updates at the full rate", worth, FEWEST if worth < FEWEST else FEW, side="below")


TOO_FEW_STEPS = Rule(
    "D505",
    "too_few_steps",
    when=lambda subject: not subject.has_diverged and _ended_early(subject) and not _jumps(subject),
    evidence=lambda subject: [
        few_updates(subject),
        Evidence("share of the cost saved in the last fifth of training", subject.falls, STILL),
    ],
    fixes=lambda subject: enough_steps(subject, FEW),
)


def too_far(subject: Subject) -> list[Evidence]:
    """Evidence that steps are too long."""
    if subject.has_diverged:
        return [Evidence("outcome", "diverged", step=subject.result.last_step + 1)]
    found, last = [*_risen(subject), _jump(subject)], subject.last
    if last is not None:
        found += [Evidence("norm of a unit's weights at the end", end_size(subject), GROWN), *_killed(subject)]
        if subject.is_plain:
            found += [Evidence("rate times curvature at the end", subject.rate * curvature(subject, last), STEEP)]
    return [one for one in found if one is not None and one.is_beyond]


def _risen(subject: Subject) -> list[Evidence]:
    """How far the cost is above the least so far; one that falls all the way is not."""
    if not len(cost := np.abs(subject.cost)) or not cost.all():
        return []
    above = cost / np.minimum.accumulate(cost)
    half = float(np.median(above[len(above) // 2 :]))
    return [
        Evidence("last cost / least", float(above[-1]), RISE),
        Evidence("cost / least so far, in the last half", half, BOUNCE),
    ]


def _killed(subject: Subject) -> list[Evidence]:
    """Layers of units that died in a step that was far too long."""
    first, last, (_, moved) = subject.first, subject.last, subject.signal("moved")
    if first is None or last is None or moved.max(initial=0) < SUDDEN:
        return []
    pairs = enumerate(zip(subject.dead(first), subject.dead(last), strict=True), 1)
    return [
        Evidence("share of dead units", float(now), DEAD, layer)
        for layer, (before, now) in pairs
        if now - before >= KILLED
    ]


LR_HIGH = Rule("D506", "lr_high", lambda subject: bool(too_far(subject)), too_far, lower_rates, before=steep)


@lru_cache(maxsize=8)
def _search(subject: Subject) -> Search:
    assert subject.last is not None
    return search(subject, subject.last)


def _too_short(subject: Subject) -> list[Evidence]:
    """What shows that the cost would have fallen further with longer steps."""
    if subject.last is None or (found := _search(subject)).gain < SOMETHING:
        return stands_still(subject)
    falls = Evidence("share of the cost saved in the last fifth of training", subject.falls, FALLS)
    best = Evidence("best step along the gradient / learning rate", found.best, SHORT)
    could, fell = found.gain > WORTHWHILE, subject.falls
    if fell > 0 and (subject.way < AT_START or (subject.way < NEAR_START and (could or fell > FALLS))):
        return [Evidence("distance from the first weights / their size", subject.way, NEAR_START, side="below"), falls]
    is_falling = fell > STEADILY or (could and fell > FALLS)
    return [falls, best] if found.best >= SHORT and is_falling else stands_still(subject)


LR_LOW = Rule("D507", "lr_low", lambda subject: bool(_too_short(subject)), _too_short, higher_rates)
