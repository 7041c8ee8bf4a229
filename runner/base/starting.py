"""How a command starts: Ctrl-C during imports and planning ends it silently, and no warning becomes an error."""

import os
import signal
import sys
import warnings
from collections.abc import Sequence
from types import FrameType

from runner.base.exit_codes import of_signal

RARELY = (200_000, 50, 50)  # a command looks for garbage, until all is imported


def is_command() -> bool:
    """Whether Python is about to run `python -m runner` or one of its commands, with only the package imported so far.

    A program that imports the package for another purpose keeps its own handling of Ctrl-C.
    """
    options = sys.orig_argv
    name = options[options.index("-m") + 1] if "-m" in options[:-1] else ""
    return sys.argv[:1] == ["-m"] and name.partition(".")[0] == "runner"


def end_quietly() -> None:
    """Make Ctrl-C end this process; if it is ignored, as for a shell's background jobs, it stays ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def hear_interrupts() -> None:
    """From here on, Ctrl-C raises Python's KeyboardInterrupt, because the caller handles it.

    Not earlier, because Python can lose it, or turn it into another exception, inside other packages.
    """
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def forgive_warnings(but: Sequence[object] = ()) -> None:
    """Turn no warning into an error, except those in the filters `but`: a library's warning would end a sweep."""
    kept = [one for one in warnings.filters if one[0] != "error" or one in but]
    if len(kept) < len(warnings.filters):
        warnings.resetwarnings()
        warnings.filters.extend(kept)  # type: ignore[attr-defined]  # a list, which its stub calls a sequence


def forget_warning_options() -> None:
    """As `forgive_warnings`, for `-W error` and PYTHONWARNINGS, in this process and those it starts."""
    forgive_warnings()
    sys.warnoptions.clear()
    os.environ.pop("PYTHONWARNINGS", None)


def _end(number: int, _frame: FrameType | None) -> None:
    progress = sys.modules.get("runner.base.progress")
    if wipe := getattr(progress, "wipe", None):  # a module that is half imported has none
        wipe()
    os._exit(of_signal(number))
