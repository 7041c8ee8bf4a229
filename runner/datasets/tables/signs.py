"""How numbers are written in text cells: the decimal sign, and the separator of thousands.

All cells of the file are considered: `4,1` can only be a decimal comma, `1,234,567` only thousands, and if every number
looks like `1,234`, nobody can tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.datasets.samples import DataError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

BEFORE, AFTER = r"^[^\d.,]{0,5}", r"([eE][-+]?\d+)?[^\d.,]{0,6}$"  # signs, currencies, units
NUMBERS = rf"{BEFORE}[.,]?\d[\d.,'’\s\x{{00a0}}\x{{202f}}]*{AFTER}"
SPACES = r"[ \x{00a0}\x{202f}]"
OTHER = {".": ",", ",": "."}
GROUPERS = {" ": SPACES, "'": "['’]"}
THOUSANDS = ("", ",", ".", " ", "'")
SIGNS = (",", ".", "'", "’", " ", "\u00a0", "\u202f")
LOOKED_AT = 10_000  # cells that say whether a column holds numbers, from all over it
SOON = 1000  # what is searched for stands mostly in the first cells


@dataclass(frozen=True)
class _Numbers:
    """The cells of a column that is mostly numbers; how many there are at most in one cell of each of the SIGNS."""

    cells: "pa.Array"
    most: dict[str, int]


@dataclass
class _Evidence:
    """A cell where a sign must be a decimal one, one where it must group thousands, and one where it could be either.

    They are empty where there is no such cell.
    """

    decimal: str = ""
    grouping: str = ""
    unclear: str = ""


def find_signs(frame: "pd.DataFrame", decimal: str, thousands: str, separator: str) -> tuple[str, str]:
    """The decimal sign and the one that groups thousands (empty: none); `decimal` and `thousands` may be `auto`.

    Raises DataError where both readings are possible, or where what was set fits no number of the table.
    """
    _check(decimal, thousands)
    columns = [numbers for name in range(frame.shape[1]) if (numbers := _numbers(frame.iloc[:, name])) is not None]
    if not any(most for column in columns for sign, most in column.most.items() if sign != ".") and separator != ";":
        columns = [column for column in columns if column.most["."] > 1]
    found = {sign: _evidence(columns, sign) for sign in OTHER}
    if decimal == "auto":
        decimal = OTHER[thousands] if thousands in OTHER else _decimal(found[","], found["."], separator)
    else:
        _check_fits(decimal, found, separator)
    return decimal, _thousands(columns, decimal, found[OTHER[decimal]]) if thousands == "auto" else thousands


def _check(decimal: str, thousands: str) -> None:
    if decimal not in ("auto", *OTHER):
        raise DataError(f"must be '.' or ',' or auto, got {decimal!r}", "decimal",
                        {"found out by looking": {"decimal": "auto"}})  # fmt: skip
    if thousands not in ("auto", *THOUSANDS):
        raise DataError(
            f"must be one of {', '.join(map(repr, THOUSANDS))} or auto, got {thousands!r}", "thousands",
            {"found out by looking": {"thousands": "auto"}},
        )  # fmt: skip
    if decimal == thousands != "auto":
        raise DataError(f"is {thousands!r}, as data.decimal is", "thousands",
                        {"found out by looking": {"thousands": "auto"}})  # fmt: skip


def _decimal(comma: _Evidence, dot: _Evidence, separator: str) -> str:
    commas, dots = comma.decimal or dot.grouping, dot.decimal or comma.grouping
    if commas and dots:
        raise _doubt(f"the numbers are written in two ways, such as {commas!r} and {dots!r}")
    if dots:
        return "."
    if commas:
        if separator == "," and not dot.grouping:
            raise _doubt(f"{commas!r} looks like a decimal comma, in a table whose cells are divided by commas")
        return ","
    if comma.unclear and separator != ",":
        raise _doubt(f"{comma.unclear!r} could be a decimal comma or thousands")
    if dot.unclear and separator == ";":
        raise _doubt(f"{dot.unclear!r} could be a decimal point or thousands")
    return "."


def _doubt(why: str) -> DataError:
    return DataError(
        f"is unclear: {why}", "decimal",
        {f"where {name} begins the decimals": {"decimal": sign} for sign, name in ((",", "a comma"), (".", "a point"))},
    )  # fmt: skip


def _check_fits(decimal: str, found: dict[str, _Evidence], separator: str) -> None:
    """A sign that was set and that no number has, where there are numbers with the other one."""
    mine, other = found[decimal], found[OTHER[decimal]]
    is_used = mine.decimal or mine.unclear or other.grouping or other.unclear
    if other.decimal and not is_used and not (decimal == "." and separator == ","):
        raise DataError(
            f"is {decimal!r}, but numbers are written with {OTHER[decimal]!r}, such as {other.decimal!r}", "decimal",
            {"as they are written": {"decimal": OTHER[decimal]}},
        )  # fmt: skip


def _thousands(columns: Sequence[_Numbers], decimal: str, other: _Evidence) -> str:
    if other.grouping or other.unclear:
        return OTHER[decimal]
    for sign, written in GROUPERS.items():
        groups = rf"{BEFORE}\d{{1,3}}({written}\d{{3}})+([{decimal}]\d*)?{AFTER}"
        if any(_first(column.cells, groups) for column in columns if any(column.most[one] for one in SIGNS[2:])):
            return sign
    return ""


def _numbers(column: "pd.Series") -> _Numbers | None:
    """The cells of text in a column where most of them are numbers, some with one of the SIGNS; None for others."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column.dtype, pd.StringDtype):
        cells = pa.array(column.array, pa.large_string())
    elif column.dtype == object:
        cells = pa.array([cell for cell in column if isinstance(cell, str)], pa.large_string())
    else:
        return None
    cells = pc.filter(cells, pc.not_equal(cells, ""))
    most = {sign: int(pc.max(pc.count_substring(cells, sign)).as_py() or 0) for sign in SIGNS}
    some = cells.take(pa.array(range(0, len(cells), len(cells) // LOOKED_AT + 1), pa.int64()))
    is_number = 2 * int(pc.sum(pc.match_substring_regex(some, NUMBERS)).as_py() or 0) >= len(some)
    return _Numbers(cells, most) if is_number and any(most.values()) else None


def _evidence(columns: Sequence[_Numbers], sign: str) -> _Evidence:
    d, o = f"[{sign}]", rf"[{OTHER[sign]}'’ \x{{00a0}}\x{{202f}}]"
    decimal = (
        rf"{BEFORE}(\d*{d}\d{{1,2}}|\d*{d}\d{{4,}}|0*{d}\d+|\d{{4,}}{d}\d{{3}}|0\d+{d}\d{{3}}"
        rf"|\d{{1,3}}({o}\d{{3}})+{d}\d*){AFTER}|{BEFORE}\d+{d}\d+[eE]"
    )
    grouping = rf"{BEFORE}\d{{1,3}}(({d}\d{{3}}){{2,}}|({d}\d{{3}})+[{OTHER[sign]}]\d*){AFTER}"
    unclear = rf"{BEFORE}[1-9]\d{{0,2}}{d}\d{{3}}[^\d.,eE]{{0,6}}$"
    written = [column for column in columns if column.most[sign]]
    grouped = [column for column in written if column.most[sign] > 1 or column.most[OTHER[sign]]]
    found = _Evidence(_first_of(written, decimal), _first_of(grouped, grouping))
    found.unclear = "" if found.decimal or found.grouping else _first_of(written, unclear)
    return found


def _first_of(columns: Sequence[_Numbers], pattern: str) -> str:
    return next((cell for column in columns if (cell := _first(column.cells, pattern))), "")


def _first(cells: "pa.Array", pattern: str) -> str:
    """The first cell that a pattern fits; empty where there is none."""
    import pyarrow.compute as pc

    for part in (cells[:SOON], cells[SOON:]):
        place = pc.index(pc.match_substring_regex(part, pattern), True).as_py() if len(part) else -1
        if place >= 0:
            return str(part[place])
    return ""
