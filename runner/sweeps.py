"""Named sweeps: one YAML file each, whose first lines say the question, the number of runs and the command.

`python -m runner.sweeps` lists them.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"\w[\w.-]*")
_RUNS = re.compile(r"(\d[\d,]*) runs(?:, about (\d+ (?:s|min)))?")
HELP = """Lists the named sweeps: question, number of runs, and about how long they take on two cores.

  python -m runner.sweeps                 all of them
  python -m runner.sweeps xor bias        those whose name or question has one of these words
  python -m runner -m sweep=NAME          runs one; more overrides may follow"""


@dataclass(frozen=True)
class Header:
    """The first comment lines of a sweep's file."""

    question: str
    command: str
    runs: int
    duration: str = ""


def sweep_files(folder: Path) -> dict[str, Path]:
    """Sweep names and their files; a name is one that can be typed, as it is shown in many places."""
    return {path.stem: path for path in sorted(folder.glob("*.yaml")) if _NAME.fullmatch(path.stem)}


def read_header(path: Path) -> Header:
    """Raises ValueError when the file does not begin with a question, a number of runs and a command."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# ").rstrip())
    command = next((line for line in lines if line.startswith("python -m runner")), "")
    runs = next((found for line in lines if (found := _RUNS.search(line))), None)
    if not lines or not command or runs is None:
        raise ValueError(f"{path.name} must begin with '# question', '# ... = N runs' and '# python -m runner ...'")
    question = re.split(r"\s{2,}", lines[0])[0]
    return Header(question, command, int(runs.group(1).replace(",", "")), runs.group(2) or "")


def main(arguments: list[str]) -> int:
    """Print the named sweeps that have one of the words, or all; returns the exit code."""
    if {"-h", "--help"} & set(arguments):
        print(HELP)
        return 0
    from rich.table import Table

    from runner.paths import SWEEPS
    from runner.terminal import console

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("sweep")
    table.add_column("runs", justify="right")
    table.add_column("about", justify="right")
    table.add_column("question", overflow="fold")
    words = [word.lower() for word in arguments]
    for name, path in sweep_files(SWEEPS).items():
        try:
            header = read_header(path)
        except (OSError, ValueError) as error:
            header = Header(f"(cannot be read: {error})", "", 0)
        if not words or any(word in f"{name} {header.question}".lower() for word in words):
            table.add_row(name, f"{header.runs:,}", header.duration, header.question)
    if not table.row_count:
        print(f"no named sweep has {' or '.join(arguments)} in its name or question", file=sys.stderr)
        return 1
    console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
