"""Logistic regression as defined by scikit-learn, in NumPy: importing scikit-learn takes a second.

It minimises C times the sum of the losses plus half the sum of the squared weights, except those of the constant
(scikit-learn's `LogisticRegression`; of two classes one has no weights), by L-BFGS (Liu and Nocedal 1989, On the
Limited Memory BFGS Method).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.runs.scaling import spread_of

MOST_STEPS, MEMORY, TINY = 500, 10, 1e-7  # of the gradient's largest entry, by the rows and C
ENOUGH, HALVINGS = 1e-4, 40  # of the fall that the slope promises (Armijo 1966)


def straight(X: Array, classes: NDArray[np.int64], at: Array, n_classes: int, C: float = 1.0) -> Array:
    """Probabilities `(n_classes, m)` at inputs `at (m, d_in)`, fitted to standardized `X (n, d_in)`, classes `(n,)`."""
    shift, scale = X.mean(axis=0), spread_of(X)
    there, places = np.unique(classes, return_inverse=True)
    found = np.zeros((n_classes, len(at)))
    if len(there) == 1:
        found[there[0]] = 1.0
        return found
    A, B = (np.column_stack([(one - shift) / scale, np.ones(len(one))]) for one in (X, at))
    is_it = np.eye(len(there))[places]
    free = slice(1, None) if len(there) == 2 else slice(None)
    counted = np.append(np.ones(X.shape[1]), 0.0)[:, np.newaxis]  # the constant has no penalty

    def objective(w: Array) -> tuple[float, Array]:
        W = np.zeros((A.shape[1], len(there)))
        W[:, free] = w.reshape(A.shape[1], -1)
        P, loss = _softmax(A @ W, is_it)
        gradient = C * (A.T @ (P - is_it)) + counted * W
        return C * loss + 0.5 * float((counted * W**2).sum()), gradient[:, free].ravel()

    w = _minimum(objective, np.zeros(A.shape[1] * (len(there) - (free.start or 0))), TINY * C * len(X))
    W = np.zeros((A.shape[1], len(there)))
    W[:, free] = w.reshape(A.shape[1], -1)
    found[there] = _softmax(B @ W)[0].T
    return found


def _softmax(Z: Array, is_it: Array | None = None) -> tuple[Array, float]:
    """Probabilities `(n, k)` of logits `Z (n, k)`, and the sum of the losses where the classes are known."""
    Z = Z - Z.max(axis=1, keepdims=True)
    exponentials = np.exp(Z)
    sums = exponentials.sum(axis=1, keepdims=True)
    loss = 0.0 if is_it is None else float((np.log(sums[:, 0]) - (is_it * Z).sum(axis=1)).sum())
    return exponentials / sums, loss


def _minimum(objective: Callable[[Array], tuple[float, Array]], w: Array, tiny: float) -> Array:
    """Where a smooth convex function of `w (p,)` with a gradient has its minimum."""
    value, g = objective(w)
    steps: list[tuple[Array, Array]] = []
    for _ in range(MOST_STEPS):
        if np.abs(g).max() <= tiny:
            break
        way = -_by_curvature(steps, g)
        slope = float(g @ way)
        length = 1.0 if steps else min(1.0, 1.0 / float(np.abs(g).sum()))
        for _ in range(HALVINGS):
            after, h = objective(w + length * way)
            if after <= value + ENOUGH * length * slope:
                break
            length /= 2
        else:
            break
        step, change = length * way, h - g
        w, value, g = w + step, after, h
        if step @ change > 1e-12 * (change @ change):
            steps = [*steps[1 - MEMORY :], (step, change)]
    return w


def _by_curvature(steps: list[tuple[Array, Array]], g: Array) -> Array:
    """The gradient `(p,)` by what the last steps, and the changes of the gradient in them, say of the curvature."""
    q, factors = g.copy(), []
    for step, change in reversed(steps):
        factors.append(float(step @ q) / float(step @ change))
        q -= factors[-1] * change
    if steps:
        step, change = steps[-1]
        q *= float(step @ change) / float(change @ change)
    for (step, change), factor in zip(steps, reversed(factors), strict=True):
        q += (factor - float(change @ q) / float(step @ change)) * step
    return q
