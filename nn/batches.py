"""Batches: which samples each run of a stack sees at each step.

Every run draws from its own generators, so its samples depend neither on the other runs nor on how many steps are
prepared in advance (law 4). All classes return `x (runs, d_in, batch)` and `t (runs, d_out, batch)` in the memory order
they were made with: in C order the samples of a run are adjacent, in F order the runs.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array, Order

Draw = Callable[[int], tuple[Array, Array]]
Pair = tuple[Array, Array]
Pairing = Callable[[Array, Array, Sequence[np.random.Generator]], Pair]
Rows = NDArray[np.intp]
Source = TypeVar("Source")
Drawn = TypeVar("Drawn")
SAMPLES_AHEAD, SAMPLES_JOINED = 4096, 64


class Ahead(NamedTuple):
    """Batches of the next steps: step k has the `size` samples of `x (runs, d_in, n)` and `t` from `starts[k]` on."""

    x: Array
    t: Array
    starts: Sequence[int]
    size: int


class Batches(Protocol):
    """A stream of batches for the runs that still train; `order` is the memory order of its arrays."""

    order: Order

    def ahead(self, steps: int) -> Ahead:
        """The batches of at least one step and at most `steps`, all of one size."""

    def keep(self, rows: Rows) -> None:
        """Continue with some of the runs. A run that is named twice is in the stack twice and sees the same samples."""


class FullBatches:
    """All training samples at every step, in their given order."""

    def __init__(self, X: Array, Y: Array, order: Order = "C") -> None:
        self.order = order
        self._pair = sample_last(X, order), sample_last(Y, order)

    def ahead(self, steps: int) -> Ahead:
        return Ahead(*self._pair, [0] * steps, self._pair[0].shape[-1])

    def keep(self, rows: Rows) -> None:
        self._pair = _rows_of(self._pair, rows, self.order)


class ShuffledBatches:
    """Each pass visits the samples in a new random order, `batch_size` at a time; the last batch may be smaller.

    `orders` holds one generator per run. `passes_ahead` passes are drawn at once, which affects speed and memory, not
    numbers.
    """

    def __init__(
        self,
        X: Array,
        Y: Array,
        batch_size: int,
        orders: Sequence[np.random.Generator],
        passes_ahead: int | None = None,
        order: Order = "C",
    ) -> None:
        self.order = order
        self._X, self._Y, self._batch_size = X, Y, batch_size
        self._generators = Sources(orders)
        self._passes_ahead = passes_ahead or max(1, SAMPLES_AHEAD // X.shape[1])
        self._passes: Rows = np.empty((0, *X.shape[:2]), dtype=np.intp)  # those drawn ahead, `(passes, runs, n)`
        self._joined = max(1, SAMPLES_JOINED // X.shape[1]) if X.shape[1] % batch_size == 0 else 1
        self._pair, self._position = self._next_passes(), 0

    def ahead(self, steps: int) -> Ahead:
        if self._position >= self._pair[0].shape[-1]:
            self._pair, self._position = self._next_passes(), 0
        n = self._pair[0].shape[-1]
        starts, size = _of_one_size(range(self._position, n, self._batch_size)[:steps], self._batch_size, n)
        self._position = starts[-1] + size
        return Ahead(*self._pair, starts, size)

    def keep(self, rows: Rows) -> None:
        self._X, self._Y = self._X[rows], self._Y[rows]
        self._generators.keep(rows)
        self._passes = self._passes[:, rows]
        self._pair = _rows_of(self._pair, rows, self.order)

    def _next_passes(self) -> Pair:
        """A pass, or some that are short and have no smaller batch at their ends."""
        runs, n = self._X.shape[:2]
        if not len(self._passes):
            ahead = np.tile(np.arange(n), (self._passes_ahead, 1))
            orders = self._generators.ask(lambda rng: rng.permuted(ahead, axis=1))
            self._passes = np.stack(orders, axis=1)
        passes, self._passes = self._passes[: self._joined], self._passes[self._joined :]
        samples = passes.swapaxes(0, 1).reshape(runs, -1) + n * np.arange(runs)[:, np.newaxis]
        X, Y = self._X.reshape(runs * n, -1), self._Y.reshape(runs * n, -1)
        return sample_last(X[samples], self.order), sample_last(Y[samples], self.order)


class SliceBatches:
    """Slices of the samples in their given order, `batch_size` at a time; the last slice of a pass may be smaller.

    The next pass starts at the first sample or, if `cyclic`, where the last slice would have ended had it wrapped
    around: 100 samples in slices of 40 give [0, 40), [40, 80), [80, 100), [20, 60), [60, 100), and so on.
    """

    def __init__(self, X: Array, Y: Array, batch_size: int, cyclic: bool = False, order: Order = "C") -> None:
        n = X.shape[1]
        starts = list(range(0, n, batch_size))
        if cyclic:
            starts = [k * batch_size % n for k in range(n // math.gcd(n, batch_size))]
        self.order = order
        self._pair = sample_last(X, order), sample_last(Y, order)
        self._batch_size, self._starts, self._position = batch_size, starts, 0

    def ahead(self, steps: int) -> Ahead:
        first, cycle, n = self._position, len(self._starts), self._pair[0].shape[-1]
        starts = self._starts[first : first + steps]
        if len(starts) < steps:
            starts = (starts + self._starts * (steps // cycle + 1))[:steps]
        ahead = Ahead(*self._pair, *_of_one_size(starts, self._batch_size, n))
        self._position = (first + len(ahead.starts)) % cycle
        return ahead

    def keep(self, rows: Rows) -> None:
        self._pair = _rows_of(self._pair, rows, self.order)


class FreshBatches:
    """New samples from the data set's distribution at every step; no sample is seen twice.

    `draws` holds one function per run that maps a number of samples n to `X (n, d_in)`, `Y (n, d_out)`. It always draws
    `ahead` samples at once, so that the stream does not depend on the batch size.
    """

    def __init__(
        self, draws: Sequence[Draw], batch_size: int, dtype: Any, ahead: int = 1024, order: Order = "C"
    ) -> None:
        self.order = order
        self._draws, self._batch_size, self._dtype, self._ahead = Sources(draws), batch_size, dtype, ahead
        self._pair, self._position = self._draw(), 0

    def ahead(self, steps: int) -> Ahead:
        while self._position + self._batch_size > self._pair[0].shape[2]:
            left = [values[:, :, self._position :] for values in self._pair]
            x, t = (np.concatenate(both, axis=2) for both in zip(left, self._draw(), strict=True))
            self._pair, self._position = (np.asarray(x, order=self.order), np.asarray(t, order=self.order)), 0
        first, size = self._position, self._batch_size
        starts = range(first, self._pair[0].shape[2] - size + 1, size)[:steps]
        self._position = starts[-1] + size
        return Ahead(*self._pair, starts, size)

    def keep(self, rows: Rows) -> None:
        self._draws.keep(rows)
        self._pair = _rows_of(self._pair, rows, self.order)

    def _draw(self) -> Pair:
        pairs = self._draws.ask(lambda draw: draw(self._ahead))
        X, Y = (np.stack(arrays).astype(self._dtype, copy=False) for arrays in zip(*pairs, strict=True))
        return sample_last(X, self.order), sample_last(Y, self.order)


def paired(draw: Draw, pairing: Pairing, rng: np.random.Generator) -> Draw:
    """A draw of one run, with the network's `pairing` of inputs and targets applied to each block."""

    def draw_pairs(n: int) -> Pair:
        X, Y = draw(n)
        X, Y = pairing(X[np.newaxis], Y[np.newaxis], [rng])
        return X[0], Y[0]

    return draw_pairs


