"""The learning rates of the runs that still train: ahead of the updates, and lower where a run is on a plateau."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.batches import Rows
from nn.registry import Array
from nn.stack import Descent

RATES_AHEAD = 512


class Rates:
    """Learning rate times schedule, times what plateaus have left of it; a change of that reaches the next update."""

    def __init__(self, descent: Descent, n_steps: int, dtype: type[np.floating[Any]]) -> None:
        runs = len(descent.learning_rate)
        self._descent, self._n_steps, self._dtype = descent, n_steps, dtype
        self._active: Rows = np.arange(runs)
        self._ahead, self._first = np.empty((0, runs), dtype=dtype), -1
        self._left, self._best, self._since = np.ones(runs), np.full(runs, np.nan), np.zeros(runs)

    def of(self, step: int) -> Array:
        """Those of an update, `(active runs,)`, in the precision of the network."""
        if (first := step - step % RATES_AHEAD) != self._first:
            self._first = first
            self._ahead = self._at(np.arange(first, first + RATES_AHEAD)).astype(self._dtype)
        rates: Array = self._ahead[step - first]
        return rates

    def shown(self, step: int) -> Array:
        """Those of the update that follows a step, `(active runs,)`; at the end, those of the last update."""
        return np.asarray(self._at(np.array([max(0, min(step, self._n_steps - 1))]))[0])

    def keep(self, rows: Rows) -> None:
        """Continue with some of the active runs."""
        self._active, self._ahead = self._active[rows], self._ahead[:, rows]

    def look(self, measured: dict[str, Array], step: int) -> None:
        """Lower the rates of the active runs that are on a plateau; `measured` maps series to `(active runs,)`.

        After the last update none is lowered: no update would have that rate.
        """
        rule, at = self._descent.plateaus, self._active
        if rule is None or step >= self._n_steps:
            return
        series, sign = rule.watched
        value, best = sign * measured[series], self._best[at]
        is_no_better = value <= best + rule.threshold[at] * np.abs(best)  # false where one of both is not defined
        self._best[at] = np.where(is_no_better | np.isnan(value), best, value)
        self._since[at] = np.where(is_no_better, self._since[at], step)
        falls = step - self._since[at] >= rule.patience[at]
        if falls.any():
            lower = np.maximum(self._left[at] * rule.factor[at], rule.least[at])
            self._left[at] = np.where(falls, lower, self._left[at])
            self._since[at] = np.where(falls, step, self._since[at])
            self._first = -1

    def _at(self, steps: NDArray[np.intp]) -> Array:
        """`(steps, active runs)`."""
        rule, at = self._descent, steps.astype(np.float64)
        rates = np.stack([rule.learning_rate[run] * rule.schedules[run](at) for run in self._active], axis=1)
        return rates if rule.plateaus is None else rates * self._left[self._active]
