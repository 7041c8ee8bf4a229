"""How a network's outputs are read as classes, and when two outputs are tied.

One rule decides, everywhere: a single output predicts the positive class at or above the threshold, and of several
outputs the largest wins. Outputs that differ from the threshold, or from the largest output, by no more than TIE of the
output range are tied: a tie goes to the positive class, or to the first of several outputs. So rounding never decides,
and a network that answers the same for every sample scores exactly as well as a constant.
"""

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array

TIE = 1e-9
ROUNDING = 8  # units in the last place: where they are more than TIE, as in float32, they are a tie too


def chosen(a: Array, threshold: float | Array = 0.5, tie: float = TIE) -> NDArray[np.intp]:
    """The class numbers `(runs, n)` that outputs `(runs, d_out, n)` predict; 0 and 1 for a single output."""
    if a.shape[1] == 1:
        return np.asarray(((a > threshold) | is_tie(a, threshold, tie))[:, 0], dtype=np.intp)
    return np.asarray(is_tie(a, a.max(axis=1, keepdims=True), tie).argmax(axis=1))


def is_tie(a: Array, other: Array | float, tie: float) -> NDArray[np.bool_]:
    """Whether outputs are tied with another value."""
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        return np.asarray(np.abs(a - other) <= tie)


def tie_of(span: float, dtype: str) -> float:
    """The largest difference at which two outputs of a network are tied.

    `span` is the range of the output: between the bounds of a bounded activation; for an unbounded one, the distance
    between the two numbers that encode "no" and "yes".
    """
    return span * max(TIE, ROUNDING * float(np.finfo(dtype).eps))


def first_of_equals(ordered: Array, tie: float) -> NDArray[np.intp]:
    """For each position in ascending values along the last axis, the position of the first value tied with it."""
    is_first = np.ones(ordered.shape, dtype=bool)
    is_first[..., 1:] = ~(np.diff(ordered, axis=-1) <= tie)
    return np.asarray(np.maximum.accumulate(np.where(is_first, np.arange(ordered.shape[-1]), 0), axis=-1))


def tied(scores: Array, tie: float) -> Array:
    """The scores of the samples, with tied scores made equal."""
    order = scores.argsort(axis=-1, kind="stable")
    ordered = np.take_along_axis(scores, order, axis=-1)
    made = np.empty_like(scores)
    np.put_along_axis(made, order, np.take_along_axis(ordered, first_of_equals(ordered, tie), axis=-1), axis=-1)
    return made
