"""Named sweeps: one YAML file each, whose first lines give the question, the number of runs, the command and the group.

`python -m runner.sweeps` lists them.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from runner.app.commands import run_command, split_options
from runner.app.named_sweeps import GROUPS, PUBLISHED, SUBJECTS, Header, read_header, sweep_files
from runner.base import answer
from runner.base.commands import LISTS_SWEEPS
from runner.base.errors import UserError
from runner.runs.documents.whole import NamedSweep

ALL = "--all"
OWN, OWN_TITLE, FIRST_TITLE = "own", "your own", "good first sweeps"
TITLES = GROUPS | {OWN: OWN_TITLE}
HOW = f"""python -m runner.sweeps GROUP lists a group, and {ALL} all groups
python -m runner -m sweep=NAME runs one"""
WIDEST = len("1,000")  # of the usual numbers and times, so that the columns of all groups are below each other
Found = dict[str, Header]
USAGE = f"""Lists the named sweeps: name, number of runs, about how long they take on two cores, and the question.

  python -m runner.sweeps              good first ones, and your own
  python -m runner.sweeps {ALL}        all of them, by group
  python -m runner.sweeps weights      those of a group: {", ".join(SUBJECTS)}, {OWN};
                                       of published mistakes: {", ".join(PUBLISHED)}
  python -m runner.sweeps xor bias     those whose name or question has one of these words
  python -m runner -m sweep=NAME       runs one; more overrides may follow"""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE)


def _run(arguments: Sequence[str]) -> int:
    """Print what is asked for; a document has all named sweeps where no words choose some."""
    from runner.base.paths import SWEEPS

    options, words = split_options(arguments, (ALL,))
    known = {name: _header(path) for name, path in sweep_files(SWEEPS).items()}
    found = {name: header for name, header in known.items() if not words or _is_meant(name, header, words)}
    if not found:
        raise UserError(f"no named sweep has {' or '.join(words)} in its name or question; {LISTS_SWEEPS} lists all")
    answer.add("named_sweeps", lambda: [_described(name, header) for name, header in found.items()])
    if options or (words and set(words) <= set(TITLES)):
        _print(_by_group(found))
    elif words:
        _print({"": found})
    else:
        _print_first(found)
    return 0


def _header(path: Path) -> Header:
    """What a file begins with, with a group that has a title."""
    from runner.base.console import warn

    try:
        header = read_header(path)
    except (OSError, ValueError) as error:
        return Header(f"(cannot be read: {error})", "", 0, group=OWN)
    if header.group and header.group not in TITLES:
        warn(f"the group {header.group!r} of the named sweep {path.name} is unknown; known are {', '.join(GROUPS)}")
    return header if header.group in GROUPS else replace(header, group=OWN)


def _is_meant(name: str, header: Header, words: Sequence[str]) -> bool:
    """Whether one of the words is its group, or stands in its name or question; a group's name is no such word."""
    text = f"{name} {header.question}".lower()
    return any(header.group == word if word in TITLES else word in text for word in map(str.lower, words))


def _described(name: str, header: Header) -> NamedSweep:
    return NamedSweep(
        name=name, question=header.question, command=header.command, runs=header.runs, duration=header.duration,
        group=header.group,
    )  # fmt: skip


def _by_group(found: Found) -> dict[str, Found]:
    """The sweeps under the titles of their groups."""
    groups = {title: {n: one for n, one in found.items() if one.group == word} for word, title in TITLES.items()}
    return {title: sweeps for title, sweeps in groups.items() if sweeps}


def _print_first(found: Found) -> None:
    """The sweeps to start with and a person's own, and how many others there are in which group."""
    from runner.base.console import console

    first = {name: one for name, one in found.items() if one.is_first}
    own = {name: one for name, one in found.items() if one.group == OWN and not one.is_first}
    _print({title: sweeps for title, sweeps in {FIRST_TITLE: first, OWN_TITLE: own}.items() if sweeps})
    groups = Counter(one.group for name, one in found.items() if name not in first | own)
    parts = [("", SUBJECTS), ("published mistakes: ", PUBLISHED)]
    counts = [(told, ", ".join(f"{word} {groups[word]}" for word in words if groups[word])) for told, words in parts]
    more = "; ".join(f"{told}{named}" for told, named in counts if named)
    console().print(f"\n{groups.total()} more by group: {more}\n{HOW}" if more else f"\n{HOW}")


def _print(sections: Mapping[str, Found]) -> None:
    """A table under each title, with columns of the same widths."""
    from rich.table import Table

    from runner.base.console import console, say

    names = [name for found in sections.values() for name in found]
    for place, (title, found) in enumerate(sections.items()):
        table = Table(box=None, pad_edge=False, header_style="bold", show_header=place == 0)
        table.add_column("sweep", min_width=max(map(len, names)))
        table.add_column("runs", justify="right", min_width=WIDEST)
        table.add_column("about", justify="right", min_width=WIDEST)
        table.add_column("question", overflow="fold")
        for name, header in found.items():
            table.add_row(name, f"{header.runs:,}", header.duration, header.question)
        if title:
            say(f"{chr(10) * (place > 0)}{title}:")
        console().print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
