"""Law 1: back-propagation equals the derivative of the objective, for every activation x loss x depth x batch mode.

Every activation meets every loss and output, and each of both meets every depth and batch mode.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from nn.network import Network, Trace
from nn.registry import Array
from tests.nn.components import ELEMENTWISE, activation_variants, label, loss_output_pairs, make_activation, make_loss
from tests.nn.covering import covering

HIDDEN = [variant for variant in activation_variants() if variant[0] in ELEMENTWISE]
PAIRS = loss_output_pairs()
N_SAMPLES = (1, 2, 3, 20)  # online, minibatches, a full batch
DEPTHS = [(3, 4, 2), (3, 4, 3, 2), (1, 2, 1, 2)]


@dataclass(frozen=True)
class Point:
    """Where the derivative is measured: parameters `(1, P)`, inputs and targets with the samples last."""

    parameters: Array
    x: Array
    t: Array


def some_point(network: Network, n: int, seed: int) -> Point:
    rng, d_out = np.random.default_rng(seed), network.sizes[-1]
    x = rng.uniform(-1.5, 1.5, (1, network.sizes[0], n))
    classes = np.eye(d_out)[rng.integers(d_out, size=n)].T[np.newaxis]
    no, yes = network.loss.labels or (0.0, 1.0)
    t = (
        no + (yes - no) * classes
        if network.loss.only_task == "classification"
        else rng.uniform(0.05, 0.95, (1, d_out, n))
    )
    return Point(rng.normal(0, 0.8, (1, network.n_parameters)), x, t)


def smooth_point(network: Network, n: int) -> Point:
    """A point without a kink of relu or its like nearby: there, differences over two distances disagree."""
    for seed in range(100):
        point = some_point(network, n, seed)
        near, far = measured(network, point), measured(network, point, h=6e-5)
        if np.allclose(near, far, rtol=1e-7, atol=1e-10):
            return point
    raise AssertionError("no smooth point among 100")


def forward(network: Network, parameters: Array, point: Point) -> Trace:
    return network.forward(network.layers(parameters), point.x)


def back_propagated(network: Network, point: Point) -> Array:
    gradient = np.full_like(point.parameters, np.nan)
    trace = forward(network, point.parameters, point)
    network.gradient(network.layers(point.parameters), trace, point.t, out=network.layers(gradient))
    return gradient[0]


def measured(network: Network, point: Point, h: float = 3e-5) -> Array:
    """The central difference over five points, with an error of order h^4; all shifted networks are one stack."""

    def objective(shift: float) -> Array:
        shifted = point.parameters + shift * np.eye(network.n_parameters)
        return network.objective(forward(network, shifted, point), point.t)

    return (8 * (objective(h) - objective(-h)) - (objective(2 * h) - objective(-2 * h))) / (12 * h)


def assert_gradient_is_the_derivative(network: Network, n: int) -> None:
    with np.errstate(all="raise", under="ignore"):
        point = smooth_point(network, n)
        gradient, derivative = back_propagated(network, point), measured(network, point)
    np.testing.assert_allclose(gradient, derivative, rtol=1e-6, atol=2e-10)


@pytest.mark.quick(law=1)
@pytest.mark.parametrize(
    ("hidden", "pair", "sizes", "bias", "n"), covering(HIDDEN, PAIRS, DEPTHS, (True, False), N_SAMPLES), ids=label
)
def test_back_propagation_through_hidden_layers_equals_the_central_difference(
    hidden: tuple[str, dict[str, Any]], pair: tuple[str, str], sizes: tuple[int, ...], bias: bool, n: int
) -> None:
    activation, (loss, output) = make_activation(*hidden), pair
    assert_gradient_is_the_derivative(Network(sizes, activation, ACTIVATIONS[output](), make_loss(loss), bias), n)


@pytest.mark.quick(law=1)
@pytest.mark.parametrize(
    ("pair", "sizes", "bias", "n"), covering(PAIRS, [(3, 2), (1, 1)], (True, False), N_SAMPLES), ids=label
)
def test_the_gradient_of_a_network_without_hidden_layers_equals_the_central_difference(
    pair: tuple[str, str], sizes: tuple[int, ...], bias: bool, n: int
) -> None:
    activation, (loss, output) = ACTIVATIONS["identity"](), pair
    assert_gradient_is_the_derivative(Network(sizes, activation, ACTIVATIONS[output](), make_loss(loss), bias), n)


@pytest.mark.parametrize(
    ("name", "pair", "reduction", "n"), covering(ELEMENTWISE, PAIRS, ("mean", "sum"), N_SAMPLES), ids=label
)
def test_the_gradient_of_a_sum_and_after_an_input_activation_equals_the_central_difference(
    name: str, pair: tuple[str, str], reduction: Literal["mean", "sum"], n: int
) -> None:
    loss, output = pair
    network = Network((3, 4, 2), ACTIVATIONS["tanh"](), ACTIVATIONS[output](), make_loss(loss))
    options = {"input": ACTIVATIONS[name](), "reduction": reduction, "shown": LOSSES["absolute_error"]()}
    assert_gradient_is_the_derivative(replace(network, **options), n)


def test_the_gradient_of_many_samples_is_the_mean_of_their_own_gradients() -> None:
    network = Network((3, 4, 2), ACTIVATIONS["tanh"](), ACTIVATIONS["softmax"](), LOSSES["softmax_cross_entropy"]())
    point = smooth_point(network, 5)
    singles = [
        back_propagated(network, Point(point.parameters, point.x[:, :, [one]], point.t[:, :, [one]]))
        for one in range(5)
    ]
    np.testing.assert_allclose(back_propagated(network, point), np.mean(singles, axis=0), rtol=1e-12, atol=1e-15)
