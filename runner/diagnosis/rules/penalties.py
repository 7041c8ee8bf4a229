"""Regularisation that is too strong to learn: L1, L2, dropout."""

import math

import numpy as np

from runner.diagnosis.rules.rule import Rule
from runner.diagnosis.subject import Subject
from runner.plan.automatic import l2_of
from runner.runs.diagnosis import Evidence, Overrides
from runner.runs.field_types import AUTO
from runner.runs.overrides import settings_of

PULLED = 0.5  # the pull of L1 and L2 / gradient, at the end: 1 is balance
DECAYED = 0.5  # how much of the weights these have had the time to take, as an exponent
SHRUNK = 0.2  # norm of W by the square root of its units at the end, in the largest layer; healthy least: 1.06


def updates(subject: Subject) -> float:
    """The number of updates, in units of updates at the full rate."""
    return float(subject.factors.sum())


def end_size(subject: Subject) -> float:
    """The final norm of a unit's weights, in the layer where it is largest."""
    return math.inf if subject.last is None else float(subject.sizes(subject.last).max())


def penalty(subject: Subject) -> Evidence:
    """How strong L2 is, and whether the program chose it."""
    l2, typed = subject.spec.training.l2, settings_of(subject.result.overrides)
    is_table, rows = subject.data.samples.encoding is not None, len(subject.data.X_train)
    is_chosen = is_table and l2 == l2_of(rows) and typed.get("training.l2", AUTO) == AUTO
    return Evidence(f"training.l2{', chosen by the program' * is_chosen}", l2)


def _pull(subject: Subject) -> float:
    """The norm of what L1 and L2 add to the gradient by that of the gradient, at the end; 0 without them."""
    l1, l2, last = subject.spec.training.l1, subject.spec.training.l2, subject.last
    if not (l1 or l2) or last is None:
        return 0.0
    pulls = [l2 * W + l1 * np.sign(W) for W, _ in subject.layers(last)]
    pull, gradient = (
        sum(float((one**2).sum()) for one in some)
        for some in (pulls, [W for W, _ in subject.layers(subject.gradient(last))])
    )
    return math.sqrt(pull / gradient) if gradient > 0 else math.inf


def _decayed(subject: Subject) -> float:
    """How much L1 and L2 had the time to shrink weights of size 1 that no gradient holds, as an exponent."""
    strength, rate = subject.spec.training.l1 + subject.spec.training.l2, subject.spec.learning_rate * updates(subject)
    if subject.is_plain:
        return strength * rate / (1 - subject.momentum)
    return rate if strength >= 0.01 else 0.0


def _evidence(subject: Subject) -> list[Evidence]:
    l1, l2 = subject.spec.training.l1, subject.spec.training.l2
    found = [penalty(subject)] if l2 else []
    found += [Evidence("training.l1", l1)] if l1 else []
    kinds = " and ".join(["L1"] * bool(l1) + ["L2"] * bool(l2))
    return [
        *found,
        Evidence(f"pull of {kinds} / gradient, at the end", _pull(subject), PULLED),
        Evidence("norm of a unit's weights at the end, the largest", end_size(subject), SHRUNK, side="below"),
    ]


def _weaker(subject: Subject) -> list[Overrides]:
    given = {f"training.{key}": dict(subject.spec.training)[key] for key in ("l1", "l2")}
    strong = {key: value for key, value in given.items() if value}
    fixes = [tuple(f"{key}=0" for key in strong), tuple(f"{key}={value / 100:g}" for key, value in strong.items())]
    return fixes if strong else []


L2_STRONG = Rule(
    "D503",
    "l2_strong",
    when=lambda subject: (
        not subject.has_diverged  # where weights and gradient at the end are no balance of anything
        and (_pull(subject) > PULLED or end_size(subject) < SHRUNK)
        and _decayed(subject) > DECAYED
    ),
    evidence=_evidence,
    fixes=_weaker,
)
DROPOUT_STRONG = Rule(
    "D509",
    "dropout_strong",
    when=lambda subject: subject.spec.training.dropout > 0 and bool(subject.spec.network.hidden),
    evidence=lambda subject: [Evidence("training.dropout", subject.spec.training.dropout)],
    fixes=lambda subject: [("training.dropout=0",)],
)
