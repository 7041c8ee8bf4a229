"""What is wrong with the input, reported once and clearly: key, value, what is allowed, where it came from."""

import difflib
import os
import re
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runner.base import answer
from runner.base.commands import command_with
from runner.base.files import in_words
from runner.base.texts import visible

MAX_LINES = 20
MAX_JOBS_NAMED = 4
MAX_GIVEN, MAX_MESSAGE, MAX_REASON = 300, 1000, 160
FEW, NEAREST = 8, 3  # names: up to 8 are all listed, of more the three nearest
ABBREVIATED = 3  # letters: what is shorter is the beginning of too much
TYPED = "from the override "
RAISED = (Exception, SystemExit)  # by a part of one's own, which may call sys.exit; a Ctrl-C is none of them


class UserError(Exception):
    """A mistake that the user can fix. Its message is shown without a traceback.

    `keys` are the settings that it is about, which a terminal highlights.
    """

    def __init__(self, message: str = "", keys: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.keys = tuple(keys)

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback."""
        return [f"error: {visible(in_words(self))}"]


class RunsFailed(Exception):
    """Some runs raised an exception; everything else is trained and recorded."""


@dataclass(frozen=True)
class Way:
    """A suggestion: the settings to change, by their dotted keys, and what that means in a few words."""

    changes: Mapping[str, Any]
    words: str = ""


@dataclass(frozen=True)
class Problem:
    """One reason why one job cannot run. `key` is dotted; `origin` names the override or file the value came from.

    `ways` are commands that would work.
    """

    key: str
    message: str
    origin: str = ""
    ways: tuple[Way, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        key, message = one_line(self.key), one_line(self.message, MAX_MESSAGE)
        told = f"{key}{message}" if message.startswith("=") else f"{key} {message}"
        return told + (f" ({one_line(self.origin)})" if self.origin and not self._is_where_it_says() else "")

    def _is_where_it_says(self) -> bool:
        """Whether the override has the key that the message begins with, so that naming it would say nothing more."""
        return self.origin.removeprefix(TYPED).partition("=")[0].lstrip("+") == self.key


def one_line(text: str, most: int = MAX_GIVEN) -> str:
    """A value from the user, safe for a terminal: without control characters, and shortened in the middle."""
    seen = visible(text, kept="")
    return seen if len(seen) <= most else f"{seen[: most // 2]} ... {seen[-most // 2 :]}"


def what_raised(error: BaseException) -> str:
    """What the user's own code raised, in one line: its type and message; a UserError speaks for itself."""
    return one_line(str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}", MAX_MESSAGE)


def reason_of(error: str) -> str:
    """Why a run failed, from its whole error: the first line, cut to at most two lines of a terminal."""
    return one_line(error.partition("\n")[0], MAX_REASON)


def complain(error: Exception) -> None:
    """Print what is wrong on standard error, whatever names the message quotes; in colour on a terminal."""
    words = visible(in_words(error))
    answer.add("error", lambda: words)
    said = f"error: {words}"
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        print(said, file=sys.stderr)
        return
    from rich.console import Console
    from rich.text import Text

    text = Text(said)
    text.stylize("bold red", 0, len("error:"))
    for key in error.keys if isinstance(error, UserError) else ():
        text.highlight_regex(rf"(?m)^(?:error:|  -) (?P<bold>{re.escape(visible(key))})(?=[ =])")
    Console(stderr=True).print(text, soft_wrap=True)


def refuse(problems: dict[int, list[Problem]], n_jobs: int, is_whole: bool = True) -> UserError:
    """One error for all problems of all jobs; a problem that many jobs share is reported once.

    `problems` maps job numbers to their problems; jobs without problems are absent. Unless `is_whole`, there are more
    jobs than were checked.
    """
    problems = {job: found for job, found in problems.items() if found}
    tried = _commands([problem for found in problems.values() for problem in found])
    jobs_of: dict[str, list[int]] = {}
    for job, found in problems.items():
        for problem in found:
            jobs_of.setdefault(str(problem), []).append(job)
    keys = dict.fromkeys(one_line(problem.key) for found in problems.values() for problem in found)
    if n_jobs == 1:
        return UserError(_bullets("This run cannot start:", jobs_of) + tried, keys)
    of_jobs = f"{n_jobs} jobs" if is_whole else f"the first {n_jobs} jobs"
    head = f"{len(problems)} of {of_jobs} cannot run, so nothing was trained:"
    lines = [f"{text} [{_name_jobs(jobs, n_jobs)}]" for text, jobs in jobs_of.items()]
    return UserError(_bullets(head, lines) + tried, keys)


def nearest(given: Any, known: Iterable[str], most: int = NEAREST) -> list[str]:
    """The names that begin with a given one or are spelt most like it, ignoring case."""
    by_lower, typed = {name.casefold().lstrip("-"): name for name in known}, str(given).casefold().lstrip("-")
    longer = [name for name in by_lower if len(typed) >= ABBREVIATED and name.startswith(typed)]
    alike = difflib.get_close_matches(typed, list(by_lower), n=most)
    return [by_lower[name] for name in dict.fromkeys([*alike, *longer])][:most]


def one_of(names: Sequence[str]) -> str:
    """Names as a choice: `a`, `a or b`, `a, b or c`."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def unknown(
    given: Any,
    known: Sequence[str],
    lister: str = "",
    what: str = "is unknown: {given!r}",
    meant: Sequence[str] = (),
) -> str:
    """A sentence about an unknown name, with suggestions (`meant`, or the nearest names) and where to find all.

    A short list of names is part of the sentence; otherwise `lister` is the command or page that lists them.
    """
    told, near = what.format(given=given), list(meant or nearest(given, known))[:NEAREST]
    if near:
        told += f" (did you mean {one_of(near)}?)"
    if not known:
        return told
    if len(known) <= FEW:
        return f"{told}; known are {', '.join(known)}"
    return f"{told}; {lister} lists all" if lister else told


def _name_jobs(jobs: Sequence[int], n_jobs: int) -> str:
    if len(jobs) == n_jobs:
        return f"all {n_jobs} jobs"
    named = ", ".join(str(job) for job in jobs[:MAX_JOBS_NAMED])
    rest = len(jobs) - MAX_JOBS_NAMED
    return ("job " if len(jobs) == 1 else "jobs ") + named + (f" and {rest} more" if rest > 0 else "")


def _bullets(head: str, lines: Iterable[str]) -> str:
    lines = list(lines)
    rest = len(lines) - MAX_LINES
    if rest > 0:
        lines = [*lines[:MAX_LINES], f"... and {rest} more problems"]
    return "\n".join([head, *(f"  - {line}" for line in lines)])


def _commands(problems: Iterable[Problem]) -> str:
    """What to type instead, as lines of their own; nothing where nobody knows."""
    ways = dict.fromkeys((way.words, command_with(way.changes)) for problem in problems for way in problem.ways)
    return "".join(f"\n{words or 'this works'}:\n  {command}" for words, command in ways)


def with_trace(error: BaseException) -> str:
    """An error with the end of its traceback; the first line is a summary."""
    trace = "".join(traceback.format_exception(error)[-6:])
    return f"{type(error).__name__}: {error}\n\n{trace}"
