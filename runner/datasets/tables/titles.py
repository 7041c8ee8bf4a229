"""Rows above the column names: titles, empty rows, and the header of an instrument."""

from collections.abc import Sequence

from runner.base.texts import short
from runner.datasets.tables.header import LOOKED_AT, are_names, is_value

SHOWN, LONGEST = 3, 100
MOST = 50  # rows above the names


def rows_above_names(rows: Sequence[Sequence[str]], width: int) -> int:
    """How many of the first rows, none of them empty, stand above the one with the names of the `width` columns.

    They have fewer cells than the names, or more. 0 where the first row may hold the names itself: where it is a single
    one that could be names, of which a few are missing, above units.
    """
    above = 0
    while above < min(MOST, len(rows)) and _is_other(rows[above], width):
        above += 1
    below = [row for row in rows[above + 1 :] if len(row) == width][:LOOKED_AT]
    if above == 0 or not below or len(rows[above]) != width:
        return 0
    filled = [sum(map(bool, row)) for row in rows[:above]]
    are_words = len(rows[0]) == width and not any(map(is_value, rows[0]))
    is_doubtful = above == 1 and are_words and filled[0] > max(1, width // 2)
    is_title = max(filled) == 1
    return 0 if is_doubtful or not are_names(rows[above], below, may_be_words=is_title) else above


def title_of(row: Sequence[str]) -> str:
    """What a row above the names says."""
    return ", ".join(cell.strip() for cell in row if cell.strip())


def above_names(titles: Sequence[str]) -> list[str]:
    """The note on what these rows say; none where there are none."""
    shown = ", ".join(repr(short(title, LONGEST)) for title in titles[:SHOWN])
    more = f" and {len(titles) - SHOWN} more" if len(titles) > SHOWN else ""
    return [f"left out above the rows: {shown}{more}"] if titles else []


def _is_other(row: Sequence[str], width: int) -> bool:
    """Whether cells are missing, other than the first, which has no name where it numbers the rows; or too many."""
    return len(row) < width or any(row[width:]) or not all(row[1:width])
