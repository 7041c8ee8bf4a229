"""From the path of a table to a grid of cells: what kind of file it is and how it is written, found out by looking."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from runner.datasets.samples import DataError
from runner.datasets.tables.dialect import find_separator, said, why_one_column
from runner.datasets.tables.encodings import text_of
from runner.datasets.tables.formats import format_of, misnamed, unpacked
from runner.datasets.tables.header import LOOKED_AT, are_plain_names, has_header
from runner.datasets.tables.names import named
from runner.datasets.tables.records import read_json
from runner.datasets.tables.rows import Rows, read_rows, without_names
from runner.datasets.tables.signs import find_signs
from runner.datasets.tables.sources import Origin, contents_of_file, find_file
from runner.datasets.tables.suspects import Suspect, Ways, suspects_of
from runner.datasets.tables.titles import above_names, rows_above_names, title_of
from runner.datasets.tables.top import Top, commented_names, without_top
from runner.datasets.tables.typed import as_text, is_empty, read_excel, read_parquet
from runner.datasets.tables.uneven import places_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FILES_KEPT = 4  # in memory: a sweep reads the same table again for every run
MIN_COLUMNS = 2


@dataclass(frozen=True)
class ReadingOptions:
    """How a table is read, as a person sets it; `auto` is found out by looking at the file."""

    separator: str = "auto"
    decimal: str = "auto"
    thousands: str = "auto"
    encoding: str = "auto"
    header: bool | Literal["auto"] = "auto"
    sheet: str | None = None


@dataclass(frozen=True)
class Reading:
    """A table as it was read; it is shared by all who read the file, so nobody may write into `frame`.

    The columns of `frame` are in the order of the file, under unique names. Cells of text formats are text as it stands
    in the file, without quotes and without spaces around it, "" where there is nothing; other formats have types.
    `decimal` and `thousands` say how numbers in text are written; a space as `thousands` stands for one of any width,
    and `'` for a typographic one too. `words` say for a person how the file was read, where that is not the
    ordinary, and `notes` what was left out or corrected. `suspects` are rows that may be none. `digest` identifies the
    bytes of the file.
    """

    frame: "pd.DataFrame"
    decimal: str
    thousands: str
    words: str
    notes: tuple[str, ...]
    suspects: tuple[Suspect, ...]
    digest: str


@dataclass(frozen=True)
class _Grid:
    """What a format gives: columns, names that may be empty or equal, and how it was read."""

    frame: "pd.DataFrame"
    names: Sequence[Any]
    words: tuple[str, ...]
    notes: tuple[str, ...]
    suspects: tuple[Suspect, ...] = ()
    separator: str = ""
    text: str = ""


def read(path: str, options: ReadingOptions, min_columns: int = MIN_COLUMNS) -> Reading:
    """The table in a file. Raises DataError, with the setting to change and what would work, when it cannot be read."""
    found = find_file(path)
    try:
        stat = found.stat()
    except OSError as error:
        raise DataError(f"{path!r} cannot be read: {error.strerror or error}", "path") from error
    return _read(found, path, stat.st_size, stat.st_mtime_ns, options, min_columns)


@lru_cache(maxsize=FILES_KEPT)
def _read(path: Path, shown: str, _size: int, _changed: int, options: ReadingOptions, min_columns: int) -> Reading:
    on_disk = contents_of_file(path, shown)
    contents, around = unpacked(on_disk, shown)
    kind = format_of(contents, shown)
    if options.sheet is not None and kind != "excel":
        raise DataError(f"is {options.sheet!r}, but {shown!r} is not an Excel file and has no sheets", "sheet",
                        {"without it": {"sheet": None}})  # fmt: skip
    if kind == "parquet":
        frame = read_parquet(contents, shown)
        grid = _Grid(frame, list(frame.columns), ("Parquet",), ())
    elif kind == "excel":
        grid = _from_excel(contents, options, shown)
    else:
        text, encoding, notes = text_of(contents, options.encoding, shown)
        if kind == "json":
            frame = read_json(text, Origin(shown, around, encoding))
            grid = _Grid(frame, list(frame.columns), ("JSON",), notes)
        else:
            grid = _from_text(text, options, Origin(shown, around, encoding), notes)
    frame, notes = named(grid.frame, grid.names)
    _check(frame, grid, shown, min_columns)
    decimal, thousands = find_signs(frame, options.decimal, options.thousands, grid.separator)
    words = [f"{len(frame):,} {'rows' if len(frame) > 1 else 'row'}", *around, *grid.words]
    words += [f"decimal {decimal!r}"] * (decimal != ".") + [f"thousands {thousands!r}"] * (thousands != "")
    return Reading(
        frame,
        decimal,
        thousands,
        f"{words[0]}{'; ' * (len(words) > 1)}{', '.join(words[1:])}",
        (*misnamed(shown, kind, around), *grid.notes, *notes),
        grid.suspects,
        hashlib.sha256(on_disk).hexdigest(),
    )


def _from_text(text: str, options: ReadingOptions, origin: Origin, notes: tuple[str, ...]) -> _Grid:
    """Cells of text between separators."""
    import pyarrow as pa

    top = without_top(text)
    asked = top.separator if top.separator and options.separator == "auto" else options.separator
    separator, more = find_separator(top.text, asked)
    rows = read_rows(top, separator, origin)
    below = [column.slice(0, LOOKED_AT).to_pylist() for column in rows.columns]
    names, columns, said_names = _names(rows, below, commented_names(top, separator, len(rows.first)), options, origin)
    columns, repeated = without_names(names, columns) if names else (columns, ())
    frame = pa.table(columns, [str(place) for place in range(len(columns))]).to_pandas(split_blocks=True)
    words = [f"separator {said(separator)}"] * (separator != ",") + [origin.encoding] * (origin.encoding != "utf-8")
    words += ["no header"] * (not names)
    suspects: tuple[Suspect, ...] = ()
    if names is rows.first and len(frame):
        last = len(frame), [column[-1].as_py() for column in columns]
        below = [column.slice(0, LOOKED_AT).to_pylist() for column in columns] if repeated else below
        suspects = suspects_of(below, last, lambda rows_left: _without(rows_left, rows, top, separator, origin))
    notes = (*notes, *more, *rows.notes, *said_names, *repeated)
    return _Grid(frame, names or _numbered(len(columns)), tuple(words), notes, suspects, separator, top.text)


def _without(left: range, rows: Rows, top: Top, separator: str, origin: Origin) -> Ways:
    """The ways with a copy of the file that lacks the first rows or the last one; for none, what stands above them."""
    is_last = left and left[0] > len(rows.head)
    records = [rows.last] if is_last else list(rows.head[: max(1, len(left))])
    places = places_of(top, separator, records)
    start, (end, text) = places[records[0]][0], places[records[-1]]
    first, last = (start, end + max(1, len(text.splitlines())) - 1) if left else (1, start - 1)
    return origin.edited(f"{first}d" if first == last else f"{first},{last}d")


def _names(
    rows: Rows, below: list[list[str]], above: list[str] | None, options: ReadingOptions, origin: Origin
) -> "tuple[list[str], list[pa.ChunkedArray], tuple[str, ...]]":
    """The names of the columns, none where the table has no header; the columns; and notes."""
    import pyarrow as pa

    first = rows.first
    whole = [
        pa.chunked_array([pa.array([cell]), *column.chunks]) for cell, column in zip(first, rows.columns, strict=True)
    ]
    if rows.is_named and options.header is not False:
        return first, rows.columns, ()
    if above is not None and options.header is not False and not are_plain_names(first, below):
        with_first = [[cell, *column] for cell, column in zip(first, below, strict=True)]
        if are_plain_names(above, with_first):
            return above, whole, ("the names of the columns are those of the last comment line above the rows",)
    if has_header(first, below, options.header, origin.shown):
        return first, rows.columns, ()
    return [], whole, ()


def _numbered(n: int) -> list[str]:
    return [f"c{place + 1}" for place in range(n)]


def _from_excel(contents: bytes, options: ReadingOptions, shown: str) -> _Grid:
    import pandas as pd

    sheet, notes = read_excel(contents, options.sheet, shown)
    width, head = len(sheet.rows[0]), [row for row in map(as_text, sheet.rows[: LOOKED_AT + 1]) if any(row)]
    above = rows_above_names(head, width) if options.header is not False else 0
    first, *rest = head[above:]
    below = [list(column) for column in zip(*rest, strict=True)] or [[] for _ in first]
    is_named = has_header(first, below, options.header, shown)
    places = [place for place, row in enumerate(sheet.rows) if not is_empty(row)][above + is_named :]
    cells = [sheet.rows[place] for place in places]
    frame = pd.DataFrame({place: [row[place] for row in cells] for place in range(width)})
    names = first if is_named else _numbered(width)
    words = ("Excel", *(["no header"] * (not is_named)))
    suspects: tuple[Suspect, ...] = ()
    if is_named and cells:
        last = len(cells), as_text(cells[-1])
        suspects = suspects_of(below, last, lambda left: sheet.without(_skipped(places, left), shown, options.sheet))
    return _Grid(frame, names, words, (*notes, *above_names([title_of(row) for row in head[:above]])), suspects)


def _skipped(places: Sequence[int], left: range) -> range:
    """The rows of a sheet that are left out with these rows of the table; for none those above the first one."""
    return range(places[left[0] - 1], places[left[-1] - 1] + 1) if left else range(places[0])


def _check(frame: "pd.DataFrame", grid: _Grid, shown: str, min_columns: int) -> None:
    """Raise DataError for a table without rows, or with fewer columns than are needed."""
    if frame.shape[1] < min_columns:
        name = str(frame.columns[0]) if frame.shape[1] else ""
        if grid.text:
            raise why_one_column(grid.text, grid.separator, shown, name)
        raise DataError(f"{shown!r} has one column, {name!r}; features and a target need two columns or more", "path")
    if len(frame) == 0:
        raise DataError(f"{shown!r} has a header and no rows below it", "path")
