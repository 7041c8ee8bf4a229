"""Activations: a non-linearity and its derivative, always as one pair.

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
    """A non-linearity a = value(z) and its derivative da/dz, for `z` and `a` of shape `(runs, units, n)`.

    `derivative(z, a)` gets both the pre-activation and the activation, so that sigmoid and tanh can use the cheap form
    in a. Confusing the two is the classic mistake: a * (1 - a) is right, value(a) * (1 - value(a)) is wrong.
    `derivative` is None for softmax, which is not elementwise: such an output works only with its own loss.
    `output_range` holds the bounds of a; if both are finite, regression targets are scaled into this range.
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
    """1 / (1 + exp(-z)), computed with tanh: this form cannot overflow and needs no branch."""
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
    """max(z, 0); derivative 1 where z > 0, else 0 (0 at z = 0 too). Nair and Hinton (2010)."""
    return Activation(lambda z: np.maximum(z, 0), lambda z, a: (z > 0).astype(z.dtype), (0.0, math.inf))


@ACTIVATIONS.register
def floored_relu(*, floor: Annotated[float, Range(ge=0, lt=1)] = 0.001) -> Activation:
    """max(z, floor) of z clipped to +-500; derivative 1 where z > floor, else 0. The derivative ignores the clipping.

    A hand-made remedy for units that die and for overflow.
    """
    return Activation(lambda z: np.maximum(np.clip(z, -LIMIT, LIMIT), floor), lambda z, a: (z > floor).astype(z.dtype))


@ACTIVATIONS.register
def leaky_relu(*, slope: Annotated[float, Range(ge=0, lt=1)] = 0.01) -> Activation:
    """z where z > 0, else slope * z.

    Maas, Hannun and Ng (2013), Rectifier Nonlinearities Improve Neural Network Acoustic Models.
    """
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
    """log(1 + exp(z)), in a form that cannot overflow; derivative 1 / (1 + exp(-z)). Dugas et al. (2001)."""
    return Activation(
        lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))),
        lambda z, a: logistic(z),
        (0.0, math.inf),
    )


def _gelu_inner(z: Array) -> tuple[Array, Array]:
    """tanh(u) and du/dz. z is clipped to +-10 so that z^3 stays finite; beyond it tanh(u) is exactly +-1."""
    z = np.clip(z, -10, 10)
    c = math.sqrt(2 / math.pi)
    return np.tanh(c * (z + 0.044715 * z * z * z)), c * (1 + 3 * 0.044715 * z * z)


@ACTIVATIONS.register
def gelu() -> Activation:
    """z Phi(z), Phi the standard normal distribution function, in its tanh approximation.

    Hendrycks and Gimpel (2016), Gaussian Error Linear Units, section 2.
    """

    def derivative(z: Array, a: Array) -> Array:
        t, slope = _gelu_inner(z)
        return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * slope

    return Activation(lambda z: 0.5 * z * (1 + _gelu_inner(z)[0]), derivative)


@ACTIVATIONS.register
def silu() -> Activation:
    """z / (1 + exp(-z)), also called swish; derivative s (1 + z (1 - s)) with s = 1 / (1 + exp(-z)).

    Elfwing, Uchibe and Doya (2018), Sigmoid-Weighted Linear Units, equations 1 and 3.
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
    """z unchanged; derivative 1. With it a layer is linear."""
    return Activation(lambda z: z, lambda z, a: np.ones_like(z))


@ACTIVATIONS.register
def softmax() -> Activation:
    """exp(z_k) / sum_j exp(z_j) over the units of the output layer, computed after subtracting the largest z."""

    def value(z: Array) -> Array:
        e: Array = np.exp(z - z.max(axis=-2, keepdims=True))
        e /= e.sum(axis=-2, keepdims=True)
        return e

    return Activation(value, None, (0.0, 1.0))


@ACTIVATIONS.register
def clipped_softmax() -> Activation:
    """Softmax of z clipped to +-500, a common way to avoid overflow without subtracting the largest z."""
    plain = softmax()
    return Activation(lambda z: plain.value(np.clip(z, -LIMIT, LIMIT)), None, plain.output_range)
