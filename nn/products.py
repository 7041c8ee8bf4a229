"""Products and sums within each run of a stack, bit-identical whatever the number of runs."""

import numpy as np

from nn.registry import Array


def product(left: Array, right: Array, out: Array | None = None) -> Array:
    """Product of two matrices per run: `(runs, i, j) @ (runs, j, k)`.

    An outer product is an elementwise multiplication, and in F order einsum loops over the runs innermost: both cost
    less than matmul's one BLAS call per run. The choice does not depend on the number of runs, so a run has the same
    bits in every stack.
    """
    if left.shape[-1] == 1:
        return np.multiply(left, right, out=out)
    if _runs_are_adjacent(left):
        result: Array = np.einsum("rij,rjk->rik", left, right, out=out, order="F")
        return result
    return np.matmul(left, right, out=out)


def sum_over_samples(values: Array, out: Array) -> None:
    """Sum over the last axis of `(runs, units, n)` into `(runs, units)`, as a product with ones, which is faster."""
    if values.shape[-1] == 1:
        out[...] = values[:, :, 0]
    elif _runs_are_adjacent(values):
        np.add.reduce(values, axis=-1, out=out)
    else:
        product(values, np.ones((values.shape[-1], 1), dtype=values.dtype), out=out[:, :, np.newaxis])


def _runs_are_adjacent(values: Array) -> bool:
    return values.strides[0] == values.itemsize


def norm(gradient: Array) -> Array:
    """Euclidean norm of each run's gradient `(runs, P)`, `(runs,)`; scaled first, so that squares cannot overflow."""
    largest = np.abs(gradient).max(axis=1, initial=0)
    scale = np.where(largest > 0, largest, 1)
    scaled = gradient / scale[:, np.newaxis]
    found: Array = scale * np.sqrt((scaled * scaled).sum(axis=1))
    return found
