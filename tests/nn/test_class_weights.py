"""Class weights: their values, the gradient and the cost that they make, and the laws that hold with them too."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from nn.activations import ACTIVATIONS
from nn.class_weights import ClassWeights, balanced, weighted
from nn.faults import FAULTS
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array, Order
from nn.training import train
from tests.nn.building import BATCHES, Structure, build_stack, changed
from tests.nn.components import label, loss_output_pairs, make_loss
from tests.nn.covering import covering
from tests.nn.sameness import check_alone_and_together, difference
from tests.nn.stacks import stack_of
from tests.nn.test_law_compaction import EVALUATIONS, assert_the_same_alone, trained
from tests.nn.test_law_gradient import N_SAMPLES, Point, assert_gradient_is_the_derivative, back_propagated, forward

PAIRS = loss_output_pairs()


def one_hot(classes: list[int], n_classes: int) -> Array:
    return np.eye(n_classes)[classes]


def with_weights(network: Network, *values: float) -> Network:
    weights = ClassWeights(np.array([values]), 0.5)
    return replace(network, loss=weighted(network.loss, lambda t: weights.of(t, np.arange(1))))


@given(classes=st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_balanced_weights_are_those_of_scikit_learn_and_a_class_that_is_absent_weighs_1(classes: list[int]) -> None:
    present = np.unique(classes)
    expected = np.ones(5)
    expected[present] = compute_class_weight("balanced", classes=present, y=np.array(classes))
    np.testing.assert_allclose(balanced(one_hot(classes, 5), 0.5), expected, rtol=1e-15)


@pytest.mark.parametrize("levels", [(0.0, 1.0), (-1.0, 1.0), (5.0, 5.5)])
def test_a_single_target_is_read_as_one_of_two_classes(levels: tuple[float, float]) -> None:
    Y = np.array(levels)[[0, 0, 0, 1], np.newaxis]
    assert balanced(Y, sum(levels) / 2).tolist() == [4 / (2 * 3), 4 / 2]


def test_the_weighted_cost_and_its_slope_are_those_worked_out_by_hand() -> None:
    """Samples 0, 0, 0, 1 weigh 2/3 and 2. At z = 0 each costs log 2, and db is the mean of weight (1/2 - t)."""
    network = Network((1, 1), ACTIVATIONS["identity"](), ACTIVATIONS["sigmoid"](), LOSSES["binary_cross_entropy"]())
    point = Point(np.zeros((1, 2)), np.array([[[1.0, 2.0, 3.0, 6.0]]]), np.array([[[0.0, 0.0, 0.0, 1.0]]]))
    heavy = with_weights(network, *balanced(point.t[0].T, 0.5))
    dW, db = back_propagated(heavy, point)
    assert db == pytest.approx((3 * 2 / 3 * 0.5 - 2 * 0.5) / 4, abs=1e-15)
    assert dW == pytest.approx((2 / 3 * 0.5 * (1 + 2 + 3) - 2 * 0.5 * 6) / 4, rel=1e-15)
    assert back_propagated(network, point)[1] == pytest.approx((3 * 0.5 - 0.5) / 4)
    assert heavy.objective(forward(heavy, point.parameters, point), point.t) == pytest.approx(np.log(2), rel=1e-15)


@pytest.mark.quick(law=1)
@pytest.mark.parametrize(
    ("pair", "sizes", "reduction", "n"),
    covering(PAIRS, [(3, 4, 1), (3, 4, 2), (3, 5, 4, 3)], ("mean", "sum"), N_SAMPLES),
    ids=label,
)
def test_the_weighted_gradient_is_the_derivative_of_the_weighted_objective(
    pair: tuple[str, str], sizes: tuple[int, ...], reduction: Literal["mean", "sum"], n: int
) -> None:
    loss, output = pair
    plain = Network(sizes, ACTIVATIONS["tanh"](), ACTIVATIONS[output](), make_loss(loss), reduction=reduction)
    assert_gradient_is_the_derivative(with_weights(plain, 0.3, 2.5, 1.4), n)


@pytest.mark.parametrize("pair", PAIRS, ids=label)
def test_a_weight_of_3_is_three_copies_of_a_sample(pair: tuple[str, str]) -> None:
    loss, output = pair
    total = Network((3, 4, 2), ACTIVATIONS["tanh"](), ACTIVATIONS[output](), make_loss(loss), reduction="sum")
    rng, classes = np.random.default_rng(4), [0, 1, 1, 0, 1]
    parameters, x = rng.normal(size=(1, total.n_parameters)), rng.normal(size=(1, 3, 5))
    once = Point(parameters, x, one_hot(classes, 2).T[np.newaxis])
    copied = np.repeat(np.arange(5), [1, 3, 3, 1, 3])
    copies = Point(parameters, x[:, :, copied], once.t[:, :, copied])
    heavy = with_weights(total, 1.0, 3.0)
    np.testing.assert_allclose(back_propagated(heavy, once), back_propagated(total, copies), rtol=1e-12, atol=1e-14)
    costs = [one.objective(forward(one, parameters, at), at.t) for one, at in ((heavy, once), (total, copies))]
    np.testing.assert_allclose(*costs, rtol=1e-13)


@pytest.mark.quick(law=2)
@pytest.mark.parametrize(
    ("pair", "shown", "reduction", "dtype", "order"),
    covering(PAIRS, (None, "half_mse"), ("mean", "sum"), (np.float64, np.float32), ("C", "F")),
    ids=label,
)
def test_a_weighted_run_has_the_same_bits_alone_and_in_any_stack(
    pair: tuple[str, str], shown: str | None, reduction: Any, dtype: Any, order: Order
) -> None:
    loss, output = pair
    structure = Structure(
        (2, 5, 3), "tanh", output, loss, shown=shown, reduction=reduction, dtype=dtype, order=order, online=True,
        weighted=True,
    )  # fmt: skip
    check_alone_and_together(structure, range(7), [0, 5])


@pytest.mark.parametrize(("batches", "order"), covering(BATCHES, ("C", "F")), ids=label)
def test_a_weighted_run_keeps_its_bits_when_its_neighbours_leave(batches: str, order: Order) -> None:
    structure = Structure(
        batches=batches, order=order, evaluations=EVALUATIONS, schedule="constant", online=True, weighted=True
    )
    together = trained(structure, range(12))
    assert len({int(step) for step in together.last_step}) > 2
    assert_the_same_alone(structure, range(12), together)


@pytest.mark.parametrize("batches", BATCHES)
def test_weights_that_are_all_1_change_no_bit(batches: str) -> None:
    structure, ones = Structure(batches=batches, online=True), ClassWeights(np.ones((3, 2)), 0.5)
    plain = train(build_stack(structure, range(3)))
    weighted_by_1 = train(changed(build_stack(structure, range(3)), class_weights=ones))
    others = train(build_stack(replace(structure, weighted=True), range(3)))
    for run in range(3):
        assert difference(plain, run, weighted_by_1.of(run)) == []
        assert {"parameters", "train_cost", "test_cost"} <= set(difference(plain, run, others.of(run)))


def test_every_cost_that_is_shown_is_weighted_and_no_metric_is() -> None:
    """A network of zeros answers 1/2: each sample costs 1/8, and the classes of the test set are not balanced."""
    network = Network((1, 1), ACTIVATIONS["identity"](), ACTIVATIONS["sigmoid"](), LOSSES["half_mse"]())
    X, Y = np.ones((1, 4, 1)), np.array([[[0.0], [0.0], [0.0], [1.0]]])
    stack = stack_of(network, np.zeros((1, 2)), X, Y, 0.0, (0, 1), online=True)
    weights = ClassWeights(balanced(Y[0], 0.5)[np.newaxis], 0.5)
    heavy = changed(stack, class_weights=weights, X_test=X[:, :2], Y_test=Y[:, 2:])
    history = train(heavy).history
    assert history["train_cost"][0, -1] == history["online_cost"][0, -1] == pytest.approx(1 / 8)
    assert history["test_cost"][0, -1] == pytest.approx((2 / 3 + 2) / 2 / 8)
    plain = train(changed(heavy, class_weights=None)).history
    assert plain["test_cost"][0, -1] == pytest.approx(1 / 8)
    assert history["test_metric"].tobytes() == plain["test_metric"].tobytes()


def test_a_cost_in_mixed_units_weighs_the_same_samples() -> None:
    """Labels 0 and 1 are trained as -1 and 1: the faulty cost sees 0 and 1, which are no other classes."""
    healthy = Network((1, 1), ACTIVATIONS["identity"](), ACTIVATIONS["tanh"](), LOSSES["half_mse"]())
    X, Y = np.ones((1, 4, 1)), np.array([[[-1.0], [-1.0], [-1.0], [1.0]]])
    stack = stack_of(FAULTS["mixed_units"](healthy), np.zeros((1, 2)), X, Y, 0.0, (0, 1))
    weights = ClassWeights(balanced(Y[0], 0.0)[np.newaxis], 0.0)
    mixed = changed(stack, class_weights=weights, target_shift=np.array([3.0]), target_scale=np.array([0.5]))
    shown = train(mixed).history["train_cost"][0, 0]
    assert shown == pytest.approx((3 * 2 / 3 * 2.5**2 / 2 + 2 * 3.5**2 / 2) / 4)
