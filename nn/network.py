"""The network: forward pass, cost and gradient of a stack of runs of one structure.

All parameters of a stack are one array `(runs, P)`; `W (runs, fan_in, fan_out)` and `b (runs, fan_out)` are views of
it. An optimizer is then a few operations on one array, however deep the network.

The run axis always comes first. In memory, the samples of a run are adjacent (C order); if a run has so little work
that one call per run would dominate, the runs are adjacent instead (F order). Elementwise operations then work on long
contiguous rows even if a layer has two units and a batch one sample.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np

from nn.activations import ACTIVATIONS, Activation
from nn.initializers import Initializer
from nn.losses import Loss
from nn.penalties import pull, shrink
from nn.products import product, sum_over_samples
from nn.registry import Array, Order

Layer = tuple[Array, Array | None]
IDENTITY = ACTIVATIONS["identity"]()
# Up to here no run is slower than in C order once its updates are compiled, not even one that is alone.
ORDERED_PRODUCTS = 20_000


class Trace(NamedTuple):
    """The result of a forward pass: `z` of every layer, and `a` of every layer, starting with the input layer.

    With dropout, `a` is what the next layer receives, f(z) times the `masks` of the hidden layers, and `unmasked` is
    f(z).
    """

    z: list[Array]
    a: list[Array]
    masks: Sequence[Array] = ()
    unmasked: Sequence[Array] = ()


def back_propagate(network: "Network", layers: list[Layer], trace: Trace, t: Array, out: list[Layer]) -> None:
    """Write the gradient of the objective into `out`, the layer views of a gradient array `(runs, P)`.

    delta_L = d loss / d z_L (/ n for the mean); dW_l = a_(l-1) delta_l^T; db_l = sum over samples of delta_l;
    delta_(l-1) = (W_l delta_l) f'(z_(l-1)). Rumelhart, Hinton and Williams (1986). With dropout, delta_(l-1) is also
    multiplied by the mask of layer l - 1, and f' is taken from f(z) before the mask.
    """
    delta = network.output_delta(trace, t)
    for index in reversed(range(len(layers))):
        dW, db = out[index]
        product(trace.a[index], delta.swapaxes(1, 2), out=dW)
        if db is not None:
            sum_over_samples(delta, out=db)
        if index > 0 and (slope := network.activations[index - 1].derivative) is not None:
            delta, a = product(layers[index][0], delta), trace.a[index]
            if trace.masks:
                delta *= trace.masks[index - 1]
                a = trace.unmasked[index - 1]
            delta *= slope(trace.z[index - 1], a)


def as_given(X: Array, Y: Array, rngs: Sequence[np.random.Generator]) -> tuple[Array, Array]:
    """The samples that training sees, `X (runs, n, d_in)` and `Y (runs, n, d_out)`: every input with its own target.

    `rngs` holds one generator per run.
    """
    return X, Y


class Change(Protocol):
    """What training makes of its gradient: the decrement `(runs, P)` after penalty, clipping and optimizer.

    `step` replaces the current step number for the optimizer; a `preview` does not change the optimizer's state.
    """

    def __call__(self, *, step: int | None = None, preview: bool = False) -> Array: ...


def descend(network: "Network", layers: list[Layer], trace: Trace, t: Array, out: list[Layer], change: Change) -> Array:
    """One update: write the gradient into `out`, and return what to subtract from the parameters, `(runs, P)`."""
    network.back_propagation(network, layers, trace, t, out)
    return change()


def trained_targets(t: Array, shift: Array, scale: Array) -> Array:
    """What the cost compares outputs with: the scaled targets, `(runs, d_out, n)`.

    In the units of the data these targets are t * scale + shift; both are `(runs, 1, 1)`.
    """
    return t


@dataclass(frozen=True)
class Network:
    """The structure that all runs of a stack share. `sizes` are the units of every layer, including input and output.

    `activation` is that of the hidden layers, unless `own_activations` has one for each; `input` is that of the input
    layer. `loss` is what training minimises: its `reduction` over the samples of a batch is the objective. `shown` is
    the loss whose mean is reported as the cost, if that is a different one. The fields from `pairing` to `l1_penalty`
    are steps of training that a fault may replace (`nn.faults`).
    """

    sizes: tuple[int, ...]
    activation: Activation
    output: Activation
    loss: Loss
    bias: bool = True
    dtype: type[np.floating[Any]] = np.float64
    input: Activation = IDENTITY
    reduction: Literal["mean", "sum"] = "mean"
    shown: Loss | None = None
    pairing: Callable[[Array, Array, Sequence[np.random.Generator]], tuple[Array, Array]] = as_given
    back_propagation: Callable[["Network", list[Layer], Trace, Array, list[Layer]], None] = back_propagate
    penalty: Callable[[Array, Array, Array], Array] = pull
    update: Callable[["Network", list[Layer], Trace, Array, list[Layer], Change], Array] = descend
    cost_targets: Callable[[Array, Array, Array], Array] = trained_targets
    l1_penalty: Callable[[Array, Array, Array], Array] = shrink
    own_activations: tuple[Activation, ...] = ()

    @cached_property
    def activations(self) -> tuple[Activation, ...]:
        """The activation of each hidden layer and of the output."""
        return (*(self.own_activations or (self.activation,) * (len(self.sizes) - 2)), self.output)

    def with_hidden(self, change: Callable[[Activation], Activation]) -> "Network":
        """The same network with the activations of its hidden layers changed."""
        own = tuple(map(change, self.own_activations))
        return replace(self, activation=change(self.activation), own_activations=own)

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """(fan_in, fan_out) of every layer."""
        return list(zip(self.sizes[:-1], self.sizes[1:], strict=True))

    @property
    def n_parameters(self) -> int:
        """P, the number of parameters of one run."""
        return sum((fan_in + self.bias) * fan_out for fan_in, fan_out in self.shapes)

    def memory_order(self, batch_size: int) -> Order:
        """The memory order that suits batches of this size; it depends only on the shape of one run (law 2)."""
        products = batch_size * sum(fan_in * fan_out for fan_in, fan_out in self.shapes)
        return "F" if products <= ORDERED_PRODUCTS else "C"

    def initialize(self, rng: np.random.Generator, initializer: Initializer, drawn_biases: int = 0) -> Array:
        """The initial parameters of one run, `(P,)`.

        The biases of the first `drawn_biases` layers are drawn like a row of W, the others are zero.
        """
        parameters = np.zeros((1, self.n_parameters))
        for index, ((W, b), (fan_in, fan_out)) in enumerate(zip(self.layers(parameters), self.shapes, strict=True)):
            W[0] = initializer(rng, fan_in, fan_out)
            if b is not None and index < drawn_biases:
                b[0] = initializer(rng, fan_in, fan_out)[0]
        return np.asarray(parameters[0].astype(self.dtype))

    def layers(self, parameters: Array) -> list[Layer]:
        """Views `W (runs, fan_in, fan_out)` and `b (runs, fan_out)` of parameters `(runs, P)`, one pair per layer."""
        runs, start, layers = len(parameters), 0, list[Layer]()
        for fan_in, fan_out in self.shapes:
            end = start + fan_in * fan_out
            W = parameters[:, start:end].reshape(runs, fan_in, fan_out)
            start, end = end, end + fan_out * self.bias
            layers.append((W, parameters[:, start:end] if self.bias else None))
            start = end
        return layers

    def forward(self, layers: list[Layer], x: Array, masks: Sequence[Array] = ()) -> Trace:
        """Forward pass: z and a of every layer for `x (runs|1, d_in, n)`.

        `masks (runs|1, units, n)`, one for each hidden layer, multiply its outputs (dropout).
        """
        unmasked: list[Array] = []
        trace, activations = Trace([], [self.input.value(x)], masks, unmasked), self.activations
        for index, (W, b) in enumerate(layers):
            z = product(W.swapaxes(1, 2), trace.a[-1])
            if b is not None:
                z += b[:, :, np.newaxis]
            trace.z.append(z)
            a = activations[index].value(z)
            if masks and index < len(masks):
                unmasked.append(a)
                a = np.multiply(a, masks[index], out=np.empty_like(a))
            trace.a.append(a)
        return trace

    def cost(self, trace: Trace, t: Array) -> Array:
        """Mean of the shown loss over the samples of a forward pass, `(runs,)`, for targets `t (runs|1, d_out, n)`."""
        shown = self.shown or self.loss
        cost: Array = shown.per_sample(trace.z[-1], trace.a[-1], t).mean(axis=-1)
        return cost

    def objective(self, trace: Trace, t: Array) -> Array:
        """What training minimises, without regularisation: mean or sum of the loss over the samples, `(runs,)`."""
        losses = self.loss.per_sample(trace.z[-1], trace.a[-1], t)
        return np.asarray(losses.mean(axis=-1) if self.reduction == "mean" else losses.sum(axis=-1))

    def output_delta(self, trace: Trace, t: Array) -> Array:
        """D objective / d z of the output layer, `(runs, d_out, n)`."""
        delta, n = self.loss.delta(trace.z[-1], trace.a[-1], t, self.output), t.shape[-1]
        return delta / n if self.reduction == "mean" and n > 1 else delta

    def gradient(self, layers: list[Layer], trace: Trace, t: Array, out: list[Layer]) -> None:
        """Write d objective / d parameters into `out`, the layer views of a gradient array `(runs, P)`."""
        self.back_propagation(self, layers, trace, t, out)

    def predict(self, parameters: Array, X: Array) -> Array:
        """Outputs `(runs, n, d_out)` for parameters `(runs, P)` and `X (runs|1, n, d_in)`."""
        x = np.asarray(X, dtype=self.dtype).swapaxes(1, 2)
        return np.ascontiguousarray(self.forward(self.layers(parameters), x).a[-1].swapaxes(1, 2))
