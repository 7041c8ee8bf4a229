"""What a person reads about a table: how it was read, why this task, and each thing that was left out or doubtful."""

import re
import shlex
from collections.abc import Sequence

import numpy as np

from runner.base.commands import written
from runner.base.texts import short
from runner.datasets.tables.cells import MARKERS, NONE, Cells
from runner.datasets.tables.cells import written as plainly
from runner.datasets.tables.encoding import Column
from runner.datasets.tables.examined import Examined
from runner.datasets.tables.leaks import leaks
from runner.datasets.tables.reading import Reading
from runner.datasets.tables.task import singles
from runner.datasets.tables.times import are_dates, dated

MAX_NAMES, LONGEST = 12, 60
PLAIN = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")  # a number
LOOKED_AT = 1000
CODE = re.compile(r"0\d+|\d+[eE]\+?\d+")  # may be no number: 007, 12E4
KINDS = {"number": "number", "flag": "yes/no", "category": "one-hot"}
FILLED = {"median": "the median", "mean": "the mean", "most_frequent": "the most frequent value", "none": "nothing"}


def notes_of(table: Examined, reading: Reading, is_tested: bool) -> tuple[str, ...]:
    """Lines for a person; several columns share one. `is_tested` on rows of a file of their own."""
    target, goal = table.target, table.goal
    lines = [_read_as(table, reading)]
    lines += [f"target {target.name}: {goal.why}"] if goal.why else []
    lines += reading.notes
    n_without = len(reading.frame) - target.n
    lines += [f"rows without a target, left out: {n_without}"] if n_without else []
    left_out: dict[str, list[str]] = {}
    for cells, look in table.features:
        if look.left_out:
            left_out.setdefault(look.left_out, []).append(cells.name)
    lines += [f"left out: {_named(names)} ({why})" for why, names in left_out.items()]
    numbers = [cells for cells, column in table.used if column.kind == "number"]
    numbers += [target] if goal.task == "regression" else []
    unusual = [f"{cells.name} ({how})" for cells in numbers if (how := _unusual(cells))]
    lines += [f"read as numbers: {_named(unusual)}"] if unusual else []
    mixed = [f"{cells.name} (such as {text!r})" for cells, its in table.used if (text := _text_among_numbers(its))]
    lines += [f"one-hot, although most of the values are numbers: {_named(mixed)}"] if mixed else []
    lines += _fillings(table)
    lines += [f"classes with a single row: {_named(alone)}"] if (alone := singles(goal)) else []
    return *lines, *_warnings(table, reading, is_tested)


def _read_as(table: Examined, reading: Reading) -> str:
    """How many rows and features of which kinds, for which task, and how the file was read where that is unusual."""
    counts = {words: sum(column.kind == kind for _, column in table.used) for kind, words in KINDS.items()}
    kinds = ", ".join(_counted(count, words) for words, count in counts.items() if count)
    classes = len(table.goal.classes)
    task = f"classification, {classes} classes" if classes else "regression"
    how = reading.words.partition("; ")[2]
    features = f"{_counted(len(table.used), 'feature')} ({kinds})"
    said = f"read as: {table.target.n} rows, {features}, target {table.target.name}: {task}"
    return f"{said}; {how}" if how else said


def _fillings(table: Examined) -> list[str]:
    """What gaps are filled with, of numbers and of categories, and how many there are in each column."""
    lines = []
    fillings = {"number": FILLED[table.asked.impute], "flag category": FILLED["most_frequent"]}
    for kinds, by in fillings.items():
        some = [cells for cells, column in table.used if column.kind in kinds.split()]
        gaps = [f"{cells.name} {count}" for cells in some if (count := int(cells.is_gap.sum()))]
        lines += [f"missing values, filled with {by} of the training rows: {_named(gaps)}"] if gaps else []
    return lines


def _warnings(table: Examined, reading: Reading, is_tested: bool) -> list[str]:
    """Features that give the target away, rows in time order, and rows that may be none."""
    lines, target = [], table.target
    if told := leaks(table):
        way = shlex.quote(f"data.drop={written([*table.asked.drop, *told])}")
        which, them = (f"each of {_named(told)}", "them") if len(told) > 1 else (told[0], "it")
        lines = [f"{which} alone says what {target.name} is; if known only later, leave {them} out: {way}"]
    if (times := dated(reading.frame, MARKERS | {NONE})) and not is_tested:
        lines.append(
            f"{_named(times)} {'hold' if len(times) > 1 else 'holds'} dates or times, and rows are split at random; to "
            "predict later rows from earlier ones, put the later ones in a file of their own: data.test_path=FILE"
        )
    for suspect in reading.suspects:
        row = suspect.rows[0]
        said = f"row {row} may not be a row like the others: {short(', '.join(suspect.cells), LONGEST)!r}"
        ways = suspect.ways.items() if row - 1 in target.rows else ()
        lines += [f"{said}; {words}: data.path={written(way['path'])}" for words, way in ways]
    return [f"warning: {line}" for line in lines]


def _text_among_numbers(column: Column) -> str:
    """A value of a category that is no number, where most of the others are; empty for anything else."""
    texts = [level for level in column.levels if not PLAIN.fullmatch(level)] if column.kind == "category" else []
    return texts[0] if 0 < 2 * len(texts) < len(column.levels) else ""


def _unusual(cells: Cells) -> str:
    """What is not plain about the numbers of a column: a unit, brackets, or cells that may be codes or dates."""
    read = cells.numbers
    how = [read.unit] * bool(read.unit) + ["negative in brackets"] * read.in_brackets
    code = next((text for text in (cells.texts or ())[:LOOKED_AT] if CODE.fullmatch(text)), "")
    how += [f"{code} as {plainly(float(code))}"] if code else []
    date = next(value for value in read.values.tolist() if np.isfinite(value))
    return ", ".join(how + ([f"dates such as {date:.0f}"] if are_dates(read.values) else []))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + "s" * (count > 1 and what in ("number", "feature"))


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:MAX_NAMES]) + (f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else "")
