"""From a stack to a tape: one update is run on recorded arrays."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nn.dropout import split
from nn.fused.functions import FUNCTIONS
from nn.fused.number import Number
from nn.fused.recording import Recorded
from nn.fused.tape import Buffer, Tape, Unsupported, in_short
from nn.network import trained_targets
from nn.registry import Array
from nn.stack import Stack
from nn.step import Update


@dataclass(frozen=True)
class Recording:
    """A tape, and the buffers of an update's inputs.

    `kept` are rows that persist between updates: the parameters, the optimizer's state, and the gradient if it is read
    before it is written. `settings (runs,)` are per-run values by buffer; `cost` is that of the batch.
    """

    tape: Tape
    kept: tuple[Buffer, ...]
    x: Buffer
    t: Buffer
    rate: Buffer
    settings: dict[Buffer, Array]
    masks: Buffer | None = None
    weights: Buffer | None = None
    cost: Buffer | None = None


def record(stack: Stack, size: int) -> Recording:
    """One update of the stack with batches of `size` samples.

    Raises Unsupported if it cannot be recorded.
    """
    if stack.class_weights and stack.network.cost_targets is not trained_targets:
        raise Unsupported("class weights of targets in two units")
    network, tape = stack.network, Tape(np.dtype(stack.network.dtype), FUNCTIONS)
    settings = dict[Buffer, Array]()

    def setting(values: Array | None) -> Any:
        if values is None:
            return None
        found = Recorded.of(tape, "setting", (1,))
        settings[tape.buffers[-1]] = values.astype(network.dtype)
        return found

    def of(role: str, *shape: int) -> Any:
        return Recorded.of(tape, role, (1, *shape))

    parameters, gradient = of("parameters", network.n_parameters), of("gradient", network.n_parameters)
    state = [of("state", network.n_parameters) for _ in range(stack.descent.optimizer.slots)]
    # samples one after the other, and of each its values
    x, t = of("x", size, network.sizes[0]).swapaxes(1, 2), of("t", size, network.sizes[-1]).swapaxes(1, 2)
    rate, units = of("rate"), network.sizes[1:-1]
    masks = of("masks", sum(units) * size) if stack.dropout else None
    weights = of("weights", size) if stack.class_weights else None
    alike: Any = _with_settings(stack, setting)
    if weights is not None:
        alike = replace(alike, class_weights=_Given(weights))

    def run() -> None:
        number: Any = Number(tape.refuse)  # stands for the number of any step
        own = list(state)
        update = Update(alike, np.arange(1), parameters, own, gradient)
        cost = update(x, t, () if masks is None else split(masks, units, size), rate, number)
        if any(one is not other for one, other in zip(own, state, strict=True)):
            tape.refuse("replaces the arrays of the optimizer's state")
        if cost is not None:
            of("cost")[...] = cost

    _run(tape, run)
    kept = [parameters, *state, *[gradient] * gradient.buffer.is_kept]
    given = {
        role: next((one for one in tape.buffers if one.role == role), None) for role in ("masks", "weights", "cost")
    }
    return Recording(tape, tuple(one.buffer for one in kept), x.buffer, t.buffer, rate.buffer, settings, **given)


@dataclass(frozen=True)
class _Given:
    """Class weights that are given with the samples."""

    weights: Any
    threshold: float = 0.0

    def of(self, *_: Any) -> Any:
        return self.weights


def _with_settings(stack: Stack, setting: Callable[[Array | None], Any]) -> Stack:
    """The same stack with something else for what every run has its own value of."""
    descent, by, data = stack.descent, stack.regularisation, stack.data
    own = {name: setting(values) for name, values in descent.hyperparameters.items()}
    of_gradient = {name: setting(getattr(by, name)) for name in ("l1", "l2", "clip_value", "clip_norm")}
    of_data = {name: setting(getattr(data, name)) for name in ("target_shift", "target_scale")}
    return replace(
        stack,
        descent=replace(descent, hyperparameters=own),
        regularisation=replace(by, **of_gradient),
        data=replace(data, **of_data),
    )


def _run(tape: Tape, update: Callable[[], None]) -> None:
    """Do the update; whatever goes wrong in it for recorded arrays only says that it cannot be recorded."""
    try:
        with np.errstate(all="ignore"):  # as in training
            update()
    except Unsupported:
        raise
    except Exception as error:
        raise Unsupported(in_short(error)) from error
    if tape.refused:
        raise Unsupported(tape.refused)
