"""Named sweeps: one YAML file each, whose first lines say the question, the number of runs and the command."""

import re
from dataclasses import dataclass
from pathlib import Path

_RUNS = re.compile(r"(\d[\d,]*) runs")


@dataclass(frozen=True)
class Header:
    """The first comment lines of a sweep's file."""

    question: str
    command: str
    runs: int


def sweep_files(folder: Path) -> dict[str, Path]:
    """Sweep names and their files."""
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


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
    return Header(question, command, int(runs.group(1).replace(",", "")))
