"""The progress bar of a command: live on a terminal, occasional lines in a pipe.

It appears before anything slow is imported, and ends with the first line of the result. While it is shown, it asks for
the remaining time. The share it shows is that of time: elapsed, of elapsed plus remaining. It never falls, and never
reaches the end before the command does.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from runner.base.files import lose_output
from runner.base.notebook import NotebookScreen, shell

if TYPE_CHECKING:
    from runner.base.screen import Screen

SECONDS_BETWEEN_FRAMES, SECONDS_BETWEEN_LOOKS = 0.1, 0.5
STEP, LEAST_SECONDS, MOST_SECONDS = 0.1, 5.0, 30.0  # between two lines in a pipe
MOST_SHARE = 0.99
SMOOTH_SECONDS = 1.0
CLEAR_LINE = b"\r\x1b[2K"


class Phase(StrEnum):
    """What a command is doing; when a sweep is checked, also how much there is to check."""

    READING = "reading the store"
    CHECKING = "checking"
    TRAINING = "training"
    WRITING = "writing to MLflow"
    PICTURES = "drawing pictures"
    CAUSES = "looking for causes"
    FIXES = "trying fixes"
    COMPARING = "comparing"


@dataclass(frozen=True)
class Glance:
    """About how many seconds are `left`, if known; how many runs are `done`, and the `best` so far."""

    left: float | None = None
    done: str = ""
    best: str = ""


Look = Callable[[str, float], Glance]  # in a phase, after this many seconds of it


class Bar:
    """What is shown while a command works."""

    def __init__(self, phase: str, is_live: bool) -> None:
        self.look: Look = lambda _phase, _seconds: Glance()
        self.is_live, self.began = is_live, time.monotonic()
        self._share, self._line_share, self._line_time = 0.0, 0.0, self.began
        self._total: float | None = None  # seconds that the command will have taken, as far as is known
        self._looked = self.began
        self._screen: Screen | NotebookScreen | None = None
        self._phase = phase, self.began
        self._has_ended = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)

    def start(self) -> None:
        """Show it."""
        if shell() is not None:
            self._screen = NotebookScreen(self._phase[0])
        elif self.is_live:
            from runner.base.screen import Screen

            self._screen = Screen(self._phase[0])
        if self._screen:
            self._screen.open()
        self._thread.start()

    def enter(self, phase: str) -> None:
        """Start another phase."""
        self._phase = phase, time.monotonic()

    def end(self) -> None:
        """Remove the bar from the terminal."""
        self._has_ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._screen:
            self._screen.close()

    def _show(self) -> None:
        between = SECONDS_BETWEEN_FRAMES if self.is_live else SECONDS_BETWEEN_LOOKS
        while not self._has_ended.wait(between):
            now, (phase, entered) = time.monotonic(), self._phase
            glance = self._smooth(self.look(phase, now - entered), now)
            facts = list(_facts(self._share, glance))
            if self._screen:
                self._screen.update(phase, self._share, facts, glance.best)
            elif self._is_due(now):
                self._line_share, self._line_time = self._share, now
                _say(f"{phase}: {', '.join(facts)}")

    def _smooth(self, glance: Glance, now: float) -> Glance:
        """The same with the time left as it is shown, which does not jump; takes the share from it."""
        if glance.left is None:
            return glance
        passed = now - self.began
        total, weight = passed + glance.left, min(1.0, (now - self._looked) / SMOOTH_SECONDS)
        self._looked = now
        self._total = total if self._total is None else self._total + weight * (total - self._total)
        left = max(0.0, self._total - passed)
        self._share = max(self._share, min(MOST_SHARE, passed / (passed + left)))
        return replace(glance, left=left)

    def _is_due(self, now: float) -> bool:
        """Whether it is time for another line: after another tenth, but neither too soon nor too late."""
        passed = now - self._line_time
        return passed >= MOST_SECONDS or (passed >= LEAST_SECONDS and self._share >= self._line_share + STEP)


def _say(line: str) -> None:
    from runner.base.console import say

    say(line)


def _facts(share: float, glance: Glance) -> Iterator[str]:
    from runner.base.console import duration

    if share:
        yield f"{int(100 * share):2d} %"
    if glance.done:
        yield glance.done
    if glance.left is not None:
        yield f"{duration(max(1.0, glance.left))} left"


_bar: Bar | None = None


def begin(phase: str = Phase.CHECKING, line: str | None = None) -> None:
    """Show a bar, unless there is one. In a pipe, lines are printed only if the first one is given."""
    global _bar
    is_live = _is_animated()
    if _bar is not None or not (is_live or line is not None or shell() is not None):
        return
    if not is_live and line and shell() is None:
        try:
            print(line, flush=True)
        except BrokenPipeError:  # the reader has gone; the command continues
            lose_output(sys.stdout)
    _bar = Bar(phase, is_live)  # known before it is shown, for a Ctrl-C that comes at once
    _bar.start()


def end() -> None:
    """Remove the bar, if there is one."""
    global _bar
    if _bar is not None:
        _bar.end()
        _bar = None


def enter(phase: str) -> None:
    """Start another phase, if a bar is shown."""
    if _bar is not None:
        _bar.enter(phase)


def seconds() -> float:
    """How long the bar has been shown; 0 without one."""
    return 0.0 if _bar is None else time.monotonic() - _bar.began


def follow(look: Look) -> None:
    """From now on ask `look` for progress, if a bar is shown."""
    if _bar is not None:
        _bar.look = look


@contextmanager
def within(phase: str, look: Look) -> Iterator[None]:
    """A part of a command that knows its own progress; it gets its own bar if none is shown."""
    is_own, before = _bar is None, None if _bar is None else _bar.look
    try:  # Ctrl-C may come as soon as there is a bar
        begin(phase, "")
        follow(look)
        enter(phase)
        yield
    finally:
        if is_own:
            end()
        elif before is not None:
            follow(before)


def wipe() -> None:
    """Clear the bar's line before the process ends at once."""
    if _bar is not None and _bar.is_live and os.name != "nt":
        os.write(sys.__stdout__.fileno() if sys.__stdout__ else 1, CLEAR_LINE)


def _is_animated() -> bool:
    """Whether standard output is a terminal that can show a bar; a screen reader and a log need lines."""
    is_plain = os.environ.get("TERM") in ("dumb", "unknown") or bool(os.environ.get("CI"))
    return sys.stdout.isatty() and not is_plain
