"""How far a sweep is while it trains: live on a terminal, a line now and then in a pipe."""

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from runner.base.console import console, count, duration
from runner.findings.numbers.scores import best_of, chosen_on, scores_of
from runner.runs.overrides import label_of
from runner.runs.result import RunResult

SECONDS_BETWEEN_LINES, SECONDS_BETWEEN_FRAMES = 5.0, 0.2


class RunProgress:
    """Runs and stacks that are done, runs per second, the time that is left, and the best run so far.

    `share` tells how much of what is to be trained is done; `done` are results that were there before. Runs are named
    by `keys`, those that differ.
    """

    def __init__(
        self,
        total: int,
        stacks: int,
        share: Callable[[], float],
        done: Sequence[RunResult] = (),
        keys: Sequence[str] = (),
        quiet: bool = False,
    ) -> None:
        self._total, self._done, self._share, self._keys = total, len(done), share, keys
        self._left, self._stacks, self._stacks_done = total - len(done), stacks, 0
        self._best = best_of(done)
        self._began, self._share_before = time.monotonic(), share()
        self._console, self._quiet = console(), quiet
        is_live = self._console.is_terminal and not self._console.is_dumb_terminal
        self._live = Live(console=self._console, auto_refresh=False, transient=True) if is_live else None
        self._has_ended = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)

    def __enter__(self) -> "RunProgress":
        if self._quiet:
            return self
        told = f"{count(self._left, 'run')} in {count(self._stacks, 'stack')}"
        self._console.print(told if self._stacks else "nothing is left to train")
        if self._live:
            self._live.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._has_ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._live:
            self._live.stop()

    def advance(self, results: Sequence[RunResult]) -> None:
        """One more stack is trained and written."""
        best = best_of([self._best, *results] if self._best else results)
        self._done, self._stacks_done, self._best = self._done + len(results), self._stacks_done + 1, best

    def _show(self) -> None:
        while not self._has_ended.wait(SECONDS_BETWEEN_FRAMES if self._live else SECONDS_BETWEEN_LINES):
            share = self._share()
            facts, best = self._facts(share), self._best_so_far()
            if self._live:
                self._live.update(Group(self._row(share, facts), best), refresh=True)
            else:
                self._console.print(", ".join([*facts, best.plain] if best else facts), soft_wrap=True)

    def _of_all(self, share: float) -> float:
        """The share of all runs, where `share` is that of the runs that were left at the beginning."""
        return 1 - self._left * (1 - share) / self._total

    def _facts(self, share: float) -> list[str]:
        runs, stacks = f"{self._done}/{self._total} runs", f"{self._stacks_done}/{self._stacks} stacks"
        facts = [runs, stacks, f"{100 * self._of_all(share):.0f} %"]
        if share > self._share_before:
            per_second = (share - self._share_before) / (time.monotonic() - self._began)
            facts += [f"{self._left * per_second:.3g} runs/s", f"{duration((1 - share) / per_second)} left"]
        return facts

    def _best_so_far(self) -> Text:
        told = ""
        if self._best is not None:
            reached, chosen = reversed(scores_of(self._best).items()), chosen_on([self._best])
            scores = ", ".join(f"{chosen}{name} {value:.4g}" for name, value in reached)
            told = f"best: {label_of(self._best.overrides, self._keys)} ({scores})"
        return Text(told, no_wrap=True, overflow="ellipsis")

    def _row(self, share: float, facts: Sequence[str]) -> Table:
        row = Table.grid(padding=(0, 2), expand=True)
        row.add_column(ratio=1)
        for _ in facts:
            row.add_column(justify="right", no_wrap=True)
        row.add_row(ProgressBar(total=1.0, completed=self._of_all(share)), *facts)
        return row
