"""Ctrl-C, or a batch system's SIGTERM, between runs: once for an orderly end, twice to stop at once."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any

from runner.base import answer
from runner.base.exit_codes import ExitCode, of_signal


class Interrupted(KeyboardInterrupt):
    """Ctrl-C or SIGTERM, handled where the message says what is kept and how to resume."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = of_signal(number)


@contextmanager
def held_back() -> Iterator[None]:
    """Ctrl-C is heard when what is in here has ended: a package that is half imported cannot be imported again."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[tuple[int, FrameType | None]] = []
    handler = signal.signal(signal.SIGINT, lambda *press: pressed.append(press))  # of threads that have no mask
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    for press in pressed:
        if callable(handler):
            handler(*press)


class OrderlyInterrupt:
    """While this context is open, Ctrl-C and SIGTERM raise Interrupted anywhere but inside a `shield`.

    There they wait. Writing runs is such a shield: a run is in the store as a whole or not at all. A second Ctrl-C is
    not held back, but where the shield is firm, which is for what must not be torn; a third one ends that too.
    `is_reported`: whether what is left and how to resume has been said already; whoever says it sets this.
    """

    def __init__(self) -> None:
        self.is_reported = False

    def __enter__(self) -> "OrderlyInterrupt":
        self._pressed, self._heard, self._shielded, self._firm = 0, 0, False, False
        self._number: int = signal.SIGINT
        self._before: dict[int, Any] = {}
        self._unraisable, sys.unraisablehook = sys.unraisablehook, self._on_lost
        with suppress(ValueError):  # not the main thread: whoever owns that decides
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        sys.unraisablehook = self._unraisable

    @contextmanager
    def shield(self, firm: bool = False) -> Iterator[None]:
        """Finish what is inside before a first Ctrl-C is heard.

        Python can lose an exception that a signal raises (inside a callback of the garbage collector, say); a press
        that was lost is heard at the next shield.
        """
        self._listen()
        self._shielded, self._firm = True, firm
        try:
            yield
        finally:
            self._shielded, self._firm = False, False
        self._listen()

    def acknowledge(self) -> None:
        """The orderly end has begun; only another press matters from here on."""
        self._heard = self._pressed

    def _listen(self) -> None:
        if self._pressed > self._heard:
            raise Interrupted(self._number)

    def _on_lost(self, lost: "sys.UnraisableHookArgs") -> None:
        """Python would print a traceback of a press that it lost."""
        if not isinstance(lost.exc_value, Interrupted):
            self._unraisable(lost)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._pressed, self._number = self._pressed + 1, number
        held_back = (2 if self._firm else 1) if self._shielded else 0
        if self._pressed > held_back:
            raise Interrupted(number)


def exit_code(interrupt: KeyboardInterrupt) -> int:
    """What a shell expects of a program that a signal ended; says so where nobody has yet."""
    answer.add("error", lambda: "interrupted")
    if isinstance(interrupt, Interrupted):
        return interrupt.exit_code
    print("interrupted", file=sys.stderr)
    return ExitCode.INTERRUPTED
