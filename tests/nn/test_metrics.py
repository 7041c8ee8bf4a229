from typing import Any

import numpy as np
import pytest

from nn.classes import TIE, chosen, tie_of
from nn.metrics import METRICS, rmse


def accuracy(a: Any, t: Any, threshold: float = 0.5) -> Any:
    """Of outputs and targets `(runs, d_out, n)`."""
    return METRICS.metric("accuracy").of_outputs(threshold, TIE)(a, t)


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


@pytest.mark.parametrize("off", [0.0, 1e-16, -1e-16, 9e-10, -9e-10])
def test_an_output_on_the_threshold_counts_as_the_positive_class(off: float) -> None:
    # By hand: a network that answers the threshold for every sample of XOR is as good as a constant.
    a, t = outputs([[0.5 + off] * 4]), outputs([[0, 1, 1, 0]])
    assert accuracy(a, t) == [0.5]
    assert accuracy(outputs([[off]]), outputs([[-1.0]]), threshold=0.0) == [0]
    assert accuracy(outputs([[off]]), outputs([[1.0]]), threshold=0.0) == [1]


def test_a_tie_is_a_billionth_of_the_range_of_the_outputs() -> None:
    for span in (1e-6, 1.0, 1e6):
        a = outputs([np.array([-1.1e-9, -0.9e-9, 0.9e-9, 1.1e-9]) * span])
        assert chosen(a, 0.0, tie_of(span, "float64")).tolist() == [[0, 1, 1, 1]]


def test_in_single_precision_a_tie_is_as_wide_as_rounding() -> None:
    a = np.array([[[0.5 - 2e-6, 0.5 - 5e-7, 0.5]]], dtype=np.float32)
    assert chosen(a, 0.5, tie_of(1.0, "float32")).tolist() == [[0, 1, 1]]


@pytest.mark.parametrize("off", [0.0, 1e-16, -1e-16])
def test_of_several_outputs_that_are_a_tie_the_first_one_is_chosen(off: float) -> None:
    # By hand: class 0 for all four samples of XOR, whatever the rounding.
    a = outputs([[0.5 + off] * 4, [0.5 - off] * 4])
    assert accuracy(a, outputs([[1, 0, 0, 1], [0, 1, 1, 0]])) == [0.5]
    three = outputs([[0.4, 0.4, 0.2], [0.4 + off, 0.2, 0.4], [0.2, 0.4 - off, 0.4]])
    assert chosen(three).tolist() == [[0, 0, 1]]


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


@pytest.mark.parametrize("name", [*METRICS])
@pytest.mark.parametrize("d_out", [1, 3])
def test_a_metric_measures_every_run_by_itself(name: str, d_out: int) -> None:
    rng, metric = np.random.default_rng(0), METRICS.metric(name).of_outputs(0.5, TIE)
    a = rng.uniform(size=(5, d_out, 40)).round(2)
    classes = rng.integers(max(2, d_out), size=(5, 1, 40))
    t = (classes == (np.arange(3) if d_out == 3 else [1])[:, np.newaxis] if d_out == 3 else classes).astype(float)
    together = metric(a, t)
    assert together.shape == (5,)
    assert len(set(together)) > 1
    assert together.tolist() == [metric(a[[run]], t[[run]]).item() for run in range(5)]
