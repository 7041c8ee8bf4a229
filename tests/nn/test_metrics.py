from typing import Any

import numpy as np
import pytest

from nn.metrics import accuracy, rmse


def outputs(*runs: Any) -> np.ndarray:
    """`(runs, d_out, n)` from one list of outputs per run, each the values over the samples."""
    return np.array(runs, dtype=float)


def test_rmse_is_the_root_of_the_mean_square_over_samples_and_outputs() -> None:
    # By hand: squares 9, 16, 0, 0 have the mean 25/4, root 5/2; the second run misses by 2 everywhere.
    a = outputs([[3, 0], [0, 4]], [[2, 2], [2, 2]])
    np.testing.assert_allclose(rmse(a, np.zeros_like(a)), [2.5, 2.0], rtol=1e-15)


def test_rmse_of_perfect_outputs_is_zero_and_knows_no_sign() -> None:
    a = outputs([[1, -2, 3]])
    assert rmse(a, a) == [0]
    assert rmse(a, a + 0.5) == rmse(a, a - 0.5) == [0.5]


def test_accuracy_of_one_output_is_the_share_on_the_right_side_of_the_threshold() -> None:
    # By hand: right, wrong, right, right.
    a, t = outputs([[0.9, 0.2, 0.4, 0.1]]), outputs([[1, 1, 0, 0]])
    assert accuracy(a, t) == [0.75]


def test_an_output_exactly_on_the_threshold_decides_nothing() -> None:
    # A network without biases answers 0 at the origin, whatever it learned: that is not the right class -1.
    a, t = outputs([[0.5, 0.5, 0.9, 0.1]]), outputs([[1, 0, 1, 0]])
    assert accuracy(a, t) == [0.5]
    assert accuracy(outputs([[0.0]]), outputs([[-1.0]]), threshold=0.0) == [0]


@pytest.mark.parametrize(("threshold", "share"), [(0.0, 1.0), (0.5, 0.75), (-0.5, 0.75)])
def test_accuracy_takes_another_threshold_for_targets_of_another_range(threshold: float, share: float) -> None:
    # By hand, targets -1 and 1: at 0.5 the output 0.3 falls to the wrong side, at -0.5 the output -0.2 does.
    a, t = outputs([[0.3, 0.9, -0.2, -0.9]]), outputs([[1, 1, -1, -1]])
    assert accuracy(a, t, threshold=threshold) == [share]


def test_accuracy_compares_targets_with_the_threshold_too() -> None:
    # By hand, targets scaled to 0.1 and 0.4 with 0.25 between them: right, right, wrong.
    a, t = outputs([[0.3, 0.35, 0.2]]), outputs([[0.4, 0.4, 0.4]])
    assert accuracy(a, t, threshold=0.25) == [pytest.approx(2 / 3)]


def test_accuracy_of_several_outputs_is_the_share_whose_largest_is_the_right_class() -> None:
    # By hand: the largest outputs are classes 0, 2, 1; the targets say 0, 1, 1.
    a = outputs([[0.6, 0.1, 0.2], [0.3, 0.2, 0.5], [0.1, 0.7, 0.3]])
    t = outputs([[1, 0, 0], [0, 1, 1], [0, 0, 0]])
    assert accuracy(a, t) == [pytest.approx(2 / 3)]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_sample_with_a_non_finite_output_is_not_right(bad: float) -> None:
    assert accuracy(outputs([[bad, 0.9]]), outputs([[1, 1]])) == [0.5]
    assert accuracy(outputs([[bad, 0.1]]), outputs([[0, 0]])) == [0.5]
    several = outputs([[bad, 0.9], [0.1, 0.2]])
    assert accuracy(several, outputs([[1, 1], [0, 0]])) == [0.5]
    assert accuracy(several, outputs([[0, 0], [1, 1]])) == [0.0]


@pytest.mark.parametrize("metric", [rmse, accuracy])
def test_a_metric_measures_every_run_by_itself(metric: Any) -> None:
    rng = np.random.default_rng(0)
    a, t = rng.uniform(size=(5, 3, 8)), np.eye(3)[rng.integers(3, size=(5, 8))].swapaxes(1, 2)
    together = metric(a, t)
    assert together.shape == (5,)
    assert len(set(together)) > 1
    assert together.tolist() == [metric(a[[run]], t[[run]]).item() for run in range(5)]
