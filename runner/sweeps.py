"""Named sweeps: one YAML file each, whose first lines say the question, the number of runs and the command.

`python -m runner.sweeps` lists them.
"""

import sys
from collections.abc import Sequence

from runner.app.commands import run_command
from runner.app.named_sweeps import Header, read_header, sweep_files
from runner.base import answer
from runner.base.commands import LISTS_SWEEPS
from runner.base.errors import UserError
from runner.runs.documents.whole import NamedSweep

USAGE = """Lists the named sweeps: question, number of runs, and about how long they take on two cores.

  python -m runner.sweeps                 all of them
  python -m runner.sweeps xor bias        those whose name or question has one of these words
  python -m runner -m sweep=NAME          runs one; more overrides may follow"""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE)


def _run(words: Sequence[str]) -> int:
    """Print the named sweeps that have one of the words, or all."""
    from rich.table import Table

    from runner.base.console import console
    from runner.base.paths import SWEEPS

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("sweep")
    table.add_column("runs", justify="right")
    table.add_column("about", justify="right")
    table.add_column("question", overflow="fold")
    found = list[NamedSweep]()
    for name, path in sweep_files(SWEEPS).items():
        try:
            header = read_header(path)
        except (OSError, ValueError) as error:
            header = Header(f"(cannot be read: {error})", "", 0)
        if not words or any(word.lower() in f"{name} {header.question}".lower() for word in words):
            named = {"name": name, "question": header.question, "command": header.command}
            found.append(NamedSweep(**named, runs=header.runs, duration=header.duration))
            table.add_row(name, f"{header.runs:,}", header.duration, header.question)
    if not table.row_count:
        raise UserError(f"no named sweep has {' or '.join(words)} in its name or question; {LISTS_SWEEPS} lists all")
    answer.add("named_sweeps", lambda: found)
    console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
