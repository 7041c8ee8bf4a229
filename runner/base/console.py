"""Output to a terminal or a pipe: plain sentences that are never cut."""

import os
import sys
from typing import Any

from rich.console import Console
from rich.style import Style
from rich.text import Text

from runner.base.files import lose_output
from runner.base.notebook import shell
from runner.base.texts import visible

NEVER_CUT = 10_000  # columns
PROGRAMS_WITH_LINKS = ("ghostty", "Hyper", "iTerm.app", "vscode", "WezTerm", "zed")
TERMS_WITH_LINKS = ("alacritty", "foot", "xterm-ghostty", "xterm-kitty")
SET_WHERE_LINKS_ARE = ("KITTY_WINDOW_ID", "KONSOLE_VERSION", "VTE_VERSION", "WT_SESSION")


class PlainConsole(Console):
    """Text as it is, without markup; a notebook does not turn it into a table."""

    def __init__(self, **options: Any) -> None:
        if shell() is not None:  # where a program's output is no terminal, whatever the kernel says
            options["force_terminal"] = False
        super().__init__(markup=False, emoji=False, highlight=False, force_jupyter=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(visible(text), **options)

    def on_broken_pipe(self) -> None:
        """The reader is gone (`| head`): the sweep continues and prints nothing more."""
        self.quiet = True
        lose_output(self.file)


class LiveConsole(PlainConsole):
    """Standard output while a progress bar is shown: printed text appears above it.

    The cursor stays visible, because a process that is killed could not restore it.
    """

    def __init__(self) -> None:
        super().__init__(force_terminal=True)

    def show_cursor(self, show: bool = True) -> bool:
        del show
        return False


_live: Console | None = None


def use(live: Console | None) -> None:
    """Print above the bar on this console; without a bar, print as before."""
    global _live
    _live = live


def console() -> Console:
    """Standard output. In a pipe, text is plain and no line is cut or folded."""
    if _live is not None:
        return _live
    plain = PlainConsole()
    if not plain.is_terminal:
        plain.width = NEVER_CUT
    return plain


def count(n: int, what: str) -> str:
    """A number of things, in words that agree: `1 run`, `2 runs`."""
    return f"{n} {what}" if n == 1 else f"{n:,} {what}s"


def duration(seconds: float) -> str:
    """An estimated time in words: `18 s`, `2 min 5 s`, `3 h 20 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def link(words: str, address: str, elsewhere: str = "") -> Text:
    """Words that link to an address on a terminal known to support links; elsewhere the address, or another text."""
    if _has_links():
        return Text(visible(words), Style(link=address, underline=True))
    return Text(visible(elsewhere or address))


def _has_links() -> bool:
    """A terminal that does not know links would show the words alone. FORCE_HYPERLINK=1 (or 0) decides for it."""
    out, given = console(), os.environ.get("FORCE_HYPERLINK")
    if not out.is_terminal or out.legacy_windows or out.color_system is None or given == "0":
        return False
    is_inside_another = bool({"TMUX", "STY"} & set(os.environ))
    is_known = os.environ.get("TERM_PROGRAM") in PROGRAMS_WITH_LINKS or os.environ.get("TERM") in TERMS_WITH_LINKS
    is_set = any(name in os.environ for name in SET_WHERE_LINKS_ARE)
    return bool(given) or (not is_inside_another and (is_known or is_set))


def say(text: str | Text) -> None:
    """Print a sentence, without breaking it into lines."""
    console().print(text, soft_wrap=True)


def warn(text: str) -> None:
    """Print a sentence on standard error, so that it is seen even if the output goes to a file or is switched off."""
    is_above_bar = _live is not None and sys.stderr.isatty()
    out = console() if is_above_bar else PlainConsole(stderr=True)
    out.print(text, soft_wrap=True)
