"""Metrics: how good outputs are, in words a person uses. All map `a, t (runs, d_out, n)` to `(runs,)`."""

from collections.abc import Callable

import numpy as np

from nn.registry import Array

Metric = Callable[[Array, Array], Array]


def rmse(a: Array, t: Array) -> Array:
    """Root mean squared error over samples and outputs, in the units of the targets as trained."""
    difference = a - t
    squares = (difference * difference).mean(axis=-1)
    return np.asarray(np.sqrt(squares.mean(axis=-1)))


def accuracy(a: Array, t: Array, threshold: float = 0.5) -> Array:
    """Share of samples with the right class: the largest of several outputs, or one output against the threshold.

    A sample with a non-finite output is not right. An only output exactly on the threshold decides nothing: not right.
    """
    if a.shape[1] == 1:
        right = ((a > threshold) == (t > threshold)) & (a != threshold) & np.isfinite(a)
        return np.asarray(right.mean(axis=(1, 2)))
    return np.asarray(((a.argmax(axis=1) == t.argmax(axis=1)) & np.isfinite(a).all(axis=1)).mean(axis=-1))
