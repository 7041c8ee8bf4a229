"""Rows that may be none: names below a line that was taken for them, units below the names, a total at the end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.datasets.tables.header import are_names, are_plain_names, recurring

Ways = Mapping[str, Mapping[str, Any]]
TOTALS = frozenset(
    ("total", "totals", "grand total", "sum", "average", "mean", "gesamt", "summe", "mittelwert", "somme", "moyenne",
     "suma", "totale", "media")
)  # fmt: skip


@dataclass(frozen=True)
class Suspect:
    """A row, counted from 1, and its cells. `ways` are those with a copy of the file without it.

    Where its cells may be the names of the columns, `as_names` are ways with a copy that begins with them.
    """

    row: int
    cells: tuple[str, ...]
    ways: Ways
    as_names: Ways


def suspects_of(
    below: Sequence[Sequence[str]], last: tuple[int, Sequence[str]], without: Callable[[int], Ways]
) -> tuple[Suspect, ...]:
    """The suspects in a table with names: the first row `below` them, given column by column, and the `last` one.

    `without` are the ways with a copy of the file that lacks a row; 0 stands for the names and what is above them.
    """
    found, first = [], [column[0] for column in below if column]
    rest = [column[1:] for column in below]
    if first and are_plain_names(first, rest) and not recurring(first, rest):
        rows = list(zip(*rest, strict=True))
        are_all = all(first[1:]) and are_names(first, rows, may_be_words=False)
        as_names = _named("where row 1 holds the names", without(0)) if are_all else {}
        found.append(Suspect(1, tuple(first), _named("where row 1 is to be left out", without(1)), as_names))
    row, cells = last
    if row > 1 and any(cell.strip(" :.*").casefold() in TOTALS for cell in cells):
        found.append(Suspect(row, tuple(cells), _named("without it", without(row)), {}))
    return tuple(found)


def _named(meaning: str, ways: Ways) -> dict[str, Mapping[str, Any]]:
    return {f"{meaning}, {words}": way for words, way in ways.items()}
