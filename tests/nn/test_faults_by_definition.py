"""What each fault puts in the place of the right value: its definition, calculated here another way."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.faults import FAULTS
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array
from nn.training import train
from tests.nn.building import weights_only
from tests.nn.stacks import stack_of
from tests.nn.test_faults import N, arrays, back_propagated, faulty, gradients, healthy
from tests.nn.test_law_gradient import Point, forward, smooth_point


def layers_of(fault: str) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array], Array, Array]:
    """Wrong and right gradient, parameters; last hidden activations and output delta / n, `(units, n)`."""
    wrong, right, point = gradients(fault)
    network = healthy(fault)
    trace = forward(network, point.parameters, point)
    return wrong, right, arrays(network, point.parameters[0]), trace.a[-2][0], network.output_delta(trace, point.t)[0]


def test_subtracted_weights_are_the_hidden_parameters_themselves() -> None:
    wrong, _, parameters, _, _ = layers_of("weights_subtracted")
    for name in ("W0", "b0", "W1", "b1"):
        assert np.array_equal(wrong[name], parameters[name])


def test_without_its_factor_every_weight_of_an_output_gets_its_delta() -> None:
    wrong, right, _, _, delta = layers_of("missing_factor")
    for k in range(3):
        np.testing.assert_allclose(wrong["W2"][:, k], delta[k].sum(), rtol=1e-14)
    np.testing.assert_allclose(wrong["W2"][0], right["b2"], rtol=1e-14)


def test_a_transposed_gradient_is_exactly_the_transpose_of_the_right_one() -> None:
    wrong, right, _, _, _ = layers_of("transposed_gradient")
    assert np.array_equal(wrong["W1"], right["W1"].T)
    assert np.array_equal(wrong["W2"], right["W2"].T)
    assert not np.allclose(right["W1"], right["W1"].T)


def test_a_broadcast_gradient_has_the_activation_of_the_outputs_own_number_in_every_row() -> None:
    wrong, _, _, a, delta = layers_of("broadcast_update")
    for row in wrong["W2"]:
        np.testing.assert_allclose(row, [sum(a[j] * delta[j]) for j in range(3)], rtol=1e-13)


@pytest.mark.parametrize("bias", [True, False])
def test_copies_of_the_drawn_output_count_once_before_the_first_update(bias: bool) -> None:
    """Hidden gradients are those of the network with one output; the output's own are (3,) - (3, 1) per copy."""
    network, single = healthy(bias=bias), healthy(sizes=(2, 3, 3, 1), bias=bias)
    one = smooth_point(single, N)
    W = arrays(single, one.parameters[0])
    wide = np.concatenate([np.ravel(np.tile(v, 3) if name[1] == "2" else v) for name, v in W.items()])
    copies = Point(wide[np.newaxis], one.x, np.repeat(one.t, 3, axis=1))
    drawn = arrays(single, back_propagated(single, one))
    found = arrays(network, back_propagated(faulty("broadcast_update", network=network), copies))
    for name in sorted(set(drawn) - {"W2", "b2"}):
        np.testing.assert_allclose(found[name], drawn[name], rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(found["W2"], np.tile(drawn["W2"].T, (3, 1)), rtol=1e-12)


def test_an_output_that_has_left_the_others_counts_from_then_on() -> None:
    network = healthy()
    point = smooth_point(network, N)
    W2 = network.layers(point.parameters)[-1][0]
    W2[...] = W2[:, :, :1]
    W2[0, 1, 2] += 1e-9
    wrong, right = (back_propagated(one, point) for one in (faulty("broadcast_update"), network))
    assert np.array_equal(arrays(network, wrong)["W0"], arrays(network, right)["W0"])


@pytest.mark.parametrize("decayed", ["weights", "all"])
def test_the_wrong_sign_of_regularisation_differs_by_twice_the_penalty(decayed: str) -> None:
    """One step of SGD at rate 1 is the gradient plus the penalty."""
    network, rng = healthy(), np.random.default_rng(3)
    start, X = rng.normal(size=(2, network.n_parameters)), rng.normal(size=(2, 5, 2))
    mask, l2 = (weights_only(network) if decayed == "weights" else np.ones(network.n_parameters)), np.array([0.3, 0.05])

    def after(network: Network) -> Array:
        options: dict[str, Any] = {"l2": l2, "decayed": mask}
        return train(stack_of(network, start, X, 0.5 * np.ones((2, 5, 3)), 1.0, (0, 1), **options)).parameters

    moved_apart = after(faulty("regulariser_sign")) - after(network)
    np.testing.assert_allclose(moved_apart, 2 * l2[:, np.newaxis] * mask * start, rtol=1e-12, atol=1e-14)


def label_gradient(classes: list[int], x: Array, seed: int = 0, **changes: Any) -> Array:
    network = faulty("column_labels", network=replace(healthy("column_labels"), **changes))
    t = np.eye(3)[classes].T[np.newaxis]
    parameters = np.random.default_rng(seed).normal(size=(1, network.n_parameters))
    return back_propagated(network, Point(parameters, x, t))


def test_with_labels_in_a_column_the_gradient_knows_nothing_of_who_has_which_label() -> None:
    x = np.random.default_rng(1).normal(size=(1, 2, 6))
    one = label_gradient([0, 1, 2, 0, 1, 2], x)
    assert label_gradient([2, 2, 1, 0, 2, 1], x).tobytes() == one.tobytes()
    assert label_gradient([2, 2, 1, 1, 2, 1], x).tobytes() != one.tobytes(), (
        "class 0 does not occur, so nothing is taken"
    )


def test_labels_in_a_column_index_as_numpy_does_it() -> None:
    # problems.md C2.2, fault 1, as its author wrote it: delta3[range(N), y] -= 1 with y of shape (N, 1).
    rng, y = np.random.default_rng(5), np.array([[2], [0], [2], [0]])
    z = rng.normal(size=(1, 3, 4))
    a, t = ACTIVATIONS["softmax"]().value(z), np.eye(3)[y.ravel()].T[np.newaxis]
    expected = a[0].T.copy()
    expected[range(4), y] -= 1
    network = faulty("column_labels")
    assert np.array_equal(network.loss.delta(z, a, t, network.output)[0].T, expected)
    assert expected[:, 1].min() > 0, "the class that does not occur is left alone"


# 1-1-1 by hand: w = 0.8, b = 0.1, v = 1.5, c = -0.2, one sample x = 0.5, t = 0.3. z = 0.5, y = v a + c (identity).
W, B, V, C, X, T = 0.8, 0.1, 1.5, -0.2, 0.5, 0.3
LOGISTIC = 1 / (1 + math.exp(-0.5))
# What stands in the place of the hidden f'(z), from z = 0.5 and a = f(0.5).
SLOPES = [
    ("derivative_of_activated", "sigmoid", LOGISTIC, 1 / (2 + math.exp(LOGISTIC) + math.exp(-LOGISTIC))),
    ("derivative_of_activated", "tanh", math.tanh(0.5), 1 / math.cosh(math.tanh(0.5)) ** 2),
    ("derivative_of_activated", "softplus", math.log(1 + math.exp(0.5)), 1 - 1 / (2 + math.exp(0.5))),
    ("softplus_as_relu_derivative", "relu", 0.5, math.log(1 + math.exp(0.5))),
    ("sigmoid_as_relu_derivative", "relu", 0.5, LOGISTIC),
    ("missing_derivative", "tanh", math.tanh(0.5), 1.0),
    # z left over: the first unit fed with the last hidden output, w * a + b.
    ("stale_pre_activation", "tanh", math.tanh(0.5), 1 / math.cosh(W * math.tanh(0.5) + B) ** 2),
]


def gradient_1_1_1(fault: str, activation: str, x: float) -> list[float]:
    network = Network((1, 1, 1), ACTIVATIONS[activation](), ACTIVATIONS["identity"](), LOSSES["half_mse"]())
    point = Point(np.array([[W, B, V, C]]), np.array([[[x]]]), np.array([[[T]]]))
    return back_propagated(FAULTS[fault](network), point).tolist()


@pytest.mark.parametrize(("fault", "activation", "a", "slope"), SLOPES)
def test_a_wrong_derivative_agrees_with_the_hand_calculation(
    fault: str, activation: str, a: float, slope: float
) -> None:
    error = V * a + C - T
    expected = [error * V * slope * X, error * V * slope, error * a, error]
    assert gradient_1_1_1(fault, activation, X) == pytest.approx(expected, rel=1e-13)


def test_a_dead_unit_learns_under_either_wrong_derivative_of_relu() -> None:
    # By hand: x = -1 gives z = -0.7, a = 0, error = c - t = -0.5; softplus(a) = log 2, sigmoid(z) = 1 / (1 + e^0.7).
    slopes = {"softplus_as_relu_derivative": math.log(2), "sigmoid_as_relu_derivative": 1 / (1 + math.exp(0.7))}
    for fault, slope in slopes.items():
        expected = [-0.5 * V * slope * -1, -0.5 * V * slope, 0, -0.5]
        assert gradient_1_1_1(fault, "relu", -1.0) == pytest.approx(expected, rel=1e-13)


def test_the_wrong_derivative_of_an_output_is_taken_at_its_activated_value_too() -> None:
    # By hand: one layer, z = 0.5, a = s(z), delta = (a - t) s(a) (1 - s(a)).
    sigmoid = ACTIVATIONS["sigmoid"]()
    network = FAULTS["derivative_of_activated"](Network((1, 1), sigmoid, sigmoid, LOSSES["half_mse"]()))
    point = Point(np.array([[W, B]]), np.array([[[X]]]), np.array([[[T]]]))
    delta = (LOGISTIC - T) / (2 + math.exp(LOGISTIC) + math.exp(-LOGISTIC))
    assert back_propagated(network, point).tolist() == pytest.approx([delta * X, delta], rel=1e-13)


def test_the_stale_pre_activation_stands_in_for_every_layer_but_the_outputs_own_gradient() -> None:
    """2-3-3-3 with two samples, by a second forward pass: z = W0[:, 0] . (the two first hidden outputs) + b0[0]."""
    wrong, right, point = gradients("stale_pre_activation", n=2)
    network = healthy()
    p, trace = arrays(network, point.parameters[0]), forward(network, point.parameters, point)
    z = p["W0"][0, 0] * trace.a[1][0, 0, 1] + p["W0"][1, 0] * trace.a[1][0, 1, 1] + p["b0"][0]
    s = 1 / (1 + math.exp(-z))
    d2 = (trace.a[3][0] - point.t[0]) / 2 / math.cosh(z) ** 2
    d1 = p["W2"] @ d2 * s * (1 - s)
    d0 = p["W1"] @ d1 * s * (1 - s)
    np.testing.assert_allclose(wrong["W1"], trace.a[1][0] @ d1.T, rtol=1e-12)
    np.testing.assert_allclose(wrong["W0"], point.x[0] @ d0.T, rtol=1e-12)
    np.testing.assert_allclose(wrong["b0"], d0.sum(axis=1), rtol=1e-12)
    assert np.array_equal(wrong["W2"], right["W2"])
