"""Penalties are derivatives of what they penalise."""

import numpy as np
import pytest

from nn.penalties import penalty_difference, pull, shrink
from nn.registry import Array

DECAYED, WEIGHTS = np.array([1.0, 0.0, 1.0, 1.0]), np.array([3.0, 4.0, -50.0, 0.0])


@pytest.mark.parametrize(("l1", "l2", "expected"), [
    (0.0, 0.1, [0.3, 0, -5, 0]), (0.2, 0.0, [0.2, 0, -0.2, 0]), (0.2, 0.1, [0.5, 0, -5.2, 0]), (0.0, 0.0, [0, 0, 0, 0]),
])  # fmt: skip
def test_the_difference_is_that_of_the_penalised_sum_and_of_the_rules(l1: float, l2: float, expected: Array) -> None:
    derivative = penalty_difference(l1, l2, DECAYED, WEIGHTS)
    np.testing.assert_allclose(derivative, expected, rtol=1e-11)
    runs = np.stack([WEIGHTS, -WEIGHTS])
    added = pull(np.full((2, 1), l2), DECAYED, runs) + shrink(np.full((2, 1), l1), DECAYED, runs)
    np.testing.assert_allclose(added, [derivative, -derivative], rtol=1e-11)


@pytest.mark.parametrize("size", [1e-300, 1e-9, 1e9, 1e200])
def test_the_difference_is_right_at_any_size(size: float) -> None:
    expected = 0.2 * np.sign(WEIGHTS) * DECAYED + 0.1 * size * WEIGHTS * DECAYED
    np.testing.assert_allclose(penalty_difference(0.2, 0.1, DECAYED, size * WEIGHTS), expected, rtol=1e-11)


def test_each_run_has_a_strength_of_its_own_in_its_own_precision() -> None:
    runs, strengths = np.ones((2, 4), dtype=np.float32), np.array([[0.5], [2.0]], dtype=np.float32)
    found = shrink(strengths, DECAYED.astype(np.float32), runs)
    assert found.dtype == np.float32 and found.tolist() == [[0.5, 0, 0.5, 0.5], [2, 0, 2, 2]]
