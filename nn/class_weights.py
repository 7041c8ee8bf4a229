"""Class weights: how much each sample counts in the objective, by its class.

The weights are part of the loss, so gradient, objective and reported cost use the same ones. The class of a sample is
read from its target, by the rule that reads outputs as classes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nn.activations import Activation
from nn.classes import chosen
from nn.losses import Loss
from nn.registry import Array


@dataclass(frozen=True)
class ClassWeights:
    """Weights `values (runs, n_classes)`. With one output, targets >= `threshold` are class 1, others class 0."""

    values: Array
    threshold: float

    def of(self, t: Array, runs: NDArray[np.intp], threshold: float | Array | None = None) -> Array:
        """The weights `(runs, n)` of the samples of some runs, in the precision of `t (runs|1, d_out, n)`.

        `threshold (runs|1, 1, 1)` replaces the stored one if t is in other units.
        """
        # an array, so that float32 targets are compared in float64, as with a threshold of each run
        classes = classes_of(t, np.full((1, 1, 1), self.threshold) if threshold is None else threshold)
        weights: Array = self.values[runs[:, np.newaxis], classes]
        return weights.astype(t.dtype, copy=False)


def balanced(Y: Array, threshold: float) -> Array:
    """Weights `(n_classes,)` that make all classes of the targets `Y (n, d_out)` count the same: n / (k n_c).

    `k` is the number of classes that occur, and `n_c` the number of samples of a class. The mean weight over the
    samples is 1; a class without samples has weight 1. King and Zeng (2001), Logistic Regression in Rare Events Data.
    """
    n, d_out = Y.shape
    counts = np.bincount(classes_of(Y.T[np.newaxis], threshold)[0], minlength=max(2, d_out))
    return np.where(counts > 0, n / (np.count_nonzero(counts) * np.maximum(counts, 1)), 1.0)


def classes_of(t: Array, threshold: float | Array) -> NDArray[np.intp]:
    """The class numbers `(runs|1, n)` of targets `t (runs|1, d_out, n)`; `threshold` is one number or `(runs|1, 1, 1)`.

    A target at the threshold is of class 1.
    """
    return chosen(t, threshold, tie=0.0)


def weighted(loss: Loss, weigh: Callable[[Array], Array]) -> Loss:
    """The loss with each sample multiplied by its weight; `weigh` maps targets `(runs|1, d_out, n)` to `(runs, n)`."""

    def times(given: Array, weights: Array) -> Array:
        return np.multiply(given, weights, out=np.empty_like(given))  # the runs or the samples stay side by side

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        return times(loss.per_sample(z, a, t), weigh(t))

    def delta(z: Array, a: Array, t: Array, output: Activation) -> Array:
        return times(loss.delta(z, a, t, output), weigh(t)[:, np.newaxis])

    return replace(loss, per_sample=per_sample, delta=delta)
