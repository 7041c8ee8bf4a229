"""The target column: which rows have a value, whether it is a class or a number, and why."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.base.texts import listed
from runner.datasets.samples import Target, Task
from runner.datasets.tables.cells import Cells, written
from runner.datasets.tables.columns import Trouble, code_of, slip_of, texts_among_numbers, wrong_numbers

MIN_ROWS = 4
MAX_CLASSES_OF_NUMBERS, ROWS_PER_CLASS = 30, 5
RARE = 0.25  # share of the average: so rare is the last of a row of counts
AskedTask = Literal["auto", "regression", "classification"]


@dataclass(frozen=True)
class Goal:
    """What is learned: targets as `Samples` has them, and why it is this task; or what is `wrong` with the column.

    `instead` is the task that would work where the one that was asked for does not.
    """

    Y: Target
    task: Task
    classes: tuple[str, ...] = ()
    why: str = ""
    wrong: Trouble | None = None
    instead: Task | None = None


def goal_of(cells: Cells, asked: AskedTask, may_doubt: bool) -> Goal:
    """The targets of a column without gaps, for the task that was asked for or for the one that fits."""
    read = cells.numbers
    if read.bad.any() and (slip := slip_of(cells, is_category=False)) and asked != "classification":
        return _wrong(slip)
    if read.bad.any():
        if asked == "regression":
            text = next(str(word) for word in cells.words[read.bad])
            said = f"holds text, such as {text!r}, and a regression needs numbers"
            return _wrong(Trouble(cells.name, said), "classification")
        words = _sorted_words(cells)
        what = "true or false" if {word.lower() for word in words} == {"true", "false"} else "text"
        return _classes(cells, words, f"{what}: taken as classes")
    trouble = wrong_numbers(cells) or (code_of(cells.name, read.values) if may_doubt else None)
    if trouble:
        return _wrong(trouble)
    if (read.values == read.values[0]).all():
        return _wrong(Trouble(cells.name, f"is {cells.words[0]} in every row: there is nothing to learn"))
    fits, what = task_of(read.values, has_unit=bool(read.unit))
    task = fits if asked == "auto" else asked
    values, other = np.unique(read.values), _OTHER[task]
    are_classes = len(values) <= cells.n // 2 and (len(values) <= MAX_CLASSES_OF_NUMBERS or _are_whole(values))
    can_be_other = other == "regression" or are_classes
    why = f"{what}: taken as {_KINDS[task]}" + (f"; data.task={other} otherwise" if can_be_other else "")
    if task == "regression":
        return Goal(read.values[:, np.newaxis], "regression", why=why)
    if len(values) > MAX_CLASSES_OF_NUMBERS and not _are_whole(values):
        said = f"has {len(values)} different numbers that are not integers, so they cannot be classes"
        return _wrong(Trouble(cells.name, said), "regression")
    return _classes(cells, [written(value) for value in values.tolist()], why)


def can_be_learned(cells: Cells, asked: AskedTask, may_doubt: bool) -> bool:
    """Whether a column has a value in enough rows, and these can be targets."""
    there = cells.where(~cells.is_gap)
    return there.n >= MIN_ROWS and goal_of(there, asked, may_doubt).wrong is None


_KINDS: dict[Task, str] = {"regression": "a number", "classification": "classes"}
_OTHER: dict[Task, Task] = {"regression": "classification", "classification": "regression"}


def task_of(values: Array, has_unit: bool) -> tuple[Task, str]:
    """The task that fits numbers `(n,)`, not all equal, and what they are in words.

    Whole numbers are classes where they begin at 0 or 1, are few, have some rows each, and are not counts of
    something, which have one peak and grow rare.
    """
    found, often = np.unique(values, return_counts=True)
    low, high, n = written(float(found[0])), written(float(found[-1])), len(found)
    if not _are_whole(found):
        if n == 2 and not has_unit:
            return "classification", f"two numbers, {low} and {high}"
        return "regression", f"{n} different numbers {found[0]:.4g}..{found[-1]:.4g}, not all whole"
    if n == 2 and not has_unit:
        return "classification", f"two whole numbers, {low} and {high}"
    what = f"{n} different whole numbers {low}..{high}"
    if has_unit:
        return "regression", f"{what} with a unit"
    if found[0] not in (0, 1) or n > MAX_CLASSES_OF_NUMBERS or found[-1] - found[0] + 1 > 2 * n:
        return "regression", what
    if len(values) < ROWS_PER_CLASS * n:
        return "regression", f"{what} in {len(values)} rows"
    if are_counts(often):
        return "regression", f"{what} that look like counts"
    return "classification", what


def are_counts(often: NDArray[np.intp]) -> bool:
    """Whether numbers that occur this often, in ascending order, have one peak and grow rare at an end."""
    steps, peak = np.diff(often), int(often.argmax())
    chance = 2 * np.sqrt(np.maximum(often[1:], often[:-1]))  # two standard deviations of a count
    has_one_peak = (steps[:peak] > -chance[:peak]).all() and (steps[peak:] < chance[peak:]).all()
    return bool(has_one_peak and min(often[0], often[-1]) < RARE * often.mean())


def _are_whole(values: Array) -> bool:
    return bool((values == np.floor(values)).all())


def _sorted_words(cells: Cells) -> list[str]:
    return sorted({str(word) for word in cells.words})


def _classes(cells: Cells, classes: list[str], why: str) -> Goal:
    """Class numbers `(n,)` of the words of a column."""
    if len(classes) == 1:
        said = f"has one class only, {classes[0]!r}, so there is nothing to classify"
        return _wrong(Trouble(cells.name, said))
    if len(classes) > cells.n // 2:
        said, texts = f"has {len(classes)} different classes in {cells.n} rows", texts_among_numbers(cells)
        said += f": numbers, and {listed(texts)}" if texts else ""
        return _wrong(Trouble(cells.name, said, texts), None if cells.numbers.bad.any() else "regression")
    place = {name: place for place, name in enumerate(classes)}
    words = cells.words if cells.numbers.bad.any() else [written(value) for value in cells.numbers.values.tolist()]
    Y = np.array([place[str(word)] for word in words], dtype=np.int64)
    return Goal(Y, "classification", tuple(classes), why)


def singles(goal: Goal) -> list[str]:
    """The classes with a single row, which cannot be both learned and tested."""
    often = Counter(goal.Y.tolist()) if goal.task == "classification" else {}
    return [name for number, name in enumerate(goal.classes) if often[number] == 1]


def _wrong(trouble: Trouble, instead: Task | None = None) -> Goal:
    return Goal(np.zeros(0), "regression", wrong=trouble, instead=instead)
