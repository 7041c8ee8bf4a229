"""What is wrong with a person's input, said once and clearly: key, value, what is allowed, where it came from."""

import difflib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.texts import visible

MAX_LINES = 20
MAX_JOBS_NAMED = 4
MAX_GIVEN, MAX_MESSAGE = 300, 1000


class UserError(Exception):
    """A mistake that the person at the terminal can mend. Shown as its message alone, without a traceback."""


class RunsFailed(Exception):
    """Some runs raised an exception; everything else is trained and recorded."""


@dataclass(frozen=True)
class Problem:
    """One reason why one job cannot run. `key` is dotted; `origin` names the override or file the value came from."""

    key: str
    message: str
    origin: str = ""

    def __str__(self) -> str:
        key, message, origin = one_line(self.key), one_line(self.message, MAX_MESSAGE), one_line(self.origin)
        told = f"{key}{message}" if message.startswith("=") else f"{key} {message}"
        return told + (f" ({origin})" if origin else "")


def one_line(text: str, most: int = MAX_GIVEN) -> str:
    """What a person gave, fit for a terminal: no control characters, and the middle of much left out."""
    seen = visible(text, kept="")
    return seen if len(seen) <= most else f"{seen[: most // 2]} ... {seen[-most // 2 :]}"


def complain(message: str) -> None:
    """Say on standard error what is wrong, whatever names the message quotes."""
    print(f"error: {visible(message)}", file=sys.stderr)


def refuse(problems: dict[int, list[Problem]], n_jobs: int) -> UserError:
    """One error for all problems of all jobs; the same problem of many jobs is said once.

    `problems` maps job numbers to what is wrong with them; jobs without a problem are not in it.
    """
    jobs_of: dict[str, list[int]] = {}
    for job, found in problems.items():
        for problem in found:
            jobs_of.setdefault(str(problem), []).append(job)
    if n_jobs == 1:
        return UserError(_bullets("This run cannot start:", jobs_of))
    head = f"{len(problems)} of {n_jobs} jobs cannot run, so nothing was trained:"
    return UserError(_bullets(head, [f"{text} [{_name_jobs(jobs, n_jobs)}]" for text, jobs in jobs_of.items()]))


def unknown(given: Any, known: Sequence[str], what: str = "is unknown: {given!r}") -> str:
    """A sentence about a name that does not exist, with the nearest that does."""
    near = difflib.get_close_matches(str(given), known, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{what.format(given=given)}{hint}; known are {', '.join(known)}" if known else what.format(given=given)


def unknown_key(given: str, known: Sequence[str], config: Mapping[Any, Any]) -> str:
    """A sentence about a key that does not exist: the nearest of those `known` at its place, or else in the config."""
    last = given.rpartition(".")[2]
    if difflib.get_close_matches(last, known, n=1) or not (meant := _meant(last, given, config)):
        return unknown(last, known, "is not a setting")
    return f"is not a setting (did you mean {meant}?)"


def _meant(last: str, given: str, config: Mapping[Any, Any]) -> str | None:
    """The key of a config whose last part is this word, has these initials (`lr`), or is spelt like it."""
    ends = {key: key.rpartition(".")[2] for key in sorted(_keys_in(config), key=len) if key != given}
    near = difflib.get_close_matches(last, [*ends.values()], n=1)
    for is_meant in (
        lambda end: end == last,
        lambda end: "_" in end and "".join(word[:1] for word in end.split("_")) == last,
        lambda end: [end] == near,
    ):
        if found := [key for key, end in ends.items() if is_meant(end)]:
            return found[0]
    return None


def _keys_in(config: Mapping[Any, Any], prefix: str = "") -> Iterator[str]:
    """Every key that holds a value, dotted; those of Hydra itself are not what a person means."""
    for key, value in config.items():
        if isinstance(value, Mapping) and key != "hydra":
            yield from _keys_in(value, f"{prefix}{key}.")
        elif key not in ("hydra", "name"):
            yield f"{prefix}{key}"


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
