"""tanh_matching, log cosh z - t z: its value against 60 decimal digits, and delta = a - t."""

import math
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES

LOSS, TANH = LOSSES["tanh_matching"](), ACTIVATIONS["tanh"]()


def value_and_delta(z: Any, t: Any, dtype: Any = np.float64) -> tuple[float, list[float]]:
    """Of one sample with one or more outputs; any floating-point trouble but underflow is an error."""
    z, t = (np.array(one, dtype=dtype).reshape(1, -1, 1) for one in (z, t))
    with np.errstate(all="raise", under="ignore"):
        a = TANH.value(z)
        return LOSS.per_sample(z, a, t).item(), LOSS.delta(z, a, t, TANH).ravel().tolist()


def exactly(z: float, t: float) -> Decimal:
    """Log cosh z - t z as written, in 60 decimal digits: nothing of a rounding is left after the cancellation."""
    with localcontext() as context:
        context.prec = 60
        exponential = Decimal(z).exp()
        return ((exponential + 1 / exponential) / 2).ln() - Decimal(t) * Decimal(z)


@given(z=st.floats(-30, 30), t=st.floats(-1, 1))
@settings(deadline=None, max_examples=200)
def test_the_value_is_log_cosh_z_minus_t_z(z: float, t: float) -> None:
    # The terms |z|, log 2 and t z are rounded to their own size, so the error is a few units of that.
    expected = float(exactly(z, t))
    assert value_and_delta([z], [t])[0] == pytest.approx(expected, rel=1e-15, abs=1e-15 * (1 + abs(z)))


def test_the_value_at_zero_is_zero_and_hand_calculations_agree() -> None:
    # By hand: cosh(log 2) = (2 + 1/2) / 2 = 5/4 and tanh(log 2) = (4 - 1) / (4 + 1) = 3/5.
    z = math.log(2)
    assert value_and_delta([0], [0.7])[0] == pytest.approx(0, abs=1e-16)
    cost, delta = value_and_delta([z, -z], [0.5, 0])
    assert cost == pytest.approx(2 * math.log(1.25) - 0.5 * z, rel=1e-14)
    assert delta == pytest.approx([0.6 - 0.5, -0.6], rel=1e-14)


@given(z=st.floats(-30, 30), t=st.floats(-1, 1))
@settings(deadline=None, max_examples=60)
def test_delta_is_the_activation_minus_the_target_which_is_the_derivative_of_the_value(z: float, t: float) -> None:
    (delta,) = value_and_delta([z], [t])[1]
    h = 1e-12  # the difference is taken in 60 digits, so nothing is lost in it
    slope = float((exactly(z + h, t) - exactly(z - h, t)) / (Decimal(z + h) - Decimal(z - h)))
    assert delta == pytest.approx(math.tanh(z) - t, rel=1e-14, abs=1e-15)
    assert delta == pytest.approx(slope, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("z", [1e4, -1e4, 710.0, -89.0, 1e30])
def test_the_value_is_finite_and_right_far_out(z: float, dtype: Any) -> None:
    # By hand: log cosh z = |z| - log 2 there, so a target of the right sign leaves -log 2, t = 0 leaves |z| - log 2.
    size, eps = abs(z), float(np.finfo(dtype).eps)
    for t, expected in ((0.0, size - math.log(2)), (-math.copysign(0.5, z), 1.5 * size - math.log(2))):
        cost, (delta,) = value_and_delta([z], [t], dtype)
        assert cost == pytest.approx(expected, rel=2 * eps)
        assert delta == math.copysign(1.0, z) - t


@pytest.mark.parametrize("t", [-0.9, 0.0, 0.35])
def test_the_value_is_least_where_the_activation_is_the_target_and_adding_log_2_makes_it_a_cross_entropy(
    t: float,
) -> None:
    best = value_and_delta([math.atanh(t)], [t])[0]
    assert all(value_and_delta([math.atanh(t) + move], [t])[0] > best for move in (-0.1, 0.1, -3, 3))
    p, q = (1 + t) / 2, (1 + math.tanh(0.8)) / 2
    cross_entropy = -p * math.log(q) - (1 - p) * math.log(1 - q)
    assert value_and_delta([0.8], [t])[0] + math.log(2) == pytest.approx(cross_entropy, rel=1e-14)
