"""Optimizers: from the gradient of a step to the decrement that is subtracted from the parameters.

Each is a rule `rule(step, state, *, ...settings)`. `step` holds everything that a rule may use. `state` is the rule's
own list of `(runs, P)` arrays, `slots` of them; they start at zero and are updated in place. The rule returns the
decrement `(runs, P)`. Float settings arrive as `(runs, 1)` arrays, so each run of a stack can have its own.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, NamedTuple, TypeVar, overload

import numpy as np

from nn.registry import Array, Range, Registry

Share = Annotated[float, Range(ge=0, lt=1)]
Positive = Annotated[float, Range(gt=0)]
NotNegative = Annotated[float, Range(ge=0)]
Rule = Callable[..., Array]
R = TypeVar("R", bound=Rule)


class Step(NamedTuple):
    """What a rule may use of an update. A rule must not change it. Fields may be added, so read them by name.

    `gradient (runs, P)` is the gradient of the cost with the L1 and L2 penalties, after clipping. `parameters (runs,
    P)` are the parameters before the update. `decayed (P,)` is 1 for parameters that the penalties apply to
    (`training.l2_of`), else 0. `rate (runs, 1)` is the learning rate times the factor of the schedule. `number` counts
    updates from 0.
    """

    gradient: Array
    parameters: Array
    decayed: Array
    rate: Array
    number: int


@dataclass(frozen=True)
class Optimizer:
    """A rule and the number of state arrays it needs."""

    rule: Rule
    slots: int


class Optimizers(Registry[Rule]):
    """Rules by name, with the number of state arrays of each."""

    def __init__(self) -> None:
        super().__init__("optimizer")
        self._slots: dict[str, int] = {}

    @overload
    def register(self, component: R) -> R: ...

    @overload
    def register(self, *, slots: int) -> Callable[[R], R]: ...

    def register(self, component: Any = None, *, slots: int = 0) -> Any:
        """Add a rule under its own name; use as a decorator, with the number of state arrays it needs.

        Raises ValueError for a function that does not take a step and a state, and whenever `Registry.register` does.
        """
        if component is None:
            return partial(self.register, slots=slots)
        parameters = inspect.signature(component).parameters.values()
        taken = [one.name for one in parameters if one.kind is not one.KEYWORD_ONLY]
        if len(taken) != 2:
            raise ValueError(
                f"optimizer {component.__name__!r} takes {', '.join(taken)}; a rule takes step and state, "
                "with step.gradient, step.rate and step.number"
            )
        super().register(component)
        self._slots[component.__name__] = slots
        return component

    def slots(self, name: str) -> int:
        """The number of state arrays of a rule."""
        return self._slots[name]

    def optimizer(self, name: str, **settings: Any) -> Optimizer:
        """A rule with some of its settings filled in."""
        return Optimizer(partial(self[name], **settings), self._slots[name])


OPTIMIZERS = Optimizers()


@OPTIMIZERS.register
def sgd(step: Step, state: list[Array]) -> Array:
    """rate * g. Robbins and Monro (1951), A Stochastic Approximation Method."""
    return step.rate * step.gradient


@OPTIMIZERS.register(slots=1)
def momentum(step: Step, state: list[Array], *, momentum: Share = 0.9) -> Array:
    """v = momentum * v + rate * g; subtract v. Polyak (1964); Sutskever et al. (2013), equations 1 and 2.

    The rate is part of v, so a schedule affects new gradients only. PyTorch multiplies all of v by the current rate.
    """
    (v,) = state
    v *= momentum
    v += step.rate * step.gradient
    return v


@OPTIMIZERS.register(slots=1)
def nesterov(step: Step, state: list[Array], *, momentum: Share = 0.9) -> Array:
    """v = momentum * v + rate * g; subtract momentum * v + rate * g.

    Sutskever et al. (2013) in the form of Bengio et al. (2013), Advances in Optimizing Recurrent Networks, equation 7,
    where the parameters are those of the look-ahead point. The rate is part of v, as in `momentum`.
    """
    (v,) = state
    pull = step.rate * step.gradient
    v *= momentum
    v += pull
    return momentum * v + pull


@OPTIMIZERS.register(slots=1)
def adagrad(step: Step, state: list[Array], *, epsilon: Positive = 1e-10) -> Array:
    """s = s + g^2; subtract rate * g / (sqrt(s) + epsilon).

    Duchi, Hazan and Singer (2011), Adaptive Subgradient Methods, figure 1, in the diagonal version.
    """
    (s,) = state
    s += step.gradient * step.gradient
    return step.rate * step.gradient / (np.sqrt(s) + epsilon)


@OPTIMIZERS.register(slots=1)
def rmsprop(step: Step, state: list[Array], *, rho: Share = 0.9, epsilon: Positive = 1e-8) -> Array:
    """v = rho * v + (1 - rho) * g^2; subtract rate * g / (sqrt(v) + epsilon).

    Tieleman and Hinton (2012), Neural Networks for Machine Learning, lecture 6e.
    """
    (v,) = state
    v *= rho
    v += (1 - rho) * (step.gradient * step.gradient)
    return step.rate * step.gradient / (np.sqrt(v) + epsilon)


@OPTIMIZERS.register(slots=2)
def adam(
    step: Step, state: list[Array], *, beta1: Share = 0.9, beta2: Share = 0.999, epsilon: Positive = 1e-8
) -> Array:
    """m = beta1 m + (1 - beta1) g and v = beta2 v + (1 - beta2) g^2; subtract rate * m_hat / (sqrt(v_hat) + epsilon).

    m_hat = m / (1 - beta1^t) and v_hat = v / (1 - beta2^t) correct the bias; t counts from 1. Kingma and Ba (2015),
    Adam, algorithm 1.
    """
    m, v = _moments(step, state, beta1, beta2)
    m_hat: Array = m / (1 - _power(beta1, step.number + 1))
    v_hat: Array = v / (1 - _power(beta2, step.number + 1))
    return step.rate * m_hat / (np.sqrt(v_hat) + epsilon)


@OPTIMIZERS.register(slots=2)
def adamw(
    step: Step,
    state: list[Array],
    *,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    epsilon: Positive = 1e-8,
    weight_decay: NotNegative = 0.01,
) -> Array:
    """The step of Adam plus rate * weight_decay * W. Loshchilov and Hutter (2019), Decoupled Weight Decay, algorithm 2.

    Unlike `training.l2`, which is part of the gradient, the decay is not divided by the size of past gradients. As in
    PyTorch it is multiplied by the rate; in the paper, by the schedule only. `training.l2_of` says which parameters
    decay.
    """
    decrement: Array = adam(step, state, beta1=beta1, beta2=beta2, epsilon=epsilon)
    return decrement + step.rate * weight_decay * (step.decayed * step.parameters)


@OPTIMIZERS.register(slots=2)
def nadam(
    step: Step, state: list[Array], *, beta1: Share = 0.9, beta2: Share = 0.999, epsilon: Positive = 1e-8
) -> Array:
    """Adam with Nesterov momentum. Dozat (2016), Incorporating Nesterov Momentum into Adam, algorithm 2.

    beta1 is constant. In PyTorch it starts at half of its value and rises over many steps (`momentum_decay`).
    """
    m, v = _moments(step, state, beta1, beta2)
    m_hat: Array = beta1 * m / (1 - _power(beta1, step.number + 2))
    m_hat = m_hat + (1 - beta1) * step.gradient / (1 - _power(beta1, step.number + 1))
    v_hat: Array = v / (1 - _power(beta2, step.number + 1))
    return step.rate * m_hat / (np.sqrt(v_hat) + epsilon)


def _moments(step: Step, state: list[Array], beta1: Any, beta2: Any) -> list[Array]:
    """Running means of the gradient and of its square, updated for this step, each `(runs, P)`."""
    m, v = state
    m *= beta1
    m += (1 - beta1) * step.gradient
    v *= beta2
    v += (1 - beta2) * (step.gradient * step.gradient)
    return state


def _power(base: Any, exponent: int) -> Any:
    """base^exponent by np.power for arrays and plain numbers alike, so that both give identical bits."""
    return np.power(base, exponent)
