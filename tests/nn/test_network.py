import math
from functools import partial
from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.initializers import INITIALIZERS, constant
from nn.network import Network
from tests.nn.components import ELEMENTWISE, bound, label, loss_output_pairs, make_loss, variants

INIT_VARIANTS = list(variants(INITIALIZERS))


def network(
    sizes: tuple[int, ...], activation: str = "tanh", output: str = "identity", loss: str = "half_mse", **options: Any
) -> Network:
    return Network(sizes, ACTIVATIONS[activation](), ACTIVATIONS[output](), make_loss(loss), **options)


@pytest.mark.parametrize(
    ("sizes", "bias", "count"),
    # By hand: sum of (fan_in + 1) fan_out with biases, of fan_in fan_out without.
    [((2, 3, 1), True, 13), ((2, 3, 1), False, 9), ((4, 2), True, 10), ((64, 30, 2), True, 2012), ((1, 1), False, 1)],
)
def test_the_number_of_parameters_is_that_of_all_weights_and_biases(
    sizes: tuple[int, ...], bias: bool, count: int
) -> None:
    assert network(sizes, bias=bias).n_parameters == count


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sizes", [(2, 3), (3, 1, 4), (2, 5, 3, 2)], ids=label)
def test_layers_are_views_that_hold_every_parameter_once(sizes: tuple[int, ...], bias: bool) -> None:
    net = network(sizes, bias=bias)
    parameters = np.zeros((3, net.n_parameters))
    layers = net.layers(parameters)
    assert [W.shape for W, _ in layers] == [(3, *shape) for shape in net.shapes]
    for W, b in layers:
        W += 1
        assert (b is not None) == bias
        if b is not None:
            assert b.shape == (3, W.shape[2])
            b += 1
    assert (parameters == 1).all()


def test_a_forward_pass_agrees_with_the_hand_calculation() -> None:
    # By hand, 2-2-1 with relu: z1 = (1*1 + 2*3 + 1, 1*2 - 2*1 - 1) = (8, -1), a1 = (8, 0), z2 = 8 * 0.5 + 0 * 7 - 1,
    # and half of (3 - 1)^2 is 2. Second sample: z1 = (0 + 0 + 1, 0 + 0 - 1), z2 = 0.5 - 1 = -0.5, cost 1/2 * 1.5^2.
    net = network((2, 2, 1), "relu")
    parameters = np.array([[1, 2, 3, -1, 1, -1, 0.5, 7, -1]], dtype=float)
    x, t = np.array([[[1, 0], [2, 0]]], dtype=float), np.ones((1, 1, 2))
    trace = net.forward(net.layers(parameters), x)
    assert trace.z[0].tolist() == [[[8, 1], [-1, -1]]]
    assert trace.a[1].tolist() == [[[8, 1], [0, 0]]]
    assert trace.a[2].tolist() == [[[3, -0.5]]]
    assert net.cost(trace, t) == [(2 + 1.125) / 2]


def test_a_gradient_agrees_with_the_hand_calculation() -> None:
    # By hand, same net, first sample alone: delta2 = 2, dW2 = (16, 0), db2 = 2, delta1 = (0.5 * 2, 0) because relu is
    # flat at z = -1, dW1 = x delta1^T.
    net = network((2, 2, 1), "relu")
    parameters = np.array([[1, 2, 3, -1, 1, -1, 0.5, 7, -1]], dtype=float)
    gradient = np.full_like(parameters, np.nan)
    trace = net.forward(net.layers(parameters), np.array([[[1], [2]]], dtype=float))
    net.gradient(net.layers(parameters), trace, np.ones((1, 1, 1)), out=net.layers(gradient))
    assert gradient.tolist() == [[1, 0, 2, 0, 1, 0, 16, 0, 2]]


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_the_output_activation_is_used_at_the_last_layer_only(output: str) -> None:
    # By hand: both hidden units are 10 (identity), the outputs are log 3 and 0 before the output activation.
    net = network((1, 2, 2), "identity", output, loss="half_mse")
    parameters = np.array([[10, 10, 0, 0, math.log(3) / 10, 0, 0, 0, 0, 0]], dtype=float)
    expected = {"sigmoid": [0.75, 0.5], "softmax": [0.75, 0.25]}[output]
    np.testing.assert_allclose(net.predict(parameters, np.ones((1, 1, 1)))[0, 0], expected, rtol=1e-14)


