"""Snapshots of a run: its parameters during training, for the explorer page."""

import io
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nn.registry import Array

Snapshots = NDArray[np.void]  # (points,) with the fields `step` and `parameters (P,)`, in float32
FILE = "snapshots.npy"
FEW, MANY = 300, 2000  # parameters: up to these every evaluation is kept; beyond those only the final weights
MOST_RUNS, MOST_BYTES = 1000, 64 << 20  # of a sweep whose snapshots are kept unasked


def snapshot_steps(evaluations: Sequence[int], n_parameters: int) -> list[int]:
    """The evaluations at which parameters are kept: fewer for larger networks, so that runs take about the same space.

    The last one is always included, and so is the first one for networks of up to MANY parameters: there, runs of one
    seed are still identical.
    """
    if n_parameters > MANY:
        return list(evaluations[-1:])
    every = 1
    while n_parameters > every * FEW:
        every *= 2
    last = len(evaluations) - 1
    return [step for place, step in enumerate(evaluations) if (last - place) % every == 0 or place == 0]


def are_small(sizes: Iterable[tuple[int, int]], runs: int) -> bool:
    """Whether the snapshots of a sweep with this many runs are kept unasked, by parameters and evaluations of those of
    them that are known: what a resume has left.
    """
    if runs > MOST_RUNS:
        return False
    each = [4 * n * len(snapshot_steps(range(points + 1), n)) for n, points in sizes]
    return runs * sum(each) <= MOST_BYTES * len(each)


def snapshots_of(steps: Sequence[int], values: Array, end: int, last: Array) -> Snapshots | None:
    """Parameters `(points, P)` at these steps as one array, where the run was finite, and those of the trained network,
    `last (P,)` at the step `end`: a run that ends early may end at none of the steps. None where none are asked for.
    """
    if not len(steps):
        return None
    taken = {step: one for step, one in zip(steps, values, strict=True) if not np.isnan(one).any()}
    taken.setdefault(end, last)
    found = np.empty(len(taken), dtype=[("step", "<i8"), ("parameters", "<f4", last.shape)])
    with np.errstate(over="ignore"):
        for place, step in enumerate(sorted(taken)):
            found[place] = step, taken[step]
    return found


def write_snapshots(snapshots: Snapshots) -> bytes:
    """The snapshots as the bytes of an `.npy` file."""
    buffer = io.BytesIO()
    np.save(buffer, snapshots, allow_pickle=False)
    return buffer.getvalue()


def read_snapshots(content: bytes, n_parameters: int | None = None) -> Snapshots:
    """What `write_snapshots` wrote, of a network with this many parameters. Raises ValueError for anything else, before
    it takes any memory.
    """
    buffer = io.BytesIO(content)
    try:
        if npy.read_magic(buffer) != (1, 0):
            raise ValueError("another version")
        shape, _, dtype = npy.read_array_header_1_0(buffer)
    except Exception as error:  # of a header that is damaged it is of many kinds
        raise ValueError(f"{FILE} is not a complete array") from error
    if not _are_fields(dtype) or len(shape) != 1:
        raise ValueError(f"{FILE} has no steps and parameters")
    numbers = content[buffer.tell() :]
    if len(numbers) != shape[0] * dtype.itemsize:
        raise ValueError(f"{FILE} is not a complete array")
    found: Snapshots = np.frombuffer(numbers, dtype)
    steps, parameters = found["step"], found["parameters"]
    if n_parameters is not None and parameters.shape[1] != n_parameters:
        raise ValueError(f"{FILE} has {parameters.shape[1]:,} parameters a step, and the network {n_parameters:,}")
    if not len(steps) or steps[0] < 0 or np.any(np.diff(steps) <= 0) or np.isnan(parameters).any():
        raise ValueError(f"{FILE} has no ascending steps with numbers")
    return found


def _are_fields(dtype: np.dtype[np.void]) -> bool:
    if dtype.names != ("step", "parameters"):
        return False
    step, parameters = dtype["step"], dtype["parameters"]
    return step == np.dtype("<i8") and parameters.base == np.dtype("<f4") and parameters.ndim == 1
