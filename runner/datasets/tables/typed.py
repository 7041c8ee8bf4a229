"""Tables whose cells have types of their own: Parquet and Excel."""

import io
import zipfile
from typing import TYPE_CHECKING, Any

from runner.datasets.samples import DataError
from runner.datasets.tables.sources import after, check_size

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 3
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


def read_excel(contents: bytes, sheet: str | None, shown: str) -> tuple[list[list[Any]], tuple[str, ...]]:
    """The rows of a sheet, the first one with something in it unless it is named, and notes.

    Empty rows and columns around the table are left out. Raises DataError for a sheet that is not there, and for an
    empty or a damaged file.
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
            ways = {f"sheet {name}": {"sheet": name} for name in names[:SHOWN]}
            raise DataError(f"names {sheet!r}; the sheets of {shown!r} are {held}", "sheet", ways)
        for name in names if sheet is None else [sheet]:
            if rows := _table_of(book[name]):
                others = [other for other in names if other != name]
                said = f"sheet {name!r}" + (f"; not read: {', '.join(map(repr, others))}" if others else "")
                return rows, (said,) if others else ()
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{shown!r} is an Excel file, and damaged: it cannot be read; save it again", "path") from error
    if sheet is None:
        raise DataError(f"{shown!r} has no value in any of its sheets", "path")
    raise DataError(
        f"names {sheet!r}, which is empty in {shown!r}", "sheet", {"with the first that is not": {"sheet": None}}
    )


def _table_of(sheet: Any) -> list[list[Any]]:
    """The rows of a sheet between the first and the last that is not empty; the same of its columns."""
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    filled = [place for place, row in enumerate(rows) if any(cell not in (None, "") for cell in row)]
    if not filled:
        return []
    width = max(map(len, rows))
    rows = [row + [None] * (width - len(row)) for row in rows[filled[0] : filled[-1] + 1]]
    used = [place for place in range(width) if any(row[place] not in (None, "") for row in rows)]
    return [row[used[0] : used[-1] + 1] for row in rows]
