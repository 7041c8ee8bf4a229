"""What a document shows, compared with what was printed: equal words, and numbers that agree to two digits."""

import re
from dataclasses import dataclass, field

import pytest

RUN_ID = re.compile(r"\b[0-9a-f]{32}\b")
SWEEP_ID = re.compile(r"\b\d{4}-[\d_-]{14,15}_[0-9a-f]{6}\b")
NUMBER = re.compile(r"(?<![\w.])[+-]?\d+(?:\.\d*)?(?:e[+-]\d+)?(?![\w.]*\w)")
LEFT_OUT = "..."


@dataclass
class Step:
    """A command of a page and the lines that it shows."""

    command: str
    shown: list[str] = field(default_factory=list)


def steps(page: str) -> list[Step]:
    """Commands begin with `$` in an indented block; what follows in the block is what they print."""
    found: list[Step] = []
    inside = False
    for line in page.splitlines():
        inside = inside and (line.startswith("    ") or not line)
        if line.startswith("    $ "):
            found.append(Step(line.removeprefix("    $ ")))
            inside = True
        elif inside and line:
            found[-1].shown.append(line.strip())
    return found


def missing(shown: list[str], printed: str) -> list[str]:
    """The first line that is shown and was not printed, in this order; none when all is there."""
    lines = iter(printed.splitlines())
    for line in shown:
        if line != LEFT_OUT and not any(is_same(line, other) for other in lines):
            return [line]
    return []


def is_same(shown: str, printed: str) -> bool:
    """Whether two lines differ in ids, spaces and digits beyond the second at most."""
    return _words(shown) == _words(printed) and _numbers(shown) == pytest.approx(_numbers(printed), rel=0.02, abs=1e-3)


def _without_ids(line: str) -> str:
    return SWEEP_ID.sub("SWEEP", RUN_ID.sub("RUN", line))


def _words(line: str) -> str:
    return " ".join(NUMBER.sub("#", _without_ids(line)).split())


def _numbers(line: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(_without_ids(line))]
