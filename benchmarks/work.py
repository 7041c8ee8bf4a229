"""What is trained in the kernel's benchmark: shapes of network, the same samples and the same rate for all."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Timed = tuple[Callable[[], Any], int]  # what to time, and how many run-steps it does
RATE = 0.01
POOL = 512


@dataclass(frozen=True)
class Target:
    """How many times the time of this package a peer needs at least, with float64 and with float32."""

    peer: str
    float64: float
    float32: float

    def of(self, dtype: str) -> float:
        return self.float64 if dtype == "float64" else self.float32


SMALL, MIDDLE, LARGE = Target("JAX", 1.2, 1.5), Target("JAX", 1.5, 2.5), Target("JAX", 1.2, 1.3)
ALONE = Target("before", 3.0, 3.0)


@dataclass(frozen=True)
class Work:
    """One shape: units of every layer, samples in a batch, runs side by side, and steps for a tenth of a second.

    Hidden units are tanh. One output is linear with the half squared error, several are softmax with cross-entropy.
    """

    sizes: tuple[int, ...]
    batch: int
    runs: int
    steps: int
    target: Target = MIDDLE
    dtype: str = "float64"

    @property
    def name(self) -> str:
        return "-".join(map(str, self.sizes))

    @property
    def classifies(self) -> bool:
        return self.sizes[-1] > 1

    @property
    def products(self) -> int:
        """Of a step of one run."""
        return self.batch * sum(i * o for i, o in pairwise(self.sizes))

    def samples(self, runs: int) -> tuple[Array, Array]:
        """`X (runs, n, d_in)` and `Y (runs, n, d_out)`, a whole number of batches, seen again and again in order."""
        rng = np.random.default_rng(1)
        n = self.batch * max(1, POOL // self.batch)
        X = rng.uniform(-1, 1, (runs, n, self.sizes[0]))
        Y = np.sin(3 * X.sum(axis=-1, keepdims=True) + np.arange(self.sizes[-1]))
        if self.classifies:
            Y = np.eye(self.sizes[-1])[Y.argmax(axis=-1)]
        return X.astype(self.dtype), Y.astype(self.dtype)

    def parameters(self, runs: int) -> list[tuple[Array, Array]]:
        """W `(runs, fan_in, fan_out)` and b `(runs, fan_out)` of every layer."""
        rng = np.random.default_rng(2)
        return [
            (
                (rng.standard_normal((runs, i, o)) / np.sqrt(i)).astype(self.dtype),
                np.zeros((runs, o), dtype=self.dtype),
            )
            for i, o in pairwise(self.sizes)
        ]


SHAPES = (
    Work((1, 6, 1), 1, 256, 20_000, SMALL),
    Work((1, 6, 1), 1, 1024, 5_000, SMALL),
    Work((2, 2, 1), 4, 256, 10_000, SMALL),
    Work((2, 2, 1), 4, 1024, 2_500, SMALL),
    Work((2, 8, 1), 40, 256, 500),
    Work((2, 8, 8, 1), 32, 256, 250),
    Work((2, 2, 1), 400, 64, 700),
    Work((1, 6, 1), 1000, 16, 400),
    Work((2, 16, 16, 1), 32, 256, 120),
    Work((10, 50, 1), 32, 64, 300, LARGE),
    Work((64, 30, 2), 100, 64, 60, LARGE),
    Work((64, 128, 10), 100, 16, 70, LARGE),
    Work((2, 8, 8, 1), 32, 1, 6_000, ALONE),
)
