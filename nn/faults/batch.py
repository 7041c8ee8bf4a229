"""Faults of the batch: the gradient is right, but for wrongly paired samples.

Reported costs and metrics are still measured on the correct samples.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nn.faults.registry import FAULTS
from nn.network import Network
from nn.registry import Array


@FAULTS.register
def shuffled_inputs(network: Network) -> Network:
    """The inputs are shuffled before training but their targets are not: every sample has another sample's target."""
    right = network.pairing

    def wrong(X: Array, Y: Array, rngs: Sequence[np.random.Generator]) -> tuple[Array, Array]:
        X, Y = right(X, Y, rngs)
        orders = np.stack([_circle(rng, X.shape[1]) for rng in rngs])
        return np.take_along_axis(X, orders[:, :, np.newaxis], axis=1), Y

    return replace(network, pairing=wrong)


def _circle(rng: np.random.Generator, n: int) -> NDArray[np.intp]:
    """A random permutation of n places without fixed points, a single cycle through all of them. Sattolo (1986)."""
    places, order = rng.permutation(n), np.empty(n, dtype=np.intp)
    order[places] = np.roll(places, 1)
    return order


@FAULTS.register
def shifted_labels(network: Network) -> Network:
    """The targets are shifted by one row: each sample has the target of the sample before it.

    The first sample has the target of the last.
    """
    right = network.pairing

    def wrong(X: Array, Y: Array, rngs: Sequence[np.random.Generator]) -> tuple[Array, Array]:
        X, Y = right(X, Y, rngs)
        return X, np.roll(Y, 1, axis=1)

    return replace(network, pairing=wrong)
