"""How lines of text are split into cells: the separator is the one that splits them most evenly."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from runner.datasets.samples import DataError

if TYPE_CHECKING:
    from _csv import Reader

SEPARATORS = {"\t": "tab", ";": "';'", "|": "'|'", ",": "','", " ": "spaces"}
RARE = ":~^!/"  # too often part of a cell to be guessed; said where they divide all rows evenly
SPELT = {r"\t": "\t", "tab": "\t", r"\s+": " ", "space": " ", "spaces": " ", "whitespace": " ", "comma": ",",
         "semicolon": ";", "pipe": "|"}  # fmt: skip
DOUBLE, SINGLE = '"', "'"
SINGLY_QUOTED = re.compile(r"(^|[,;|\t]) *'[^'\n]*' *([,;|\t\r\n]| +')", re.MULTILINE)
LOOKED_AT, ROWS = 1 << 16, 1000
EVEN = 0.5  # the least share of rows with the same number of cells
NUMBER = re.compile(r"[-+]?[\d.,'\u2019 \u00a0]*\d[\d.,]*([eE][-+]?\d+)?")
NUMBERS_APART = re.compile(r"[-+]?[\d.,]+( +[-+]?[\d.,]+)+")
GROUPED = re.compile(r"[-+]?\d{1,3}( \d{3})+([.,]\d*)?")


@dataclass(frozen=True)
class Divided:
    """The first rows, as a separator divides them: their usual number of cells, and how well it fits, up to 1."""

    width: int
    score: float


def lines_of(text: str) -> Iterator[str]:
    """The lines with their ends, which are those of any system."""
    return iter(io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "surrogatepass")), "utf-8", "surrogatepass", ""))


def reader_of(lines: Iterable[str], separator: str, quote: str) -> "Reader":
    """The rows, cell by cell, without quotes and the spaces before a cell; a separator `" "` is any white space."""
    evened = map(_evened, lines) if separator == " " else lines
    return csv.reader(evened, delimiter=separator, quotechar=quote, skipinitialspace=True)


def quote_of(text: str) -> str:
    """The sign around cells that may hold a separator: `'` where whole cells stand in it and no `"` is near."""
    head = text[:LOOKED_AT]
    return SINGLE if DOUBLE not in head and SINGLY_QUOTED.search(head) else DOUBLE


def _evened(line: str) -> str:
    bare = line.rstrip("\r\n")
    return bare.replace("\t", " ").rstrip(" ") + line[len(bare) :]


def find_separator(text: str, asked: str) -> tuple[str, tuple[str, ...]]:
    """The separator, and notes; `asked` is what the person set, or `auto`. Raises DataError for one that cannot be."""
    if asked == "auto":
        return _found(text) or ",", ()
    separator = SPELT.get(asked, asked)
    if separator == "t" and _divided(text, "t").score < _divided(text, "\t").score:
        return "\t", (r"separator t is read as a tab (a shell makes t of an unquoted \t)",)
    if len(separator) != 1 or separator in '"\r\n':
        raise DataError(
            f"must be one character between two cells, or auto, got {asked!r}", "separator",
            {"found out by looking": {"separator": "auto"}},
        )  # fmt: skip
    return separator, ()


def why_one_column(text: str, separator: str, shown: str, name: str) -> DataError:
    """The refusal of a table with one column."""
    found = _found(text) or next((one for one in RARE if _divided(text, one).score > 1 - 1e-9), None)
    if found is None or found == separator:
        return DataError(
            f"{shown!r} has one column, {name!r}, and no separator splits its lines; features and a target need two "
            "columns or more",
            "path",
        )
    return DataError(
        f"{separator!r} leaves {shown!r} with one column, {name!r}; {said(found)} divides its lines into "
        f"{_divided(text, found).width} cells",
        "separator",
        {f"with {said(found)} between two cells": {"separator": found}},
    )


def said(separator: str) -> str:
    """The name of a separator in a sentence."""
    return SEPARATORS.get(separator, repr(separator))


def better_separator(text: str, separator: str) -> str | None:
    """Another separator that divides the first rows evenly, where this one does not."""
    found = _found(text)
    is_better = found not in (None, separator) and _divided(text, str(found)).score > _divided(text, separator).score
    return found if is_better else None


def usual_width(text: str, separator: str) -> int:
    """How many cells most of the first rows have."""
    return _divided(text, separator).width


def _found(text: str) -> str | None:
    tried = {separator: _divided(text, separator) for separator in SEPARATORS}
    best = max(tried, key=lambda one: tried[one].score)  # the first of equals
    if best == " " and tried["\t"].score > 0 and tried["\t"].width == tried[" "].width:
        best = "\t"  # which is white space too, and of fewer meanings: titles have spaces in them
    return best if tried[best].score > 0 else None


def _divided(text: str, separator: str) -> Divided:
    head = text[:LOOKED_AT]
    if len(head) < len(text):
        head = head[: head.rfind("\n") + 1] or head
    try:
        rows = [row for row in islice(reader_of(lines_of(head), separator, quote_of(text)), ROWS) if any(row)]
    except csv.Error:
        return Divided(1, 0.0)
    widths = Counter(len(row) for row in (rows[1:] or rows))
    width = max(widths, key=lambda width: (widths[width], width), default=1)
    even = sum(count for size, count in widths.items() if size == width) / max(1, widths.total())
    first = len(rows[0]) if rows else 1
    if width < 2 or even < EVEN or (separator == " " and first != width and not (first == width - 1 >= 2)):
        return Divided(width, 0.0)
    cells = [cell for row in rows for cell in row]
    if first != width:
        even *= 0.9
    return Divided(width, even * sum(not _is_torn(cell, separator) for cell in cells) / len(cells))


def _is_torn(cell: str, separator: str) -> bool:
    """Whether a cell looks like several, with another separator between them."""
    if separator in cell:  # it was quoted
        return False
    if any(other in cell for other in "\t;|"):
        return True
    if NUMBERS_APART.fullmatch(cell):
        return not GROUPED.fullmatch(cell)
    return "," in cell and not NUMBER.fullmatch(cell) and ", " not in cell
