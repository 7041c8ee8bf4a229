"""What a feature column is: numbers, a flag, a category, or without information; and what is doubtful about it."""

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nn.registry import Array
from runner.base.commands import written as in_command
from runner.base.texts import listed
from runner.datasets.samples import LARGEST
from runner.datasets.tables.cells import Cells, written
from runner.datasets.tables.encoding import NO, YES, Column
from runner.datasets.tables.times import times_in

MAX_LEVELS, ROWS_PER_LEVEL = 50, 5  # of a category; small tables have few rows for each
SMALL, ROWS_PER_LEVEL_OF_SMALL = 5, 2
MOSTLY_MISSING = 0.9
MAX_TEXTS = 3  # that may stand for missing values
MAX_UNITS = 4  # more of them are words
MANY, COUNTS = "text with many values", "a row number"
COUNTERS = re.compile(r"(.*[a-z]Id|.*ID|.*[_. -]id)|(?i:id|index|idx|rows?|rownames|nr|no|obs|case|#)")
NINES = tuple(sign * float(nines) for nines in ("99", "999", "9999", "99999", "999999") for sign in (-1, 1))


@dataclass(frozen=True)
class Trouble:
    """Why a column cannot be used as it is. `gaps` are the texts or numbers that would be missing values instead.

    With `is_doubt` they may also be meant as they are. `rows` are those with a text instead of a number, from 1.
    """

    name: str
    said: str
    gaps: tuple[str | float, ...] = ()
    is_doubt: bool = False
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Look:
    """What was found in a column: how it is used, or why it is `left_out`, or what is wrong with it."""

    column: Column | None = None
    left_out: str = ""
    trouble: Trouble | None = None


def look_at(cells: Cells, may_doubt: bool, is_named: bool = False) -> Look:
    """What a feature column is; `may_doubt` whether -999 and the like may stand for missing values.

    A column that only counts the rows is used where it `is_named` by the person.
    """
    n_there = int(cells.n - cells.is_gap.sum())
    if n_there == 0:
        return Look(left_out="empty")
    if n_there < (1 - MOSTLY_MISSING) * cells.n:
        return Look(left_out=f"empty in more than {MOSTLY_MISSING:.0%} of the rows")
    read = cells.numbers
    if not read.bad.any():
        return _look_at_numbers(cells, may_doubt, is_named)
    levels = Counter(word for word in cells.words if word)
    if len(levels) == 1:
        return Look(left_out="always the same")
    if is_flag(levels):
        return Look(Column(cells.name, "flag", _ends(levels)))
    slip = slip_of(cells, is_few(len(levels), n_there))
    if slip:
        return Look(trouble=slip)
    if is_few(len(levels), n_there):
        return Look(Column(cells.name, "category", tuple(sorted(levels))))
    if 1 < len(read.units) <= MAX_UNITS and "" not in read.units:
        return Look(left_out=f"several units: {', '.join(read.units)}")
    return Look(left_out=times_in(levels) or _numbers_and(texts_among_numbers(cells)) or MANY)


def texts_among_numbers(cells: Cells) -> tuple[str, ...]:
    """The texts in a column that are no numbers, where they are few and most of its cells are numbers."""
    bad = cells.numbers.bad
    texts = tuple(dict.fromkeys(map(str, cells.words[bad])))
    return texts if len(texts) <= MAX_TEXTS and 2 * bad.sum() < cells.n - cells.is_gap.sum() else ()


def _numbers_and(texts: Sequence[str]) -> str:
    """Why such a column is left out, and how it would not be; empty where there are none."""
    setting = shlex.quote(f"data.missing={in_command(texts)}")
    return f"numbers, and {listed(texts)}: {setting} makes that missing values" if texts else ""


