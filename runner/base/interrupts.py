"""Ctrl-C, or SIGTERM from a batch system, during a sweep: once for an orderly end, twice to stop at once."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from types import FrameType, TracebackType
from typing import Any

from runner.base import answer
from runner.base.exit_codes import ExitCode, of_signal

PATIENT = 2  # presses of Ctrl-C that can wait
_in_session: ContextVar[bool] = ContextVar("in_session", default=False)


class Interrupted(KeyboardInterrupt):
    """Ctrl-C or SIGTERM; raised where the message can say what is kept and how to resume."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = of_signal(number)


@contextmanager
def held_back() -> Iterator[None]:
    """Delay Ctrl-C until this block ends: a half-imported package cannot be imported again.

    A third Ctrl-C takes effect at once, in case the block never ends.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[tuple[int, FrameType | None]] = []

    def hold(*press: Any) -> None:
        pressed.append(press)
        if len(pressed) > PATIENT and callable(handler):
            handler(*press)

    handler = signal.signal(signal.SIGINT, hold)  # of threads that have no mask
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    for press in pressed:
        if callable(handler):
            handler(*press)


@contextmanager
def session() -> Iterator[None]:
    """A call in a process that continues after Ctrl-C, such as a notebook."""
    token = _in_session.set(True)
    try:
        yield
    finally:
        _in_session.reset(token)


def held_back_in_session() -> AbstractContextManager[None]:
    """As `held_back`, for work that a session must not leave half done; in a command, Ctrl-C takes effect at once."""
    return held_back() if _in_session.get() else nullcontext()


class OrderlyInterrupt:
    """While this context is open, Ctrl-C and SIGTERM raise Interrupted anywhere except inside a `shield`.

    A shield delays them. Writing runs is shielded: a run is in the store completely or not at all. A second Ctrl-C
    breaks a shield, unless it is firm, which is for work that must not be interrupted; a third one breaks that too.
    `is_reported` is set once a message has said what is kept and how to resume.
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
        """Finish this block before the first Ctrl-C takes effect.

        Python can lose an exception raised by a signal, for example in a callback of the garbage collector; a lost
        Ctrl-C takes effect at the next shield.
        """
        self._listen()
        self._shielded, self._firm = True, firm
        try:
            yield
        finally:
            self._shielded, self._firm = False, False
        self._listen()

    def acknowledge(self) -> None:
        """The orderly end has begun; from here on only a further Ctrl-C counts."""
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
    """The exit code that a shell expects after a signal; prints a message unless that was done."""
    answer.add("error", lambda: "interrupted")
    if isinstance(interrupt, Interrupted):
        return interrupt.exit_code
    print("interrupted", file=sys.stderr)
    return ExitCode.INTERRUPTED
