"""Dropout: at every update a share of the hidden units is left out, drawn anew for every sample.

Those that stay are divided by their share, so that nothing changes where all units are used: in every measurement and
in the trained model. Hinton et al. (2012), Improving Neural Networks by Preventing Co-Adaptation of Feature Detectors;
Srivastava et al. (2014), Dropout, sections 4 and 10 ("inverted").
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.batches import Rows, Sources
from nn.registry import Array, Order

NUMBERS_AHEAD = 1024


class Dropout:
    """The masks of every update, from `rates (runs,)` and a generator for each run.

    A run draws one number for every hidden unit and sample of an update: by layer, unit and sample, so that its masks
    depend on neither its neighbours nor on how many numbers are drawn `ahead` (laws 2 and 4). These are float32, which
    halves their cost. A run with the rate 0 has masks of ones, which change no bit of it.
    """

    def __init__(
        self,
        units: Sequence[int],
        rates: Array,
        generators: Sequence[np.random.Generator],
        dtype: Any,
        order: Order = "C",
        ahead: int = NUMBERS_AHEAD,
    ) -> None:
        self._units, self._order, self._ahead = units, order, ahead
        self._rates, self._generators = rates[:, np.newaxis].astype(np.float32), Sources(generators)
        self._scales = (1 / (1 - rates[:, np.newaxis])).astype(dtype)
        self._drawn: Array = np.empty((len(rates), 0), dtype=dtype)
        self._position = 0

    def next(self, n: int) -> list[Array]:
        """Of the next update with `n` samples, `(runs, units, n)` for each hidden layer: 0, or 1 / (1 - rate)."""
        self._draw(n * sum(self._units))
        masks: list[Array] = []
        for units in self._units:
            end = self._position + units * n
            masks.append(self._drawn[:, self._position : end].reshape(len(self._drawn), units, n))
            self._position = end
        return masks

    def keep(self, rows: Rows) -> None:
        """Continue with some of the runs; one that is named twice is in the stack twice and has the same masks."""
        self._rates, self._scales = self._rates[rows], self._scales[rows]
        self._generators.keep(rows)
        self._drawn = np.asarray(self._drawn[rows], order=self._order)

    def _draw(self, needed: int) -> None:
        """Have at least `needed` numbers for each run: what is left of those before, and new ones."""
        left = self._drawn[:, self._position :]
        if (missing := needed - left.shape[1]) <= 0:
            return
        n = max(missing, self._ahead)
        numbers = np.stack(self._generators.ask(lambda rng: rng.random(n, dtype=np.float32)))
        masks = (numbers >= self._rates) * self._scales
        self._drawn, self._position = np.asarray(np.concatenate([left, masks], axis=1), order=self._order), 0
