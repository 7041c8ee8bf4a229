"""Sketches become pictures, in this process or any other; matplotlib is imported when the first one is drawn."""

import threading
from collections.abc import Sequence
from typing import Any

from runner.findings.sketch import Sketch

DRAWING = threading.Lock()  # matplotlib draws in one thread at a time


def drawn(sketch: Sketch) -> Any:
    """The result of a sketch: a `Drawn`, or whatever its function returns."""
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
