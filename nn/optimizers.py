"""Optimizers: from the gradient of a step to what is subtracted from the parameters.

Each is a rule `rule(step, state, *, ...settings)`: `step` has what a rule may see, and `state` is the rule's own list
of `(runs, P)` arrays, as many as it is registered with; they start at zero and are changed in place. It returns the
decrement `(runs, P)`. Settings arrive as `(runs, 1)` arrays, so that every run of a stack can have its own.
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
    """What a rule may see of an update. It changes none of it; more fields may follow, so it reads them by name.

    `gradient (runs, P)` is that of the cost, with the L2 penalty and after clipping. `parameters (runs, P)` are those
    before the update, and `decayed (P,)` is 1 for those that `training.l2_of` names, the weights or all, and 0 for the
    others. `rate (runs, 1)` is the learning rate times its schedule. `number` counts updates; 0 is the first.
    """

    gradient: Array
    parameters: Array
    decayed: Array
    rate: Array
    number: int


@dataclass(frozen=True)
class Optimizer:
    """A rule, and how many arrays of state it keeps beside the parameters."""

    rule: Rule
    slots: int


class Optimizers(Registry[Rule]):
    """Rules by name, with the number of arrays that each keeps."""

    def __init__(self) -> None:
        super().__init__("optimizer")
        self._slots: dict[str, int] = {}

    @overload
    def register(self, component: R) -> R: ...

    @overload
    def register(self, *, slots: int) -> Callable[[R], R]: ...

    def register(self, component: Any = None, *, slots: int = 0) -> Any:
        """Add a rule under its own name; use as a decorator, with the number of arrays that it keeps.

        Raises ValueError for a function that does not take a step and a state, and as `Registry.register` does.
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
        """How many arrays of state a rule keeps."""
        return self._slots[name]

    def optimizer(self, name: str, **settings: Any) -> Optimizer:
        """A rule with some of its settings filled in."""
        return Optimizer(partial(self[name], **settings), self._slots[name])


OPTIMIZERS = Optimizers()


@OPTIMIZERS.register
def sgd(step: Step, state: list[Array]) -> Array:
    """rate * g."""
    return step.rate * step.gradient


@OPTIMIZERS.register(slots=1)
def momentum(step: Step, state: list[Array], *, momentum: Share = 0.9) -> Array:
    """v = momentum * v + rate * g; subtract v. Polyak (1964); Sutskever et al. (2013), equations 1 and 2.

    The rate is inside v, so a schedule acts on new gradients alone; PyTorch multiplies all of v by the present rate.
    """
    (v,) = state
    v *= momentum
    v += step.rate * step.gradient
    return v


@OPTIMIZERS.register(slots=1)
def nesterov(step: Step, state: list[Array], *, momentum: Share = 0.9) -> Array:
    """v = momentum * v + rate * g; subtract momentum * v + rate * g.

    Sutskever et al. (2013) in the form of Bengio et al. (2013), Advances in Optimizing Recurrent Networks, equation 7,
    where the parameters are those of the looked-ahead point. The rate is inside v, as with `momentum`.
    """
    (v,) = state
    pull = step.rate * step.gradient
    v *= momentum
    v += pull
    return momentum * v + pull


@OPTIMIZERS.register(slots=1)
def adagrad(step: Step, state: list[Array], *, epsilon: Positive = 1e-10) -> Array:
    """s = s + g^2; subtract rate * g / (sqrt(s) + epsilon).

    Duchi, Hazan and Singer (2011), Adaptive Subgradient Methods, figure 1, with the diagonal of the outer products.
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
    """Moment estimates m, v with bias correction. Kingma and Ba (2015), Adam, algorithm 1."""
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
    """Adam, and rate * weight_decay * W. Loshchilov and Hutter (2019), Decoupled Weight Decay, algorithm 2.

    The decay is not divided by the size of past gradients, as `training.l2` is, which becomes part of the gradient. It
    is times the rate, as in PyTorch; the paper's is times the schedule alone. `training.l2_of` says what is decayed.
    """
    decrement: Array = adam(step, state, beta1=beta1, beta2=beta2, epsilon=epsilon)
    return decrement + step.rate * weight_decay * (step.decayed * step.parameters)


@OPTIMIZERS.register(slots=2)
def nadam(
    step: Step, state: list[Array], *, beta1: Share = 0.9, beta2: Share = 0.999, epsilon: Positive = 1e-8
) -> Array:
    """Adam with Nesterov momentum. Dozat (2016), Incorporating Nesterov Momentum into Adam, algorithm 2.

    beta1 is the same at every step, while PyTorch begins at half of it and comes near it over many steps
    (`momentum_decay`).
    """
    m, v = _moments(step, state, beta1, beta2)
    m_hat: Array = beta1 * m / (1 - _power(beta1, step.number + 2))
    m_hat = m_hat + (1 - beta1) * step.gradient / (1 - _power(beta1, step.number + 1))
    v_hat: Array = v / (1 - _power(beta2, step.number + 1))
    return step.rate * m_hat / (np.sqrt(v_hat) + epsilon)


def _moments(step: Step, state: list[Array], beta1: Any, beta2: Any) -> list[Array]:
    """Running means of the gradient and of its square, brought up to this step, each `(runs, P)`."""
    m, v = state
    m *= beta1
    m += (1 - beta1) * step.gradient
    v *= beta2
    v += (1 - beta2) * (step.gradient * step.gradient)
    return state


def _power(base: Any, exponent: int) -> Any:
    """base^exponent by np.power for arrays and plain numbers alike, so that both give the same bits."""
    return np.power(base, float(exponent))
