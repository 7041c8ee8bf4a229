"""An activation at the input layer: the network is the same one fed with activated inputs."""

from dataclasses import replace

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.batches import SliceBatches
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array
from nn.stack import Trained
from nn.training import train
from tests.nn.components import ELEMENTWISE
from tests.nn.stacks import stack_of

RNG = np.random.default_rng(8)
X, Y, X_TEST, Y_TEST = (RNG.normal(0, 2, size) for size in ((2, 9, 3), (2, 9, 2), (2, 5, 3), (2, 5, 2)))
PLAIN = Network((3, 4, 2), ACTIVATIONS["sigmoid"](), ACTIVATIONS["identity"](), LOSSES["half_mse"]())
START = RNG.normal(size=(2, PLAIN.n_parameters))
any_activation = pytest.mark.parametrize("name", ELEMENTWISE)


def with_input(name: str) -> Network:
    return replace(PLAIN, input=ACTIVATIONS[name]())


def trained(network: Network, X: Array, X_test: Array) -> Trained:
    test_set = {"X_test": X_test, "Y_test": Y_TEST}
    return train(stack_of(network, START, X, Y, 0.1, (0, 3, 10), batches=SliceBatches(X, Y, 4), **test_set))


@any_activation
def test_training_is_that_of_a_plain_network_fed_with_activated_inputs(name: str) -> None:
    value = ACTIVATIONS[name]().value
    inside, outside = trained(with_input(name), X, X_TEST), trained(PLAIN, value(X), value(X_TEST))
    np.testing.assert_allclose(inside.parameters, outside.parameters, rtol=1e-12, atol=1e-13)
    for series, values in inside.history.items():
        np.testing.assert_allclose(values, outside.history[series], rtol=1e-12, atol=1e-13, err_msg=series)


@any_activation
def test_predictions_are_those_of_a_plain_network_fed_with_activated_inputs(name: str) -> None:
    expected = PLAIN.predict(START, ACTIVATIONS[name]().value(X_TEST))
    np.testing.assert_allclose(with_input(name).predict(START, X_TEST), expected, rtol=1e-13)


def test_tanh_at_the_input_hardly_tells_large_inputs_apart() -> None:
    # problems.md C0.2, fault 1: tanh(3) = 0.99505, tanh(pi) = 0.99627; 5 is 0.005 away from 3.
    network = replace(with_input("tanh"), sizes=(1, 4, 2))
    parameters = np.random.default_rng(0).normal(size=(1, network.n_parameters))
    trace = network.forward(network.layers(parameters), np.array([[[3, np.pi, 5]]]))
    assert trace.a[0].ravel() == pytest.approx([0.99505, 0.99627, 0.99991], abs=5e-6)


def test_the_inputs_themselves_are_left_as_they_were() -> None:
    before = X.tobytes()
    trained(with_input("tanh"), X, X_TEST)
    assert before == X.tobytes()
    identity = trained(with_input("identity"), X, X_TEST)
    assert identity.parameters.tobytes() == trained(PLAIN, X, X_TEST).parameters.tobytes()
