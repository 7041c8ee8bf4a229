"""The score that runs are judged by: 0 is the best constant, 1 is perfect, whatever the units and the metric."""

import math
from dataclasses import replace

import numpy as np
import pytest

from runner.diagnosis.scores import Scores, explained, judged_part, rescaled, score_of, scores_of, standard_error
from runner.runs.data import prepare
from runner.runs.outcome import Outcome
from tests.runner.building import spec_of, trained
from tests.runner.diagnosis.arrays import data_of

QUICK = ("training.epochs=20", "training.evaluations=2", "tracking.plots=none")
SETS = {
    "one output": ("data=sine",), "scaled targets": ("data=square", "network.output=tanh"),
    "two classes": ("data=quadrants",), "two classes, two outputs": ("data=quadrants", "network.output=softmax"),
    "levels of -1 and 1": ("data=xor", "data.targets=[-1,1]", "network.output=tanh"),
}  # fmt: skip


@pytest.mark.parametrize("overrides", SETS.values(), ids=SETS)
def test_the_best_constant_has_score_0_and_the_targets_themselves_have_1(overrides):
    data = prepare(spec_of(*overrides))
    for part in ("train", judged_part(data)):
        t = data.Y_test if part == "test" else data.Y_train
        constant = np.broadcast_to(data.Y_train.mean(axis=0), t.shape)
        assert score_of(data, constant, part) == pytest.approx(0, abs=1e-12)
        assert score_of(data, t, part) == 1


def test_the_score_of_a_regression_is_that_of_its_rmse_beside_the_constant_s():
    result = trained("data=surface", "data.noise=0.2", "network.target_range=[-9,9]", "network.output=tanh", *QUICK)
    found = scores_of(result, prepare(result.spec))
    share = result.finals["test/rmse"] / result.measures["baseline/constant_rmse"]
    assert found.part == "test" and found.tested == pytest.approx(1 - share**2, rel=1e-9)
    assert found.trained != found.tested


@pytest.mark.parametrize("output", ["sigmoid", "softmax", "identity"])
def test_the_score_of_a_classification_is_its_balanced_accuracy_with_chance_at_0(output):
    overrides = ("data=quadrants", f"network.output={output}", "data.validation_fraction=0.2", "data.test_fraction=0")
    result = trained(*overrides, *QUICK)
    found = scores_of(result, prepare(result.spec))
    assert found.part == "validation"
    assert found.tested == pytest.approx(2 * result.measures["validation/balanced_accuracy"] - 1, rel=1e-12)


def test_a_diverged_run_is_worse_than_every_other_and_one_without_a_network_has_no_score():
    result = trained("data=sine", *QUICK)
    data = prepare(result.spec)
    diverged = replace(result, outcome=Outcome.DIVERGED)
    assert scores_of(diverged, data) == Scores(-math.inf, -math.inf, "test")
    with pytest.raises(ValueError, match="no trained network"):
        scores_of(replace(result, network=None), data)


@pytest.mark.parametrize("wrong", [1e300, math.inf, math.nan])
def test_outputs_without_bounds_are_worse_than_every_constant_and_nothing_warns(wrong):
    regression = data_of(np.zeros((3, 1)), np.array([[1.0], [2.0], [4.0]]))
    assert score_of(regression, np.full((3, 1), wrong), "train") == -math.inf
    classes = data_of(np.zeros((4, 1)), np.array([0, 1, 2, 2]))
    assert score_of(classes, np.full((4, 3), wrong), "train") <= 0


def test_classes_without_a_test_sample_do_not_count_and_outputs_without_a_spread_neither():
    Y = np.array([0, 1, 2, 0, 1, 0, 0, 1])
    data = data_of(np.zeros((8, 1)), Y, n_test=3)
    outputs = np.eye(3)[[0, 1, 1]]  # of 0, 0 and 1
    assert score_of(data, outputs, "test") == pytest.approx(2 * (1 / 2 + 1) / 2 - 1)
    two = np.column_stack([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]])
    off = np.array([[1, 9], [0, 9], [0, 9]])
    assert score_of(data_of(np.zeros((3, 1)), two), two + off, "train") == pytest.approx(0.5)


