"""Snapshots: the parameters of a run during training, for display. Training never reads them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nn.batches import Rows
from nn.registry import Array


class Snapshots:
    """Parameters of a stack's runs at some evaluations: `values (runs, points, P)` in float32.

    NaN where a run had left the stack or was no longer finite. Single precision is enough to draw what a network
    computes; the scores of these weights equal the measured ones to six digits.
    """

    def __init__(self, steps: Sequence[int], shape: tuple[int, ...]) -> None:
        runs, n_parameters = shape
        self._place = {step: place for place, step in enumerate(steps)}
        self.values = np.full((runs, len(steps), n_parameters), np.nan, dtype=np.float32)

    def take(self, step: int, parameters: Array, runs: Rows, finite: NDArray[np.bool_]) -> None:
        """Keep the parameters `(runs, P)` of the finite runs among these, if this step is to be kept."""
        if step in self._place:
            self.values[runs[finite], self._place[step]] = parameters[finite]
