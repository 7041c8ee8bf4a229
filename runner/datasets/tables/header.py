"""Whether the first row of a table holds the names of its columns: decided by the rows below it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from runner.base.texts import short
from runner.datasets.samples import DataError

LOOKED_AT = 1000  # rows below the first one
VALUE = re.compile(
    r"[-+(]?[$€£¥]?\s?[-+]?[.,]?\d[\d.,:/' \u00a0\u202f\u2019-]*([eE][-+]?\d+)?\s?[%€$£¥)]?"  # numbers, dates, times
    r"|\d{4}-\d\d-\d\d[T ][\d:.,+-]+Z?|[-+]?(inf|infinity)",
    re.IGNORECASE,
)
MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-", "."}
SHOWN = 6


@dataclass
class _Signs:
    """How many cells of the first row speak for names: words above numbers; and how many for data like the rest."""

    words_above_numbers: int = 0
    numbers_above_numbers: int = 0
    words: int = 0
    words_that_recur: int = 0


def are_plain_names(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether words stand above columns of numbers, and no number does."""
    pairs = [(cell, column) for cell, column in zip(first, below, strict=True) if not _is_missing(cell)]
    if any(_is_datum(cell, column) and _are_numbers(column) for cell, column in pairs):
        return False
    return any(not _is_datum(cell, column) and _are_numbers(column) for cell, column in pairs)


def are_names(row: Sequence[str], rows_below: Sequence[Sequence[str]], may_be_words: bool) -> bool:
    """Whether a row without gaps is nothing but names: above columns of numbers, with `may_be_words` above any."""
    below = list(zip(*rows_below, strict=True))
    signs = _read(row, below)
    if signs.words_that_recur or len(set(row)) < len(row):
        return False
    are_words = signs.words == len(row) and may_be_words
    return are_plain_names(row, below) or _counts(row) or are_words


def recurring(first: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """How many words of a row come again below, where there are mostly words."""
    return _read(first, below).words_that_recur


def has_header(first: Sequence[str], below: Sequence[Sequence[str]], asked: bool | Literal["auto"], shown: str) -> bool:
    """Whether the `first` row holds names, by the cells `below` it, column by column.

    Raises DataError where nobody can tell (names that are numbers), and where it is set to False above plain names.
    """
    signs = _read(first, below)
    is_plain = are_plain_names(first, below)
    if asked is True:
        return True
    row = ", ".join(repr(short(cell, 30)) for cell in first[:SHOWN]) + (", ..." if len(first) > SHOWN else "")
    if asked is False:
        if is_plain:
            raise DataError(
                f"is false, but the first row of {shown!r} holds names above numbers: {row}", "header",
                {"with the first row as names": {"header": True}},
            )  # fmt: skip
        return False
    if is_plain or (signs.words_that_recur == 0 and len(first) > signs.numbers_above_numbers and _counts(first)):
        return True
    if signs.numbers_above_numbers == 0:
        if not signs.words_that_recur:
            return True
        if signs.words_that_recur == signs.words:
            return False
        is_doubtful = 2 * signs.words_that_recur >= signs.words
    else:
        if signs.words and signs.words_that_recur == signs.words:
            return False
        is_doubtful = True
    if is_doubtful:
        raise DataError(
            f"is unclear: the first row of {shown!r} could be names or data: {row}", "header",
            {
                "with the first row as names": {"header": True},
                "with the first row as data; the columns are then c1, c2, ...": {"header": False},
            },
        )  # fmt: skip
    return True


def _read(first: Sequence[str], below: Sequence[Sequence[str]]) -> _Signs:
    signs = _Signs()
    for cell, column in zip(first, below, strict=True):
        if _is_missing(cell):
            continue
        above_numbers = _are_numbers(column)
        if _is_datum(cell, column):
            signs.numbers_above_numbers += above_numbers
            continue
        signs.words += 1
        signs.words_above_numbers += above_numbers
        signs.words_that_recur += not above_numbers and cell in column
    return signs


def _is_datum(cell: str, column: Sequence[str]) -> bool:
    """Whether a cell is a value and no name; "inf" is a name too, of inflation, where it does not come again below."""
    return is_value(cell) and (any(map(str.isdigit, cell)) or cell in column)


def _are_numbers(column: Sequence[str]) -> bool:
    """Whether most of its cells are."""
    known = [one for one in column if not _is_missing(one)]
    return 2 * sum(is_value(one) for one in known) > len(known)


def _counts(first: Sequence[str]) -> bool:
    """Whether its numbers follow one another: `,0,1,2`, as pandas names columns without names, or years after words."""
    numbers = [int(cell) for cell in first if cell.isdecimal()]
    if len(numbers) < 2 or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return False
    return not first[0] if numbers[0] in (0, 1) else len(numbers) > 2 and 1000 < numbers[0] < 3000


def _is_missing(cell: str) -> bool:
    return cell.lower() in MISSING


def is_value(cell: str) -> bool:
    """Whether a cell is a number, a date or a time, with its sign or currency."""
    return VALUE.fullmatch(cell) is not None
