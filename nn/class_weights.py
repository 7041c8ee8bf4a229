"""Class weights: how much a sample counts in what is minimised, by its class.

The weights sit in the loss itself, so that gradient, objective and shown cost have the same ones, whatever else is done
to them. The class of a sample is read from its target, by the rule that reads outputs as classes.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nn.activations import Activation
from nn.classes import chosen
from nn.losses import Loss
from nn.registry import Array


@dataclass(frozen=True)
class ClassWeights:
    """Weights `values (runs, n_classes)`; single targets on or above `threshold` are of class 1, others of class 0."""

    values: Array
    threshold: float


def balanced(Y: Array, threshold: float) -> Array:
    """Weights `(n_classes,)` with which all classes of the targets `Y (n, d_out)` count the same: n / (k n_c).

    Of `k` classes that there are, one with `n_c` of the `n` samples. Their weights have the mean 1 over the samples,
    and a class that has none here has the weight 1. King and Zeng (2001), Logistic Regression in Rare Events Data.
    """
    n, d_out = Y.shape
    counts = np.bincount(classes_of(Y.T[np.newaxis], threshold)[0], minlength=max(2, d_out))
    return np.where(counts > 0, n / (np.count_nonzero(counts) * np.maximum(counts, 1)), 1.0)


def classes_of(t: Array, threshold: float | Array) -> NDArray[np.intp]:
    """The class numbers `(runs|1, n)` of targets `t (runs|1, d_out, n)`; `threshold` is one, or `(runs|1, 1, 1)`."""
    return chosen(t, threshold, tie=0.0)


def weighted(loss: Loss, values: Array, threshold: float | Array) -> Loss:
    """The loss with every sample counted by the weight of its class, of weights `values (runs|1, n_classes)`."""
    runs = np.arange(len(values))[:, np.newaxis]

    def times(given: Array, weights: Array) -> Array:
        return np.multiply(given, weights, out=np.empty_like(given))  # the runs or the samples stay side by side

    def per_sample(z: Array, a: Array, t: Array) -> Array:
        return times(loss.per_sample(z, a, t), values[runs, classes_of(t, threshold)])

    def delta(z: Array, a: Array, t: Array, output: Activation) -> Array:
        weights = values[runs, classes_of(t, threshold)]
        return times(loss.delta(z, a, t, output), weights[:, np.newaxis])

    return replace(loss, per_sample=per_sample, delta=delta)
