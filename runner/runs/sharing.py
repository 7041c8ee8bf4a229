"""Results in little memory: a sweep holds all of its runs, and most of them share much."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from nn.registry import Array
from runner.runs.result import RunResult

MOST_SHARED = 64  # arrays that are remembered: those that many runs have come back soon


def in_little_room(result: RunResult) -> RunResult:
    """The same result. An array that came from another process is a view of a view of bytes, which takes three times
    the room of a copy; steps and scaling are one array for all runs that have equal ones.
    """
    network = result.network
    if network is not None:
        one = network.scaling
        fill = None if one.x_fill is None else _shared(one.x_fill)
        scaling = replace(one, x_shift=_shared(one.x_shift), x_scale=_shared(one.x_scale), x_fill=fill)
        network = replace(network, parameters=network.parameters.copy(), scaling=scaling)
    signals = {name: _shared(values) if name == "step" else values.copy() for name, values in result.signals.items()}
    snapshots = None if result.snapshots is None else result.snapshots.copy()
    return replace(result, network=network, signals=signals, snapshots=snapshots)


def _shared(values: Array) -> Array:
    return _known(values.tobytes(), values.dtype.str, values.shape)


@lru_cache(MOST_SHARED)
def _known(content: bytes, dtype: str, shape: tuple[int, ...]) -> Array:
    return np.frombuffer(content, dtype).reshape(shape).copy()
