import math
from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from tests.nn.components import ELEMENTWISE, activation_variants, label, make_activation

VARIANTS = activation_variants()
ELEMENTWISE_VARIANTS = [(name, settings) for name, settings in VARIANTS if name in ELEMENTWISE]
DTYPES = (np.float64, np.float32)

# Worked by hand from the formula in each docstring: e^(log 3) = 3, so sigmoid(log 3) = 3 / 4; tanh(log(3) / 2) =
# (3 - 1) / (3 + 1); elu(-log 2) = 1 / 2 - 1; softplus(log(e - 1)) = log(e) = 1. gelu(1) = (1 + tanh(sqrt(2 / pi) *
# 1.044715)) / 2 is 0.841192 in a table calculator: sqrt(2 / pi) = 0.7978845608, product 0.8335619, tanh 0.6823839.
# selu: 2 lambda, and half of lambda alpha = 1.0507009873554805 * 1.6732632423543772 = 1.7580993408473766.
BY_HAND: list[tuple[str, dict[str, Any], float, float]] = [
    ("sigmoid", {}, 0.0, 0.5),
    ("sigmoid", {}, math.log(3), 0.75),
    ("sigmoid", {}, -math.log(3), 0.25),
    ("tanh", {}, 0.0, 0.0),
    ("tanh", {}, math.log(3) / 2, 0.5),
    ("tanh", {}, -math.log(3) / 2, -0.5),
    ("relu", {}, -2.0, 0.0),
    ("relu", {}, 3.0, 3.0),
    ("leaky_relu", {}, -2.0, -0.02),
    ("leaky_relu", {"slope": 0.2}, -2.0, -0.4),
    ("leaky_relu", {"slope": 0.2}, 3.0, 3.0),
    ("elu", {}, 3.0, 3.0),
    ("elu", {}, -math.log(2), -0.5),
    ("elu", {"alpha": 0.3}, -math.log(2), -0.15),
    ("elu", {"alpha": 0.3}, -1000.0, -0.3),
    ("selu", {}, 2.0, 2.101401974710961),
    ("selu", {}, -math.log(2), -0.8790496704236883),
    ("silu", {}, math.log(3), 0.75 * math.log(3)),
    ("silu", {}, -1000.0, 0.0),
    ("hard_tanh", {}, 0.25, 0.25),
    ("hard_tanh", {}, -7.0, -1.0),
    ("sine", {}, math.pi / 6, 0.5),
    ("softplus", {}, 0.0, math.log(2)),
    ("softplus", {}, math.log(math.e - 1), 1.0),
    ("softplus", {}, 1000.0, 1000.0),
    ("gelu", {}, 0.0, 0.0),
    ("gelu", {}, 1.0, 0.841192),
    ("gelu", {}, -1.0, -0.158808),
    ("identity", {}, -1.5, -1.5),
]

# Derivatives worked by hand: a (1 - a) at a = 3/4; 1 - a^2 at a = 1/2; relu has 0 at its kink by its docstring;
# elu' = alpha e^z below 0; softplus' = sigmoid; gelu'(0) = 1/2 because the second term of the product rule has the
# factor z.
SLOPES_BY_HAND: list[tuple[str, dict[str, Any], float, float]] = [
    ("sigmoid", {}, math.log(3), 3 / 16),
    ("tanh", {}, math.log(3) / 2, 3 / 4),
    ("relu", {}, -2.0, 0.0),
    ("relu", {}, 0.0, 0.0),
    ("relu", {}, 3.0, 1.0),
    ("leaky_relu", {"slope": 0.2}, -2.0, 0.2),
    ("leaky_relu", {"slope": 0.2}, 3.0, 1.0),
    ("elu", {}, 3.0, 1.0),
    ("elu", {}, 0.0, 1.0),
    ("elu", {"alpha": 0.3}, -math.log(2), 0.15),
    ("selu", {}, 1.0, 1.0507009873554805),
    ("selu", {}, -math.log(2), 0.8790496704236883),
    ("silu", {}, 0.0, 0.5),
    ("silu", {}, math.log(3), 0.75 + math.log(3) * 3 / 16),
    ("hard_tanh", {}, 0.5, 1.0),
    ("hard_tanh", {}, 1.0, 0.0),
    ("sine", {}, math.pi / 3, 0.5),
    ("softplus", {}, math.log(3), 3 / 4),
    ("gelu", {}, 0.0, 0.5),
    ("identity", {}, 7.0, 1.0),
]


def layer(values: Any, dtype: Any = np.float64) -> np.ndarray:
    """Pre-activations as one layer of one run, `(1, units, 1)`."""
    return np.asarray(values, dtype=dtype).reshape(1, -1, 1)


def far_and_wide(dtype: Any = np.float64) -> np.ndarray:
    """From -1000 to 1000, many of them near zero, and zero itself."""
    return layer(np.concatenate([np.linspace(-1000, 1000, 801), np.linspace(-12, 12, 961)]), dtype)


@pytest.mark.parametrize(("name", "settings", "z", "a"), BY_HAND)
def test_a_value_agrees_with_the_hand_calculation(name: str, settings: dict[str, Any], z: float, a: float) -> None:
    with np.errstate(all="raise", under="ignore"):
        value = make_activation(name, settings).value(layer(z)).item()
    assert value == pytest.approx(a, abs=1e-6 if name == "gelu" else 1e-15, rel=1e-15)


