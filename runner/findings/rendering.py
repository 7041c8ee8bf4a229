"""Sketches become pictures, in this process or in any other one; matplotlib is imported here when the first does."""

import threading
from collections.abc import Sequence
from typing import Any

from runner.findings.sketch import Sketch

DRAWING = threading.Lock()  # matplotlib draws in one thread at a time


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
