"""Activations: an elementwise non-linearity and its derivative, always as one pair.

Each function below makes one `Activation`; its keyword-only parameters are settings (`activation.slope=0.2`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nn.registry import Array, Range, Registry


@dataclass(frozen=True)
class Activation:
    """A non-linearity a = value(z) and its derivative da/dz.

    `derivative(z, a)` gets both the pre-activation and the activation, so that sigmoid and tanh can use the cheap form
    in a. Using a where z is meant is the classic mistake: a * (1 - a) is right, value(a) * (1 - value(a)) is not.
    `output_range` holds the bounds of a; targets of a regression are scaled into it when both are finite.
    `derivative` is None for an output that is not elementwise: such an output works only with its own loss.
    """

    value: Callable[[Array], Array]
    derivative: Callable[[Array, Array], Array] | None
    output_range: tuple[float, float] = (-math.inf, math.inf)

    @property
    def is_bounded(self) -> bool:
        return all(math.isfinite(bound) for bound in self.output_range)


LIMIT = 500.0
ACTIVATIONS: Registry[Callable[..., Activation]] = Registry("activation")


def logistic(z: Array) -> Array:
    """1 / (1 + exp(-z)), through tanh: it cannot overflow and is faster than exp with a branch."""
    a: Array = np.tanh(0.5 * z)
    a *= 0.5
    a += 0.5
    return a


@ACTIVATIONS.register
def sigmoid() -> Activation:
    """1 / (1 + exp(-z)); derivative a (1 - a)."""
    return Activation(logistic, lambda z, a: a * (1 - a), (0.0, 1.0))


@ACTIVATIONS.register
def tanh() -> Activation:
    """The hyperbolic tangent of z; derivative 1 - a^2."""

    def derivative(z: Array, a: Array) -> Array:
        square = a * a
        return np.subtract(1, square, out=square)

    return Activation(np.tanh, derivative, (-1.0, 1.0))


@ACTIVATIONS.register
def relu() -> Activation:
    """max(z, 0); derivative 1 where z > 0, else 0 (also at 0)."""
    return Activation(lambda z: np.maximum(z, 0), lambda z, a: (z > 0).astype(z.dtype), (0.0, math.inf))


@ACTIVATIONS.register
def floored_relu(*, floor: Annotated[float, Range(ge=0, lt=1)] = 0.001) -> Activation:
    """max(z, floor), z clipped to +-500 first; derivative 1 where z > floor, else 0, the clip left out of it.

    How people keep a ReLU from dying and from overflowing by hand.
    """
    return Activation(lambda z: np.maximum(np.clip(z, -LIMIT, LIMIT), floor), lambda z, a: (z > floor).astype(z.dtype))


@ACTIVATIONS.register
def leaky_relu(*, slope: Annotated[float, Range(ge=0, lt=1)] = 0.01) -> Activation:
    """z where z > 0, else slope * z. Maas et al. (2013), Rectifier Nonlinearities Improve Neural Network Models."""
    return Activation(
        lambda z: np.maximum(z, slope * z),
        lambda z, a: np.where(z > 0, z.dtype.type(1), z.dtype.type(slope)),
    )


@ACTIVATIONS.register
def elu(*, alpha: Annotated[float, Range(gt=0)] = 1.0) -> Activation:
    """z where z > 0, else alpha (exp(z) - 1); derivative 1 where z > 0, else a + alpha.

    Clevert et al. (2016), Fast and Accurate Deep Network Learning by Exponential Linear Units, equation 15.
    """
    return Activation(
        lambda z: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
        lambda z, a: np.where(z > 0, z.dtype.type(1), a + alpha),
        (-alpha, math.inf),
    )


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


@ACTIVATIONS.register
def selu() -> Activation:
    """scale z where z > 0, else scale alpha (exp(z) - 1): keeps mean 0 and variance 1 from layer to layer.

    Klambauer et al. (2017), Self-Normalizing Neural Networks, equation 2, with the two constants of equation 14.
    """
    plain = elu(alpha=SELU_ALPHA)
    assert plain.derivative is not None
    slope = plain.derivative
    return Activation(
        lambda z: SELU_SCALE * plain.value(z),
        lambda z, a: SELU_SCALE * slope(z, a / SELU_SCALE),
        (-SELU_SCALE * SELU_ALPHA, math.inf),
    )


@ACTIVATIONS.register
def softplus() -> Activation:
    """log(1 + exp(z)), written so that it cannot overflow; derivative sigmoid(z)."""
    return Activation(
        lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))),
        lambda z, a: logistic(z),
        (0.0, math.inf),
    )


def _gelu_inner(z: Array) -> tuple[Array, Array]:
    """tanh(u) and du/dz; beyond |z| = 10 tanh(u) is +-1 to the last bit, so z is cut there to keep z^3 finite."""
    z = np.clip(z, -10, 10)
    c = math.sqrt(2 / math.pi)
    return np.tanh(c * (z + 0.044715 * z * z * z)), c * (1 + 3 * 0.044715 * z * z)


@ACTIVATIONS.register
def gelu() -> Activation:
    """z Phi(z) in the tanh form. Hendrycks and Gimpel (2016), Gaussian Error Linear Units, section 2."""

    def derivative(z: Array, a: Array) -> Array:
        t, slope = _gelu_inner(z)
        return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * slope

    return Activation(lambda z: 0.5 * z * (1 + _gelu_inner(z)[0]), derivative)


@ACTIVATIONS.register
def silu() -> Activation:
    """z / (1 + exp(-z)), also called swish; derivative s (1 + z (1 - s)) with s = 1 / (1 + exp(-z)).

    Elfwing et al. (2018), Sigmoid-Weighted Linear Units, equations 1 and 3.
    """

    def derivative(z: Array, a: Array) -> Array:
        s = logistic(z)
        return s * (1 + z * (1 - s))

    return Activation(lambda z: z * logistic(z), derivative)


@ACTIVATIONS.register
def hard_tanh() -> Activation:
    """z clipped to +-1; derivative 1 where |z| < 1, else 0. Collobert (2004), Large Scale Machine Learning."""
    return Activation(lambda z: np.clip(z, -1, 1), lambda z, a: (np.abs(z) < 1).astype(z.dtype), (-1.0, 1.0))


@ACTIVATIONS.register
def sine() -> Activation:
    """sin(z); derivative cos(z). Sitzmann et al. (2020), Implicit Neural Representations with Periodic Activations."""
    return Activation(np.sin, lambda z, a: np.cos(z), (-1.0, 1.0))


@ACTIVATIONS.register
def identity() -> Activation:
    """z itself: a linear layer."""
    return Activation(lambda z: z, lambda z, a: np.ones_like(z))


@ACTIVATIONS.register
def softmax() -> Activation:
    """exp(z_k) / sum_j exp(z_j) over the units of a layer, after subtracting the largest z; an output only."""

    def value(z: Array) -> Array:
        e: Array = np.exp(z - z.max(axis=-2, keepdims=True))
        e /= e.sum(axis=-2, keepdims=True)
        return e

    return Activation(value, None, (0.0, 1.0))


@ACTIVATIONS.register
def clipped_softmax() -> Activation:
    """Softmax of z clipped to +-500: how people keep exp from overflowing without subtracting the largest z."""
    plain = softmax()
    return Activation(lambda z: plain.value(np.clip(z, -LIMIT, LIMIT)), None, plain.output_range)
