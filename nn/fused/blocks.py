"""Rows of runs in blocks: `(rows, runs)` as `(blocks, rows, block)`, so that each block of runs is contiguous.

The last block is padded with copies of the first run, whose results are ignored.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.registry import Array

ALIGNMENT = 64  # bytes, of the widest vectors


def memory(runs: int, rows: int, block: int, dtype: Any) -> Array:
    """New memory for this many rows of these runs, aligned for vectors."""
    shape = (-(-runs // block), max(1, rows), block)
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.empty(size + ALIGNMENT, dtype=np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    aligned: Array = raw[start : start + size].view(dtype).reshape(shape)
    return aligned


def to_blocks(arrays: Sequence[Array], blocks: Array) -> None:
    """Copy arrays `(rows, runs)`, one below the other, into blocks."""
    first, block = 0, blocks.shape[2]
    for rows in arrays:
        last, (full, rest) = first + len(rows), divmod(rows.shape[1], block)
        whole = rows[:, : full * block].reshape(len(rows), full, block)
        blocks[:full, first:last] = whole.swapaxes(0, 1)
        if rest:
            blocks[full, first:last, :rest] = rows[:, full * block :]
            blocks[full, first:last, rest:] = rows[:, :1]
        first = last


def from_blocks(blocks: Array, arrays: Sequence[Array]) -> None:
    """Copy blocks back into the arrays `(rows, runs)`, one below the other."""
    first, block = 0, blocks.shape[2]
    for rows in arrays:
        last, (full, rest) = first + len(rows), divmod(rows.shape[1], block)
        whole = rows[:, : full * block].reshape(len(rows), full, block)
        whole[...] = blocks[:full, first:last].swapaxes(0, 1)
        if rest:
            rows[:, full * block :] = blocks[full, first:last, :rest]
        first = last
