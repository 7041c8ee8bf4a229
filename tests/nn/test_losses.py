import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from tests.nn.components import label, labels, loss_output_pairs, make_loss

PAIRS = loss_output_pairs()
MODERATE = st.lists(st.floats(-15, 15), min_size=1, max_size=6)


def layer(values: Any, dtype: Any = np.float64) -> np.ndarray:
    """One run, one sample: `(1, units, 1)`."""
    return np.asarray(values, dtype=dtype).reshape(1, -1, 1)


def evaluate(loss: str, output: str, z: Any, t: Any) -> tuple[float, np.ndarray]:
    """Cost and delta of one sample, with any floating-point trouble but underflow an error."""
    z, t, activation, chosen = layer(z), layer(t), ACTIVATIONS[output](), make_loss(loss)
    with np.errstate(all="raise", under="ignore"):
        a = activation.value(z)
        return chosen.per_sample(z, a, t).item(), chosen.delta(z, a, t, activation).ravel()


# Worked by hand. half_mse: 1/2 (1^2 + 2^2) and 1/2 (1/2)^2 with delta (a - t) a (1 - a). huber: 1/8 + (4 - 1/2), and
# 2 - 1/2 + 1 - 1/2 beside a flat ReLU. hinge: 3/4 + 0 + 4, and nothing where t z is 1. With e^(log 3) = 3 the sigmoid
# of log 3 is 3/4 and the softmax of (0, log 3) is (1/4, 3/4); the cost is minus the log of what the right class got.
BY_HAND: list[tuple[str, str, list[float], list[float], float, list[float]]] = [
    ("half_mse", "identity", [1, 2], [0, 4], 2.5, [1, -2]),
    ("half_mse", "sigmoid", [0], [1], 0.125, [-0.125]),
    ("half_mse", "relu", [-3], [1], 0.5, [0]),
    ("huber", "identity", [1.5, -3], [1, 1], 3.625, [0.5, -1]),
    ("huber", "sigmoid", [0], [1], 0.125, [-0.125]),
    ("huber", "relu", [3, -3], [1, 1], 2, [1, 0]),
    ("hinge", "identity", [0.25, -2, 3], [1, -1, -1], 4.75, [-1, 0, 1]),
    ("hinge", "identity", [1, -1], [1, -1], 0, [0, 0]),
    ("binary_cross_entropy", "sigmoid", [0], [1], math.log(2), [-0.5]),
    ("binary_cross_entropy", "sigmoid", [math.log(3)], [1], math.log(4 / 3), [-0.25]),
    ("binary_cross_entropy", "sigmoid", [math.log(3)], [0], math.log(4), [0.75]),
    ("binary_cross_entropy", "sigmoid", [0, math.log(3)], [1, 0], math.log(8), [-0.5, 0.75]),
    ("softmax_cross_entropy", "softmax", [0, math.log(3)], [1, 0], math.log(4), [-0.75, 0.75]),
    ("softmax_cross_entropy", "softmax", [0, math.log(3)], [0, 1], math.log(4 / 3), [0.25, -0.25]),
    ("softmax_cross_entropy", "softmax", [5, 5, 5, 5], [0, 0, 1, 0], math.log(4), [0.25, 0.25, -0.75, 0.25]),
]


@pytest.mark.parametrize(("loss", "output", "z", "t", "cost", "delta"), BY_HAND)
def test_cost_and_delta_agree_with_the_hand_calculation(
    loss: str, output: str, z: list[float], t: list[float], cost: float, delta: list[float]
) -> None:
    measured, slope = evaluate(loss, output, z, t)
    assert measured == pytest.approx(cost, rel=1e-14)
    np.testing.assert_allclose(slope, delta, rtol=1e-14)


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_delta_equals_the_central_difference_of_the_cost(loss: str, output: str) -> None:
    h, d_out = 1e-5, 3
    z = np.array([0.71, -1.33, 0.42])
    classifies = make_loss(loss).only_task == "classification"
    t = labels(loss, np.eye(d_out)[1]) if classifies else np.array([0.2, 0.9, 0.4])
    _, delta = evaluate(loss, output, z, t)
    costs = [[evaluate(loss, output, z + sign * h * unit, t)[0] for sign in (1, -1)] for unit in np.eye(d_out)]
    difference = [(up - down) / (2 * h) for up, down in costs]
    np.testing.assert_allclose(delta, difference, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=label)
@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_cost_and_delta_stay_finite_at_a_thousand(loss: str, output: str, dtype: Any) -> None:
    """Every unit takes every large value against both kinds of target."""
    z = np.array(np.meshgrid([-1000, -100, 0, 100, 1000], [-1000, 0, 1000])).reshape(1, 2, -1).astype(dtype)
    activation, chosen = ACTIVATIONS[output](), make_loss(loss)
    with np.errstate(all="raise", under="ignore"):
        a = activation.value(z)
        for row in np.eye(2, dtype=dtype):
            t = np.broadcast_to(row[:, np.newaxis], z.shape)
            cost, delta = chosen.per_sample(z, a, t), chosen.delta(z, a, t, activation)
            assert cost.dtype == delta.dtype == dtype
            assert np.isfinite(cost).all()
            assert np.isfinite(delta).all()


@pytest.mark.parametrize(("z", "t", "cost"), [(1000, 0, 1000), (1000, 1, 0), (-1000, 0, 0), (-1000, 1, 1000)])
def test_binary_cross_entropy_grows_linearly_where_the_naive_formula_overflows(z: float, t: float, cost: float) -> None:
    # By hand: log(1 + e^z) - z t, and log(1 + e^1000) is 1000 to far more than 16 digits.
    assert evaluate("binary_cross_entropy", "sigmoid", [z], [t])[0] == cost


