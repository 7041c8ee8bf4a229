"""Statistics that are quicker than NumPy's, or go further, with the same bits."""

import numpy as np
import pytest

from runner.base.moments import mean, quantiles

PERCENTS = (10, 90, 25, 75, 50, 3, 97)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 10, 11, 21, 100, 999, 1000])
def test_quantiles_have_the_bits_of_numpy(n):
    rng = np.random.default_rng(n)
    for digits in (1, 2, 12):
        values = np.round(rng.normal(size=(n, 7)) * 10.0 ** rng.integers(-5, 5, size=7), digits)
        median, *found = quantiles(values, PERCENTS)
        np.testing.assert_array_equal(median, np.median(values, axis=0), strict=True)
        np.testing.assert_array_equal(np.array(found), np.percentile(values, PERCENTS, axis=0), strict=True)
        of_one = np.array(quantiles(values[:, 0].tolist(), PERCENTS))
        np.testing.assert_array_equal(of_one, [np.median(values[:, 0]), *np.percentile(values[:, 0], PERCENTS)])


def test_a_mean_is_exactly_rounded_in_any_order_and_beyond_the_largest_sum():
    values = [0.1, 1e16, 0.3, -1e16, 0.2]
    assert mean(values) == mean(values[::-1]) == mean(sorted(values)) == 0.12
    assert mean([1.7e308, 1.7e308, 1.6e308]) == pytest.approx(1.6667e308, rel=1e-4)
