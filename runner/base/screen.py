"""A progress bar on a terminal, and below it the best run so far."""

import sys
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from runner.base.console import LiveConsole, use

WIDTH = 18  # of the longest name of a phase


class Screen:
    """It is shown from its opening to its closing, and leaves nothing behind."""

    def __init__(self, phase: str) -> None:
        self._console = LiveConsole()
        self._progress = _WithBest(
            TextColumn(f"{{task.description:<{WIDTH}}}", markup=False),
            BarColumn(bar_width=None, complete_style="cyan", pulse_style="cyan"),
            TextColumn("{task.fields[facts]}", markup=False),
            console=self._console,
            auto_refresh=False,
            transient=True,
            expand=True,
            redirect_stderr=sys.stderr.isatty(),
        )
        self._task = self._progress.add_task(phase, total=None, facts="", best="")

    def open(self) -> None:
        """Show it."""
        use(self._console)
        self._progress.start()

    def update(self, phase: str, share: float, facts: Sequence[str], best: str) -> None:
        """Draw it anew; without a share that is known it moves all the same."""
        self._progress.update(
            self._task,
            description=phase,
            total=1.0 if share else None,
            completed=share,
            facts="  ".join(facts),
            best=best,
            refresh=True,
        )

    def close(self) -> None:
        """Clear its lines."""
        use(None)
        self._progress.stop()


class _WithBest(Progress):
    def get_renderables(self) -> Iterator[RenderableType]:
        yield from super().get_renderables()
        for task in self.tasks:
            if best := task.fields["best"]:
                yield Text(best, no_wrap=True, overflow="ellipsis")
