"""Initializers: the initial weights of one layer of one run.

Each takes the run's own generator and the layer's `fan_in` and `fan_out`, and returns `W (fan_in, fan_out)`, float64.
"""

import math
from collections.abc import Callable
from typing import Annotated

import numpy as np

from nn.registry import Array, Range, Registry

Initializer = Callable[..., Array]
INITIALIZERS: Registry[Initializer] = Registry("init")


@INITIALIZERS.register
def uniform(
    rng: np.random.Generator, fan_in: int, fan_out: int, *, epsilon: Annotated[float, Range(ge=0, le=1e300)] = 0.5
) -> Array:
    """U(-epsilon, epsilon), whatever the size of the layer."""
    return rng.uniform(-epsilon, epsilon, (fan_in, fan_out))


@INITIALIZERS.register
def between(
    rng: np.random.Generator,
    fan_in: int,
    fan_out: int,
    *,
    low: Annotated[float, Range()] = 0.0,
    high: Annotated[float, Range()] = 0.01,
) -> Array:
    """U(low, high), whatever the size of the layer. With 0 and 0.01, all hidden units start nearly alike."""
    return low + (high - low) * rng.random((fan_in, fan_out))


@INITIALIZERS.register
def gaussian(rng: np.random.Generator, fan_in: int, fan_out: int, *, std: Annotated[float, Range(ge=0)] = 1.0) -> Array:
    """N(0, std^2), whatever the size of the layer."""
    return std * rng.standard_normal((fan_in, fan_out))


@INITIALIZERS.register
def normal(rng: np.random.Generator, fan_in: int, fan_out: int, *, gain: Annotated[float, Range(ge=0)] = 1.0) -> Array:
    """N(0, gain^2 / fan_in). LeCun et al. (1998), Efficient BackProp, section 4.6, for gain 1."""
    return rng.standard_normal((fan_in, fan_out)) * (gain / math.sqrt(fan_in))


@INITIALIZERS.register
def lecun(rng: np.random.Generator, fan_in: int, fan_out: int) -> Array:
    """U(-a, a) with a = sqrt(3 / fan_in): the uniform distribution with the variance of `normal`, 1 / fan_in.

    LeCun et al. (1998), Efficient BackProp, section 4.6. Other libraries call the two lecun_uniform and lecun_normal.
    """
    limit = math.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, (fan_in, fan_out))


@INITIALIZERS.register
def glorot(rng: np.random.Generator, fan_in: int, fan_out: int) -> Array:
    """U(-a, a) with a = sqrt(6 / (fan_in + fan_out)).

    Glorot and Bengio (2010), Understanding the Difficulty of Training Deep Feedforward Neural Networks, equation 16.
    """
    limit = math.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_in, fan_out))


@INITIALIZERS.register
def he(rng: np.random.Generator, fan_in: int, fan_out: int) -> Array:
    """N(0, 2 / fan_in). He et al. (2015), Delving Deep into Rectifiers, equation 10."""
    return rng.standard_normal((fan_in, fan_out)) * math.sqrt(2 / fan_in)


@INITIALIZERS.register
def orthogonal(
    rng: np.random.Generator, fan_in: int, fan_out: int, *, gain: Annotated[float, Range(ge=0)] = 1.0
) -> Array:
    """gain * Q, where Q is a random matrix with orthonormal columns (orthonormal rows if fan_in < fan_out).

    Q is uniformly distributed: it comes from the QR decomposition of a normal matrix, with the signs of the diagonal of
    R. Saxe et al. (2014), Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear Networks, section 3.
    """
    Q, R = np.linalg.qr(rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out))))
    Q = Q * np.where(np.diagonal(R) < 0, -1.0, 1.0)
    return np.asarray(gain * (Q if fan_in >= fan_out else Q.T))


@INITIALIZERS.register
def constant(rng: np.random.Generator, fan_in: int, fan_out: int, *, value: Annotated[float, Range()] = 0.1) -> Array:
    """The same value for every weight. The hidden units then stay identical, which is the point of trying it."""
    return np.full((fan_in, fan_out), float(value))
