"""How a command begins: Ctrl-C while it imports or plans ends it without a word, and no warning ends it at all."""

import os
import signal
import sys
import warnings
from collections.abc import Sequence
from types import FrameType

from runner.base.exit_codes import of_signal

RARELY = (200_000, 50, 50)  # a command looks for garbage, until all is imported


def is_command() -> bool:
    """Whether Python is about to run `python -m runner`, or a command of it, and has got no further than its package.

    A program that imports the package for something else keeps Ctrl-C as it is.
    """
    options = sys.orig_argv
    name = options[options.index("-m") + 1] if "-m" in options[:-1] else ""
    return sys.argv[:1] == ["-m"] and name.partition(".")[0] == "runner"


def end_quietly() -> None:
    """Have Ctrl-C end this process; where it is ignored, as in the background of a shell, it stays so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def hear_interrupts() -> None:
    """From here on Ctrl-C is Python's KeyboardInterrupt again, because somebody ends in order.

    Not before, as Python can lose it, or make another exception of it, inside of what other packages do.
    """
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def forgive_warnings(but: Sequence[object] = ()) -> None:
    """Have no warning be an error, but where that is in the filters `but`: those of libraries would end a sweep."""
    kept = [one for one in warnings.filters if one[0] != "error" or one in but]
    if len(kept) < len(warnings.filters):
        warnings.resetwarnings()
        warnings.filters.extend(kept)  # type: ignore[attr-defined]  # a list, which its stub calls a sequence


def forget_warning_options() -> None:
    """As `forgive_warnings`, of `-W error` and PYTHONWARNINGS, in this process and in those that it starts."""
    forgive_warnings()
    sys.warnoptions.clear()
    os.environ.pop("PYTHONWARNINGS", None)


def _end(number: int, _frame: FrameType | None) -> None:
    progress = sys.modules.get("runner.base.progress")
    if wipe := getattr(progress, "wipe", None):  # a module that is half imported has none
        wipe()
    os._exit(of_signal(number))
