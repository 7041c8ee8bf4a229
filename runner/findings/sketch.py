"""Pictures as plain data, before they are drawn and after: this process need not know matplotlib, which takes a while
to import, and any process can draw.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

DRAWING = threading.Lock()  # matplotlib draws in one thread at a time


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


def drawn(sketch: Sketch) -> Any:
    """What a sketch becomes: a `Drawn`, or what else its function makes."""
    from runner.findings import figures
    from runner.findings.figures.drawing import Drawing

    with DRAWING:
        found = getattr(figures, sketch.draw)(*sketch.arguments)
        return found.drawn if isinstance(found, Drawing) else found


def render_here(sketches: Sequence[Sketch]) -> list[Any]:
    """Drawn by this process."""
    found: list[Any] = []
    for one in sketches:
        try:
            found.append(drawn(one))
        except Exception as error:
            found.append(error)
    return found
