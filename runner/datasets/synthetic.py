"""Data sets from a formula and the run's own random generators."""

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array, Range
from runner.datasets.samples import DATASETS, DataError, Samples, Streams, Target

Interval = tuple[float, float]
Count = Annotated[int, Range(ge=2, le=10_000_000)]
Bits = Annotated[int, Range(ge=2, le=12)]
Amount = Annotated[float, Range(ge=0)]
Positive = Annotated[float, Range(gt=0)]
Sampling = Literal["uniform", "grid", "normal"]


@DATASETS.register
def sine(
    streams: Streams,
    *,
    domain: Interval = (-5.0, 5.0),
    samples: Count = 200,
    noise: Amount = 0.1,
    sampling: Sampling = "uniform",
    std: Positive = 1.0,
) -> Samples:
    """y = sin(x) + U(-noise, noise)."""
    return _curve(np.sin, streams, domain, samples, noise, sampling, std)


@DATASETS.register
def square(
    streams: Streams,
    *,
    domain: Interval = (0.0, 1.0),
    samples: Count = 200,
    noise: Amount = 0.0,
    sampling: Sampling = "uniform",
    std: Positive = 1.0,
) -> Samples:
    """y = x^2 + U(-noise, noise)."""
    return _curve(np.square, streams, domain, samples, noise, sampling, std)


@DATASETS.register
def identity(
    streams: Streams,
    *,
    domain: Interval = (-5.0, 5.0),
    samples: Count = 200,
    noise: Amount = 0.0,
    sampling: Sampling = "uniform",
    std: Positive = 1.0,
) -> Samples:
    """y = x + U(-noise, noise)."""
    return _curve(np.array, streams, domain, samples, noise, sampling, std)


@DATASETS.register
def tanh(
    streams: Streams,
    *,
    domain: Interval = (-5.0, 5.0),
    samples: Count = 200,
    noise: Amount = 0.0,
    sampling: Sampling = "uniform",
    std: Positive = 1.0,
) -> Samples:
    """The hyperbolic tangent of x + U(-noise, noise): the part of the identity that a tanh output can reproduce."""
    return _curve(np.tanh, streams, domain, samples, noise, sampling, std)


@DATASETS.register
def tanh_sine(
    streams: Streams,
    *,
    domain: Interval = (-5.0, 5.0),
    samples: Count = 200,
    noise: Amount = 0.0,
    sampling: Sampling = "uniform",
    std: Positive = 1.0,
) -> Samples:
    """y = tanh(sin(x)) + U(-noise, noise): a sine within the range of a tanh output."""
    return _curve(lambda x: np.tanh(np.sin(x)), streams, domain, samples, noise, sampling, std)


@DATASETS.register
def step(
    streams: Streams,
    *,
    domain: Interval = (-5.0, 5.0),
    samples: Count = 200,
    noise: Amount = 0.0,
    sampling: Sampling = "uniform",
    std: Positive = 1.0,
) -> Samples:
    """y = 1 where x >= 0, else 0, + U(-noise, noise): Heaviside's step, which a smooth network can only approximate."""
    return _curve(lambda x: np.where(x >= 0, 1.0, 0.0), streams, domain, samples, noise, sampling, std)


@DATASETS.register
def sinc(
    streams: Streams,
    *,
    domain: Interval = (-10.0, 10.0),
    samples: Count = 200,
    noise: Amount = 0.0,
    sampling: Sampling = "uniform",
    std: Positive = 1.0,
) -> Samples:
    """y = sin(x) / x, 1 at x = 0, + U(-noise, noise). Vapnik, Golowich and Smola (1996), Support Vector Method."""
    return _curve(lambda x: np.sinc(x / np.pi), streams, domain, samples, noise, sampling, std)


def _curve(
    function: Callable[[Array], Array],
    streams: Streams,
    domain: Interval,
    samples: int,
    noise: float,
    sampling: Sampling,
    std: float,
) -> Samples:
    """Samples of a function of x: uniform or a grid on the domain, or N(center of the domain, std^2)."""
    low, high = domain
    if not (np.isfinite(domain).all() and low < high):
        raise DataError(f"must be two finite numbers in ascending order, got [{low:g}, {high:g}]", "domain")

    def draw(streams: Streams, n: int) -> tuple[Array, Array]:
        if sampling == "grid":
            x = np.linspace(low, high, n)
        elif sampling == "uniform":
            x = streams.inputs.uniform(low, high, n)
        else:
            x = (low + high) / 2 + std * streams.inputs.standard_normal(n)
        y = function(x)
        if noise > 0:
            y = y + noise * streams.noise.uniform(-1, 1, n)
        return x[:, np.newaxis], y[:, np.newaxis]

    X, Y = draw(streams, samples)
    fresh = None if sampling == "grid" else draw
    return Samples(X, Y, "regression", ("x",), truth=function, domain=(domain,), draw=fresh)


@DATASETS.register
def xor(streams: Streams, *, targets: Interval = (0.0, 1.0)) -> Samples:
    """The four points of {0, 1}^2; the class is whether the two inputs differ, encoded by the two targets."""
    _check_levels(targets)
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Y = (X[:, 0] != X[:, 1]).astype(np.int64)
    return Samples(X, Y, "classification", ("x1", "x2"), "x1 xor x2", ("0", "1"), targets)


@DATASETS.register
def parity(streams: Streams, *, bits: Bits = 4, targets: Interval = (0.0, 1.0)) -> Samples:
    """All 2^bits points of {0, 1}^bits; the class is whether the number of ones is odd, encoded by the two targets.

    With two bits this is xor. Minsky and Papert (1969), Perceptrons, chapter 3; with 2 to 8 bits in Rumelhart, Hinton
    and Williams (1986), Learning Internal Representations by Error Propagation.
    """
    _check_levels(targets)
    X = (np.arange(2**bits)[:, np.newaxis] >> np.arange(bits)[::-1] & 1).astype(np.float64)
    Y = X.sum(axis=1).astype(np.int64) % 2
    names = tuple(f"x{number}" for number in range(1, bits + 1))
    return Samples(X, Y, "classification", names, "parity", ("even", "odd"), targets)


def _check_levels(targets: Interval) -> None:
    if targets not in ((0, 1), (-1, 1)):
        raise DataError(f"must be [0, 1] or [-1, 1], got [{targets[0]:g}, {targets[1]:g}]", "targets")


@DATASETS.register
def quadrants(
    streams: Streams,
    *,
    samples_per_cluster: Count = 100,
    center: Positive = 2.0,
    std: Positive = 1.0,
) -> Samples:
    """Four Gaussian clusters at (+-center, +-center); diagonally opposite clusters share a class (a noisy XOR)."""
    corners = center * np.array([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]])

    def around(cluster: Target, rng: np.random.Generator) -> tuple[Array, Target]:
        X = corners[cluster] + std * rng.standard_normal((len(cluster), 2))
        return X, np.asarray(cluster // 2, dtype=np.int64)

    def draw(streams: Streams, n: int) -> tuple[Array, Target]:
        return around(streams.noise.integers(0, 4, n), streams.inputs)

    X, Y = around(np.repeat(np.arange(4), samples_per_cluster), streams.inputs)
    classes = ("same sign", "opposite sign")

    def likeliest(X: Array) -> NDArray[np.int64]:
        return np.asarray(X[:, 0] * X[:, 1] < 0, dtype=np.int64)

    return Samples(X, Y, "classification", ("x1", "x2"), "class", classes, bayes=likeliest, draw=draw)
