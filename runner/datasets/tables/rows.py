"""The rows of a text: what is no row is left out and said, and every row must have the same number of cells."""

import csv
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from runner.base.texts import short
from runner.datasets.samples import DataError
from runner.datasets.tables.dialect import lines_of, reader_of, usual_width
from runner.datasets.tables.sources import Origin
from runner.datasets.tables.top import Top
from runner.datasets.tables.uneven import fitted, open_quote, uneven_rows

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 20_000  # rows of Python's strings at the same time
END = "\x00"  # a row of its own after the last one, unless a quote is still open; no text holds it
SHOWN, LONGEST = 3, 100


@dataclass
class Rows:
    """The `first` row, which may hold the names, and the `columns` of all others, as pyarrow's text.

    `is_named` says that the first row can be nothing but names: it was a comment above the rows, or has one cell less.
    """

    first: list[str]
    columns: "list[pa.ChunkedArray]"
    notes: list[str] = field(default_factory=list)
    is_named: bool = False

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0


@dataclass
class _Collector:
    """Takes the rows one batch after another."""

    width: int
    first: list[str] | None = None
    batches: "list[list[pa.Array]]" = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    taken: int = 0  # records of the text, of any kind
    rows: int = 0
    comments: int = 0
    empty: int = 0
    cut: int = 0
    uneven: list[tuple[int, int, int]] = field(default_factory=list)  # record, row, cells

    def take(self, batch: list[list[str]]) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        is_even = self.first is not None and set(map(len, batch)) == {self.width} and all(map(any, batch))
        kept = batch if is_even else [row for place, one in enumerate(batch) if (row := self._checked(place, one))]
        self.taken += len(batch)
        self.rows += len(kept) if is_even else 0
        if kept:
            cells = zip(*kept, strict=True)
            self.batches.append([pc.utf8_trim_whitespace(pa.array(column, pa.string())) for column in cells])

    def _checked(self, place: int, row: list[str]) -> list[str] | None:
        """The row with as many cells as the others; None for what is no row, and for one that is refused later."""
        if not any(row):
            self.empty += len(row) > 1
            return None
        if row[0].startswith("#") and len(row) != self.width:
            self.comments += 1
            return None
        if self.first is None:
            if len(row) == 1 and self.width > 2:
                self.titles.append(row[0])
            else:
                self.first = row
            return None
        self.rows += 1
        if len(row) > self.width and not any(row[self.width :]):
            self.cut += 1
            row = row[: self.width]
        if len(row) != self.width:
            self.uneven.append((self.taken + place, self.rows, len(row)))
            return None
        return row


def read_rows(top: Top, separator: str, origin: Origin) -> Rows:
    """All rows. Raises DataError for rows with more or fewer cells than the others, and for a quote that stays open."""
    import pyarrow as pa

    taker = _Collector(usual_width(top.text, separator))
    reader = reader_of(chain(lines_of(top.text), [END]), separator, top.quote)
    try:
        while batch := list(islice(reader, BATCH)):
            if END in batch[-1][-1] and batch.pop() != [END]:
                raise open_quote(top, separator, origin)
            taker.take(batch)
    except csv.Error as error:  # a cell that is too long
        raise open_quote(top, separator, origin) from error
    if taker.first is None:
        raise DataError(f"{origin.shown!r} has no rows: only empty lines and comments", "path")
    if taker.uneven:
        raise uneven_rows(top, separator, origin, taker.width, taker.uneven)
    columns = [pa.chunked_array(list(chunks)) for chunks in zip(*taker.batches, strict=True)]
    columns = columns or [pa.chunked_array([pa.array([], pa.string())]) for _ in range(taker.width)]
    first, is_named = fitted(taker.first, columns, top, separator, origin)
    return Rows([cell.strip() for cell in first], columns, _notes(taker), is_named)


def _notes(taker: _Collector) -> list[str]:
    lines = f"left out above the rows: {', '.join(repr(short(title, LONGEST)) for title in taker.titles[:SHOWN])}"
    notes = [lines] if taker.titles else []
    notes += [f"comment lines left out: {taker.comments:,}"] if taker.comments else []
    notes += [f"rows without any value left out: {taker.empty:,}"] if taker.empty else []
    return [*notes, *([f"separators after the last cell of a row left out: {taker.cut:,}"] if taker.cut else [])]