@pytest.mark.parametrize(("name", "settings", "z", "slope"), SLOPES_BY_HAND)
def test_a_derivative_agrees_with_the_hand_calculation(
    name: str, settings: dict[str, Any], z: float, slope: float
) -> None:
    activation = make_activation(name, settings)
    assert activation.derivative is not None
    with np.errstate(all="raise", under="ignore"):
        derivative = activation.derivative(layer(z), activation.value(layer(z))).item()
    assert derivative == pytest.approx(slope, rel=1e-15)


@pytest.mark.parametrize(("name", "settings"), ELEMENTWISE_VARIANTS, ids=label)
def test_the_derivative_equals_the_central_difference(name: str, settings: dict[str, Any]) -> None:
    activation, h = make_activation(name, settings), 1e-5
    z = layer(np.linspace(-6.03, 6.11, 98))
    assert np.abs(z).min() > 10 * h, "a kink at 0 must not lie between z - h and z + h"
    assert activation.derivative is not None
    with np.errstate(all="raise", under="ignore"):
        derivative = activation.derivative(z, activation.value(z))
        difference = (activation.value(z + h) - activation.value(z - h)) / (2 * h)
    np.testing.assert_allclose(derivative, difference, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("dtype", DTYPES, ids=label)
@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=label)
def test_values_are_finite_and_inside_the_output_range_over_a_thousand(
    name: str, settings: dict[str, Any], dtype: Any
) -> None:
    activation, z = make_activation(name, settings), far_and_wide(dtype)
    with np.errstate(all="raise", under="ignore"):
        a = activation.value(z)
    low, high = activation.output_range
    assert a.dtype == dtype
    assert np.isfinite(a).all()
    assert a.min() >= low
    assert a.max() <= high


@pytest.mark.parametrize("dtype", DTYPES, ids=label)
@pytest.mark.parametrize(("name", "settings"), ELEMENTWISE_VARIANTS, ids=label)
def test_derivatives_are_finite_over_a_thousand(name: str, settings: dict[str, Any], dtype: Any) -> None:
    activation, z = make_activation(name, settings), far_and_wide(dtype)
    assert activation.derivative is not None
    with np.errstate(all="raise", under="ignore"):
        slope = activation.derivative(z, activation.value(z))
    assert slope.dtype == dtype
    assert slope.shape == z.shape
    assert np.isfinite(slope).all()


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=label)
def test_pre_activations_and_activations_are_left_as_they_were(name: str, settings: dict[str, Any]) -> None:
    activation, z = make_activation(name, settings), layer(np.linspace(-3, 3, 7))
    before = z.copy()
    a = activation.value(z)
    values = a.copy()
    if activation.derivative is not None:
        activation.derivative(z, a)
    assert np.array_equal(z, before)
    assert np.array_equal(a, values)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_an_activation_is_bounded_when_both_ends_of_its_range_are_finite(name: str) -> None:
    activation = ACTIVATIONS[name]()
    assert activation.is_bounded == (not any(math.isinf(end) for end in activation.output_range))


@pytest.mark.parametrize(("name", "bounded"), [("sigmoid", True), ("tanh", True), ("relu", False), ("gelu", False)])
def test_sigmoid_and_tanh_are_bounded_and_relu_and_gelu_are_not(name: str, bounded: bool) -> None:
    assert ACTIVATIONS[name]().is_bounded is bounded


def test_gelu_in_its_tanh_form_is_near_z_times_the_normal_distribution_function() -> None:
    # Hendrycks and Gimpel (2016), section 2: GELU(z) = z Phi(z); the tanh form is an approximation of it.
    z = np.linspace(-6, 6, 121)
    exact = [one * 0.5 * (1 + math.erf(one / math.sqrt(2))) for one in z]
    np.testing.assert_allclose(ACTIVATIONS["gelu"]().value(z), exact, atol=1e-3)


@pytest.mark.parametrize("dtype", DTYPES, ids=label)
def test_gelu_does_not_cube_what_has_no_finite_cube(dtype: Any) -> None:
    gelu, z = ACTIVATIONS["gelu"](), layer([-1e30, 1e30], dtype)
    assert gelu.derivative is not None
    with np.errstate(all="raise", under="ignore"):
        assert np.array_equal(gelu.value(z), np.maximum(z, 0))
        assert np.array_equal(gelu.derivative(z, gelu.value(z)), layer([0, 1]))


def test_softmax_of_zero_and_log_three_is_a_quarter_and_three_quarters() -> None:
    # By hand: 1 / (1 + 3) and 3 / (1 + 3).
    a = ACTIVATIONS["softmax"]().value(layer([0, math.log(3)]))
    np.testing.assert_allclose(a.ravel(), [0.25, 0.75], rtol=1e-15)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1000.0])
def test_softmax_is_positive_and_sums_to_one_over_the_units_of_every_sample(scale: float) -> None:
    z = np.random.default_rng(0).uniform(-scale, scale, (3, 12, 5))
    with np.errstate(all="raise", under="ignore"):
        a = ACTIVATIONS["softmax"]().value(z)
    assert (a >= 0).all()
    np.testing.assert_allclose(a.sum(axis=1), 1, rtol=1e-14)


def test_softmax_does_not_change_when_a_number_is_added_to_every_unit() -> None:
    z = np.random.default_rng(1).normal(size=(2, 4, 6))
    softmax = ACTIVATIONS["softmax"]().value
    np.testing.assert_allclose(softmax(z + 700), softmax(z), rtol=1e-12)
