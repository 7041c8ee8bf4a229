"""Networks that are unable to learn the data: linear, without bias, or with a gradient that vanishes."""

import numpy as np

from runner.diagnosis.rules.rule import Rule
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Evidence
from runner.runs.spec import Spec
from runner.runs.structure import activations_of

LINEAR = 0.1  # of the score that a network without hidden layer cannot reach
CURVED = 0.2  # the same before training; healthy most: 0.13
BENT = 0.4  # the same, beyond what a curve that only rises makes of a line, such as one unit, or a bounded output
DEEP = 3  # hidden layers from which a gradient may vanish
VANISHED = 0.05  # the gradient of W of the first layer by that of the last, at the first weights; healthy 1 %: 0.06


def is_linear(spec: Spec) -> bool:
    """Whether a network has no hidden layer, or only linear ones."""
    return all(one.name == "identity" for one in activations_of(spec))


def misses_a_line(subject: Subject) -> float:
    """How far the score of a linear model is below what the data allow."""
    return subject.reference.score - subject.reference.linear


def _scores(subject: Subject) -> list[Evidence]:
    return [
        Evidence("score that the data allow", subject.reference.score),
        Evidence("score of a linear model", subject.reference.linear, subject.reference.score - LINEAR, side="below"),
    ]


def _is_beyond_a_line(subject: Subject) -> bool:
    """Whether a linear network misses much, of whatever output: of classes none bends the border between them."""
    bends = subject.data.samples.task == "regression" and subject.spec.network.output != "identity"
    return misses_a_line(subject) > (BENT if bends else CURVED)


NO_HIDDEN = Rule(
    "D301",
    "no_hidden",
    when=lambda subject: is_linear(subject.spec) and misses_a_line(subject) > LINEAR,
    evidence=_scores,
    fixes=lambda subject: [
        ("network.hidden=[8]", "activation=tanh", *["network.bias=true"] * (not subject.spec.network.bias))
    ],
    proves=True,
    before=lambda subject: _scores(subject) if is_linear(subject.spec) and _is_beyond_a_line(subject) else [],
)


def _reaching(subject: Subject) -> float:
    """How much of the last layer's gradient reaches the first one, before the first update; 1 where not known."""
    if subject.first is None:
        return 1.0
    layers = subject.layers(subject.gradient(subject.first))
    first, last = (float(np.linalg.norm(layers[at][0])) for at in (0, -1))
    return first / last if last > 0 else 1.0


VANISHING = Rule(
    "D303",
    "vanishing",
    when=lambda subject: len(subject.spec.network.hidden) >= DEEP and _reaching(subject) < VANISHED,
    evidence=lambda subject: [
        Evidence("gradient of the first layer / that of the last", _reaching(subject), VANISHED, 1, 0, "below")
    ],
    fixes=lambda subject: [("activation=relu", "init=he", "network.bias_init=zero"), ("network.hidden=[8]",)],
)
NO_BIAS = Rule(
    "D304",
    "no_bias",
    when=lambda subject: not subject.spec.network.bias,
    evidence=lambda subject: [Evidence("network.bias", "false")],
    fixes=lambda subject: [("network.bias=true",)],
)
