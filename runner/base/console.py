"""The terminal and the pipe: where sentences go, plain and never cut."""

from typing import Any

from rich.console import Console
from rich.text import Text

from runner.base.files import lose_output
from runner.base.texts import visible

NEVER_CUT = 10_000  # columns


class _Console(Console):
    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(visible(text), **options)

    def on_broken_pipe(self) -> None:
        """The reader has gone (`| head`); the sweep continues, and prints nothing more."""
        self.quiet = True
        lose_output(self.file)


def console() -> Console:
    """Standard output. A pipe gets plain text, in which no line is cut or folded."""
    plain = _Console(markup=False, emoji=False, highlight=False)
    if not plain.is_terminal:
        plain.width = NEVER_CUT
    return plain


def count(n: int, what: str) -> str:
    """A number of things, in words that agree: `1 run`, `2 runs`."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def duration(seconds: float) -> str:
    """A time that was estimated, in words: `18 s`, `2 min 5 s`, `3 h 20 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def say(text: str) -> None:
    """A sentence for the person at the terminal, not cut into lines."""
    console().print(text, soft_wrap=True)


def warn(text: str) -> None:
    """A sentence that nobody should miss, also where the output goes into a file or is switched off: standard error."""
    _Console(stderr=True, markup=False, emoji=False, highlight=False).print(text, soft_wrap=True)
