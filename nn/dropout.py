"""Dropout: each update leaves out a share of the hidden units, drawn anew for every sample.

The outputs of the units that stay are divided by the share that stays, so nothing changes when all units are used: in
measurements and in the trained model. Hinton et al. (2012), Improving Neural Networks by Preventing Co-Adaptation of
Feature Detectors; Srivastava et al. (2014), Dropout, sections 4 and 10 ("inverted").
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.batches import Rows, Sources
from nn.registry import Array, Order

NUMBERS_AHEAD = 1024


class Dropout:
    """The masks of every update, from `rates (runs,)` and one generator per run.

    A run draws one number for each hidden unit and sample of an update, in the order of layer, unit and sample, so its
    masks depend neither on the other runs nor on how many numbers are drawn `ahead` (laws 2 and 4). The numbers are
    float32, which halves the cost. A run with rate 0 has masks of ones, which change no bit.
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
        self.units, self._order, self._ahead = units, order, ahead
        self._rates, self._generators = rates[:, np.newaxis].astype(np.float32), Sources(generators)
        self._scales = (1 / (1 - rates[:, np.newaxis])).astype(dtype)
        self._drawn: Array = np.empty((len(rates), 0), dtype=dtype)
        self._position = 0

    def ahead(self, n: int, steps: int) -> Array:
        """The masks of the next updates with `n` samples each, 0 or 1 / (1 - rate), `(runs, steps * units * n)`.

        In the order of update, layer, unit and sample; `split` divides those of one update into layers.
        """
        needed = steps * n * sum(self.units)
        first = self._draw(needed)
        self._position = first + needed
        return self._drawn[:, first : self._position]

    def next(self, n: int) -> list[Array]:
        """The masks of the next update with `n` samples, `(runs, units, n)` for each hidden layer."""
        return split(self.ahead(n, 1), self.units, n)

    def keep(self, rows: Rows) -> None:
        """Continue with some of the runs. A run that is named twice is in the stack twice and has the same masks."""
        self._rates, self._scales = self._rates[rows], self._scales[rows]
        self._generators.keep(rows)
        self._drawn = np.asarray(self._drawn[rows], order=self._order)

    def _draw(self, needed: int) -> int:
        """Make at least `needed` numbers per run available, starting at the position that is returned."""
        left = self._drawn[:, self._position :]
        if (missing := needed - left.shape[1]) <= 0:
            return self._position
        n = max(missing, self._ahead)
        numbers = np.stack(self._generators.ask(lambda rng: rng.random(n, dtype=np.float32)))
        masks = (numbers >= self._rates) * self._scales
        self._drawn = np.asarray(np.concatenate([left, masks], axis=1), order=self._order)
        return 0


def split(masks: Array, units: Sequence[int], n: int) -> list[Array]:
    """The masks of one update with `n` samples, `(runs, units * n)`, as `(runs, units, n)` for each hidden layer."""
    layers, start = list[Array](), 0
    for here in units:
        layers.append(masks[:, start : start + here * n].reshape(len(masks), here, n))
        start += here * n
    return layers
