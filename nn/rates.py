"""The learning rates of the runs that still train: computed ahead of the updates, and lowered on a plateau."""

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.batches import Rows
from nn.registry import Array
from nn.stack import Descent, RateFactor

RATES_AHEAD = 512


class Rates:
    """Learning rate times schedule, times the reduction from plateaus; a reduction applies from the next update on."""

    def __init__(self, descent: Descent, n_steps: int, dtype: type[np.floating[Any]]) -> None:
        runs = len(descent.learning_rate)
        self._descent, self._n_steps, self._dtype = descent, n_steps, dtype
        self._active: Rows = np.arange(runs)
        self._schedules, self._schedule_of = _distinct(descent.schedules)
        self._ahead, self._first = np.empty((0, runs), dtype=dtype), -1
        self._left, self._best, self._since = np.ones(runs), np.full(runs, np.nan), np.zeros(runs)

    def ahead(self, step: int, steps: int) -> Array:
        """Rates of the updates from `step` on, at least one and at most `steps`, `(updates, active runs)`.

        In the precision of the network. If the rates are constant, all rows are the same memory.
        """
        if (first := step - step % RATES_AHEAD) != self._first:
            self._first = first
            rates = self._at(np.arange(first, first + RATES_AHEAD)).astype(self._dtype)
            self._ahead = np.broadcast_to(rates, (RATES_AHEAD, len(self._active)))
        return self._ahead[step - first : step - first + steps]

    def shown(self, step: int) -> Array:
        """The rates of the update after this step, `(active runs,)`; at the end, those of the last update."""
        return np.asarray(self._at(np.array([max(0, min(step, self._n_steps - 1))]))[0])

    def keep(self, rows: Rows) -> None:
        """Continue with some of the active runs."""
        self._active, self._first = self._active[rows], -1

    def look(self, measured: dict[str, Array], step: int) -> None:
        """Lower the rates of active runs that are on a plateau; `measured` maps series to `(active runs,)`.

        Not after the last update, because no update would use the lower rate.
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
        """Rates `(steps, active runs)`, or `(1, active runs)` where no schedule changes within these steps."""
        rule, at = self._descent, steps.astype(np.float64)
        factors = np.stack([schedule(at) for schedule in self._schedules], axis=1)
        if (factors == factors[0]).all():
            factors = factors[:1]
        rates = rule.learning_rate[self._active] * factors[:, self._schedule_of[self._active]]
        if rule.plateaus is not None:
            rates = rates * self._left[self._active]
        return rates


def _distinct(schedules: Sequence[RateFactor]) -> tuple[list[RateFactor], NDArray[np.intp]]:
    """The distinct schedules, and for each run the position of its own among them."""
    places, distinct, of = dict[Hashable, int](), list[RateFactor](), list[int]()
    for schedule in schedules:
        key: Hashable = id(schedule)
        if isinstance(schedule, partial) and all(isinstance(value, Hashable) for value in schedule.keywords.values()):
            key = schedule.func, schedule.args, tuple(sorted(schedule.keywords.items()))
        if key not in places:
            places[key] = len(distinct)
            distinct.append(schedule)
        of.append(places[key])
    return distinct, np.array(of, dtype=np.intp)
