"""What precedes the rows of a text file: empty lines, comments, and Excel's `sep=` line."""

import re
from dataclasses import dataclass

from runner.datasets.tables.dialect import lines_of, quote_of, reader_of

SAID_TO_EXCEL = re.compile(r'"?sep=([^\s"])"?[ ,;\t]*\r?\n', re.IGNORECASE)


@dataclass(frozen=True)
class Top:
    """The `text` of the rows, and what stands above it: a number of `lines`, comments among them.

    `quote` is the sign around cells, and `separator` the one that a line for Excel names.
    """

    text: str
    lines: int
    comments: tuple[str, ...]
    quote: str
    separator: str = ""


def without_top(text: str) -> Top:
    """The text without the lines above its rows: empty ones, comments (`# ...`), and Excel's `sep=;`."""
    said = SAID_TO_EXCEL.match(text)
    start, lines, comments = (said.end(), 1, list[str]()) if said else (0, 0, list[str]())
    for line in lines_of(text[start:]):
        if line.strip() and not line.startswith("#"):
            break
        comments += [line] if line.startswith("#") else []
        start, lines = start + len(line), lines + 1
    return Top(text[start:], lines, tuple(comments), quote_of(text[start:]), said[1] if said else "")


def commented_names(top: Top, separator: str, width: int) -> list[str] | None:
    """The last comment above the rows as names of the columns; None where it has not one for each of them."""
    if not top.comments:
        return None
    cells = [cell.strip() for cell in next(reader_of([top.comments[-1]], separator, top.quote), [])]
    if cells and cells[0] == "#" and len(cells) == width + 1:
        return cells[1:]
    if len(cells) != width:
        return None
    return [cells[0].lstrip("# ") or "#", *cells[1:]]
