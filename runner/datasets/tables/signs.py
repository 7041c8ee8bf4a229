"""How numbers are written in cells of text: their decimal sign, and what groups their thousands.

All cells of the file are looked at: `4,1` can only be a decimal comma, `1,234,567` only groups of thousands, and where
there is nothing but such as `1,234` nobody can tell.
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


@dataclass
class _Evidence:
    """How often a sign must be a decimal one, must group thousands, or could be either; with one cell of each."""

    decimal: int = 0
    grouping: int = 0
    unclear: int = 0
    example: str = ""
    unclear_example: str = ""


def find_signs(frame: "pd.DataFrame", decimal: str, thousands: str, separator: str) -> tuple[str, str]:
    """The decimal sign and the one that groups thousands (empty: none); `decimal` and `thousands` may be `auto`.

    Raises DataError where both readings are possible, or where what was set fits no number of the table.
    """
    _check(decimal, thousands)
    columns = [numbers for name in range(frame.shape[1]) if (numbers := _numbers(frame.iloc[:, name])) is not None]
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
    commas = comma.decimal > 0 or dot.grouping > 0
    dots = dot.decimal > 0 or comma.grouping > 0
    if commas and dots:
        example = comma.example or dot.example
        raise _doubt(f"the numbers are written in two ways, such as {example!r} and {dot.example or comma.example!r}")
    if dots:
        return "."
    if commas:
        if separator == "," and not dot.grouping:
            raise _doubt(f"{comma.example!r} looks like a decimal comma, in a table whose cells are divided by commas")
        return ","
    if comma.unclear and separator != ",":
        raise _doubt(f"{comma.unclear_example!r} could be a decimal comma or thousands")
    if dot.unclear and separator == ";":
        raise _doubt(f"{dot.unclear_example!r} could be a decimal point or thousands")
    return "."


def _doubt(why: str) -> DataError:
    return DataError(
        f"cannot be told: {why}", "decimal",
        {f"where {name} begins the decimals": {"decimal": sign} for sign, name in ((",", "a comma"), (".", "a point"))},
    )  # fmt: skip


def _check_fits(decimal: str, found: dict[str, _Evidence], separator: str) -> None:
    """A sign that was set and that no number has, where there are numbers with the other one."""
    mine, other = found[decimal], found[OTHER[decimal]]
    is_used = mine.decimal or mine.unclear or other.grouping or other.unclear
    if other.decimal and not is_used and not (decimal == "." and separator == ","):
        raise DataError(
            f"is {decimal!r}, but numbers are written with {OTHER[decimal]!r}, such as {other.example!r}", "decimal",
            {"as they are written": {"decimal": OTHER[decimal]}},
        )  # fmt: skip


def _thousands(columns: Sequence["pa.Array"], decimal: str, other: _Evidence) -> str:
    if other.grouping or other.unclear:
        return OTHER[decimal]
    for sign, written in GROUPERS.items():
        groups = rf"{BEFORE}\d{{1,3}}({written}\d{{3}})+([{decimal}]\d*)?{AFTER}"
        if any(_count(column, groups) for column in columns):
            return sign
    return ""


def _numbers(column: "pd.Series") -> "pa.Array | None":
    """The different cells of text in a column, where most of them are numbers; None where they are not."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column.dtype, pd.StringDtype):
        cells = pa.array(column.array, pa.large_string())
    elif column.dtype == object:
        cells = pa.array([cell for cell in column if isinstance(cell, str)], pa.large_string())
    else:
        return None
    signed = pc.drop_null(pc.filter(cells, pc.match_substring_regex(cells, r"[,.'’ \x{00a0}\x{202f}]")))
    if len(signed) == 0:
        return None
    cells = pc.filter(cells, pc.not_equal(cells, ""))
    return signed if 2 * _count(cells, NUMBERS) >= len(cells) else None


def _evidence(columns: Sequence["pa.Array"], sign: str) -> _Evidence:
    d, o = f"[{sign}]", f"[{OTHER[sign]}'’ ]"
    decimal = (
        rf"{BEFORE}(\d*{d}\d{{1,2}}|\d*{d}\d{{4,}}|0*{d}\d+|\d{{4,}}{d}\d{{3}}|0\d+{d}\d{{3}}"
        rf"|\d{{1,3}}({o}\d{{3}})+{d}\d*){AFTER}|{BEFORE}\d+{d}\d+[eE]"
    )
    grouping = rf"{BEFORE}\d{{1,3}}(({d}\d{{3}}){{2,}}|({d}\d{{3}})+[{OTHER[sign]}]\d*){AFTER}"
    unclear = rf"{BEFORE}[1-9]\d{{0,2}}{d}\d{{3}}[^\d.,eE]{{0,6}}$"
    found = _Evidence()
    for column in columns:
        for name, pattern in (("decimal", decimal), ("grouping", grouping), ("unclear", unclear)):
            count = _count(column, pattern)
            if count == 0:
                continue
            setattr(found, name, getattr(found, name) + count)
            example = "unclear_example" if name == "unclear" else "example"
            setattr(found, example, getattr(found, example) or _first(column, pattern))
    return found


def _count(cells: "pa.Array", pattern: str) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(pc.match_substring_regex(cells, pattern)).as_py() or 0)


def _first(cells: "pa.Array", pattern: str) -> str:
    import pyarrow.compute as pc

    return str(cells[pc.index(pc.match_substring_regex(cells, pattern), True).as_py()])
