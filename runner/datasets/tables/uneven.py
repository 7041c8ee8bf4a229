"""Rows with differing numbers of cells: which ones, what they look like, and what to do."""

import csv
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from runner.base.texts import short
from runner.datasets.samples import DataError
from runner.datasets.tables.dialect import better_separator, lines_of, reader_of, said
from runner.datasets.tables.header import is_value
from runner.datasets.tables.sources import Origin
from runner.datasets.tables.top import Top

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN, LONGEST = 3, 100
LOOKED_AT = 1000
FEW = 20  # rows that a person may want to delete


def uneven_rows(
    top: Top, separator: str, origin: Origin, width: int, found: Sequence[tuple[int, int, int]]
) -> DataError:
    """The refusal of rows; each is given by its place among all records, its number among the rows, and its cells."""
    better = _other_separator(top, separator, origin)
    if better is not None:
        return better
    if width == 1:
        return _no_table(origin)
    places = places_of(top, separator, [record for record, _, _ in found])
    shown = "; ".join(
        f"row {row} (line {places[record][0]}) has {cells}: {short(places[record][1], LONGEST)!r}"
        for record, row, cells in found[:SHOWN]
    )
    more = f"; and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    message = f"{origin.shown!r} has rows with more or fewer cells than the {width} of the others: {shown}{more}"
    lines = [places[record] for record, _, _ in found]
    if len(found) > FEW or any("\n" in raw.rstrip("\r\n") for _, raw in lines):
        return DataError(message, "path")
    return DataError(message, "path", origin.edited(";".join(f"{line}d" for line, _ in lines)))


def fitted(
    first: list[str], columns: "list[pa.ChunkedArray]", top: Top, separator: str, origin: Origin
) -> tuple[list[str], bool]:
    """The first row with as many cells as the others, and whether it can be nothing but names.

    Some rows end with a separator that the names do not have, or the other way round. R writes no name for the names
    of its rows, which come first, and divides by spaces or tabs.
    """
    width, missing = len(columns), len(columns) - len(first)
    if missing < 0 and not any(first[width:]):
        return first[:width], False
    if missing == 1 and len(columns[-1]) and not any(columns[-1].to_pylist()):
        return [*first, ""], True
    if missing == 1 and _names_its_rows(top, columns[0].slice(0, LOOKED_AT).to_pylist(), separator):
        return ["", *first], True
    if missing:
        raise _other_separator(top, separator, origin) or _unnamed(first, width, top, separator, origin)
    return first, False


def _names_its_rows(top: Top, cells: Sequence[str], separator: str) -> bool:
    """Whether the cells of the first column are names of the rows, as R writes them, without one of their own.

    R quotes them. Without quotes words with spaces between them would look the same in a table divided by spaces,
    unless only the first line is indented.
    """
    lines = [line for line in islice(lines_of(top.text), LOOKED_AT) if line.strip()]
    is_quoted = all(line.startswith('"') for line in lines)
    is_indented = lines[0][0].isspace() and not any(line[0].isspace() for line in lines[1:])
    is_named = len(set(cells)) == len(cells) and not any(is_value(cell) for cell in cells)
    return (separator in " \t" and is_quoted) or (separator == " " and is_indented) or (separator == "\t" and is_named)


def open_quote(top: Top, separator: str, origin: Origin) -> DataError:
    """The refusal of a quote that is never closed, in the last cell of the text or in one that gets too long."""
    reader, start = reader_of(lines_of(top.text), separator, top.quote), 0
    lines = list(lines_of(top.text))
    try:
        while True:
            start, before = reader.line_num, start
            next(reader)
    except StopIteration:
        start = before
    except csv.Error:
        pass
    line = top.lines + start + 1
    return DataError(
        f"{origin.shown!r} has a quote that is opened in line {line} and not closed: {short(lines[start], LONGEST)!r}",
        "path",
        origin.edited(f'{line}s/"//g'),
    )


def _other_separator(top: Top, separator: str, origin: Origin) -> DataError | None:
    better = better_separator(top.text, separator)
    if better is None:
        return None
    return DataError(
        f"{separator!r} does not divide the lines of {origin.shown!r} evenly into cells; {said(better)} does",
        "separator",
        {f"with {said(better)} between two cells": {"separator": better}},
    )


def _no_table(origin: Origin) -> DataError:
    return DataError(f"{origin.shown!r} is not a table: no separator splits its lines into equally many cells", "path")


def _unnamed(first: list[str], width: int, top: Top, separator: str, origin: Origin) -> DataError:
    if width == 1:
        return _no_table(origin)
    line, names = top.lines + 1, len(first)
    message = (
        f"{origin.shown!r} has {names} {'names' if names > 1 else 'name'} in its header for {width} columns: "
        f"{short(', '.join(first), LONGEST)!r}"
    )
    if width - names != 1:
        return DataError(message, "path", origin.edited(f"{line}d"))
    before, after = (
        origin.edited(script) for script in (f"{line}s/^/unnamed{separator}/", rf"{line}s/\r*$/{separator}unnamed/")
    )
    return DataError(
        message,
        "path",
        {
            **{f"where the first column has no name, {words}": way for words, way in before.items()},
            **{f"where the last column has no name, {words}": way for words, way in after.items()},
        },
    )


def places_of(top: Top, separator: str, records: Sequence[int]) -> dict[int, tuple[int, str]]:
    """The line that each of these records begins in, counted from 1 in the whole file, and its text."""
    wanted, lines, start, found = set(records), list(lines_of(top.text)), 0, {}
    reader = reader_of(iter(lines), separator, top.quote)
    for record, _ in enumerate(reader):
        if record in wanted:
            found[record] = top.lines + start + 1, "".join(lines[start : reader.line_num])
        start = reader.line_num
    return found
