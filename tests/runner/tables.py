"""Runs whose fit is a picture of each kind, and names that are hard to draw."""

import contextlib
import io
import math
import shlex
from pathlib import Path

from runner.runs.data import Prepared, prepare
from runner.runs.result import RunResult
from tests.runner.building import trained

SHORT = ("training.epochs=20", "training.evaluations=5", "tracking.plots=none")
ODD_NAMES = {
    "mathematics": "$x_1$",
    "broken mathematics": r"$\frac{$",
    "half mathematics": r"$\frac{",
    "a single dollar": "cost $",
    "two dollars": "$5 to $10",
    "an underscore first": "_hidden",
    "very long": ("a very long name " * 20).strip(),
    "a line break": "two\nlines",
    "markup": "<b>bold</b> & [red]",
    "right to left": "\u200fעברית\u200f",
    "percent and braces": "100% {x} \\n",
}


def table(features: int, target: str, names: tuple[str, ...] = (), classes: tuple[str, ...] = ("p", "q", "r")) -> str:
    """A CSV file with this many features, and numbers or classes as target; any text is quoted as a header or class."""
    names = names or tuple(f"x{place}" for place in range(features))
    rows = [(*names, "y" if not names[features:] else names[-1])] if features == len(names) else [names]
    for i in range(60):
        inputs = [math.cos(1 + i * (place + 1.5)) for place in range(features)]
        answers = {"numbers": sum(inputs) + i % 3 / 7, "two": classes[inputs[0] > 0], "three": classes[i % 3]}
        rows.append((*inputs, answers[target]))
    quoted = [[f'"{value}"' if isinstance(value, str) else repr(value) for value in row] for row in rows]
    return "".join(",".join(row) + "\n" for row in quoted)


# kind of picture: features, target
TABLES = {
    "curve": (1, "numbers"),
    "regions": (2, "two"),
    "regions of three": (2, "three"),
    "surface": (2, "numbers"),
    "scatter": (3, "numbers"),
    "confusion": (3, "three"),
    "confusion of one feature": (1, "two"),
}
SYNTHETIC = {
    "sine": ("data=sine",),
    "square": ("data=square", "network.output=sigmoid"),
    "xor": ("data=xor",),
    "xor by tanh": ("data=xor", "data.targets=[-1,1]", "network.output=tanh"),
    "xor by softmax": ("data=xor", "network.output=softmax"),
    "quadrants": ("data=quadrants",),
}


def train_on(*overrides: str) -> tuple[RunResult, Prepared]:
    """A trained run and its data."""
    result = trained(*overrides, *SHORT)
    return result, prepare(result.spec)


def write_printed(line: str, folder: Path) -> None:
    """Do what a shell does with `python -c CODE > FILE`."""
    _, _, code, _, name = shlex.split(line)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, {})
    (folder / name).write_text(printed.getvalue(), encoding="utf-8")
