"""A progress bar in a notebook: one line of a cell's output, updated in place and empty at the end."""

import sys
from collections.abc import Sequence
from html import escape
from typing import Any


def shell() -> Any:
    """IPython's shell if this is a notebook; else None."""
    ipython = sys.modules.get("IPython")
    found = ipython.get_ipython() if ipython else None
    return found if found is not None and hasattr(found, "kernel") else None


class NotebookScreen:
    """A bar that is shown from open() to close(). It needs no widgets, which not every notebook has."""

    def __init__(self, phase: str) -> None:
        self._phase = phase
        self._handle: Any = None

    def open(self) -> None:
        """Show it."""
        from IPython import display

        shown: Any = display.display
        self._handle = shown(self._shown(self._phase, 0.0, (), ""), display_id=True)

    def update(self, phase: str, share: float, facts: Sequence[str], best: str) -> None:
        """Redraw the bar; if the share is unknown, the bar still moves."""
        if self._handle is not None:
            self._handle.update(self._shown(phase, share, facts, best))

    def close(self) -> None:
        """Leave an empty line."""
        if self._handle is not None:
            self._handle.update(_html(""))

    def _shown(self, phase: str, share: float, facts: Sequence[str], best: str) -> Any:
        value = f' value="{share:.3f}"' if share else ""
        lines = [f"<progress{value}></progress> {escape(phase)} {escape(', '.join(facts))}", escape(best)]
        return _html("<br>".join(filter(None, lines)))


def _html(text: str) -> Any:
    from IPython import display

    made: Any = display.HTML
    return made(text)
