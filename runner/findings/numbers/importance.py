"""Which columns of a table a network needs: how much worse it gets if the values of one are shuffled."""

from dataclasses import dataclass

import numpy as np

from nn.metrics import METRICS
from runner.base.moments import mean
from runner.findings.numbers.fits import predictor_of, shown_of
from runner.runs.data import Prepared
from runner.runs.measuring import value_of
from runner.runs.result import RunResult

REPEATS, MOST_ROWS, MOST_CELLS = 10, 2000, 200_000


@dataclass(frozen=True)
class Importance:
    """How much worse the score gets without a column: mean and standard deviation of `REPEATS` shuffles."""

    column: str
    drop: float
    spread: float


@dataclass(frozen=True)
class Importances:
    """All columns, the most important first; the score, its original value, and the part and number of the rows."""

    score: str
    value: float
    part: str
    n_rows: int
    columns: list[Importance]


def importances_of(result: RunResult, data: Prepared) -> Importances | None:
    """Permutation importance (Breiman 2001, Random Forests, section 10), never on test rows.

    The rows are those of the validation part, or of the training part without one. All inputs of a column are shuffled
    together. None if the data is not a table, has a single column, or if the score is undefined.
    """
    encoding, metric = data.samples.encoding, METRICS.metric(result.score)
    if encoding is None or len(encoding.columns) < 2:
        return None
    parts = data.parts
    part = "validation" if "validation" in parts else "train"
    X, Y = parts[part]
    rows = shown_of(len(X), min(MOST_ROWS, max(MOST_CELLS // (REPEATS * len(encoding.columns)), 100)))
    X, Y, n_rows = X[rows], Y[rows], len(rows)
    predict, rng = predictor_of(result), np.random.default_rng(0)
    orders = [rng.permutation(n_rows) for _ in range(REPEATS)]
    value, first, found = value_of(metric, data, predict(X), Y), 0, []
    for column in encoding.columns:
        inputs, drops = slice(first, first + len(column.inputs)), []
        for order in orders:
            shuffled = X.copy()
            shuffled[:, inputs] = X[order, inputs]
            drops.append(metric.sign * (value - value_of(metric, data, predict(shuffled), Y)))
        first = inputs.stop
        found.append(Importance(column.name, mean(drops), float(np.std(drops, ddof=1))))
    if not np.isfinite([value, *(one.drop for one in found)]).all():
        return None
    return Importances(result.score, value, part, n_rows, sorted(found, key=lambda one: -one.drop))
