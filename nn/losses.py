"""Losses: the loss of one sample, and delta = d loss / d z at the output layer.

A loss made for one output activation is computed from the pre-activation z where that is numerically stable.
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
    """The loss of one sample and its derivative with respect to the output layer's pre-activation.

    `per_sample(z, a, t)` maps arrays `(runs, d_out, n)` to `(runs, n)`. `delta(z, a, t, output)` is d per_sample / d z,
    `(runs, d_out, n)`; `output` is the output activation. `only_output` names the one output activation that the
    formulas hold for; None means any elementwise activation. `only_task` names the one task that the loss is for; None
    means any. `domain` holds the bounds of valid targets: outside them the loss has no minimum. `labels` are the
    targets that must encode no and yes; None means any two numbers.
    """

    per_sample: Callable[[Array, Array, Array], Array]
    delta: Callable[[Array, Array, Array, Activation], Array]
    only_output: str | None = None
    only_task: str | None = None
    domain: tuple[float, float] = (-math.inf, math.inf)
    labels: tuple[float, float] | None = None


LOSSES: Registry[Callable[..., Loss]] = Registry("loss")


def _over_outputs(values: Array) -> Array:
    total: Array = values.sum(axis=-2)
    return total


def _difference(z: Array, a: Array, t: Array, output: Activation) -> Array:
    """a - t: delta of the loss that matches an output activation, and of no other loss.

    Bishop (2006), Pattern Recognition and Machine Learning, section 4.3.6 (canonical link functions).
    """
    return a - t


@LOSSES.register
def half_mse() -> Loss:
    """1/2 sum_k (a_k - t_k)^2; delta = (a - t) f'(z). The cost is the mean over samples."""

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        difference = a - t
        return 0.5 * _over_outputs(difference * difference)

    def delta(z: Array, a: Array, t: Array, output: Activation) -> Array:
        if output.derivative is None:
            raise ValueError("half_mse needs an elementwise output activation")
        difference = a - t
        difference *= output.derivative(z, a)
        return difference

    return Loss(per_sample, delta)


@LOSSES.register
def squared_error() -> Loss:
    """sum_k (a_k - t_k)^2, without the factor 1/2; delta = 2 (a - t) f'(z)."""
    half = half_mse()
    return Loss(lambda z, a, t: 2 * half.per_sample(z, a, t), lambda z, a, t, output: 2 * half.delta(z, a, t, output))


@LOSSES.register
def absolute_error() -> Loss:
    """sum_k |a_k - t_k|; delta = sign(a - t) f'(z), which is 0 where a = t."""

    def delta(z: Array, a: Array, t: Array, output: Activation) -> Array:
        if output.derivative is None:
            raise ValueError("absolute_error needs an elementwise output activation")
        return np.sign(a - t) * output.derivative(z, a)

    return Loss(lambda z, a, t: _over_outputs(np.abs(a - t)), delta)


@LOSSES.register
def huber(*, delta: Annotated[float, Range(gt=0)] = 1.0) -> Loss:
    """sum_k 1/2 (a_k - t_k)^2 where |a_k - t_k| <= delta, else delta (|a_k - t_k| - delta / 2).

    Beyond `delta` the gradient no longer grows, so outliers pull less. `delta` is in the units of the scaled targets.
    Huber (1964), Robust Estimation of a Location Parameter.
    """

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        size = np.abs(a - t)
        near = np.minimum(size, delta)
        return _over_outputs(near * (size - near / 2))

    def slope(z: Array, a: Array, t: Array, output: Activation) -> Array:
        if output.derivative is None:
            raise ValueError("huber needs an elementwise output activation")
        return np.clip(a - t, -delta, delta) * output.derivative(z, a)

    return Loss(per_sample, slope)


@LOSSES.register
def hinge() -> Loss:
    """sum_k max(0, 1 - t_k z_k) for labels t_k of -1 and 1, one class against the rest; delta = -t where t z < 1.

    Cortes and Vapnik (1995), Support-Vector Networks, section 3; Rifkin and Klautau (2004), In Defense of One-Vs-All
    Classification. With `training.l2` and no hidden layer, this is a linear support vector machine.
    """

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        return _over_outputs(np.maximum(0, 1 - t * z))

    def delta(z: Array, a: Array, t: Array, output: Activation) -> Array:
        return -t * (t * z < 1)

    return Loss(per_sample, delta, only_output="identity", only_task="classification", labels=(-1.0, 1.0))


@LOSSES.register
def tanh_matching() -> Loss:
    """sum_k log cosh z_k - t_k z_k, the matching loss of a tanh output; delta = a - t.

    Plus log 2 per output it is the cross-entropy of (1 + t) / 2 and (1 + a) / 2, so its minimum is not 0.
    """

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        size = np.abs(z)
        return _over_outputs(size + np.log1p(np.exp(-2 * size)) - math.log(2) - t * z)

    return Loss(per_sample, _difference, only_output="tanh", domain=(-1.0, 1.0))


def _cross_entropy(costs: Costs, output: str, share: float, classes: int | None = None) -> Loss:
    """Cross-entropy of a matching output activation, with label smoothing: `share` is spread evenly over the classes.

    `costs(z, t)` maps arrays `(runs, d_out, n)` to `(runs, n)`. `classes` is the number of classes of each output; None
    means one class per output. Szegedy et al. (2016), Rethinking the Inception Architecture, section 7.
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
    """-sum_k t_k log a_k + (1 - t_k) log(1 - a_k) with a = sigmoid(z); delta = a - t.

    Computed from z as max(z, 0) - z t + log(1 + exp(-|z|)). `label_smoothing` s replaces the label t by t (1 - s) + s /
    2.
    """

    def costs(z: Array, t: Array) -> Array:
        return _over_outputs(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))

    return _cross_entropy(costs, "sigmoid", label_smoothing, classes=2)


def _softmax_costs(z: Array, t: Array) -> Array:
    top: Array = z.max(axis=-2)
    log_sum = top + np.log(_over_outputs(np.exp(z - top[..., np.newaxis, :])))
    return log_sum - _over_outputs(t * z)


@LOSSES.register
def softmax_cross_entropy(*, label_smoothing: Smoothing = 0.0) -> Loss:
    """-sum_k t_k log a_k with a = softmax(z), computed from z by log-sum-exp; delta = a - t.

    With K classes, `label_smoothing` s replaces the label t by t (1 - s) + s / K.
    """
    return _cross_entropy(_softmax_costs, "softmax", label_smoothing)


@LOSSES.register
def clipped_softmax_cross_entropy(*, label_smoothing: Smoothing = 0.0) -> Loss:
    """Softmax cross-entropy of z clipped to +-500; delta = a - t, ignoring the clipping, as the usual code does."""
    return _cross_entropy(lambda z, t: _softmax_costs(np.clip(z, -LIMIT, LIMIT), t), "clipped_softmax", label_smoothing)
