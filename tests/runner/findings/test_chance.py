"""An interval and a p-value of one test, compared with SciPy's permutations and with simulated seeds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test

from runner.findings.numbers.chance import EXACT, FEWEST, paired

SCORES = st.one_of(st.sampled_from([-0.5, -0.25, 0.0, 0.25, 0.5]), st.floats(-1, 1), st.floats(-1e300, 1e300))


@given(st.lists(SCORES, min_size=1, max_size=40))
@settings(max_examples=300)
def test_zero_is_in_the_interval_exactly_when_p_is_five_percent_or_more(differences: list[float]) -> None:
    found = paired(np.array(differences))
    assert (found.low <= 0 <= found.high) == (found.p >= 0.05) == found.could_be_chance
    assert (found.low <= found.mean * (1 + 1e-9) and found.mean * (1 - 1e-9) <= found.high) or found.mean == 0
    assert 0 < found.p <= 1


@given(st.lists(SCORES, min_size=1, max_size=5))
def test_fewer_than_six_pairs_can_never_tell(differences: list[float]) -> None:
    found = paired(np.array(differences))
    assert (found.low, found.high) == (-math.inf, math.inf) and found.could_be_chance


@pytest.mark.parametrize("n", [FEWEST, 9, EXACT])
@pytest.mark.parametrize("kind", ["normal", "quantized"])
def test_p_is_that_of_all_changes_of_sign_by_scipy(n: int, kind: str) -> None:
    rng = np.random.default_rng(n)
    differences = rng.normal(0.3, 0.5, n) if kind == "normal" else rng.choice([-0.25, 0, 0.25, 0.5], n)
    by_scipy = permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=True
    )
    assert paired(differences).p == pytest.approx(by_scipy.pvalue)


def test_the_ends_of_the_interval_are_where_chance_begins() -> None:
    differences = np.random.default_rng(1).normal(0.3, 0.4, 10)
    found = paired(differences)
    for end, inwards in ((found.low, 1), (found.high, -1)):
        assert paired(differences - end - inwards * 1e-9).p >= 0.05
        assert paired(differences - end + inwards * 1e-9).p < 0.05


def test_six_differences_of_one_sign_are_told_from_chance_and_their_interval_is_their_range() -> None:
    found = paired(np.array([0.1, 0.2, 0.3, 0.25, 0.15, 0.4]))
    assert found.p == pytest.approx(2 / 64)
    assert (found.low, found.high) == (pytest.approx(0.1), pytest.approx(0.4))
    assert paired(np.zeros(6)).p == 1
    assert paired(np.array([1e300, 2e300, 3e300, 1.0, 2.0, 3.0])).p == pytest.approx(2 / 64)
    level = paired(np.array([0.3, -0.1, -0.2, 0.3, -0.1, -0.2]))
    assert level.p == 1, "sums that are zero but for rounding are zero"


def test_many_pairs_have_the_interval_of_a_normal_mean_and_the_same_one_every_time() -> None:
    differences = np.random.default_rng(1).normal(0.3, 0.1, 40)
    found = paired(differences)
    wide = 1.96 * differences.std(ddof=1) / np.sqrt(len(differences))
    assert (found.low, found.high) == pytest.approx((0.3 - wide, 0.3 + wide), abs=0.02)
    assert paired(differences) == found
    many = np.random.default_rng(0).normal(size=3000)
    assert paired(many) == paired(many) and paired(many).p > 0.01


@pytest.mark.parametrize("draw", ["normal", "of quantized accuracies"])
def test_where_there_is_no_difference_one_is_seen_in_one_of_twenty_comparisons_at_most(draw: str) -> None:
    rng = np.random.default_rng(3)
    drawn = rng.normal(size=(1000, FEWEST))
    if draw != "normal":
        drawn = rng.choice([-0.5, -0.25, 0.0, 0.25, 0.5], size=(1000, FEWEST))
    seen = np.mean([not paired(differences).could_be_chance for differences in drawn])
    assert seen <= 0.07, "5 %, and three standard errors of 1,000 comparisons"
