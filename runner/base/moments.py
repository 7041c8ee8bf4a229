"""Means and deviations of numbers whose sum or squares are beyond the largest float."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from nn.registry import Array


def scaled(statistic: Callable[[Array], Any], values: Sequence[float] | Array) -> Any:
    """A statistic in the units of its finite values, even where their sum or their squares overflow.

    They are scaled by a power of two, so the bits of every other result are unchanged.
    """
    _, exponent = np.frexp(np.abs(values).max())
    return np.ldexp(statistic(np.ldexp(values, -exponent)), exponent)


def mean(values: Sequence[float]) -> float:
    """Of an exactly rounded sum: the same numbers have the same mean in any order, so that equal settings are level."""
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        return float(scaled(lambda shares: math.fsum(shares) / len(shares), values))


def spread(values: Sequence[float]) -> float:
    """The standard deviation; exactly 0 for equal numbers, whose mean is rounded; NaN for a single one."""
    if len(values) < 2:
        return math.nan
    return 0.0 if min(values) == max(values) else float(scaled(partial(np.std, ddof=1), values))
