"""When the runs of a stack stop early, and which parameters were the best."""

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from nn.stack import Stopping

Mask = NDArray[np.bool_]


class Watch:
    """What patience watches: the best value of each run so far, and its step.

    The `parameters (runs, P)` of that step are kept if they are to be restored. If the watched value is never defined,
    such as the AUC of rows of a single class, these are the run's last parameters.
    """

    def __init__(self, stopping: Stopping, parameters: Array) -> None:
        self._rule, runs = stopping, len(parameters)
        self._best, self._best_step = np.full(runs, -np.inf), np.zeros(runs)
        self.parameters = parameters.copy() if stopping.restore_best else parameters[:0]
        self.step = np.zeros(runs, dtype=np.int64)

    def look(
        self, measured: dict[str, Array], step: int, at: NDArray[np.intp], finite: Mask, parameters: Array
    ) -> tuple[Mask, Mask]:
        """Which of the runs `at (r,)`, measured at a step, have reached `stop_cost`, and which have lost patience.

        `measured` maps series to `(r,)`, `finite (r,)` says which runs have not diverged, `parameters` are `(r, P)`.
        """
        rule, (watched, sign) = self._rule, self._rule.watched
        converged = measured["train_cost"] <= rule.stop_cost[at]
        if watched not in measured:
            return converged, np.zeros_like(converged)
        value = sign * measured[watched]
        if rule.restore_best:
            is_first = np.isneginf(self._best[at]) & np.isnan(value)  # never defined yet: the latest ones are as good
            ahead = finite & ((value > self._best[at]) | is_first)
            self.parameters[at[ahead]], self.step[at[ahead]] = parameters[ahead], step
        better = (value > self._best[at]) | np.isnan(value)  # what is not defined has not become worse
        self._best[at] = np.fmax(value, self._best[at])
        self._best_step[at] = np.where(better, step, self._best_step[at])
        return converged, step - self._best_step[at] >= rule.patience[at]
