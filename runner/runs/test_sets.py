"""What a run is tested on: held-out samples, a grid without noise, or fresh samples."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.datasets import Samples, Streams
from runner.datasets.samples import DataError, Target
from runner.runs.spec import TestSpec


def test_set(
    samples: Samples, rows: NDArray[np.intp], test: TestSpec, of_run: Callable[[str], np.random.Generator]
) -> tuple[Array, Target]:
    """Inputs `(n, d_in)` and targets as in `Samples`; empty if a run is not tested.

    `rows` of the samples are held out for it; `of_run` makes the random numbers of a purpose. Raises DataError if the
    data set has no such test set.
    """
    if test.set == "fresh":
        if samples.draw is None:
            raise DataError("has a fixed set of samples; test.set=fresh needs a distribution to draw from")
        return samples.draw(Streams(of_run("test inputs"), of_run("test noise")), test.points)
    if test.set == "grid":
        if samples.truth is None or not samples.domain:
            raise DataError("has no formula to compute a grid from; test.set=grid needs one")
        X = _grid(samples.domain, test.points, test.margin)
        return X, samples.truth(X)
    return samples.X[rows], samples.Y[rows]


def _grid(domain: tuple[tuple[float, float], ...], points: int, margin: float) -> Array:
    """An even grid `(n, d_in)` over the domain, widened by `margin` at every side.

    One input: `points` points, both ends among them. Several: the middles of about `points` equal cells, because the
    mean over them is that over the domain (midpoint rule). Points on the border would stand for less than a cell and
    weigh as much as the others: with 51 x 51 points a bowl's deviation would be 4 % too high, and the error of a
    network that is worst in the corners a fifth.
    """
    if len(domain) == 1:
        ((low, high),) = domain
        return np.linspace(low - margin, high + margin, points)[:, np.newaxis]
    along = max(2, round(points ** (1 / len(domain))))
    middles = (np.arange(along) + 0.5) / along
    axes = [low - margin + (high - low + 2 * margin) * middles for low, high in domain]
    return np.column_stack([part.ravel() for part in np.meshgrid(*axes)])
