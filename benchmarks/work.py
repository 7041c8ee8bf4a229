"""What is trained in the kernel's benchmark: eight shapes of network, the same samples and the same rate for all."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
RATE = 0.01
POOL = 512


@dataclass(frozen=True)
class Work:
    """One shape: units of every layer, samples in a batch, runs side by side, and steps for a fraction of a second.

    Hidden units are tanh. One output is linear with the half squared error, several are softmax with cross-entropy.
    """

    sizes: tuple[int, ...]
    batch: int
    runs: int
    steps: int
    dtype: str = "float64"

    @property
    def name(self) -> str:
        return "-".join(map(str, self.sizes))

    @property
    def classifies(self) -> bool:
        return self.sizes[-1] > 1

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
        shapes = zip(self.sizes[:-1], self.sizes[1:], strict=True)
        return [
            (
                (rng.standard_normal((runs, i, o)) / np.sqrt(i)).astype(self.dtype),
                np.zeros((runs, o), dtype=self.dtype),
            )
            for i, o in shapes
        ]


SHAPES = (
    Work((1, 6, 1), 1, 256, 2000),
    Work((1, 6, 1), 1, 1024, 1000),
    Work((2, 2, 1), 4, 256, 2000),
    Work((2, 2, 1), 4, 1024, 1000),
    Work((1, 6, 1), 1000, 16, 300),
    Work((2, 8, 1), 40, 256, 300),
    Work((2, 8, 8, 1), 32, 256, 200),
    Work((2, 2, 1), 400, 64, 300),
    Work((64, 30, 2), 100, 64, 60),
    Work((64, 128, 10), 100, 16, 80),
)
