"""Faults: each is wrong in the arrays that the table names, by what its definition says, and in nothing else."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.faults import FAULTS
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array
from nn.training import first_gradient
from tests.nn.stacks import stack_of
from tests.nn.test_law_gradient import Point, forward, measured, smooth_point

ALL = ("W0", "b0", "W1", "b1", "W2", "b2")
HIDDEN = ALL[:4]
WRONG = {
    "broadcast_update": ("W2",),
    "column_labels": ALL,
    "derivative_of_activated": ALL,
    "early_update": HIDDEN,
    "missing_bias_correction": (),
    "missing_derivative": HIDDEN,
    "missing_factor": ("W2",),
    "mixed_units": (),
    "regulariser_sign": (),
    "shifted_labels": (),
    "shuffled_inputs": (),
    "sigmoid_as_relu_derivative": HIDDEN,
    "softplus_as_relu_derivative": HIDDEN,
    "stale_pre_activation": HIDDEN,
    "transposed_gradient": ("W1", "W2"),
    "update_sign": (),
    "weights_subtracted": HIDDEN,
}
SIZES, N = (2, 3, 3, 3), 7  # equal widths, so that a transposed or broadcast gradient has where to go
any_fault = pytest.mark.parametrize("fault", list(FAULTS))
any_known_fault = pytest.mark.parametrize("fault", list(WRONG))


def healthy(fault: str = "", sizes: tuple[int, ...] = SIZES, bias: bool = True) -> Network:
    """A network in which the fault makes a difference: ReLU for those of ReLU, classes for those of labels."""
    activation, output, loss = "sigmoid", "tanh", "half_mse"
    if "relu" in fault:
        activation = "relu"
    if fault == "column_labels":
        output, loss = "softmax", "softmax_cross_entropy"
    return Network(sizes, ACTIVATIONS[activation](), ACTIVATIONS[output](), LOSSES[loss](), bias)


def faulty(*faults: str, network: Network | None = None) -> Network:
    network = network or healthy(faults[0])
    for fault in faults:
        network = FAULTS[fault](network)
    return network


def back_propagated(network: Network, point: Point) -> Array:
    """The gradient `(P,)` that the first update uses."""
    X, Y = point.x.swapaxes(1, 2), point.t.swapaxes(1, 2)
    stack = stack_of(network, point.parameters, X, Y, rate=0.5, evaluations=(0, 1))
    return first_gradient(stack, point.x, point.t)[0]


def arrays(network: Network, flat: Array) -> dict[str, Array]:
    """The named arrays of parameters or of a gradient `(P,)`."""
    named = {}
    for index, (W, b) in enumerate(network.layers(flat[np.newaxis])):
        named[f"W{index}"] = W[0]
        if b is not None:
            named[f"b{index}"] = b[0]
    return named


def gradients(fault: str, n: int = N) -> tuple[dict[str, Array], dict[str, Array], Point]:
    """Of the faulty network and of the healthy one at the same smooth point."""
    network = healthy(fault)
    point = smooth_point(network, n)
    wrong, right = back_propagated(faulty(fault), point), back_propagated(network, point)
    return arrays(network, wrong), arrays(network, right), point


def test_the_table_of_these_tests_has_every_registered_fault() -> None:
    assert sorted(WRONG) == list(FAULTS)


@any_known_fault
def test_a_fault_changes_the_arrays_it_names_and_not_a_bit_of_the_others(fault: str) -> None:
    wrong, right, _ = gradients(fault)
    changed = {name for name in right if wrong[name].tobytes() != right[name].tobytes()}
    assert changed == set(WRONG[fault])


@any_known_fault
def test_what_a_fault_changes_is_no_derivative_any_more_and_what_it_leaves_is(fault: str) -> None:
    wrong, _, point = gradients(fault)
    derivative = arrays(healthy(fault), measured(healthy(fault), point))
    for name, expected in derivative.items():
        error = np.linalg.norm(wrong[name] - expected) / np.linalg.norm(expected)
        assert error > 1e-2 if name in WRONG[fault] else error < 1e-6, name


@any_fault
def test_a_fault_leaves_the_forward_pass_and_the_objective_as_they_were(fault: str) -> None:
    network, wrong = healthy(fault), faulty(fault)
    point = smooth_point(network, N)
    before, after = forward(network, point.parameters, point), forward(wrong, point.parameters, point)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(before.a + before.z, after.a + after.z, strict=True))
    assert wrong.objective(after, point.t) == network.objective(before, point.t)
    assert wrong.cost(after, point.t) == network.cost(before, point.t)


@any_fault
def test_a_fault_makes_another_network_and_leaves_the_given_one_healthy(fault: str) -> None:
    network = healthy(fault)
    fields = dict(vars(network))
    assert FAULTS[fault](network) is not network
    assert vars(network) == fields


@any_fault
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sizes", [(2, 3), (2, 3, 3), (1, 4, 2, 2), (3, 2, 5, 5)])
def test_a_fault_works_in_networks_of_any_depth_and_without_biases(
    fault: str, sizes: tuple[int, ...], bias: bool
) -> None:
    if fault == "broadcast_update" and sizes[-1] != sizes[-2]:
        sizes = (*sizes[:-1], sizes[-2])  # as many outputs as the last hidden layer has units: that is the fault
    network = healthy(fault, sizes, bias)
    point = smooth_point(network, N)
    with np.errstate(all="raise", under="ignore"):
        gradient = back_propagated(faulty(fault, network=network), point)
    assert np.isfinite(gradient).all()
    last = f"W{len(sizes) - 2}"
    if WRONG.get(fault) == HIDDEN:
        assert np.array_equal(arrays(network, gradient)[last], arrays(network, back_propagated(network, point))[last])


def updated(network: Network, point: Point) -> Array:
    """The gradient `(P,)` that an update leaves with the masks of a point."""
    gradient, layers = np.zeros_like(point.parameters), network.layers(point.parameters)
    trace = forward(network, point.parameters, point)
    network.update(network, layers, trace, point.t, network.layers(gradient), lambda **_: 0.5 * gradient)
    return gradient[0]


@any_known_fault
def test_with_dropout_a_fault_changes_the_same_arrays_and_with_masks_of_ones_it_does_the_same(fault: str) -> None:
    network, wrong = healthy(fault), faulty(fault)
    point = smooth_point(network, N, rate=0.3)
    right, found = (arrays(network, updated(one, point)) for one in (network, wrong))
    assert {name for name in right if found[name].tobytes() != right[name].tobytes()} == set(WRONG[fault])
    whole = [updated(wrong, replace(point, masks=masks)) for masks in ((), [np.ones_like(one) for one in point.masks])]
    assert whole[0].tobytes() == whole[1].tobytes()


# Faults of different arrays or steps: neither sees what the other did.
INDEPENDENT = [
    ("weights_subtracted", "missing_factor"),
    ("derivative_of_activated", "missing_factor"),
    ("regulariser_sign", "transposed_gradient"),
    ("mixed_units", "weights_subtracted"),
    ("stale_pre_activation", "missing_factor"),
]


@pytest.mark.parametrize("faults", INDEPENDENT, ids="-".join)
def test_two_faults_together_do_what_each_does_alone_in_either_order(faults: tuple[str, str]) -> None:
    network = healthy()
    point = smooth_point(network, N)
    results = {order: back_propagated(faulty(*order), point) for order in permutations(faults)}
    one, other = results.values()
    assert one.tobytes() == other.tobytes()
    for fault in faults:
        alone = arrays(network, back_propagated(faulty(fault), point))
        others = {name for two in faults if two != fault for name in WRONG[two]}
        for name in set(WRONG[fault]) - others:
            assert np.array_equal(arrays(network, one)[name], alone[name]), (fault, name)


def test_a_transposed_gradient_that_is_broadcast_too_keeps_both_faults() -> None:
    """The order of case C4: the output layer's gradient is broadcast, the hidden one transposed."""
    network = healthy()
    point = smooth_point(network, N)
    both = arrays(network, back_propagated(faulty("transposed_gradient", "broadcast_update"), point))
    right = arrays(network, back_propagated(network, point))
    broadcast = arrays(network, back_propagated(faulty("broadcast_update"), point))
    assert np.array_equal(both["W1"], right["W1"].T)
    assert np.array_equal(both["W2"], broadcast["W2"])


def test_a_fault_that_replaces_a_step_is_kept_by_the_next_one() -> None:
    signs = replace(
        healthy(),
        penalty=lambda l2, decayed, parameters: 7 * l2 * decayed * parameters,
        l1_penalty=lambda l1, decayed, parameters: 3 * l1 * decayed * parameters,
    )
    ones = np.ones((1, 4))
    assert faulty("regulariser_sign", network=signs).l1_penalty(ones, ones, ones).tolist() == [[-3.0] * 4]
    assert faulty("regulariser_sign", network=signs).penalty(ones, ones, ones).tolist() == [[-7.0] * 4]
    assert faulty("regulariser_sign", "regulariser_sign").penalty(ones, ones, ones).tolist() == [[1.0] * 4]
