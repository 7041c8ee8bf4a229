"""A run's measurements over its steps, stored compactly, because a sweep holds all of its runs in memory."""

from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from nn.registry import Array

History = Mapping[str, Sequence[float]]  # as many numbers of every series, finite ones only; `step` among them


def series_of(values: "Array | array[float]") -> Sequence[float]:
    """The numbers of a series, in a quarter of the memory of a list; read-only, because runs share equal ones."""
    return _series(np.asarray(values, dtype=np.float64).tobytes())


@lru_cache(64)  # those that many runs have in common come back soon: the steps, and the rate of a schedule
def _series(content: bytes) -> "array[float]":
    return array("d", content)
