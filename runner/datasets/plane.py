"""Two inputs and classes, as in courses and TensorFlow Playground."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array, Range
from runner.datasets.samples import DATASETS, Samples, Streams, Target
from runner.datasets.synthetic import Amount, Count, Positive

INPUTS = ("x1", "x2")
Share = Annotated[float, Range(gt=0, lt=1)]
Arms = Annotated[int, Range(ge=2, le=8)]
Classes = Annotated[int, Range(ge=2, le=20)]
Cells = Annotated[int, Range(ge=2, le=20)]
Places = Callable[[Array, Target], Array]  # from shares (n,) of the way along a shape, and classes, to points (n, 2)


@DATASETS.register
def moons(streams: Streams, *, samples: Count = 300, noise: Amount = 0.15) -> Samples:
    """Two interlocking half circles of radius 1, each a class, with N(0, noise^2) added to both inputs.

    The same shapes as scikit-learn's make_moons.
    """

    def place(share: Array, Y: Target) -> Array:
        angle = np.pi * share
        upper = np.column_stack([np.cos(angle), np.sin(angle)])
        return np.where((Y == 0)[:, np.newaxis], upper, np.array([1.0, 0.5]) - upper)

    return _shapes(streams, ("upper", "lower"), place, samples, noise)


@DATASETS.register
def circles(streams: Streams, *, samples: Count = 300, noise: Amount = 0.1, inner: Share = 0.5) -> Samples:
    """Circles of radius 1 and `inner` around the origin, each a class, with N(0, noise^2) added to both inputs."""

    def place(share: Array, Y: Target) -> Array:
        angle, radius = 2 * np.pi * share, np.where(Y == 0, 1.0, inner)
        return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])

    return _shapes(streams, ("outer", "inner"), place, samples, noise)


@DATASETS.register
def spirals(
    streams: Streams, *, samples: Count = 400, noise: Amount = 0.03, arms: Arms = 2, turns: Positive = 1.0
) -> Samples:
    """Spiral arms from the origin, each a class, with N(0, noise^2) added to both inputs.

    At the fraction s of its length, an arm has the radius s and the angle 2 pi turns s from its start. After Lang and
    Witbrock (1988), Learning to Tell Two Spirals Apart, whose two arms have three turns.
    """

    def place(share: Array, Y: Target) -> Array:
        angle = 2 * np.pi * (turns * share + Y / arms)
        return np.column_stack([share * np.cos(angle), share * np.sin(angle)])

    return _shapes(streams, tuple(f"arm {number}" for number in range(1, arms + 1)), place, samples, noise)


@DATASETS.register
def checkerboard(streams: Streams, *, samples: Count = 600, cells: Cells = 4, noise: Amount = 0.0) -> Samples:
    """A board of cells x cells on [0, cells]^2. The class is the colour of the cell, before N(0, noise^2) is added."""

    def draw(streams: Streams, n: int) -> tuple[Array, Target]:
        X = streams.inputs.uniform(0, cells, (n, 2))
        return X + noise * streams.noise.standard_normal((n, 2)), colour(X)

    def colour(X: Array) -> NDArray[np.int64]:
        return np.asarray(np.floor(np.clip(X, 0, np.nextafter(cells, 0))).sum(axis=1) % 2, dtype=np.int64)

    X, Y = draw(streams, samples)
    best = colour if noise == 0 else None
    return Samples(X, Y, "classification", INPUTS, "colour", ("dark", "light"), bayes=best, draw=draw)


@DATASETS.register
def blobs(
    streams: Streams, *, samples: Count = 300, classes: Classes = 3, radius: Positive = 3.0, std: Positive = 1.0
) -> Samples:
    """Gaussian clusters N(center, std^2), each a class, with centers spaced evenly on a circle around the origin.

    The first center is at (radius, 0), the others follow counterclockwise. The nearest center is the optimal
    classifier.
    """
    angle = 2 * np.pi * np.arange(classes) / classes
    centers = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return _clusters(streams, tuple(f"blob {number}" for number in range(1, classes + 1)), centers, samples, std)


@DATASETS.register
def gauss(streams: Streams, *, samples: Count = 300, center: Positive = 2.0, std: Positive = 0.7) -> Samples:
    """The two Gaussians of TensorFlow Playground: N(-center, std^2) and N(center, std^2) in both inputs, each a class.

    Playground's noise slider goes from a variance of 0.5 (std 0.7) to 4 (std 2). The optimal classifier is x1 + x2 > 0.
    """
    centers = center * np.array([[-1.0, -1.0], [1.0, 1.0]])
    return _clusters(streams, ("lower left", "upper right"), centers, samples, std)


def _clusters(streams: Streams, classes: tuple[str, ...], centers: Array, samples: int, std: float) -> Samples:
    """Gaussian clusters around centers `(classes, 2)`, with equal numbers of samples per class, in turn."""

    def nearest(X: Array) -> NDArray[np.int64]:
        return np.asarray(((X[:, np.newaxis] - centers) ** 2).sum(axis=2).argmin(axis=1), dtype=np.int64)

    made = _shapes(streams, classes, lambda _, Y: centers[Y], samples, std)
    return replace(made, bayes=nearest)


def _shapes(streams: Streams, classes: tuple[str, ...], place: Places, samples: int, noise: float) -> Samples:
    """Points spaced evenly along the shape of their class, plus noise; equal numbers of samples per class, in turn."""

    def around(shares: Array, Y: Target, streams: Streams) -> Array:
        X = place(shares, Y)
        return X + noise * streams.noise.standard_normal(X.shape)

    def draw(streams: Streams, n: int) -> tuple[Array, Target]:
        shares, chances = streams.inputs.random((n, 2)).T  # of one sample together, so that parts make the whole
        Y = np.floor(len(classes) * chances).astype(np.int64)
        return around(shares, Y, streams), Y

    Y = np.arange(max(samples, len(classes))) % len(classes)
    X = around(streams.inputs.random(len(Y)), Y, streams)
    return Samples(X, Y, "classification", INPUTS, "class", classes, draw=draw)
