"""One update of a stack: what it reads, and what it changes.

The same lines run on the arrays of a stack and on the recorded arrays from which `nn.fused` compiles a step, so there
is only one definition of training.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nn.batches import Rows
from nn.dropout import split
from nn.optimizers import Step
from nn.registry import Array
from nn.stack import Stack


class Given(NamedTuple):
    """The input of consecutive updates, beginning with update `first`.

    Update k has `size` samples of `x (runs, d_in, n)` and `t (runs, d_out, n)` from `starts[k]` on, and the rates
    `rates[k]` of `(steps, runs)`. `masks (runs, steps * units * size)` are the dropout masks.
    """

    x: Array
    t: Array
    starts: Sequence[int]
    size: int
    rates: Array
    masks: Array | None
    first: int

    def part(self, begin: int, end: int) -> "Given":
        """Some of these updates."""
        masks, each = self.masks, 0 if self.masks is None else self.masks.shape[1] // len(self.starts)
        own = None if masks is None else masks[:, begin * each : end * each]
        return self._replace(
            starts=self.starts[begin:end], rates=self.rates[begin:end], masks=own, first=self.first + begin
        )


class Update:
    """One update of some runs of a stack; it changes `parameters`, the optimizer's `state` and `gradient (runs, P)`."""

    def __init__(self, stack: Stack, runs: Rows, parameters: Array, state: list[Array], gradient: Array) -> None:
        self.stack, self.runs, self.network = stack, runs, stack.network_of(runs)
        self.parameters, self.state, self.gradient = parameters, state, gradient
        self.layers, self._gradient_layers = self.network.layers(parameters), self.network.layers(gradient)
        settings = stack.descent.hyperparameters
        self._settings = {name: column(values, runs, stack) for name, values in settings.items()}
        self._rate, self._number = parameters[:, :1], 0

    def __call__(self, x: Array, t: Array, masks: Sequence[Array], rates: Array, number: int) -> Array | None:
        """Do update `number` with the batch `x (runs, d_in, n)` and `t (runs, d_out, n)`, at the `rates (runs,)`.

        `masks` are the dropout masks. Returns the cost of the batch, `(runs,)`, if the stack asks for it.
        """
        network, self._rate, self._number = self.network, rates[:, np.newaxis], number
        trace = network.forward(self.layers, x, masks)
        cost = network.cost(trace, self.stack.cost_targets(t, self.runs)) if self.stack.online else None
        self.parameters -= network.update(network, self.layers, trace, t, self._gradient_layers, self.change)
        return cost

    @property
    def changed(self) -> list[Array]:
        """All arrays that an update changes, `(runs, P)`."""
        return [self.parameters, *self.state, self.gradient]

    def copy(self) -> "Update":
        """The same update on copies of all arrays."""
        parameters, *state, gradient = (array.copy(order="K") for array in self.changed)
        return Update(self.stack, self.runs, parameters, state, gradient)

    def one_by_one(self, given: Given) -> list[Array]:
        """Do consecutive updates; returns the cost of each batch if the stack asks for it, else nothing."""
        order, units, costs = self.stack.batches.order, self.network.sizes[1:-1], list[Array]()
        for place, start in enumerate(given.starts):
            batch = slice(start, start + given.size)
            x, t = (np.asarray(values[:, :, batch], order=order) for values in (given.x, given.t))
            masks: Sequence[Array] = ()
            if given.masks is not None:
                drawn = given.masks[:, place * sum(units) * given.size : (place + 1) * sum(units) * given.size]
                masks = split(drawn, units, given.size)
            cost = self(x, t, masks, given.rates[place], given.first + place)
            if cost is not None:
                costs.append(cost)
        return costs

    def change(self, *, step: int | None = None, preview: bool = False) -> Array:
        """What is subtracted from the parameters for the last gradient (`nn.network.Change`)."""
        stack, by = self.stack, self.stack.regularisation
        gradient = by.applied(stack.network, self.gradient, self.parameters, self.runs)
        state = [slot.copy(order="K") for slot in self.state] if preview else self.state
        number = self._number if step is None else step
        seen = Step(gradient, self.parameters, by.decayed, self._rate, number)
        return stack.descent.optimizer.rule(seen, state, **self._settings)

    def first_gradient(self, x: Array, t: Array) -> Array:
        """The gradient of an update for these samples, before penalty and clipping; changes the state."""
        network = self.network
        trace = network.forward(self.layers, x)
        network.update(network, self.layers, trace, t, self._gradient_layers, self.change)
        return self.gradient


def column(values: Array, runs: Rows, stack: Stack) -> Array:
    """Per-run values `(all runs,)` as `(runs, 1)` in the network's precision."""
    return values[runs, np.newaxis].astype(stack.network.dtype)
