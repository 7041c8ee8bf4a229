"""What one of the public questions brings along: a gradient of the wrong sign."""

from dataclasses import replace

import numpy as np

from nn.faults import FAULTS
from nn.network import Layer, Network, Trace
from nn.registry import Array


@FAULTS.register
def ascent(network: Network) -> Network:
    """The output delta t - a where a - t is meant: every gradient has the wrong sign."""
    right = network.back_propagation

    def wrong(network: Network, layers: list[Layer], trace: Trace, t: Array, out: list[Layer]) -> None:
        right(network, layers, trace, t, out)
        for W, b in out:
            np.negative(W, out=W)
            if b is not None:
                np.negative(b, out=b)

    return replace(network, back_propagation=wrong)
