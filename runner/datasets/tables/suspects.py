"""Rows that may not be data: names below a line mistaken for names, units below the names, a total at the end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.datasets.tables.header import are_names, are_plain_names, recurring

LEADING = 3  # rows below the names that may hold units and the like
Ways = Mapping[str, Mapping[str, Any]]
TOTALS = frozenset(
    ("total", "totals", "grand total", "sum", "average", "mean", "gesamt", "summe", "mittelwert", "somme", "moyenne",
     "suma", "totale", "media")
)  # fmt: skip


@dataclass(frozen=True)
class Suspect:
    """Rows one after another, counted from 1, and the cells of the first. `ways` are with a copy that lacks them.

    Where these cells may be the names of the columns, `as_names` are ways with a copy that begins with them.
    """

    rows: range
    cells: tuple[str, ...]
    ways: Ways
    as_names: Ways


def suspects_of(
    below: Sequence[Sequence[str]], last: tuple[int, Sequence[str]], without: Callable[[range], Ways]
) -> tuple[Suspect, ...]:
    """The suspects in a table with names: the first rows `below` them, given column by column, and the `last` one.

    `without` are the ways with a copy of the file that lacks rows, or, for none, the names and what is above them.
    """
    found, n = [], 0
    while n < LEADING and n + 1 < len(below[0]) and _are_words(below, n):
        n += 1
    if n:
        first, rest = [column[0] for column in below], list(zip(*(column[1:] for column in below), strict=True))
        are_all = all(first[1:]) and are_names(first, rest, may_be_words=False)
        as_names = _named("where row 1 holds the names", without(range(0))) if are_all else {}
        many = f"where {f'rows 1 to {n} are' if n > 1 else 'row 1 is'} to be left out"
        found.append(Suspect(range(1, n + 1), tuple(first), _named(many, without(range(1, n + 1))), as_names))
    row, cells = last
    if row > n and any(cell.strip(" :.*").casefold() in TOTALS for cell in cells):
        found.append(Suspect(range(row, row + 1), tuple(cells), _named("without it", without(range(row, row + 1))), {}))
    return tuple(found)


def _are_words(below: Sequence[Sequence[str]], place: int) -> bool:
    """Whether a row has words above numbers, no number above numbers, and no word that comes again."""
    row, rest = [column[place] for column in below], [column[place + 1 :] for column in below]
    return are_plain_names(row, rest) and not recurring(row, rest)


def _named(meaning: str, ways: Ways) -> dict[str, Mapping[str, Any]]:
    return {f"{meaning}, {words}": way for words, way in ways.items()}
