"""Surfaces: a number as a function of two inputs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from nn.registry import Array
from runner.datasets.samples import DATASETS, Samples, Streams
from runner.datasets.synthetic import Amount, Count, Positive

Function = Literal["bowl", "saddle", "waves"]
FUNCTIONS: dict[str, Callable[[Array, Array], Array]] = {
    "bowl": lambda x, y: x * x + y * y,
    "saddle": lambda x, y: x * x - y * y,
    "waves": lambda x, y: np.cos(1.2 * x) * np.cos(1.2 * y),
}
# Of TensorFlow Playground: x1, x2, and 1 for a hill, -1 for a valley.
PEAKS = np.array([[-4, 2.5, 1], [0, 2.5, -1], [4, 2.5, 1], [-4, -2.5, -1], [0, -2.5, 1], [4, -2.5, -1]])


@DATASETS.register
def surface(
    streams: Streams,
    *,
    function: Function = "bowl",
    samples: Count = 100,
    half_width: Positive = 2.0,
    noise: Amount = 0.0,
) -> Samples:
    """z = f(x, y) + U(-noise, noise) on a square around the origin.

    The functions are bowl x^2 + y^2, saddle x^2 - y^2 and waves cos(1.2 x) cos(1.2 y).
    """
    formula = FUNCTIONS[function]
    made = _surface(lambda X: formula(X[:, 0], X[:, 1]), streams, samples, half_width, noise)
    return replace(made, input_names=("x", "y"), target_name="z")


@DATASETS.register
def plane(streams: Streams, *, samples: Count = 300, half_width: Positive = 6.0, noise: Amount = 0.0) -> Samples:
    """The plane of TensorFlow Playground: y = (x1 + x2) / 10 + U(-noise, noise) on a square around the origin."""
    return _surface(lambda X: (X[:, 0] + X[:, 1]) / 10, streams, samples, half_width, noise)


@DATASETS.register
def hills(streams: Streams, *, samples: Count = 500, half_width: Positive = 6.0, noise: Amount = 0.0) -> Samples:
    """Three hills and three valleys on a square + U(-noise, noise): the "multi gaussian" of TensorFlow Playground.

    Their centers are at x1 = -4, 0, 4 and x2 = 2.5, -2.5, hills and valleys in turn. y is max(0, 1 - r / 2), where r is
    the distance to the nearest center, negative in a valley.
    """

    def height(X: Array) -> Array:
        away = np.sqrt(((X[:, np.newaxis] - PEAKS[:, :2]) ** 2).sum(axis=2))
        heights = PEAKS[:, 2] * np.maximum(0.0, 1 - away / 2)
        return np.asarray(heights[np.arange(len(X)), np.abs(heights).argmax(axis=1)])

    return _surface(height, streams, samples, half_width, noise)


def _surface(
    function: Callable[[Array], Array], streams: Streams, samples: int, half_width: float, noise: float
) -> Samples:
    """Samples of a function of inputs `(n, 2)`, uniform on a square around the origin."""

    def truth(X: Array) -> Array:
        return np.asarray(function(X)[:, np.newaxis])

    def draw(streams: Streams, n: int) -> tuple[Array, Array]:
        X = streams.inputs.uniform(-half_width, half_width, (n, 2))
        return X, truth(X) + noise * streams.noise.uniform(-1, 1, (n, 1))

    X, Y = draw(streams, samples)
    domain = ((-half_width, half_width),) * 2
    return Samples(X, Y, "regression", ("x1", "x2"), truth=truth, domain=domain, draw=draw)
