"""Stacks with a part of somebody's own: whatever NumPy allows may stand in an activation, a loss or a rule."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from nn.activations import Activation
from nn.optimizers import Optimizer, Step
from nn.registry import Array
from nn.stack import Stack
from tests.nn.building import Structure, changed
from tests.nn.fused.engines import Make, stack_of

Value = Callable[[Array], Array]
Rule = Callable[..., Array]
PLAIN = Structure((3, 10, 9, 2), output="tanh", batch_size=3, evaluations=(0, 2, 9))


def ones(z: Array, a: Array) -> Array:
    return np.ones_like(z)


def with_activation(value: Value, structure: Structure = PLAIN, runs: int = 9) -> Make:
    """Its derivative is left out: what is looked at is the value, which then reaches all that follows."""

    def make() -> Stack:
        stack = stack_of(structure, range(runs))
        network = replace(stack.network, activation=Activation(value, ones), own_activations=())
        return replace(stack, network=network, recording=None)

    return make


def with_loss(per_sample: Callable[[Array, Array, Array], Array], structure: Structure = PLAIN) -> Make:
    """The cost of every batch is asked for, so that it is part of an update."""

    def make() -> Stack:
        stack = stack_of(replace(structure, online=True), range(9))
        loss = replace(stack.network.loss, per_sample=per_sample)
        return replace(stack, network=replace(stack.network, loss=loss))

    return make


def with_rule(rule: Rule, slots: int = 0, structure: Structure = PLAIN, **settings: Any) -> Make:
    """A rule, with settings that differ between the runs."""

    def make() -> Stack:
        stack = stack_of(structure, range(9))
        own = {name: value * np.linspace(0.9, 1, 9) for name, value in settings.items()}
        return changed(stack, optimizer=Optimizer(rule, slots), hyperparameters=own)

    return make


def descent(step: Step, state: list[Array], factor: Any = 1.0) -> Array:
    """Plain descent times a factor."""
    found: Array = step.rate * step.gradient * factor
    return found
