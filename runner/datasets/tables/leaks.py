"""Features that alone say what the target is: mostly the target itself, under another name."""

import numpy as np

from runner.datasets.tables.cells import Cells
from runner.datasets.tables.encoding import Column
from runner.datasets.tables.examined import Examined
from runner.datasets.tables.task import Goal

MIN_ROWS, SAME = 20, 0.9999


def leaks(table: Examined) -> list[str]:
    """The names of such columns: of a regression those on a straight line with the target, of a classification those
    that have one value for each class.
    """
    if len(table.goal.Y) < MIN_ROWS:
        return []
    return [cells.name for cells, column in table.used if _tells(table.goal, cells, column)]


def _tells(goal: Goal, cells: Cells, column: Column) -> bool:
    if goal.task == "classification":
        pairs = {(str(word), int(number)) for word, number in zip(cells.words, goal.Y.tolist(), strict=True) if word}
        n = len(goal.classes)
        return len(pairs) == len({word for word, _ in pairs}) == len({number for _, number in pairs}) == n
    if column.kind != "number":
        return False
    there = ~np.isnan(cells.numbers.values)
    x, y = cells.numbers.values[there], goal.Y[there, 0]
    if there.sum() < MIN_ROWS or np.ptp(y) == 0:
        return False
    x, y = x - x.mean(), y - y.mean()
    spread = np.sqrt((x @ x) * (y @ y))
    return bool(spread > 0 and abs(x @ y) >= SAME * spread)
