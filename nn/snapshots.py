"""Snapshots: the parameters of a run along its way, to be looked at. Training never looks at them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nn.batches import Rows
from nn.registry import Array


class Snapshots:
    """Parameters at some of the evaluations of a stack's runs: `values (runs, points, P)` in float32.

    They are NaN where a run had left, or was no longer finite. Half the digits are enough to draw what a network says,
    and the scores of these weights are those that were measured, to six digits.
    """

    def __init__(self, steps: Sequence[int], shape: tuple[int, ...]) -> None:
        runs, n_parameters = shape
        self._place = {step: place for place, step in enumerate(steps)}
        self.values = np.full((runs, len(steps), n_parameters), np.nan, dtype=np.float32)

    def take(self, step: int, parameters: Array, runs: Rows, finite: NDArray[np.bool_]) -> None:
        """Keep the parameters `(runs, P)` of the finite ones among some runs, if the step is asked for."""
        if step in self._place:
            self.values[runs[finite], self._place[step]] = parameters[finite]
