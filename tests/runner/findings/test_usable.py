"""What a run is worth to somebody who looks for good settings, and how sure a mean of few values is."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from runner.findings.numbers.intervals import interval
from runner.findings.numbers.usable import loss_of, over_seeds, worth_of
from runner.runs.outcome import Outcome
from tests.runner.building import plan_of, trained_all


@pytest.fixture(scope="module")
def runs():
    (learned,) = trained_all(plan_of(("training.epochs=60",), first=("data=xor",)))
    (number,) = trained_all(plan_of(("training.epochs=2",), first=("data=sine",)))
    return learned, number


def test_the_loss_of_a_run_is_its_score_turned_so_that_less_is_better(runs):
    learned, number = runs
    assert loss_of(learned) == -learned.scores["accuracy"]
    better = replace(number, history={**number.history, "test/rmse": [0.1] * len(number.history["step"])})
    assert loss_of(better) == 0.1 == worth_of(better)


def test_a_run_that_did_not_finish_or_is_worse_than_the_best_constant_counts_as_that(runs):
    learned, number = runs
    constant = number.measures["baseline/constant_rmse"]
    worse = replace(number, history={**number.history, "test/rmse": [1e300] * len(number.history["step"])})
    diverged = replace(number, outcome=Outcome.DIVERGED)
    assert loss_of(worse) == loss_of(diverged) == constant == worth_of(diverged)
    assert worth_of(worse) == 1e300, "what is reported is what was reached"
    assert loss_of(replace(learned, outcome=Outcome.DIVERGED)) == -learned.measures["baseline/constant_accuracy"]


def test_what_is_known_of_no_run_is_nan_and_enters_no_mean(runs):
    failed = replace(runs[1], outcome=Outcome.FAILED, measures={}, history={}, network=None, data=None)
    assert math.isnan(loss_of(failed))
    assert over_seeds([1.0, math.nan, 3.0], "mean") == 2.0 and math.isnan(over_seeds([math.nan], "worst"))
    assert over_seeds([1.0, 2.0, 9.0], "median") == 2.0 and over_seeds([1.0, 2.0, 9.0], "worst") == 9.0


def test_the_interval_of_a_mean_is_that_of_students_t_and_a_share_stays_a_share():
    values = np.random.default_rng(0).normal(size=12)
    low, high = interval(list(values), "mean", is_share=False)
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert (low, high) == pytest.approx((expected.low, expected.high))
    assert interval([0.99] * 6 + [1.0] * 6, "mean", is_share=True)[1] <= 1.0


@pytest.mark.parametrize("n", [6, 12, 25])
def test_the_interval_of_a_median_has_it_in_at_least_95_of_100_samples(n):
    rng = np.random.default_rng(1)
    samples = rng.exponential(size=(2000, n))
    inside = [low <= math.log(2) <= high for low, high in (interval(list(one), "median", False) for one in samples)]
    assert 0.94 <= np.mean(inside) <= 0.995


def test_few_values_and_the_worst_of_some_have_no_interval():
    assert all(map(math.isnan, interval([1.0] * 5, "mean", False)))
    assert all(map(math.isnan, interval([1.0] * 12, "worst", False)))
