"""Losses: what one sample costs, and delta = d loss / d z at the output layer.

Losses that belong to one output activation are computed from the pre-activation z, where that is the stable form.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nn.activations import LIMIT, Activation
from nn.registry import Array, Range, Registry

Smoothing = Annotated[float, Range(ge=0, lt=1)]
Costs = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Loss:
    """The cost of a sample and its derivative with respect to the output layer's pre-activation.

    `per_sample(z, a, t)` maps `(runs, d_out, n)` arrays to `(runs, n)`.
    `delta(z, a, t, output)` gives d per_sample / d z, `(runs, d_out, n)`; `output` is the output activation.
    `only_output` names the single output activation that the formulas hold for; None means any elementwise one.
    `only_task` names the single task it makes sense for; None means any.
    `domain` holds the bounds of the targets: beyond them the cost has no least value, or is no cost.
    `labels` are the numbers that must stand for no and yes in the targets; None means any two.
    """

    per_sample: Callable[[Array, Array, Array], Array]
    delta: Callable[[Array, Array, Array, Activation], Array]
    only_output: str | None = None
    only_task: str | None = None
    domain: tuple[float, float] = (-math.inf, math.inf)
    labels: tuple[float, float] | None = None


LOSSES: Registry[Callable[..., Loss]] = Registry("loss")


def _difference(z: Array, a: Array, t: Array, output: Activation) -> Array:
    """a - t: delta of the matching loss of an output activation, and of no other loss.

    Bishop (2006), Pattern Recognition and Machine Learning, section 4.3.6 (canonical link functions).
    """
    return a - t


@LOSSES.register
def half_mse() -> Loss:
    """1/2 sum_k (a_k - t_k)^2; delta = (a - t) f'(z). The cost is its mean over the samples."""

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        difference = a - t
        return np.asarray(0.5 * (difference * difference).sum(axis=-2))

    def delta(z: Array, a: Array, t: Array, output: Activation) -> Array:
        if output.derivative is None:
            raise ValueError("half_mse needs an elementwise output activation")
        difference = a - t
        difference *= output.derivative(z, a)
        return difference

    return Loss(per_sample, delta)


@LOSSES.register
def squared_error() -> Loss:
    """sum_k (a_k - t_k)^2, without the half; delta = 2 (a - t) f'(z)."""
    half = half_mse()
    return Loss(lambda z, a, t: 2 * half.per_sample(z, a, t), lambda z, a, t, output: 2 * half.delta(z, a, t, output))


@LOSSES.register
def absolute_error() -> Loss:
    """sum_k |a_k - t_k|; delta = sign(a - t) f'(z), 0 at the target itself."""

    def delta(z: Array, a: Array, t: Array, output: Activation) -> Array:
        if output.derivative is None:
            raise ValueError("absolute_error needs an elementwise output activation")
        return np.sign(a - t) * output.derivative(z, a)

    return Loss(lambda z, a, t: np.asarray(np.abs(a - t).sum(axis=-2)), delta)


@LOSSES.register
def huber(*, delta: Annotated[float, Range(gt=0)] = 1.0) -> Loss:
    """sum_k (a_k - t_k)^2 / 2 up to |a_k - t_k| = delta, and delta (|a_k - t_k| - delta / 2) beyond.

    An outlier pulls no harder than one at `delta`, which is in the units of the targets as they are trained.
    Huber (1964), Robust Estimation of a Location Parameter.
    """

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        size = np.abs(a - t)
        near = np.minimum(size, delta)
        return np.asarray((near * (size - near / 2)).sum(axis=-2))

    def slope(z: Array, a: Array, t: Array, output: Activation) -> Array:
        if output.derivative is None:
            raise ValueError("huber needs an elementwise output activation")
        return np.clip(a - t, -delta, delta) * output.derivative(z, a)

    return Loss(per_sample, slope)


@LOSSES.register
def hinge() -> Loss:
    """sum_k max(0, 1 - t_k z_k) for labels t_k of -1 and 1, each class against all others; delta = -t where t z < 1.

    Cortes and Vapnik (1995), Support-Vector Networks, section 3; Rifkin and Klautau (2004), In Defense of One-Vs-All
    Classification. With `training.l2` and no hidden layer it is a linear support vector machine.
    """

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        return np.asarray(np.maximum(0, 1 - t * z).sum(axis=-2))

    def delta(z: Array, a: Array, t: Array, output: Activation) -> Array:
        return -t * (t * z < 1)

    return Loss(per_sample, delta, only_output="identity", only_task="classification", labels=(-1.0, 1.0))


@LOSSES.register
def tanh_matching() -> Loss:
    """log cosh z - t z, the matching loss of a tanh output: delta = a - t.

    With log 2 added it is the cross-entropy of (1 + t) / 2 against (1 + a) / 2, so it is no squared error, and its
    least value is not 0.
    """

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        size = np.abs(z)
        return np.asarray((size + np.log1p(np.exp(-2 * size)) - math.log(2) - t * z).sum(axis=-2))

    return Loss(per_sample, _difference, only_output="tanh", domain=(-1.0, 1.0))


def _cross_entropy(costs: Costs, output: str, share: float, classes: int | None = None) -> Loss:
    """The matching loss of an output made for classes, of targets of which a `share` is spread evenly over the classes.

    These are two for every output, or as many as there are outputs. `costs(z, t)` maps `(runs, d_out, n)` arrays to
    `(runs, n)`. Szegedy et al. (2016), Rethinking the Inception Architecture, section 7 (label smoothing).
    """

    def spread(t: Array) -> Array:
        return t if share == 0 else t * (1 - share) + share / (classes or t.shape[-2])

    return Loss(
        lambda z, a, t: costs(z, spread(t)),
        lambda z, a, t, output: a - spread(t),
        only_output=output,
        only_task="classification" if classes is None else None,
        domain=(0.0, 1.0),
    )


@LOSSES.register
def binary_cross_entropy(*, label_smoothing: Smoothing = 0.0) -> Loss:
    """-t log a - (1 - t) log(1 - a) with a = sigmoid(z), from z: max(z, 0) - z t + log(1 + exp(-|z|)).

    `label_smoothing` s makes t (1 - s) + s / 2 of labels t.
    """

    def costs(z: Array, t: Array) -> Array:
        return np.asarray((np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))).sum(axis=-2))

    return _cross_entropy(costs, "sigmoid", label_smoothing, classes=2)


def _softmax_costs(z: Array, t: Array) -> Array:
    top = z.max(axis=-2)
    log_sum = top + np.log(np.exp(z - top[..., np.newaxis, :]).sum(axis=-2))
    return np.asarray(log_sum - (t * z).sum(axis=-2))


@LOSSES.register
def softmax_cross_entropy(*, label_smoothing: Smoothing = 0.0) -> Loss:
    """-sum_k t_k log a_k with a = softmax(z), from z by log-sum-exp.

    `label_smoothing` s makes t (1 - s) + s / K of labels t of K classes.
    """
    return _cross_entropy(_softmax_costs, "softmax", label_smoothing)


@LOSSES.register
def clipped_softmax_cross_entropy(*, label_smoothing: Smoothing = 0.0) -> Loss:
    """Softmax cross-entropy of z clipped to +-500; delta = a - t, the clip left out of it as in the usual code."""
    return _cross_entropy(lambda z, t: _softmax_costs(np.clip(z, -LIMIT, LIMIT), t), "clipped_softmax", label_smoothing)
