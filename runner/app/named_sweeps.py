"""Named sweeps as files: which there are, and what their first lines say.

A line `# group: NAME` among these puts a sweep into one of `GROUPS`; `# group: NAME, start here` makes it one of those
that are shown first.
"""

import re
from dataclasses import dataclass
from pathlib import Path

SUBJECTS = {  # titles of groups, by the word that lists one
    "activations": "activations and losses",
    "weights": "first weights",
    "rates": "learning rates, optimizers and batches",
    "data": "data and noise",
    "size": "size and shape of the network",
    "regularisation": "regularisation",
}
PUBLISHED = {
    "c0": "published mistakes, case C0: a sine, XOR and the identity",
    "c1": "published mistakes, case C1: four clusters",
    "c2": "published mistakes, case C2: images",
    "c3": "published mistakes, case C3: surfaces",
    "c4": "published mistakes, case C4: a parabola",
    "cases": "all published programs as they were written",
}
GROUPS = SUBJECTS | PUBLISHED
START_HERE = "start here"
_GROUP = "group:"
_NAME = re.compile(r"\w[\w.-]*")
_RUNS = re.compile(r"(\d[\d,]*) runs(?:, about (\d+ (?:s|min)))?")


@dataclass(frozen=True)
class Header:
    """The first comment lines of a sweep's file; one that names no group has an empty one."""

    question: str
    command: str
    runs: int
    duration: str = ""
    group: str = ""
    is_first: bool = False


def sweep_files(folder: Path) -> dict[str, Path]:
    """Sweep names and their files; only names that can be typed."""
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
    grouped = next((line.removeprefix(_GROUP) for line in lines if line.startswith(_GROUP)), "")
    group, _, mark = (part.strip() for part in grouped.partition(","))
    number = int(runs.group(1).replace(",", ""))
    return Header(question, command, number, runs.group(2) or "", group, mark == START_HERE)
