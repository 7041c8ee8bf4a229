"""Batches: which samples each run of a stack sees at each step.

Every run draws from its own generators, so what it sees depends neither on its neighbours nor on how many steps are
prepared at once (law 4). All classes hand out `x (runs, d_in, batch)` and `t (runs, d_out, batch)`.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array

Draw = Callable[[int], tuple[Array, Array]]
Pair = tuple[Array, Array]
SAMPLES_AHEAD = 4096


class Batches(Protocol):
    """A stream of batches for the runs that are still training."""

    def next(self) -> Pair:
        """The next step's `x (runs, d_in, batch)` and `t (runs, d_out, batch)`."""

    def keep(self, active: NDArray[np.bool_]) -> None:
        """Forget the runs that have stopped; `active (runs,)` marks those that go on."""


class FullBatches:
    """All training samples at every step, in their given order."""

    def __init__(self, X: Array, Y: Array) -> None:
        self._pair = sample_last(X), sample_last(Y)

    def next(self) -> Pair:
        return self._pair

    def keep(self, active: NDArray[np.bool_]) -> None:
        self._pair = self._pair[0][active], self._pair[1][active]


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
    ) -> None:
        self._X, self._Y, self._batch_size = X, Y, batch_size
        self._orders = list(orders)
        self._passes_ahead = passes_ahead or max(1, SAMPLES_AHEAD // X.shape[1])
        self._passes: deque[NDArray[np.intp]] = deque()
        self._queue: deque[Pair] = deque()

    def next(self) -> Pair:
        if not self._queue:
            self._queue.extend(self._one_pass())
        x, t = self._queue.popleft()
        return sample_last(x), sample_last(t)

    def keep(self, active: NDArray[np.bool_]) -> None:
        self._X, self._Y = self._X[active], self._Y[active]
        self._orders = [rng for rng, going in zip(self._orders, active, strict=True) if going]
        self._passes = deque(order[active] for order in self._passes)
        self._queue = deque((x[active], t[active]) for x, t in self._queue)

    def _one_pass(self) -> list[Pair]:
        runs, n = self._X.shape[:2]
        if not self._passes:
            ahead = np.tile(np.arange(n), (self._passes_ahead, 1))
            orders = np.stack([rng.permuted(ahead, axis=1) for rng in self._orders])
            self._passes.extend(orders.swapaxes(0, 1))
        rows = self._passes.popleft() + n * np.arange(runs)[:, np.newaxis]
        X, Y = self._X.reshape(runs * n, -1), self._Y.reshape(runs * n, -1)
        starts = range(0, n, self._batch_size)
        chunks = [rows[:, start : start + self._batch_size] for start in starts]
        return [(X[chunk], Y[chunk]) for chunk in chunks]


class SliceBatches:
    """Slices of the samples in their given order, `batch_size` at a time; the last of a pass may be smaller.

    The next pass starts at the first sample, or, when `cyclic`, where the last slice would have ended had the samples
    been joined end to start: 100 samples by 40 give [0, 40), [40, 80), [80, 100), [20, 60), [60, 100), and again.
    """

    def __init__(self, X: Array, Y: Array, batch_size: int, cyclic: bool = False) -> None:
        n = X.shape[1]
        starts = list(range(0, n, batch_size))
        if cyclic:
            starts = [k * batch_size % n for k in range(n // math.gcd(n, batch_size))]
        self._x, self._t, self._batch_size = sample_last(X), sample_last(Y), batch_size
        self._starts, self._position = starts, -1

    def next(self) -> Pair:
        self._position = (self._position + 1) % len(self._starts)
        start = self._starts[self._position]
        batch = slice(start, start + self._batch_size)
        return np.ascontiguousarray(self._x[:, :, batch]), np.ascontiguousarray(self._t[:, :, batch])

    def keep(self, active: NDArray[np.bool_]) -> None:
        self._x, self._t = self._x[active], self._t[active]


class FreshBatches:
    """New samples from the data set's distribution at every step; no sample is seen twice.

    `draws` holds one function per run, number of samples -> `X (n, d_in)`, `Y (n, d_out)`. It is always asked for
    `ahead` samples, so that the stream is the same whatever the batch size.
    """

    def __init__(self, draws: Sequence[Draw], batch_size: int, dtype: Any, ahead: int = 1024) -> None:
        self._draws, self._batch_size, self._dtype, self._ahead = list(draws), batch_size, dtype, ahead
        self._X, self._Y, self._position = *self._draw(), 0

    def next(self) -> Pair:
        while self._position + self._batch_size > self._X.shape[1]:
            X, Y = self._draw()
            self._X = np.concatenate([self._X[:, self._position :], X], axis=1)
            self._Y = np.concatenate([self._Y[:, self._position :], Y], axis=1)
            self._position = 0
        batch = slice(self._position, self._position + self._batch_size)
        self._position += self._batch_size
        return sample_last(self._X[:, batch]), sample_last(self._Y[:, batch])

    def keep(self, active: NDArray[np.bool_]) -> None:
        self._draws = [draw for draw, going in zip(self._draws, active, strict=True) if going]
        self._X, self._Y = self._X[active], self._Y[active]

    def _draw(self) -> Pair:
        pairs = [draw(self._ahead) for draw in self._draws]
        X, Y = np.stack([X for X, _ in pairs]), np.stack([Y for _, Y in pairs])
        return X.astype(self._dtype, copy=False), Y.astype(self._dtype, copy=False)


def sample_last(values: Array) -> Array:
    """`(runs, n, d)` as a contiguous `(runs, d, n)`: elementwise functions give the same bits only on one layout."""
    return np.ascontiguousarray(values.swapaxes(1, 2))
