"""Losses: what one sample costs, and delta = d loss / d z at the output layer.

Losses that belong to one output activation are computed from the pre-activation z, where that is the stable form.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nn.activations import Activation
from nn.registry import Array, Registry


@dataclass(frozen=True)
class Loss:
    """The cost of a sample and its derivative with respect to the output layer's pre-activation.

    `per_sample(z, a, t)` maps `(runs, d_out, n)` arrays to `(runs, n)`.
    `delta(z, a, t, output)` gives d per_sample / d z, `(runs, d_out, n)`; `output` is the output activation.
    `only_output` names the single output activation that the formulas hold for; None means any elementwise one.
    `only_task` names the single task it makes sense for; None means any.
    """

    per_sample: Callable[[Array, Array, Array], Array]
    delta: Callable[[Array, Array, Array, Activation], Array]
    only_output: str | None = None
    only_task: str | None = None


LOSSES: Registry[Callable[..., Loss]] = Registry("loss")


def _difference(z: Array, a: Array, t: Array, output: Activation) -> Array:
    """A - t: delta for sigmoid with binary cross-entropy and for softmax with cross-entropy, and only for those.

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
        return (a - t) * output.derivative(z, a)

    return Loss(per_sample, delta)


@LOSSES.register
def binary_cross_entropy() -> Loss:
    """-t log a - (1 - t) log(1 - a) with a = sigmoid(z), from z: max(z, 0) - z t + log(1 + exp(-|z|))."""

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        return np.asarray((np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))).sum(axis=-2))

    return Loss(per_sample, _difference, only_output="sigmoid", only_task="classification")


@LOSSES.register
def softmax_cross_entropy() -> Loss:
    """-sum_k t_k log a_k with a = softmax(z), from z by log-sum-exp."""

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        top = z.max(axis=-2)
        log_sum = top + np.log(np.exp(z - top[..., np.newaxis, :]).sum(axis=-2))
        return np.asarray(log_sum - (t * z).sum(axis=-2))

    return Loss(per_sample, _difference, only_output="softmax", only_task="classification")