def _look_at_numbers(cells: Cells, may_doubt: bool, is_named: bool) -> Look:
    values = cells.numbers.values
    there = values[~np.isnan(values)]
    if (there == there[0]).all():
        return Look(left_out="always the same")
    is_counter = COUNTERS.fullmatch(cells.name) and cells.n == len(there) and np.ptp(values - cells.rows) == 0
    if is_counter and not is_named:
        return Look(left_out=COUNTS)
    trouble = wrong_numbers(cells) or (code_of(cells.name, there) if may_doubt else None)
    return Look(trouble=trouble) if trouble else Look(Column(cells.name, unit=cells.numbers.unit))


def is_few(n_levels: int, n: int) -> bool:
    """Whether so few different texts in `n` cells are a category: with more of them each would be seen too rarely."""
    if n_levels <= SMALL:
        return n_levels * ROWS_PER_LEVEL_OF_SMALL <= n
    return n_levels <= MAX_LEVELS and n_levels * ROWS_PER_LEVEL <= n


def is_flag(levels: Mapping[str, int]) -> bool:
    """Whether texts say yes and no, in one way or another: yes, NO, y, True, f, on."""
    words = {word.casefold() for word in levels}
    return any(words & set(no) and words & set(yes) and words <= {*no, *yes} for no, yes in zip(NO, YES, strict=True))


def _ends(levels: Mapping[str, int]) -> tuple[str, str]:
    """The most frequent word for no, and that for yes."""
    no, yes = ({word for one in kind for word in one} for kind in (NO, YES))
    often = sorted(levels, key=lambda word: (-levels[word], word))
    return next(one for one in often if one.casefold() in no), next(one for one in often if one.casefold() in yes)


def slip_of(cells: Cells, is_category: bool) -> Trouble | None:
    """A few texts in a column of numbers. In what could be a category they must be much rarer than the numbers."""
    bad = cells.numbers.bad
    n_bad, n_there = int(bad.sum()), int(cells.n - cells.is_gap.sum())
    share = 0.02 if is_category else 0.2
    if n_bad == 0 or n_bad > max(1 + (not is_category), share * n_there) or 2 * n_bad >= n_there:
        return None
    texts = Counter(str(word) for word in cells.words[bad])
    shown = ", ".join(repr(text) for text in list(texts)[:4]) + (", ..." if len(texts) > 4 else "")
    rows = tuple((cells.rows[bad] + 1).tolist())
    more = f" and {n_bad - 4} more" if n_bad > 4 else ""
    where = f"{'row' if n_bad == 1 else 'rows'} {', '.join(map(str, rows[:4]))}{more}"
    said = f"holds numbers, but text in {where}: {shown}"
    return Trouble(cells.name, said, tuple(texts) if len(texts) <= 10 else (), rows=rows)


def wrong_numbers(cells: Cells) -> Trouble | None:
    """Infinite numbers, and those whose squares would be."""
    values = cells.numbers.values
    with np.errstate(invalid="ignore"):
        wrong = np.isinf(values) | (np.abs(values) > LARGEST)
    if not wrong.any():
        return None
    found = np.unique(values[wrong])
    what = "infinite" if np.isinf(values[wrong][0]) else f"beyond +-{LARGEST:g}"
    gaps = tuple(written(value) for value in found.tolist()) if len(found) <= 10 else ()
    return Trouble(cells.name, f"is {what} in row {cells.row(wrong)}; give it in another unit, or leave it out", gaps)


def code_of(name: str, there: Array) -> Trouble | None:
    """A number of nines that repeats and stands far from all others, such as -999 beside ages."""
    found = []
    for code in NINES:
        n_code = int((there == code).sum())
        others = there[~np.isin(there, NINES)]
        if n_code < 2 or len(others) < 2 or 2 * n_code > len(there):
            continue
        low, high = float(others.min()), float(others.max())
        distance = low - code if code < low else code - high
        if low < high and distance >= 2 * (high - low) and not (code < 0 and low < 0):
            found.append((code, n_code, low, high))
    if not found:
        return None
    code, n_code, low, high = found[0]
    said = f"is {written(code)} in {n_code} rows, and {low:g} to {high:g} elsewhere: is that a missing value?"
    return Trouble(name, said, tuple(int(one[0]) for one in found), is_doubt=True)
