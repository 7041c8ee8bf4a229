"""The rows of a text: what is no row is left out and said, and every row must have the same number of cells."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from runner.datasets.samples import DataError
from runner.datasets.tables.dialect import lines_of, reader_of, usual_width
from runner.datasets.tables.sources import Origin
from runner.datasets.tables.suspects import LEADING
from runner.datasets.tables.titles import above_names, rows_above_names, title_of
from runner.datasets.tables.top import Top
from runner.datasets.tables.uneven import fitted, open_quote, uneven_rows

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 20_000  # rows of Python's strings at the same time
END = "\x00"  # a row of its own after the last one, unless a quote is still open; no text holds it
HEAD, FIRST = 1 << 18, 1200  # characters and rows that are looked at for names


@dataclass
class Rows:
    """The `first` row, which may hold the names, and the `columns` of all others, as pyarrow's text.

    `is_named` says that the first row can be nothing but names: it was a comment above the rows, or has one cell less.
    `head` are the places of the first rows of the columns among all records of the text, and `last` that of the last.
    """

    first: list[str]
    columns: "list[pa.ChunkedArray]"
    notes: list[str] = field(default_factory=list)
    is_named: bool = False
    head: Sequence[int] = ()
    last: int = 0

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0


@dataclass
class _Collector:
    """Takes the rows one batch after another."""

    width: int
    above: int = 0  # rows over the names
    first: list[str] | None = None
    batches: "list[list[pa.Array]]" = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    taken: int = 0  # records of the text, of any kind
    rows: int = 0
    comments: int = 0
    empty: int = 0
    cut: int = 0
    head: list[int] = field(default_factory=list)
    last: int = 0
    uneven: list[tuple[int, int, int]] = field(default_factory=list)  # record, row, cells

    def take(self, batch: list[list[str]]) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        is_even = self.first is not None and set(map(len, batch)) == {self.width} and all(map(any, batch))
        kept = batch if is_even else [row for place, one in enumerate(batch) if (row := self._checked(place, one))]
        if is_even:
            self.rows += len(kept)
            self._note_places(range(self.taken, self.taken + len(batch)))
        self.taken += len(batch)
        if kept:
            cells = zip(*kept, strict=True)
            self.batches.append([pc.utf8_trim_whitespace(pa.array(column, pa.string())) for column in cells])

    def _checked(self, place: int, row: list[str]) -> list[str] | None:
        """The row with as many cells as the others; None for what is no row, and for one that is refused later."""
        if not any(row):
            self.empty += len(row) > 1
            return None
        if _is_comment(row, self.width):
            self.comments += 1
            return None
        if self.first is None:
            if len(self.titles) < self.above or (len(row) == 1 and self.width > 2):
                self.titles.append(title_of(row))
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
        self._note_places([self.taken + place])
        return row

    def _note_places(self, records: Sequence[int]) -> None:
        self.head += records[: LEADING - len(self.head)]
        self.last = records[-1]


def read_rows(top: Top, separator: str, origin: Origin) -> Rows:
    """All rows. Raises DataError for rows with more or fewer cells than the others, and for a quote that stays open."""
    import pyarrow as pa

    width = usual_width(top.text, separator)
    taker = _Collector(width, rows_above_names(_first_rows(top, separator, width), width))
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
    return Rows([cell.strip() for cell in first], columns, _notes(taker), is_named, taker.head, taker.last)


def without_names(
    names: list[str], columns: "list[pa.ChunkedArray]"
) -> "tuple[list[pa.ChunkedArray], tuple[str, ...]]":
    """The columns without rows that repeat the names, as files that were put together have them; and a note."""
    import pyarrow.compute as pc

    is_repeated = pc.equal(columns[0], names[0])
    if not pc.any(is_repeated).as_py():
        return columns, ()
    for name, column in zip(names, columns, strict=True):
        is_repeated = pc.and_(is_repeated, pc.equal(column, name))
    n = pc.sum(is_repeated).as_py()
    kept = [column.filter(pc.invert(is_repeated)) for column in columns] if n else columns
    return kept, (f"rows that repeat the names left out: {n:,}",) if n else ()


def _first_rows(top: Top, separator: str, width: int) -> list[list[str]]:
    """Rows as they stand there, without empty ones and comments."""
    try:
        rows = list(islice(reader_of(lines_of(top.text[:HEAD]), separator, top.quote), FIRST))
    except csv.Error:
        return []
    bare = [[cell.strip() for cell in row] for row in rows]
    return [row for row in bare if any(row) and not _is_comment(row, width)]


def _is_comment(row: list[str], width: int) -> bool:
    return row[0].startswith("#") and len(row) != width


def _notes(taker: _Collector) -> list[str]:
    notes = above_names(taker.titles)
    notes += [f"comment lines left out: {taker.comments:,}"] if taker.comments else []
    notes += [f"rows without any value left out: {taker.empty:,}"] if taker.empty else []
    return [*notes, *([f"separators after the last cell of a row left out: {taker.cut:,}"] if taker.cut else [])]
