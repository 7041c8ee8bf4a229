"""Data sets over two inputs: surfaces z = f(x, y)."""

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np

from nn.registry import Array, Range
from runner.datasets.samples import DATASETS, Samples, Streams
from runner.datasets.synthetic import Amount, Count

Function = Literal["bowl", "saddle", "waves"]
FUNCTIONS: dict[str, Callable[[Array, Array], Array]] = {
    "bowl": lambda x, y: x * x + y * y,
    "saddle": lambda x, y: x * x - y * y,
    "waves": lambda x, y: np.cos(1.2 * x) * np.cos(1.2 * y),
}


@DATASETS.register
def surface(
    streams: Streams,
    *,
    function: Function = "bowl",
    samples: Count = 100,
    half_width: Annotated[float, Range(gt=0)] = 2.0,
    noise: Amount = 0.0,
) -> Samples:
    """z = f(x, y) + U(-noise, noise) on a square around the origin.

    The functions are bowl x^2 + y^2, saddle x^2 - y^2 and waves cos(1.2 x) cos(1.2 y).
    """
    formula = FUNCTIONS[function]

    def truth(X: Array) -> Array:
        return np.asarray(formula(X[:, 0], X[:, 1])[:, np.newaxis])

    def draw(streams: Streams, n: int) -> tuple[Array, Array]:
        X = streams.inputs.uniform(-half_width, half_width, (n, 2))
        return X, truth(X) + noise * streams.noise.uniform(-1, 1, (n, 1))

    X, Y = draw(streams, samples)
    domain = ((-half_width, half_width),) * 2
    return Samples(X, Y, "regression", ("x", "y"), "z", truth=truth, domain=domain, draw=draw)
