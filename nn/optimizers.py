"""Optimizers: from the gradient of a step to what is subtracted from the parameters.

Each is a function of `gradient (runs, P)`, the step's `rate (runs, 1)`, the step number (0 is the first) and its own
`state`, a list of `(runs, P)` arrays that start at zero and are changed in place; it returns the decrement `(runs, P)`.
Settings arrive as `(runs, 1)` arrays, so that every run of a stack can have its own. `slots` says how many state
arrays a rule needs.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import numpy as np

from nn.registry import Array, Range, Registry

Optimizer = Callable[..., Array]
OPTIMIZERS: Registry[Optimizer] = Registry("optimizer")
Share = Annotated[float, Range(ge=0, lt=1)]
Positive = Annotated[float, Range(gt=0)]


def slots(n: int) -> Callable[[Optimizer], Optimizer]:
    """Say that an optimizer keeps n arrays of state beside the parameters."""

    def mark(optimizer: Optimizer) -> Optimizer:
        optimizer.slots = n  # type: ignore[attr-defined]  # a function attribute: the rule stays a plain function
        return optimizer

    return mark


def n_slots(optimizer: Optimizer) -> int:
    """How many arrays of state a rule keeps; a `functools.partial` of a rule keeps as many."""
    rule = optimizer.func if isinstance(optimizer, partial) else optimizer
    return int(getattr(rule, "slots", 0))


@OPTIMIZERS.register
def sgd(gradient: Array, rate: Array, step: int, state: list[Array]) -> Array:
    """rate * g."""
    return rate * gradient


@OPTIMIZERS.register
@slots(1)
def momentum(gradient: Array, rate: Array, step: int, state: list[Array], *, momentum: Share = 0.9) -> Array:
    """v = momentum * v + rate * g; subtract v. Polyak (1964); Sutskever et al. (2013), equations 1 and 2."""
    (v,) = state
    v *= momentum
    v += rate * gradient
    return v


@OPTIMIZERS.register
@slots(1)
def nesterov(gradient: Array, rate: Array, step: int, state: list[Array], *, momentum: Share = 0.9) -> Array:
    """v = momentum * v + rate * g; subtract momentum * v + rate * g.

    Sutskever et al. (2013) in the form of Bengio et al. (2013), Advances in Optimizing Recurrent Networks, equation 7,
    where the parameters are those of the looked-ahead point.
    """
    (v,) = state
    pull = rate * gradient
    v *= momentum
    v += pull
    return momentum * v + pull


@OPTIMIZERS.register
@slots(1)
def rmsprop(
    gradient: Array,
    rate: Array,
    step: int,
    state: list[Array],
    *,
    rho: Share = 0.9,
    epsilon: Positive = 1e-8,
) -> Array:
    """v = rho * v + (1 - rho) * g^2; subtract rate * g / (sqrt(v) + epsilon).

    Tieleman and Hinton (2012), Neural Networks for Machine Learning, lecture 6e.
    """
    (v,) = state
    v *= rho
    v += (1 - rho) * (gradient * gradient)
    return rate * gradient / (np.sqrt(v) + epsilon)


@OPTIMIZERS.register
@slots(2)
def adam(
    gradient: Array,
    rate: Array,
    step: int,
    state: list[Array],
    *,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    epsilon: Positive = 1e-8,
) -> Array:
    """Moment estimates m, v with bias correction. Kingma and Ba (2015), Adam, algorithm 1."""
    m, v = state
    m *= beta1
    m += (1 - beta1) * gradient
    v *= beta2
    v += (1 - beta2) * (gradient * gradient)
    m_hat: Array = m / (1 - _power(beta1, step + 1))
    v_hat: Array = v / (1 - _power(beta2, step + 1))
    return rate * m_hat / (np.sqrt(v_hat) + epsilon)


def _power(base: Any, exponent: int) -> Any:
    """base^exponent by np.power for arrays and plain numbers alike, so that both give the same bits."""
    return np.power(base, float(exponent))
