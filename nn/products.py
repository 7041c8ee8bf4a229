"""Products and sums inside every run of a stack, with the same bits whatever the number of runs."""

import numpy as np

from nn.registry import Array


def product(left: Array, right: Array, out: Array | None = None) -> Array:
    """Product of two matrices per run: `(runs, i, j) @ (runs, j, k)`.

    An outer product is a plain multiplication, and where the runs are next to each other in memory einsum goes through
    them in its inner loop: both cost less than a call of BLAS per run, which is what matmul does. The choice does not
    depend on how many runs there are, so that a run has the same bits in every stack.
    """
    if left.shape[-1] == 1:
        return np.multiply(left, right, out=out)
    if _runs_are_adjacent(left):
        return np.asarray(np.einsum("rij,rjk->rik", left, right, out=out, order="F"))
    return np.matmul(left, right, out=out)


def sum_over_samples(values: Array, out: Array) -> None:
    """The sum over the last axis of `(runs, units, n)` into `(runs, units)`; a product with ones is faster per run."""
    if values.shape[-1] == 1:
        out[...] = values[:, :, 0]
    elif _runs_are_adjacent(values):
        np.add.reduce(values, axis=-1, out=out)
    else:
        product(values, np.ones((values.shape[-1], 1), dtype=values.dtype), out=out[:, :, np.newaxis])


def _runs_are_adjacent(values: Array) -> bool:
    return values.strides[0] == values.itemsize


def norm(gradient: Array) -> Array:
    """Euclidean norm over the parameters `(runs, P)` of each run, `(runs,)`; scaled first: squares cannot overflow."""
    largest = np.abs(gradient).max(axis=1, initial=0)
    scale = np.where(largest > 0, largest, 1)
    scaled = gradient / scale[:, np.newaxis]
    return np.asarray(scale * np.sqrt((scaled * scaled).sum(axis=1)))
