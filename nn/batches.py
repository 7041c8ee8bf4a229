"""Batches: which samples each run of a stack sees at each step.

Every run draws from its own generators, so what it sees depends neither on its neighbours nor on how many steps are
prepared at once (law 4). All classes hand out `x (runs, d_in, batch)` and `t (runs, d_out, batch)` in the memory order
they were made with: in C order the samples of a run are next to each other, in F order the runs.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array, Order

Draw = Callable[[int], tuple[Array, Array]]
Pair = tuple[Array, Array]
Pairing = Callable[[Array, Array, Sequence[np.random.Generator]], Pair]
Rows = NDArray[np.intp]
Source = TypeVar("Source")
Drawn = TypeVar("Drawn")
SAMPLES_AHEAD = 4096


class Batches(Protocol):
    """A stream of batches for the runs that are still training; in the memory `order` it is trained in that order."""

    order: Order

    def next(self) -> Pair:
        """The next step's `x (runs, d_in, batch)` and `t (runs, d_out, batch)`."""

    def keep(self, rows: Rows) -> None:
        """Continue with some of the runs; one that is named twice is in the stack twice and sees the same samples."""


class FullBatches:
    """All training samples at every step, in their given order."""

    def __init__(self, X: Array, Y: Array, order: Order = "C") -> None:
        self.order = order
        self._pair = sample_last(X, order), sample_last(Y, order)

    def next(self) -> Pair:
        return self._pair

    def keep(self, rows: Rows) -> None:
        self._pair = _rows_of(self._pair, rows, self.order)


class ShuffledBatches:
    """Every pass goes through the samples in a new random order, `batch_size` at a time; the last may be smaller.

    `orders` holds one generator per run. `passes_ahead` orders are drawn at once; it changes speed and memory, not
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
        self._passes: deque[Rows] = deque()
        self._pass, self._position = self._one_pass(), 0

    def next(self) -> Pair:
        if self._position >= self._X.shape[1]:
            self._pass, self._position = self._one_pass(), 0
        batch = slice(self._position, self._position + self._batch_size)
        self._position += self._batch_size
        return _samples_of(self._pass, batch, self.order)

    def keep(self, rows: Rows) -> None:
        self._X, self._Y = self._X[rows], self._Y[rows]
        self._generators.keep(rows)
        self._passes = deque(one[rows] for one in self._passes)
        self._pass = _rows_of(self._pass, rows, self.order)

    def _one_pass(self) -> Pair:
        runs, n = self._X.shape[:2]
        if not self._passes:
            ahead = np.tile(np.arange(n), (self._passes_ahead, 1))
            orders = self._generators.ask(lambda rng: rng.permuted(ahead, axis=1))
            self._passes.extend(np.stack(orders, axis=1))
        samples = self._passes.popleft() + n * np.arange(runs)[:, np.newaxis]
        X, Y = self._X.reshape(runs * n, -1), self._Y.reshape(runs * n, -1)
        return sample_last(X[samples], self.order), sample_last(Y[samples], self.order)


class SliceBatches:
    """Slices of the samples in their given order, `batch_size` at a time; the last of a pass may be smaller.

    The next pass starts at the first sample, or, when `cyclic`, where the last slice would have ended had the samples
    been joined end to start: 100 samples by 40 give [0, 40), [40, 80), [80, 100), [20, 60), [60, 100), and again.
    """

    def __init__(self, X: Array, Y: Array, batch_size: int, cyclic: bool = False, order: Order = "C") -> None:
        n = X.shape[1]
        starts = list(range(0, n, batch_size))
        if cyclic:
            starts = [k * batch_size % n for k in range(n // math.gcd(n, batch_size))]
        self.order = order
        self._pair = sample_last(X, order), sample_last(Y, order)
        self._batch_size, self._starts, self._position = batch_size, starts, -1

    def next(self) -> Pair:
        self._position = (self._position + 1) % len(self._starts)
        start = self._starts[self._position]
        return _samples_of(self._pair, slice(start, start + self._batch_size), self.order)

    def keep(self, rows: Rows) -> None:
        self._pair = _rows_of(self._pair, rows, self.order)


class FreshBatches:
    """New samples from the data set's distribution at every step; no sample is seen twice.

    `draws` holds one function per run, number of samples -> `X (n, d_in)`, `Y (n, d_out)`. It is always asked for
    `ahead` samples, so that the stream is the same whatever the batch size.
    """

    def __init__(
        self, draws: Sequence[Draw], batch_size: int, dtype: Any, ahead: int = 1024, order: Order = "C"
    ) -> None:
        self.order = order
        self._draws, self._batch_size, self._dtype, self._ahead = Sources(draws), batch_size, dtype, ahead
        self._pair, self._position = self._draw(), 0

    def next(self) -> Pair:
        while self._position + self._batch_size > self._pair[0].shape[2]:
            left = [values[:, :, self._position :] for values in self._pair]
            x, t = (np.concatenate(both, axis=2) for both in zip(left, self._draw(), strict=True))
            self._pair, self._position = (np.asarray(x, order=self.order), np.asarray(t, order=self.order)), 0
        batch = slice(self._position, self._position + self._batch_size)
        self._position += self._batch_size
        return _samples_of(self._pair, batch, self.order)

    def keep(self, rows: Rows) -> None:
        self._draws.keep(rows)
        self._pair = _rows_of(self._pair, rows, self.order)

    def _draw(self) -> Pair:
        pairs = self._draws.ask(lambda draw: draw(self._ahead))
        X, Y = (np.stack(arrays).astype(self._dtype, copy=False) for arrays in zip(*pairs, strict=True))
        return sample_last(X, self.order), sample_last(Y, self.order)


def paired(draw: Draw, pairing: Pairing, rng: np.random.Generator) -> Draw:
    """A draw of one run whose inputs and targets are put together by a network's `pairing`, block by block."""

    def draw_pairs(n: int) -> Pair:
        X, Y = draw(n)
        X, Y = pairing(X[np.newaxis], Y[np.newaxis], [rng])
        return X[0], Y[0]

    return draw_pairs


class Sources(Generic[Source]):
    """What each run draws from; a run that is in the stack twice draws once for both."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources, self._source_of = list(sources), np.arange(len(sources))

    def ask(self, draw: Callable[[Source], Drawn]) -> list[Drawn]:
        drawn = [draw(source) for source in self._sources]
        return [drawn[position] for position in self._source_of]

    def keep(self, rows: Rows) -> None:
        kept, self._source_of = np.unique(self._source_of[rows], return_inverse=True)
        self._sources = [self._sources[position] for position in kept]


def sample_last(values: Array, order: Order = "C") -> Array:
    """`(runs, n, d)` as `(runs, d, n)` without gaps: elementwise functions give the same bits only on one layout."""
    return np.asarray(values.swapaxes(1, 2), order=order)


def _samples_of(pair: Pair, batch: slice, order: Order) -> Pair:
    """Some samples of all runs, without gaps: in F order that is a view, in C order a copy."""
    return np.asarray(pair[0][:, :, batch], order=order), np.asarray(pair[1][:, :, batch], order=order)


def _rows_of(pair: Pair, rows: Rows, order: Order) -> Pair:
    return np.asarray(pair[0][rows], order=order), np.asarray(pair[1][rows], order=order)
