"""Named sweeps as files: which there are, and what their first lines say."""

import re
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"\w[\w.-]*")
_RUNS = re.compile(r"(\d[\d,]*) runs(?:, about (\d+ (?:s|min)))?")


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
        if "@package" not in line:  # Hydra's, in a person's own sweeps
            lines.append(line.lstrip("# ").rstrip())
    command = next((line for line in lines if line.startswith("python -m runner")), "")
    runs = next((found for line in lines if (found := _RUNS.search(line))), None)
    if not lines or not command or runs is None:
        raise ValueError(f"{path.name} must begin with '# question', '# ... = N runs' and '# python -m runner ...'")
    question = re.split(r"\s{2,}", lines[0])[0]
    return Header(question, command, int(runs.group(1).replace(",", "")), runs.group(2) or "")
