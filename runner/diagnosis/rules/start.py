"""Initial weights: equal, too large, too small, or with dead units; and weights that end in a trap."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nn.registry import Array
from runner.diagnosis.probes import curvature
from runner.diagnosis.rules.rule import Rule
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Evidence, Overrides
from runner.runs.spec import Spec
from runner.runs.structure import activations_of

ALIKE, STILL_ALIKE = 1e-6, 1e-3  # differences between a layer's units by the size of its weights, at first and at last
DEAD = 0.75  # of a layer's units before the first update; healthy 99 %: 0.4
LARGE = 8.0  # norm of W by the square root of its units; healthy 99 %: 2.5
SMALL = 0.1  # the same in every layer; healthy 1 %: 0.86
NOWHERE = 2.0  # the sum of all rates, with momentum in the long run; healthy least: 3, but for easy lines
UNMOVED = 1e-9  # way from the first weights / their size, up to which costs are the same but for rounding
CLIFF = 20.0  # rate times curvature before the first update; see STEEP in steps
VALLEY = 2.0  # the same, above which a step along the gradient ends higher than it began
ADAPTIVE = 0.1  # a rate that is high for an optimizer that makes all steps about as long as the rate
AVALANCHE = 500.0  # the same of the rate in the long run; healthy most: 370
RECTIFIERS = ("relu", "floored_relu")


def rectified(spec: Spec) -> list[int]:
    """The hidden layers, from 0, that are 0 for half of their inputs."""
    return [layer for layer, one in enumerate(activations_of(spec)) if one.name in RECTIFIERS]


def _differences(subject: Subject, parameters: Array) -> list[float]:
    """How much the units of every hidden layer of two or more differ, by the size of their weights."""
    layers = subject.layers(parameters)
    found = []
    for (W, b), (V, _) in pairwise(layers):
        units = np.vstack([W[0], *([] if b is None else [b]), V[0].T])  # what goes in and what goes out, a column each
        if units.shape[1] > 1:
            size = float(np.sqrt(np.mean(units**2)))
            found.append(float(np.ptp(units, axis=1).max()) / size if size > 0 else 0.0)
    return found


def _twins(subject: Subject) -> list[int]:
    """The hidden layers, from 1, whose units are the same unit, from the first update to the last."""
    if subject.first is None or subject.last is None:
        return []
    pairs = zip(_differences(subject, subject.first), _differences(subject, subject.last), strict=True)
    return [number for number, (first, last) in enumerate(pairs, 1) if first < ALIKE and last < STILL_ALIKE]


def _drawn(subject: Subject) -> Sequence[Overrides]:
    """Weights drawn as suits the activation."""
    init = "he" if rectified(subject.spec) else "glorot"
    return [(f"init={init}", "network.bias_init=zero"), ("init=normal", "network.bias_init=zero")]


def _born_as_twins(subject: Subject) -> list[int]:
    """The hidden layers, from 1, whose units are the same unit before the first update."""
    if subject.first is None:
        return []
    return [number for number, first in enumerate(_differences(subject, subject.first), 1) if first < ALIKE]


def _alike(layers: Sequence[int]) -> list[Evidence]:
    return [Evidence("difference between the units of a layer", 0.0, ALIKE, one, 0, side="below") for one in layers]


SYMMETRIC_INIT = Rule(
    "D401",
    "symmetric_init",
    when=lambda subject: bool(_twins(subject)),
    evidence=lambda subject: _alike(_twins(subject)),
    fixes=_drawn,
    proves=True,
    before=lambda subject: _alike(_born_as_twins(subject)),
)


def _dead(subject: Subject) -> Array:
    if subject.first is None or not (at := rectified(subject.spec)):
        return np.zeros(1)
    shares = subject.dead(subject.first)
    return np.where([layer in at for layer in range(len(shares))], shares, 0.0)


DEAD_RELU = Rule(
    "D402",
    "dead_relu",
    when=lambda subject: bool((_dead(subject) >= DEAD).any()),
    evidence=lambda subject: [
        Evidence("share of dead units", float(share), DEAD, layer=layer, step=0)
        for layer, share in enumerate(_dead(subject), 1)
        if share >= DEAD
    ],
    fixes=lambda subject: [*_drawn(subject), ("activation=leaky_relu",)],
    before=True,
)


def _first_sizes(subject: Subject) -> Array:
    return np.ones(1) if subject.first is None else subject.sizes(subject.first)


def _large(subject: Subject) -> list[Evidence]:
    return [
        Evidence("norm of a unit's first weights", float(size), LARGE, layer=layer, step=0)
        for layer, size in enumerate(_first_sizes(subject), 1)
        if size > LARGE
    ]


INIT_LARGE = Rule(
    "D403",
    "init_large",
    when=lambda subject: bool(_large(subject)),
    evidence=_large,
    fixes=_drawn,
    before=lambda subject: _large(subject) if steep(subject) else [],
)
INIT_SMALL = Rule(
    "D404",
    "init_small",
    when=lambda subject: bool(subject.spec.network.hidden) and bool((_first_sizes(subject) < SMALL).all()),
    evidence=lambda subject: [
        Evidence(
            "norm of a unit's first weights, the largest", float(_first_sizes(subject).max()), SMALL, None, 0, "below"
        ),
    ],
    fixes=_drawn,
)


def curved(subject: Subject) -> float:
    """Rate times curvature along the gradient at the initial weights; 0 if it is uninformative."""
    if subject.first is None or not subject.is_plain:
        return 0.0
    return subject.spec.learning_rate * float(subject.factors[0]) * curvature(subject, subject.first)


def steep(subject: Subject) -> list[Evidence]:
    """Whether the first step goes far beyond the other side of the valley.

    Training often reaches flatter regions by itself, so the threshold is far above that for the end.
    """
    found = curved(subject)
    return [Evidence("rate times curvature at the first weights", found, CLIFF, step=0)] if found > CLIFF else []


def stands_still(subject: Subject) -> list[Evidence]:
    """Evidence that no update was long enough to move the weights, although there is a gradient."""
    last, is_end = subject.last, subject.result.restored in (None, subject.result.last_step)
    limit = max(UNMOVED, float(np.finfo(subject.spec.dtype).eps))
    if last is None or not is_end or subject.way >= limit or not subject.gradient(last).any():
        return []
    return [Evidence("distance from the first weights / their size", subject.way, limit, side="below")]


def lower_rates(subject: Subject) -> list[Overrides]:
    """A tenth of the rate, or the power of ten that keeps the first step within the valley; and a tenth of that."""
    beyond = curved(subject) / VALLEY if subject.is_plain else subject.spec.learning_rate / ADAPTIVE
    tenths = max(1, math.ceil(math.log10(beyond))) if 0 < beyond < math.inf else 1
    return [(f"learning_rate={subject.spec.learning_rate * 10.0**-more:g}",) for more in (tenths, tenths + 1)]


def avalanche(subject: Subject) -> list[Evidence]:
    """The same for the long-run rate with momentum."""
    found = curved(subject) / (1 - subject.momentum)
    name = "the rate in the long run times curvature at the first weights"
    return [Evidence(name, found, AVALANCHE, step=0)] if found > AVALANCHE else []


def goes_nowhere(subject: Subject) -> bool:
    """Whether all updates together are too small; a border between classes may be right after the first few."""
    return subject.total_rate < NOWHERE and subject.data.samples.task == "regression"