def test_a_part_that_leaves_no_score_to_be_defined_says_nothing():
    X = np.zeros((9, 1))
    one_class = data_of(X, np.array([0, 1, 0, 1, 1, 0, 0, 0, 0]), n_test=2, n_validation=3)
    assert judged_part(one_class) == "validation"
    assert judged_part(data_of(X, np.array([0, 1, 0, 1, 1, 0, 0, 0, 0]), n_test=2, n_validation=2)) == "train"
    assert judged_part(data_of(X, np.arange(9.0)[:, np.newaxis], n_test=1)) == "test"
    same = data_of(X, np.ones((9, 1)), n_test=3)
    assert judged_part(same) == "train" and math.isnan(score_of(same, same.Y_train, "train"))
    assert math.isnan(score_of(one_class, one_class.Y_test, "test"))


@pytest.mark.parametrize("unit", [1e-200, 1e-3, 1e100])
def test_the_units_of_the_targets_make_no_difference(unit):
    rng = np.random.default_rng(0)
    errors, deviations = rng.standard_normal((2, 20, 3))
    assert explained(unit * errors, unit * deviations) == pytest.approx(explained(errors, deviations), rel=1e-12)


def regression(tails: str, n_test: int, share: float = 0.5, n: int = 150):
    """Data of a rule that explains about this share, and errors and targets of 600 test sets of its kind."""
    rng = np.random.default_rng(1)

    def drawn(*size: int) -> tuple[np.ndarray, np.ndarray]:
        draws = {
            "normal": rng.standard_normal,
            "sine": lambda size: np.sqrt(2) * np.sin(rng.uniform(-5, 5, size)),
            "long": lambda size: rng.exponential(size=size) - 1,
        }
        kind = draws[tails]
        noise = rng.uniform(-np.sqrt(3), np.sqrt(3), size) if tails == "sine" else kind(size)
        return np.sqrt(share) * kind(size), np.sqrt(1 - share) * noise

    train, (rules, noises) = sum(drawn(n + n_test, 1)), drawn(600, n_test, 1)
    return data_of(np.zeros((n + n_test, 1)), train, n_test), -noises, rules + noises


@pytest.mark.parametrize("n_test", [10, 60])
@pytest.mark.parametrize("tails", ["normal", "sine", "long"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_the_standard_error_of_a_regression_is_the_spread_over_drawn_test_sets(tails, n_test, share):
    data, errors, targets = regression(tails, n_test, share)
    scores = [explained(one, -target) for one, target in zip(errors, targets, strict=True)]
    low, high = np.percentile(scores, [16, 84])
    assert 0.5 < standard_error(data, share, "test") / ((high - low) / 2) < 2


@pytest.mark.parametrize("n_test", [12, 60])
@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.8, 0.2), (0.4, 0.3, 0.3)], ids=str)
@pytest.mark.parametrize("score", [0.2, 0.6, 0.9])
def test_the_standard_error_of_a_classification_is_the_spread_over_drawn_test_sets(shares, n_test, score):
    counts = np.round(np.array(shares) * n_test).astype(int)
    Y = np.repeat(np.arange(len(counts)), counts)
    data = data_of(np.zeros((2 * len(Y), 1)), np.tile(Y, 2), n_test=len(Y))
    right = 1 / len(counts) + score * (1 - 1 / len(counts))
    hits = np.random.default_rng(0).random((2000, len(Y))) < right
    balanced = np.mean([hits[:, one == Y].mean(axis=1) for one in range(len(counts))], axis=0)
    spread = np.std([rescaled(one, len(counts)) for one in balanced])
    assert 0.8 < standard_error(data, score, "test") / spread < 2


def test_a_perfect_share_of_few_samples_is_not_taken_for_certain():
    few, many = (data_of(np.zeros((2 * n, 1)), np.arange(2 * n) % 2, n_test=n) for n in (10, 1000))
    assert standard_error(few, 1.0, "test") > 0.1 > 0.01 > standard_error(many, 1.0, "test") > 0


def test_a_network_that_a_fault_has_widened_has_the_mean_score_of_its_outputs():
    result = trained("data=sine", "fault=broadcast_update", *QUICK)
    data = prepare(result.spec)
    found = scores_of(result, data)
    network = result.network
    assert network is not None and network.sizes[-1] > data.Y_test.shape[1]
    assert math.isfinite(found.tested) and math.isfinite(found.trained)