class Sources(Generic[Source]):
    """What each run draws from. A run that is in the stack twice draws once for both."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources, self._source_of = list(sources), np.arange(len(sources))

    def ask(self, draw: Callable[[Source], Drawn]) -> list[Drawn]:
        drawn = [draw(source) for source in self._sources]
        return [drawn[position] for position in self._source_of]

    def keep(self, rows: Rows) -> None:
        kept, self._source_of = np.unique(self._source_of[rows], return_inverse=True)
        self._sources = [self._sources[position] for position in kept]


def sample_last(values: Array, order: Order = "C") -> Array:
    """`(runs, n, d)` as contiguous `(runs, d, n)`: elementwise functions give identical bits only on one layout."""
    return np.asarray(values.swapaxes(1, 2), order=order)


def next_batch(batches: Batches) -> Pair:
    """The next step's `x (runs, d_in, batch)` and `t (runs, d_out, batch)`, contiguous; in F order they are views."""
    x, t, (start,), size = batches.ahead(1)
    batch = slice(start, start + size)
    return np.asarray(x[:, :, batch], order=batches.order), np.asarray(t[:, :, batch], order=batches.order)


def _of_one_size(starts: Sequence[int], batch_size: int, n: int) -> tuple[Sequence[int], int]:
    """The starts up to the first slice (of `n` samples) of another size, and the size of their slices."""
    last = n - batch_size  # of those that are not cut short
    if starts[0] > last:
        return starts[:1], n - starts[0]
    cut = max(starts) > last
    return starts[: next(place for place, start in enumerate(starts) if start > last)] if cut else starts, batch_size


def _rows_of(pair: Pair, rows: Rows, order: Order) -> Pair:
    return np.asarray(pair[0][rows], order=order), np.asarray(pair[1][rows], order=order)
