"""How outputs of a network are read as classes, and which of them are a tie.

A class is chosen by one rule, here and wherever else a network's answer is read as a class. One output chooses the
positive class above the threshold and on it; several choose the class with the largest output. An output that differs
from the threshold, or from the largest output, by no more than TIE of the output's range is a tie: it counts as the
positive class, and among several outputs as the first of them. So no rounding decides, and a network that answers the
same for every sample is exactly as good as a constant.
"""

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array

TIE = 1e-9
ROUNDING = 8  # units in the last place: where they are more than TIE, as in float32, they are a tie too


def chosen(a: Array, threshold: float | Array = 0.5, tie: float = TIE) -> NDArray[np.intp]:
    """The class numbers `(runs, n)` that outputs `(runs, d_out, n)` stand for; those of one output are 0 and 1."""
    if a.shape[1] == 1:
        return np.asarray(((a > threshold) | is_tie(a, threshold, tie))[:, 0], dtype=np.intp)
    return np.asarray(is_tie(a, a.max(axis=1, keepdims=True), tie).argmax(axis=1))


def is_tie(a: Array, other: Array | float, tie: float) -> NDArray[np.bool_]:
    """Whether outputs are as good as equal to another value."""
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        return np.asarray(np.abs(a - other) <= tie)


def tie_of(span: float, dtype: str) -> float:
    """How far apart outputs of a network are a tie.

    `span` is the outputs' range: from end to end of a bounded activation, and for an unbounded one the distance of the
    two numbers that stand for "no" and "yes".
    """
    return span * max(TIE, ROUNDING * float(np.finfo(dtype).eps))


def first_of_equals(ordered: Array, tie: float) -> NDArray[np.intp]:
    """For every place in rising numbers along the last axis: where the numbers begin that are equal to it."""
    is_first = np.ones(ordered.shape, dtype=bool)
    is_first[..., 1:] = ~(np.diff(ordered, axis=-1) <= tie)
    return np.asarray(np.maximum.accumulate(np.where(is_first, np.arange(ordered.shape[-1]), 0), axis=-1))


def tied(scores: Array, tie: float) -> Array:
    """Scores of the samples, where those that are as good as equal are equal."""
    order = scores.argsort(axis=-1, kind="stable")
    ordered = np.take_along_axis(scores, order, axis=-1)
    made = np.empty_like(scores)
    np.put_along_axis(made, order, np.take_along_axis(ordered, first_of_equals(ordered, tie), axis=-1), axis=-1)
    return made
