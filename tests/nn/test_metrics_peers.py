"""Metrics beside those of scikit-learn, on random answers with ties, and where classes are missing."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as peers

from nn.classes import TIE
from nn.metrics import METRICS, Metrics, mae, max_error, r2

SEEDS = range(12)
CLASSES: dict[str, Callable[..., float]] = {
    "accuracy": peers.accuracy_score,
    "balanced_accuracy": peers.balanced_accuracy_score,
    "macro_f1": lambda t, a: peers.f1_score(t, a, average="macro", zero_division=0),
}


def of_run(name: str, a: Any, t: Any) -> float:
    return float(METRICS.metric(name).value(np.asarray(a)[np.newaxis], np.asarray(t)[np.newaxis])[0])


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("seed", SEEDS)
def test_chosen_classes_are_judged_as_scikit_learn_judges_them_also_where_some_are_missing(
    name: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    n, k = rng.integers(1, 12), rng.integers(2, 5)
    a, t = rng.integers(k, size=n), rng.integers(1 if seed % 4 == 0 else k, size=n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that are chosen and never right
        expected = CLASSES[name](t, a)
    assert of_run(name, a, t) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_scores_of_two_classes_have_the_area_and_the_log_loss_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = rng.integers(4, 30)
    t = rng.permutation(np.arange(n) % 2)
    yes = rng.uniform(size=n).round(seed % 3 + 1)  # few digits make ties, zeros and ones
    a = np.stack([1 - yes, yes])
    assert of_run("roc_auc", a, t) == pytest.approx(peers.roc_auc_score(t, yes), rel=1e-12)
    assert of_run("log_loss", a, t) == pytest.approx(peers.log_loss(t, yes), rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_of_more_classes_the_area_is_the_mean_over_each_against_the_rest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, k = rng.integers(8, 30), 3 + seed % 2
    a = rng.integers(1, 5, size=(k, n)) / 1.0
    a, t = a / a.sum(axis=0), rng.permutation(np.arange(n) % k)
    assert of_run("roc_auc", a, t) == pytest.approx(peers.roc_auc_score(t, a.T, multi_class="ovr"), rel=1e-12)
    assert of_run("log_loss", a, t) == pytest.approx(peers.log_loss(t, a.T), rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_errors_of_a_regression_are_those_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, t = rng.normal(size=(2, 1 + seed % 3, 9))
    assert of_run("rmse", a, t) == pytest.approx(np.sqrt(peers.mean_squared_error(t.T, a.T)), rel=1e-12)
    assert of_run("mae", a, t) == pytest.approx(peers.mean_absolute_error(t.T, a.T), rel=1e-12)
    assert of_run("r2", a, t) == pytest.approx(peers.r2_score(t.T, a.T), rel=1e-12)
    assert of_run("max_error", a[:1], t[:1]) == peers.max_error(t[0], a[0])


def test_what_is_not_defined_is_not_a_number() -> None:
    assert np.isnan(of_run("roc_auc", [[0.5, 0.2], [0.5, 0.8]], [1, 1]))
    assert np.isnan(of_run("roc_auc", np.full((3, 2), 1 / 3), [0, 1]))
    assert np.isnan(of_run("r2", [[0.5, 0.2]], [[0.1, 0.1]]))


def test_scores_that_rounding_alone_tells_apart_are_a_tie() -> None:
    """A network that answers the same for all samples is as good as a coin."""
    a, t = 0.5 + 1e-16 * np.array([[[-1.0, 0, 1, 2]]]), np.array([[[0.0, 0, 1, 1]]])
    assert METRICS.metric("roc_auc").of_outputs(0.5, TIE)(a, t).tolist() == [0.5]
    assert METRICS.metric("roc_auc").of_outputs(0.5, TIE)(a * 1e10, t).tolist() == [1.0]


@pytest.mark.parametrize("metric", [mae, max_error, METRICS["rmse"]])
def test_a_metric_in_the_unit_of_the_targets_doubles_with_them_and_r2_stays(metric: Any) -> None:
    a, t = np.random.default_rng(0).normal(size=(2, 3, 2, 7))
    np.testing.assert_allclose(metric(2 * a + 5, 2 * t + 5), 2 * metric(a, t), rtol=1e-12)
    np.testing.assert_allclose(r2(2 * a + 5, 2 * t + 5), r2(a, t), rtol=1e-12)


def test_a_metric_that_cannot_be_read_is_refused_when_it_is_registered() -> None:
    def share(a: Any, t: Any) -> Any:
        return a

    def cost(a: Any, t: Any) -> Any:
        return a

    with pytest.raises(ValueError, match="better='up'; it must be one of higher, lower"):
        Metrics().register(better="up")(share)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="cannot be called 'cost'"):
        Metrics().register(cost)
