"""Fixes for steps that are too short or too few: larger by what a run's numbers require."""

import math

from runner.diagnosis.rules.rule import NEAR_START
from runner.diagnosis.rules.start import ADAPTIVE, VALLEY, curved
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Overrides

MOST = 0.1  # that a plain rate is raised to at once: the program's own; what is right beyond depends on the data
USUAL = ADAPTIVE / 10  # the same of an optimizer that makes all steps about as long as the rate


def higher_rates(subject: Subject) -> list[Overrides]:
    """As many tens of the rate as end the first step on this side of the valley, one at least; and another number."""
    rate, most = subject.spec.learning_rate, MOST if subject.is_plain else USUAL
    if subject.is_plain and (found := curved(subject)) > 0:
        most = min(most, rate * VALLEY * (1 - subject.momentum) / found)
    tens = math.floor(math.log10(most) - math.log10(rate) + 1e-9)
    return [(f"learning_rate={rate * 10.0**more:g}",) for more in ((tens, tens - 1) if tens > 1 else (1, 2))]


def enough_steps(subject: Subject, few: float) -> list[Overrides]:
    """Ten times the steps, or as many tens as make more than `few` updates; then ten times as many.

    With a higher rate where that many steps would go nowhere at this one.
    """
    tens = max(1, math.ceil(math.log10(few / max(1.0, float(subject.factors.sum())))))
    rate = higher_rates(subject)[0] if subject.way * 10**tens < NEAR_START else ()
    first = 0 if subject.has_stopped_early else tens
    return [(*_longer(subject, 10**more), *rate) for more in (first, first + 1)]


def _longer(subject: Subject, times: int) -> Overrides:
    """The training this many times as long, to its end."""
    training, patient = subject.spec.training, ["training.patience=null"] * subject.has_stopped_early
    if training.steps is not None:
        return (*patient, *[f"training.steps={training.steps * times}"] * (times > 1))
    return (*patient, *[f"training.epochs={(training.epochs or 1) * times}"] * (times > 1))
