"""A progress bar on a terminal, with the best run so far below it."""

import sys
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from runner.base.console import LiveConsole, use

LONGEST = 18  # letters of a phase's name
BAR, WIDE = 6, 60  # columns: the shortest bar, and a terminal on which names of phases have one width


class Screen:
    """A bar that is shown from open() to close(), and leaves nothing on the terminal."""

    def __init__(self, phase: str) -> None:
        self._console = LiveConsole()
        self._progress = _WithBest(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None, complete_style="cyan", pulse_style="cyan"),
            TextColumn("{task.fields[facts]}", markup=False),
            console=self._console,
            auto_refresh=False,
            transient=True,
            expand=True,
            redirect_stderr=sys.stderr.isatty(),
        )
        self._task = self._progress.add_task(self._named(phase), total=None, facts="", best="")

    def open(self) -> None:
        """Show it."""
        use(self._console)
        self._progress.start()

    def update(self, phase: str, share: float, facts: Sequence[str], best: str) -> None:
        """Redraw the bar; if the share is unknown, the bar still moves."""
        named = self._named(phase)
        self._progress.update(
            self._task,
            description=named,
            total=1.0 if share else None,
            completed=share,
            facts=fitting(facts, self._console.width - len(named) - BAR - 2),
            best=best,
            refresh=True,
        )

    def close(self) -> None:
        """Clear its lines."""
        use(None)
        self._progress.stop()

    def _named(self, phase: str) -> str:
        return phase.ljust(LONGEST) if self._console.width >= WIDE else phase


def fitting(facts: Sequence[str], columns: int) -> str:
    """The facts that fit into the width: the second is dropped first, then the next ones; the first always stays."""
    shown = list(facts)
    while len(shown) > 1 and len("  ".join(shown)) > columns:
        shown.pop(1)
    return "  ".join(shown)


class _WithBest(Progress):
    def get_renderables(self) -> Iterator[RenderableType]:
        yield from super().get_renderables()
        for task in self.tasks:
            if best := task.fields["best"]:
                yield Text(best, no_wrap=True, overflow="ellipsis")
