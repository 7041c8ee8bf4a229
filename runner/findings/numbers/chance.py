"""Whether chance could have made paired differences: an interval for their mean and a p-value, both of one test.

The test changes signs: if differences lie symmetrically around a value, those from it are as likely with the other sign
(Fisher 1935, The Design of Experiments, section 21). The value is then below the mean of a chosen subset of the
differences as often as above it, whatever the subset (Hartigan 1969, Using Subsample Values as Typical Values). So the
sorted means of subsets are all that is needed: where zero lies among them is p, and the interval ends at those that p
calls chance no more. It has zero in it exactly when p is 0.05 or more.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array

FEWEST = 6  # differences: with fewer, p is never below CHANCE
CHANCE = 0.05
EXACT = 13  # differences whose subsets are all looked at
DRAWN = 9_999  # subsets of more, always the same ones
ROUNDING = 1e-12  # of a sum, relative to that of its sizes
AT_ONCE = 1 << 20  # numbers in memory


@dataclass(frozen=True)
class Paired:
    """The mean of paired differences, its 95 % interval (infinite below FEWEST), and the p-value."""

    mean: float
    low: float
    high: float
    p: float

    @property
    def could_be_chance(self) -> bool:
        """Whether zero is in the interval, which is equivalent to p."""
        return self.low <= 0 <= self.high


def paired(differences: Array) -> Paired:
    """The test for differences `(n,)` of pairs; deterministic."""
    return _tested(np.ascontiguousarray(differences, dtype=np.float64).tobytes())


@lru_cache(16)  # seconds for 50,000 pairs, and the terminal has the same comparisons as the report
def _tested(pairs: bytes) -> Paired:
    differences = np.frombuffer(pairs)
    largest = float(np.abs(differences).max()) or 1.0
    shares = differences / largest
    means = np.sort(np.concatenate(list(_means_of_subsets(shares))))
    every = len(means) + 1  # changes of sign, that of none among them
    beyond = math.ceil(every * CHANCE / 2) - 1
    low, high = (means[beyond - 1], means[-beyond]) if beyond > 0 else (-math.inf, math.inf)
    fewer = min(np.count_nonzero(means <= 0), np.count_nonzero(means >= 0))
    p = min(1.0, 2 * (1 + int(fewer)) / every)
    return Paired(largest * float(shares.mean()), largest * float(low), largest * float(high), p)


def _means_of_subsets(values: Array) -> Iterator[Array]:
    """The means of all subsets that are not empty, or of many random ones."""
    n = len(values)
    if n <= EXACT:
        numbers = np.arange(1, 2**n)
        yield _means(values, numbers[:, np.newaxis] >> np.arange(n) & 1)
        return
    rng = np.random.default_rng(0)
    rows = max(1, AT_ONCE // n)
    for start in range(0, DRAWN, rows):
        chosen = rng.integers(0, 2, (min(rows, DRAWN - start), n), dtype=np.uint8)
        yield _means(values, chosen[chosen.any(axis=1)])


def _means(values: Array, chosen: NDArray[np.integer[Any]]) -> Array:
    """Means of the chosen values; what is zero but for rounding is zero."""
    shares = chosen.astype(np.float64)
    sums, sizes = shares @ values, shares @ np.abs(values)
    return np.asarray(np.where(np.abs(sums) > ROUNDING * sizes, sums, 0.0) / chosen.sum(axis=1))