def test_predictions_have_one_row_per_sample_and_shared_inputs_count_for_every_run() -> None:
    net, rng = network((3, 4, 2)), np.random.default_rng(0)
    parameters, X = rng.normal(size=(5, net.n_parameters)), rng.normal(size=(1, 7, 3))
    shared = net.predict(parameters, X)
    assert shared.shape == (5, 7, 2)
    assert shared.tobytes() == net.predict(parameters, np.repeat(X, 5, axis=0)).tobytes()
    trace = net.forward(net.layers(parameters), X.swapaxes(1, 2))
    np.testing.assert_allclose(shared, trace.a[-1].swapaxes(1, 2), rtol=1e-14)


@pytest.mark.parametrize(("loss", "output"), loss_output_pairs())
@pytest.mark.parametrize("activation", ELEMENTWISE)
def test_a_network_of_single_precision_computes_nothing_in_double(activation: str, loss: str, output: str) -> None:
    net = network((3, 4, 2), activation, output, loss, dtype=np.float32)
    parameters = net.initialize(np.random.default_rng(0), INITIALIZERS["glorot"])[np.newaxis]
    layers, t = net.layers(parameters), np.zeros((1, 2, 5), dtype=np.float32)
    trace = net.forward(layers, np.ones((1, 3, 5), dtype=np.float32))
    dtypes = {array.dtype for array in (parameters, *trace.z, *trace.a, net.cost(trace, t))}
    slopes = (net.activation.derivative, net.output.derivative)
    dtypes |= {slope(trace.z[0], trace.a[1]).dtype for slope in slopes if slope is not None}
    dtypes |= {net.loss.delta(trace.z[-1], trace.a[-1], t, net.output).dtype}
    assert dtypes == {np.dtype(np.float32)}


@pytest.mark.parametrize(("name", "settings"), INIT_VARIANTS, ids=label)
def test_first_biases_are_zero_unless_random_biases_are_asked_for(name: str, settings: dict[str, Any]) -> None:
    net, initializer = network((2, 40, 3)), bound(INITIALIZERS, name, settings)
    without = net.layers(net.initialize(np.random.default_rng(1), initializer)[np.newaxis])
    asked_for = net.layers(net.initialize(np.random.default_rng(1), initializer, drawn_biases=9)[np.newaxis])
    assert [np.count_nonzero(b) for _, b in without if b is not None] == [0, 0]
    first_W, first_b = asked_for[0]
    assert np.array_equal(without[0][0], first_W)
    assert first_b is not None
    assert first_b.any() == first_W.any()


def test_first_weights_are_those_of_the_initializer_layer_by_layer() -> None:
    net, rng = network((3, 4, 2), bias=False), np.random.default_rng(9)
    expected = [INITIALIZERS["he"](rng, *shape).ravel() for shape in net.shapes]
    parameters = net.initialize(np.random.default_rng(9), INITIALIZERS["he"])
    assert parameters.tobytes() == np.concatenate(expected).tobytes()


def test_a_drawn_bias_is_the_first_row_of_a_draw_of_its_own_after_the_weights_of_its_layer() -> None:
    net, rng, he = network((3, 4, 2)), np.random.default_rng(9), INITIALIZERS["he"]
    layers = net.layers(net.initialize(np.random.default_rng(9), he, drawn_biases=2)[np.newaxis])
    for (W, b), (fan_in, fan_out) in zip(layers, ((3, 4), (4, 2)), strict=True):
        assert np.array_equal(W[0], he(rng, fan_in, fan_out))
        assert b is not None and np.array_equal(b[0], he(rng, fan_in, fan_out)[0])


def test_random_biases_are_drawn_by_the_initializer_too() -> None:
    net = network((2, 3, 1))
    parameters = net.initialize(np.random.default_rng(0), partial(constant, value=0.3), drawn_biases=9)
    assert (parameters == 0.3).all()


@pytest.mark.parametrize(("name", "settings"), INIT_VARIANTS, ids=label)
def test_first_parameters_of_a_run_do_not_depend_on_its_neighbours(name: str, settings: dict[str, Any]) -> None:
    """Law 4: others that are initialized in between, from generators of their own, change nothing."""
    net, initializer = network((3, 5, 2)), bound(INITIALIZERS, name, settings)
    alone = [net.initialize(np.random.default_rng(seed), initializer, drawn_biases=9) for seed in range(4)]
    generators = [np.random.default_rng(seed) for seed in range(4)]
    for first in (3, 1, 0, 2):
        among_others = net.initialize(generators[first], initializer, drawn_biases=9)
        assert among_others.tobytes() == alone[first].tobytes()
