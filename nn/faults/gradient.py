"""Faults of the gradient (derivatives, deltas, whole arrays, the penalty) and of the reported cost."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from nn.activations import Activation, logistic
from nn.faults.registry import FAULTS
from nn.network import Layer, Network, Trace
from nn.registry import Array

Gradient = list[Layer]


@FAULTS.register
def derivative_of_activated(network: Network) -> Network:
    """f'(a) instead of f'(z): the derivative is evaluated at the activation rather than the pre-activation.

    For a sigmoid it then lies in [0.1966, 0.25], practically a constant.
    """
    return replace(network.with_hidden(_at_activated), output=_at_activated(network.output))


def _at_activated(activation: Activation) -> Activation:
    derivative = activation.derivative
    if derivative is None:
        return activation
    return replace(activation, derivative=lambda z, a: derivative(a, activation.value(a)))


@FAULTS.register
def softplus_as_relu_derivative(network: Network) -> Network:
    """log(1 + exp(a)) as the derivative of ReLU, evaluated at the activation.

    Softplus is the smooth version of ReLU, not its derivative: 0.69 at a dead unit, and growing with the activation.
    """
    return network.with_hidden(lambda activation: replace(activation, derivative=lambda z, a: np.logaddexp(0, a)))


@FAULTS.register
def sigmoid_as_relu_derivative(network: Network) -> Network:
    """1 / (1 + exp(-z)), the derivative of softplus, as the derivative of ReLU."""
    return network.with_hidden(lambda activation: replace(activation, derivative=lambda z, a: logistic(z)))


@FAULTS.register
def missing_derivative(network: Network) -> Network:
    """The hidden delta W delta without f'(z): hidden layers are treated as if they were linear."""
    return network.with_hidden(lambda activation: replace(activation, derivative=lambda z, a: np.ones_like(z)))


@FAULTS.register
def stale_pre_activation(network: Network) -> Network:
    """Hidden layers take derivatives at one stale z: that of the first unit, given the last sample's hidden outputs.

    The bug of using a loop variable after the loop. The same z is used for every sample, also for the output layer's
    derivative within the hidden deltas. The output layer's own gradient is right.
    """
    right = network.back_propagation

    def wrong(network: Network, layers: list[Layer], trace: Trace, t: Array, out: Gradient) -> None:
        right(network, layers, trace, t, out)
        (W, b), outputs = layers[0], trace.a[min(1, len(layers) - 1)][:, :, -1]
        shared = min(W.shape[1], outputs.shape[1])
        z = (W[:, :shared, 0] * outputs[:, :shared]).sum(axis=1)[:, np.newaxis, np.newaxis]
        if b is not None:
            z = z + b[:, :1, np.newaxis]
        scratch = [(np.empty_like(dW), None if db is None else np.empty_like(db)) for dW, db in out]
        stale = replace(network.with_hidden(partial(_at, z=z)), output=_at(network.output, z))
        right(stale, layers, trace, t, scratch)
        for (dW, db), (wrong_dW, wrong_db) in zip(out[:-1], scratch[:-1], strict=True):
            dW[...] = wrong_dW
            if db is not None and wrong_db is not None:
                db[...] = wrong_db

    return replace(network, back_propagation=wrong)


def _at(activation: Activation, z: Array) -> Activation:
    """The activation with its derivative taken at one z `(runs, 1, 1)`, whatever the argument."""
    derivative = activation.derivative
    if derivative is None:
        return activation
    slope = derivative(z, activation.value(z))
    return replace(activation, derivative=lambda z, a: np.broadcast_to(slope, z.shape))


@FAULTS.register
def column_labels(network: Network) -> Network:
    """Labels of shape (n, 1) index an n x n array: 1 is subtracted for every class in the batch, in every row.

    So delta is a - 1 for every class that occurs in the batch, whatever the labels.
    """
    right = network.loss.delta

    def delta(z: Array, a: Array, t: Array, output: Activation) -> Array:
        return right(z, a, t.max(axis=-1, keepdims=True), output)

    return replace(network, loss=replace(network.loss, delta=delta))


@FAULTS.register
def weights_subtracted(network: Network) -> Network:
    """W - rate * W instead of W - rate * gradient, in all layers except the last: the weights only decay."""

    def change(network: Network, layers: list[Layer], trace: Trace, t: Array, out: Gradient) -> None:
        for (W, b), (dW, db) in zip(layers[:-1], out[:-1], strict=True):
            dW[...] = W
            if b is not None and db is not None:
                db[...] = b

    return _after_gradient(network, change)


@FAULTS.register
def missing_factor(network: Network) -> Network:
    """The last layer's dW = delta instead of a delta^T: all weights into an output get the same gradient."""

    def change(network: Network, layers: list[Layer], trace: Trace, t: Array, out: Gradient) -> None:
        dW, _ = out[-1]
        dW[...] = network.output_delta(trace, t).sum(axis=-1)[:, np.newaxis, :]

    return _after_gradient(network, change)


@FAULTS.register
def transposed_gradient(network: Network) -> Network:
    """The gradient delta a^T instead of a delta^T. It raises no error only in a layer with as many units as inputs."""

    def change(network: Network, layers: list[Layer], trace: Trace, t: Array, out: Gradient) -> None:
        for dW, _ in out:
            if dW.shape[1] == dW.shape[2]:
                dW[...] = dW.swapaxes(1, 2).copy(order="K")

    return _after_gradient(network, change)


@FAULTS.register
def broadcast_update(network: Network) -> Network:
    """W (h, 1) minus a gradient of shape (h,) silently becomes (h, h): from then on the network has h outputs.

    Column j of the output weights gets a_j delta_j in all rows. The stack has h outputs from the start, as copies of
    the one that was drawn; until the first update they count as one.
    """

    def change(network: Network, layers: list[Layer], trace: Trace, t: Array, out: Gradient) -> None:
        W, (dW, _) = layers[-1][0], out[-1]
        dW[...] = (trace.a[-2] * network.output_delta(trace, t)).sum(axis=-1)[:, np.newaxis, :]
        is_first = (W[:, :, :1] == W).all(axis=(1, 2))
        share = np.where(is_first, 1 / W.shape[2], 1.0).astype(W.dtype)
        for dW, db in out[:-1]:
            dW *= share[:, np.newaxis, np.newaxis]
            if db is not None:
                db *= share[:, np.newaxis]

    return _after_gradient(network, change)


def _after_gradient(
    network: Network, change: Callable[[Network, list[Layer], Trace, Array, Gradient], None]
) -> Network:
    """A network whose gradient is computed as before and then changed."""
    right = network.back_propagation

    def wrong(network: Network, layers: list[Layer], trace: Trace, t: Array, out: Gradient) -> None:
        right(network, layers, trace, t, out)
        change(network, layers, trace, t, out)

    return replace(network, back_propagation=wrong)


@FAULTS.register
def regulariser_sign(network: Network) -> Network:
    """-l2 * W instead of + l2 * W, and the same for L1: the weights are pushed away from zero."""
    penalty, l1_penalty = network.penalty, network.l1_penalty
    return replace(
        network,
        penalty=lambda l2, decayed, parameters: -penalty(l2, decayed, parameters),
        l1_penalty=lambda l1, decayed, parameters: -l1_penalty(l1, decayed, parameters),
    )


@FAULTS.register
def mixed_units(network: Network) -> Network:
    """The cost compares scaled outputs with targets in the units of the data. Training itself is right."""
    return replace(network, cost_targets=lambda t, shift, scale: t * scale + shift)
