"""Expectations of a sweep: inequalities over its runs, checked before training and judged afterwards."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.base.errors import Problem
from runner.base.formulas import read
from runner.plan.inequalities import NoRun, Reader
from runner.runs.overrides import Configs
from runner.runs.result import RunResult

EXAMPLE = "median(test/rmse, hidden=[8]) <= 0.1"


@dataclass(frozen=True)
class Verdict:
    """Whether one expectation holds, and its sides as numbers, `0.143 >= 0.0553`, or why there are none.

    `holds` is None if the sweep has no run that the expectation is about. `shares` are the shares of runs that it
    compares, in words.
    """

    sentence: str
    inequality: str
    holds: bool | None
    numbers: str
    shares: tuple[str, ...] = ()

    @property
    def found(self) -> str:
        """The shares in words with the numbers, or only the numbers: `0 of 400 runs (0 == 0)`."""
        return f"{', '.join(self.shares)} ({self.numbers})" if self.shares else self.numbers


def check(expect: Mapping[str, str], configs: Configs, keys: Sequence[str]) -> list[Problem]:
    """The mistakes that can be found before training, when metrics are unknown. `keys` are the swept ones."""
    found = _without_results(expect, configs, keys)
    return [Problem("expect", f"'{name}': {error}") for name, error in found.items() if not isinstance(error, NoRun)]


def not_judged(expect: Mapping[str, str], configs: Configs, keys: Sequence[str]) -> list[Problem]:
    """The expectations that cannot be judged because the sweep has no such run: a command line may have narrowed it."""
    found = _without_results(expect, configs, keys)
    return [Problem("expect", f"'{name}': {error}") for name, error in found.items() if isinstance(error, NoRun)]


def _without_results(expect: Mapping[str, str], configs: Configs, keys: Sequence[str]) -> dict[str, ValueError]:
    """What is wrong with each expectation, as far as that is known without results."""
    reader, found = Reader(configs, keys), dict[str, ValueError]()
    for sentence, text in expect.items():
        try:
            _read(text, reader)
        except ValueError as error:
            found[sentence] = error
    return found


def judge(expect: Mapping[str, str], results: Sequence[RunResult], keys: Sequence[str]) -> list[Verdict]:
    """One verdict per expectation, in order. An expectation that cannot be evaluated does not hold, and says why."""
    reader = Reader(_configs(results), keys, results)
    verdicts = []
    for sentence, text in expect.items():
        holds: bool | None
        shares: list[str] = []
        try:
            holds, told = _read(text, reader)
            shares = reader.shares(ast.parse(reader.source, mode="eval").body)
        except ValueError as error:
            holds, told = None if isinstance(error, NoRun) else False, str(error)
        verdicts.append(Verdict(str(sentence), str(text), holds, told, tuple(shares)))
    return verdicts


def evaluate(expression: str, results: Sequence[RunResult], keys: Sequence[str]) -> float:
    """One side of an inequality as a number. Raises ValueError if it cannot be evaluated."""
    reader = Reader(_configs(results), keys, results, expression)
    return reader.number(ast.parse(expression, mode="eval").body)


def selected(runs: str, results: Sequence[RunResult], keys: Sequence[str]) -> list[RunResult]:
    """The runs that match a selection such as `hidden=[8], lr=0.1`. Raises ValueError if there are none."""
    source = f"count({runs})"
    reader = Reader(_configs(results), keys, results, source)
    call = ast.parse(source, mode="eval").body
    assert isinstance(call, ast.Call)
    return [results[place] for place in reader.selection(call.keywords)]


def _configs(results: Sequence[RunResult]) -> Configs:
    return Configs((result.spec, result.overrides) for result in results)


def _read(text: Any, reader: Reader) -> tuple[bool, str]:
    """Whether an inequality holds, and its numbers. Raises ValueError with what is wrong where it cannot be said."""
    if not isinstance(text, str):
        raise ValueError(f"must be an inequality in text, such as {EXAMPLE}, got {text!r}")

    def verdict(source: str, node: ast.expr) -> tuple[bool, str]:
        reader.source = source
        return reader.verdict(node)

    return read(text, verdict, EXAMPLE)
