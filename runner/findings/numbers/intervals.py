"""The uncertainty of a mean or median of few values."""

import math
from collections.abc import Sequence

import numpy as np

from runner.findings.numbers.chance import FEWEST

CONFIDENCE = 0.95


def interval(values: Sequence[float], over: str, is_share: bool) -> tuple[float, float]:
    """The 95 % interval of the mean or median of these values; NaN for the worst value, and for fewer than FEWEST.

    For the mean by Student's t, and within 0 and 1 for a share; for the median by order statistics (David and Nagaraja
    2003, Order Statistics, section 7.1).
    """
    from scipy import stats

    found, n = np.sort(values), len(values)
    if n < FEWEST or over == "worst":
        return math.nan, math.nan
    if over == "median":
        place = int(stats.binom.ppf((1 - CONFIDENCE) / 2, n, 0.5)) - 1
        return float(found[place]), float(found[n - 1 - place])
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * found.std(ddof=1) / math.sqrt(n))
    low, high = float(found.mean()) - half, float(found.mean()) + half
    return (max(0.0, low), min(1.0, high)) if is_share else (low, high)
