"""What is wrong with the input, reported once and clearly: key, value, what is allowed, where it came from."""

import difflib
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runner.base.commands import command_with
from runner.base.texts import visible

MAX_LINES = 20
MAX_JOBS_NAMED = 4
MAX_GIVEN, MAX_MESSAGE = 300, 1000
RAISED = (Exception, SystemExit)  # by a part of one's own, which may call sys.exit; a Ctrl-C is none of them


class UserError(Exception):
    """A mistake that the person at the terminal can fix. Shown as its message alone, without a traceback."""


class RunsFailed(Exception):
    """Some runs raised an exception; everything else is trained and recorded."""


@dataclass(frozen=True)
class Way:
    """What to type instead: the settings to change, by their dotted keys, and in a few words what that means."""

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
        key, message, origin = one_line(self.key), one_line(self.message, MAX_MESSAGE), one_line(self.origin)
        told = f"{key}{message}" if message.startswith("=") else f"{key} {message}"
        return told + (f" ({origin})" if origin else "")


def one_line(text: str, most: int = MAX_GIVEN) -> str:
    """A value that was given, fit for a terminal: no control characters, and the middle of a long one left out."""
    seen = visible(text, kept="")
    return seen if len(seen) <= most else f"{seen[: most // 2]} ... {seen[-most // 2 :]}"


def what_raised(error: BaseException) -> str:
    """What a part of one's own has raised, in one line: its type and message; a UserError speaks for itself."""
    return one_line(str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}", MAX_MESSAGE)


def complain(message: str) -> None:
    """Say on standard error what is wrong, whatever names the message quotes."""
    print(f"error: {visible(message)}", file=sys.stderr)


def refuse(problems: dict[int, list[Problem]], n_jobs: int) -> UserError:
    """One error for all problems of all jobs; the same problem of many jobs is reported once.

    `problems` maps job numbers to what is wrong with them; jobs without a problem are not in it.
    """
    problems = {job: found for job, found in problems.items() if found}
    tried = _commands([problem for found in problems.values() for problem in found])
    jobs_of: dict[str, list[int]] = {}
    for job, found in problems.items():
        for problem in found:
            jobs_of.setdefault(str(problem), []).append(job)
    if n_jobs == 1:
        return UserError(_bullets("This run cannot start:", jobs_of) + tried)
    head = f"{len(problems)} of {n_jobs} jobs cannot run, so nothing was trained:"
    return UserError(_bullets(head, [f"{text} [{_name_jobs(jobs, n_jobs)}]" for text, jobs in jobs_of.items()]) + tried)


def unknown(given: Any, known: Sequence[str], what: str = "is unknown: {given!r}", meant: str = "") -> str:
    """A sentence about a name that does not exist, with the one that was `meant`, or the nearest that does."""
    near = [meant] if meant else difflib.get_close_matches(str(given), known, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{what.format(given=given)}{hint}; known are {', '.join(known)}" if known else what.format(given=given)


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


def with_trace(error: Exception) -> str:
    """An error with the end of its traceback; the first line says it all in short."""
    trace = "".join(traceback.format_exception(error)[-6:])
    return f"{type(error).__name__}: {error}\n\n{trace}"