@pytest.mark.parametrize(("z", "cost"), [([1000, -1000], 0), ([-1000, 1000], 2000), ([1000, 1000], math.log(2))])
def test_softmax_cross_entropy_grows_linearly_where_the_naive_formula_overflows(z: list[float], cost: float) -> None:
    # By hand: log(sum e^z_k) - z_right, and e^-2000 is 0 beside 1.
    assert evaluate("softmax_cross_entropy", "softmax", z, [1, 0])[0] == pytest.approx(cost, rel=1e-12)


def test_smoothed_labels_are_those_between_a_label_and_an_even_guess() -> None:
    """By hand: of 0.2, four classes get 0.05 each and the right one 0.8 more; a sigmoid output gets 0.1 or 0.9."""
    z, right = [0.3, -1.2, 2.0, 0.1], np.eye(4)[2]
    for loss, output, t in (
        ("softmax_cross_entropy", "softmax", [0.05, 0.05, 0.85, 0.05]),
        ("clipped_softmax_cross_entropy", "clipped_softmax", [0.05, 0.05, 0.85, 0.05]),
        ("binary_cross_entropy", "sigmoid", [0.1, 0.1, 0.9, 0.1]),
    ):
        activation, smoothed = ACTIVATIONS[output](), LOSSES[loss](label_smoothing=0.2)
        a, cost, delta = activation.value(layer(z)), *evaluate(loss, output, z, t)
        assert smoothed.per_sample(layer(z), a, layer(right)).item() == pytest.approx(cost, rel=1e-14)
        np.testing.assert_allclose(smoothed.delta(layer(z), a, layer(right), activation).ravel(), delta, rtol=1e-13)


@pytest.mark.parametrize("loss", [name for name in LOSSES if "cross_entropy" in name])
def test_labels_that_are_not_smoothed_have_the_bits_of_the_plain_loss(loss: str) -> None:
    z, t = layer([0.3, -1.2, 2.0]), layer([0, 1, 0])
    activation, plain = ACTIVATIONS[LOSSES[loss]().only_output](), LOSSES[loss](label_smoothing=0.0)
    a = activation.value(z)
    assert plain.delta(z, a, t, activation).tobytes() == (a - t).tobytes()


@given(z=MODERATE, data=st.data())
@settings(deadline=None, max_examples=60)
def test_binary_cross_entropy_equals_its_naive_formula_for_moderate_z(z: list[float], data: st.DataObject) -> None:
    t = data.draw(st.lists(st.floats(0, 1), min_size=len(z), max_size=len(z)))
    naive = 0.0
    for one, target in zip(z, t, strict=True):
        a = 1 / (1 + math.exp(-one))
        naive -= target * math.log(a) + (1 - target) * math.log(1 - a)
    # 1 - a loses digits at z = 15, where it is 3e-7: that is the naive formula's error, not ours.
    assert evaluate("binary_cross_entropy", "sigmoid", z, t)[0] == pytest.approx(naive, rel=1e-8, abs=1e-9)


@given(z=MODERATE, data=st.data())
@settings(deadline=None, max_examples=60)
def test_softmax_cross_entropy_equals_its_naive_formula_for_moderate_z(z: list[float], data: st.DataObject) -> None:
    right = data.draw(st.integers(0, len(z) - 1))
    naive = -math.log(math.exp(z[right]) / sum(math.exp(one) for one in z))
    t = np.eye(len(z))[right]
    assert evaluate("softmax_cross_entropy", "softmax", z, t)[0] == pytest.approx(naive, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("output", [name for name in ACTIVATIONS if ACTIVATIONS[name]().derivative is None])
def test_half_mse_refuses_an_output_that_is_not_elementwise(output: str) -> None:
    with pytest.raises(ValueError, match="elementwise"):
        evaluate("half_mse", output, [0, 1], [1, 0])


@pytest.mark.parametrize("loss", list(LOSSES))
def test_a_loss_for_one_output_names_a_registered_activation(loss: str) -> None:
    only = make_loss(loss).only_output
    assert only is None or only in ACTIVATIONS


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_single_precision_changes_cost_and_delta_by_its_rounding_alone(loss: str, output: str) -> None:
    z, t = np.array([0.71, -1.33, 0.42]), np.eye(3)[1]
    activation, chosen = ACTIVATIONS[output](), make_loss(loss)
    found = []
    for dtype in (np.float64, np.float32):
        one, target = layer(z, dtype), layer(t, dtype)
        a = activation.value(one)
        found.append((chosen.per_sample(one, a, target), chosen.delta(one, a, target, activation)))
    for exact, single in zip(*found, strict=True):
        np.testing.assert_allclose(single, exact, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_a_loss_is_measured_per_sample_and_summed_over_units(loss: str, output: str) -> None:
    rng = np.random.default_rng(2)
    z, t = rng.normal(size=(2, 3, 4)), np.eye(3)[rng.integers(3, size=(2, 4))].swapaxes(1, 2)
    activation, chosen = ACTIVATIONS[output](), make_loss(loss)
    costs = chosen.per_sample(z, activation.value(z), t)
    deltas = chosen.delta(z, activation.value(z), t, activation)
    assert costs.shape == (2, 4)
    for run, sample in np.ndindex(2, 4):
        cost, delta = evaluate(loss, output, z[run, :, sample], t[run, :, sample])
        assert costs[run, sample] == pytest.approx(cost, rel=1e-14)
        np.testing.assert_allclose(deltas[run, :, sample], delta, rtol=1e-14)
