"""Pictures as plain data, before they are drawn and after: this process need not know matplotlib, which takes a while
to import, and any process can draw.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Drawn:
    """A picture: its title and note, its PNG bytes, and for a page an `<svg>` element for each of its `panels`, of
    which `columns` stand in a row, and the `entries` of its legend: a sign and what it stands for.
    """

    title: str
    note: str
    columns: int
    png: bytes
    panels: list[str]
    entries: list[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Sketch:
    """A picture that is not drawn yet: the name of a function of `figures`, and its arguments."""

    draw: str
    arguments: tuple[Any, ...]


def sketch_of(draw: str, *arguments: Any) -> Sketch:
    """A sketch by the name of its function and its arguments."""
    return Sketch(draw, arguments)


Render = Callable[[Sequence[Sketch]], list[Any]]  # what sketches become, or the exceptions that keep them from it
