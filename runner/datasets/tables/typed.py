"""Tables with typed cells: Parquet and Excel."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runner.datasets.samples import DataError
from runner.datasets.tables.header import LOOKED_AT, is_value
from runner.datasets.tables.sources import after, beside, check_size, in_python, quoted

if TYPE_CHECKING:
    import pandas as pd

SHOWN, MIN_ROWS = 3, 5  # the least rows of a table, with its names
CELL_BYTES = 8
EXTRA = "pip install 'small-network-runner[excel]'"


def read_parquet(contents: bytes, shown: str) -> "pd.DataFrame":
    """The columns of a Parquet file, with their types. Raises DataError for a damaged one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(contents))
        groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
        cells = file.metadata.num_rows * file.metadata.num_columns
        check_size(max(cells * CELL_BYTES, sum(group.total_byte_size for group in groups)), shown, None)
        frame: pd.DataFrame = file.read().to_pandas(ignore_metadata=True, date_as_object=False)
        return frame
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{shown!r} is a Parquet file, and damaged or cut short; copy or download it again",
            "path",
        ) from error


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet of Excel from the first to the last that hold something; `top` is how many are above them."""

    name: str
    rows: list[list[Any]]
    top: int = 0

    @property
    def may_be_table(self) -> bool:
        """Whether it has columns and rows enough to learn from."""
        return len(self.rows) >= MIN_ROWS and len(self.rows[0]) > 1

    @property
    def has_numbers(self) -> bool:
        """Whether a column holds mostly numbers, dates or times."""
        columns = zip(*(as_text(row) for row in self.rows[1 : LOOKED_AT + 1]), strict=True)
        return any(2 * sum(map(is_value, filter(None, column))) > len([*filter(None, column)]) for column in columns)

    def without(self, left: range, shown: str, asked: str | None) -> Mapping[str, Mapping[str, Any]]:
        """A way with a copy of the sheet that lacks some of its rows; the copy has no sheets to ask for."""
        made, skipped = beside(shown, ".edited.csv"), [self.top + place for place in left]
        skipped = list(range(self.top)) + skipped if left and left[0] == 0 else skipped
        reading = f"{quoted(shown)}, sheet_name={quoted(self.name)}, header=None, skiprows={skipped}"
        code = f"import pandas; pandas.read_excel({reading}).to_csv({quoted(made)}, index=False, header=False)"
        return after(in_python(code), made, **({} if asked is None else {"sheet": None}))


def as_text(row: Sequence[Any]) -> list[str]:
    """The cells of a row as they would stand in a file of text."""
    return ["" if cell is None else str(cell).strip() for cell in row]


def is_empty(row: Sequence[Any]) -> bool:
    """Whether no cell of a row holds anything."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row)


def read_excel(contents: bytes, sheet: str | None, shown: str) -> tuple[Sheet, tuple[str, ...]]:
    """The sheet with the table, and notes: the first one with something in it, unless that can be no table.

    Raises DataError where two sheets may be meant, for one that is not there, and for an empty or a damaged file.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise DataError(
            f"{shown!r} is an Excel file, which needs openpyxl: {EXTRA} (or save it as .csv)", "path",
            after(EXTRA, shown),
        ) from error  # fmt: skip
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as parts:
            check_size(sum(part.file_size for part in parts.infolist()), shown, None)
        book = openpyxl.load_workbook(io.BytesIO(contents), read_only=True, data_only=True)
        names = [one.title for one in book.worksheets]
        if sheet is not None and sheet not in names:
            held = ", ".join(map(repr, names))
            raise DataError(f"names {sheet!r}; the sheets of {shown!r} are {held}", "sheet", _sheets(names))
        filled = list[Sheet]()
        for name in names if sheet is None else [sheet]:
            filled += [one] if (one := _sheet_of(book[name])).rows else []
            if filled and filled[0].may_be_table and filled[0].has_numbers:
                break
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{shown!r} is an Excel file, and damaged: it cannot be read; save it again", "path") from error
    if filled:
        found = _one_of(filled, shown)
        others = [name for name in names if name != found.name]
        return found, (f"sheet {found.name!r}; not read: {', '.join(map(repr, others))}",) if others else ()
    if sheet is None:
        raise DataError(f"{shown!r} has no value in any of its sheets", "path")
    raise DataError(
        f"names {sheet!r}, which is empty in {shown!r}", "sheet", {"with the first that is not": {"sheet": None}}
    )


def _one_of(filled: Sequence[Sheet], shown: str) -> Sheet:
    """The first sheet where no other can be the table; else the only one that can."""
    first, tables = filled[0], [one for one in filled if one.may_be_table]
    if len(tables) < 2 or (first.may_be_table and not any(one.has_numbers for one in tables)):
        return (tables or filled)[0]
    if first.may_be_table and first.has_numbers:
        return first
    why = "could be a table, but has no numbers" if first.may_be_table else "is not a table"
    held = ", ".join(repr(one.name) for one in tables)
    raise DataError(f"is not set; the first sheet of {shown!r}, {first.name!r}, {why}; which one is it: {held}?",
                    "sheet", _sheets([one.name for one in tables]))  # fmt: skip


def _sheets(names: Sequence[str]) -> dict[str, dict[str, str]]:
    return {f"sheet {name}": {"sheet": name} for name in names[:SHOWN]}


def _sheet_of(sheet: Any) -> Sheet:
    """The rows of a sheet between the first and the last that is not empty; the same of its columns."""
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    filled = [place for place, row in enumerate(rows) if not is_empty(row)]
    if not filled:
        return Sheet(sheet.title, [])
    width = max(map(len, rows))
    rows = [row + [None] * (width - len(row)) for row in rows[filled[0] : filled[-1] + 1]]
    used = [place for place in range(width) if any(row[place] not in (None, "") for row in rows)]
    return Sheet(sheet.title, [row[used[0] : used[-1] + 1] for row in rows], filled[0])
