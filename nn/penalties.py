"""Penalties: what regularisation adds to the gradient, to keep weights small (L2) or make most of them zero (L1)."""

import numpy as np

from nn.registry import Array


def pull(l2: Array, decayed: Array, parameters: Array) -> Array:
    """The L2 term of the gradient: l2 * W, the derivative of l2 / 2 |W|^2, `(runs, P)`."""
    return parameters * decayed * l2


def shrink(l1: Array, decayed: Array, parameters: Array) -> Array:
    """The L1 term of the gradient: l1 * sign(W), the derivative of l1 |W|, 0 at 0; `(runs, P)`."""
    return np.sign(parameters) * decayed * l1


def penalty_difference(l1: float, l2: float, decayed: Array, parameters: Array) -> Array:
    """The derivative `(P,)` of sum decayed_i (l1 |p_i| + l2 / 2 p_i^2) by central differences that do not cross 0.

    They are exact except for rounding, because both terms are a line or a parabola there; 0 at 0.
    """
    h = np.abs(parameters) / 2
    h[h == 0] = 1
    above, below = parameters + h, parameters - h
    slope = (np.abs(above) - np.abs(below)) / (2 * h)
    # (above^2 - below^2) / (above - below), as a product: squares could overflow
    return np.asarray(decayed * (l1 * slope + 0.5 * l2 * ((above - below) / (2 * h)) * (above + below)))
