"""Faults of the update: what is done with the gradient, or when.

An update calls `change` to get the decrement from training. A fault that alters the decrement passes an altered
`change` on, so that faults that look ahead see the same decrement.
"""

from dataclasses import replace
from functools import partial

from nn.faults.registry import FAULTS
from nn.network import Change, Layer, Network, Trace
from nn.registry import Array

FOREVER = 1 << 62  # steps; 1 - beta^FOREVER is 1 for every beta below 1


@FAULTS.register
def early_update(network: Network) -> Network:
    """The output weights are updated before the hidden delta is computed from them."""
    right = network.update

    def wrong(network: Network, layers: list[Layer], trace: Trace, t: Array, out: list[Layer], change: Change) -> Array:
        network.gradient(layers, trace, t, out)
        W, b = layers[-1]
        decrement, _ = network.layers(change(preview=True))[-1]
        return right(network, [*layers[:-1], (W - decrement, b)], trace, t, out, change)

    return replace(network, update=wrong)


@FAULTS.register
def update_sign(network: Network) -> Network:
    """W + rate * gradient instead of W - rate * gradient: every step goes uphill."""
    right = network.update

    def wrong(network: Network, layers: list[Layer], trace: Trace, t: Array, out: list[Layer], change: Change) -> Array:
        def climb(*, step: int | None = None, preview: bool = False) -> Array:
            return -change(step=step, preview=preview)

        return right(network, layers, trace, t, out, climb)

    return replace(network, update=wrong)


@FAULTS.register
def missing_bias_correction(network: Network) -> Network:
    """Adam without bias correction: its first steps are several times too large, as if it had been running for long."""
    right = network.update

    def wrong(network: Network, layers: list[Layer], trace: Trace, t: Array, out: list[Layer], change: Change) -> Array:
        return right(network, layers, trace, t, out, partial(change, step=FOREVER))

    return replace(network, update=wrong)
