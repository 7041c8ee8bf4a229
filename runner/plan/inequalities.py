"""Inequalities over the runs of a sweep, `median(rmse, hidden=[8]) <= 0.1`, parsed as Python expressions.

Only what is listed here and in `formulas.py` is understood; nothing is executed.
"""

import ast
import itertools
import json
import math
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from nn.metrics import METRICS
from runner.base.commands import lists_settings
from runner.base.console import count
from runner.base.errors import unknown
from runner.base.formulas import COMPARE, ON_NUMBERS, OPERATORS, arithmetic, comparisons, text_of
from runner.base.moments import mean
from runner.runs.outcome import Outcome
from runner.runs.overrides import Configs
from runner.runs.result import RunResult

Aggregate = Callable[[list[float]], float]
STATISTICS: dict[str, Aggregate] = {
    "median": statistics.median, "mean": mean, "lowest": min, "highest": max,
}  # fmt: skip
FUNCTIONS = (*STATISTICS, "share", "count", *ON_NUMBERS)
COSTS = ("cost", "loss")  # of a run that diverged they are infinite
WORDS = {"true": True, "false": False, "null": None, "none": None}


class NoRun(ValueError):
    """The selection is valid, but the sweep has no such run."""


@dataclass
class Reader:
    """Evaluates inequalities over the runs of a sweep. Without results all metrics are 1, which finds all mistakes."""

    configs: Configs
    keys: Sequence[str]
    results: Sequence[RunResult] | None = None
    source: str = ""

    def verdict(self, node: ast.expr) -> tuple[bool, str]:
        """Whether all comparisons hold, and the numbers on their sides."""
        holds, told = True, []
        for operands, signs in comparisons(node, self.source):
            sides = [self.number(operand) + 0.0 for operand in operands]  # so that -0 is shown as 0
            holds = _holds(sides, signs) and holds
            told.append(" ".join(f"{sign} {side:.4g}" for sign, side in zip(["", *signs], sides, strict=True)).strip())
        return holds, " and ".join(told)

    def number(self, node: ast.expr) -> float:
        """The value of one side of a comparison."""
        if (metric := self.metric(node)) is not None:
            raise ValueError(f"{metric!r} is a metric, not a number: write median({self.text(node)}) or the like")
        if (value := arithmetic(node, self.number, self.source)) is not None:
            return float(value)
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
                return self.over_runs(name, node.args, self.selection(node.keywords))
            case ast.Call(func=function):
                told = unknown(self.text(function), FUNCTIONS, what="{given!r} is not a function")
                raise ValueError(f"{told}; allowed are {', '.join(FUNCTIONS)}")
        known = f"numbers, {OPERATORS}, {', '.join(FUNCTIONS)}"
        raise ValueError(f"{self.text(node)!r} is not understood; allowed are {known}")

    def over_runs(self, name: str, arguments: Sequence[ast.expr], runs: Sequence[int]) -> float:
        """A statistic of the selected runs."""
        match name, arguments:
            case "count", []:
                return float(len(runs))
            case "share" | "count", [condition]:
                return self.number_held(condition, runs) / (len(runs) if name == "share" else 1)
            case _, [argument] if name in STATISTICS and (metric := self.metric(argument)) is not None:
                return _unless_nan(STATISTICS[name], self.values(metric, runs))
        first = "metric" if name in STATISTICS else "comparison of a metric, such as accuracy >= 0.9,"
        raise ValueError(f"{name}(...) takes one {first} and then key=value to select runs")

    def shares(self, node: ast.expr) -> list[str]:
        """Every `share(...)` of comparisons in words: `0 of 400 runs`."""
        found = []
        for operand in (one for operands, _ in comparisons(node, self.source) for one in operands):
            if isinstance(operand, ast.Call) and isinstance(operand.func, ast.Name) and operand.func.id == "share":
                runs = self.selection(operand.keywords)
                found.append(f"{self.number_held(operand.args[0], runs)} of {count(len(runs), 'run')}")
        return found

    def number_held(self, condition: ast.expr, runs: Sequence[int]) -> int:
        """The number of runs for which a comparison of metrics holds."""
        held = [True] * len(runs)
        for operands, signs in comparisons(condition, self.source):
            metrics = [self.metric(operand) for operand in operands]
            if metrics == [None] * len(metrics):
                raise ValueError(f"{self.text(condition)!r} compares no metric of each run, such as accuracy >= 0.9")
            pairs = zip(operands, metrics, strict=True)
            columns = [self.values(m, runs) if m is not None else [self.number(o)] * len(runs) for o, m in pairs]
            held = [had and _holds(row, signs) for had, row in zip(held, zip(*columns, strict=True), strict=True)]
        return sum(held)

    def metric(self, node: ast.expr) -> str | None:
        """The named metric: `rmse`, `probe/-2` or a quoted text. None for anything else."""
        match node:
            case ast.Name(id=name) | ast.Constant(value=str() as name):
                return name
            case ast.BinOp(left=ast.Name() | ast.BinOp() as left, op=ast.Div(), right=right):
                if (isinstance(right, ast.Name) or _is_number(right)) and (path := self.metric(left)):
                    return f"{path}/{''.join(self.text(right).split())}"  # as written: 0_0 is also a number, 0
        return None

    def values(self, metric: str, runs: Sequence[int]) -> list[float]:
        """The metric of each run. A run that did not finish counts as the worst value, so that it is never hidden."""
        if self.results is None:
            return [1.0] * len(runs)
        chosen, worst = [self.results[run] for run in runs], _worst(metric)
        if worst is None and (diverged := sum(result.outcome is Outcome.DIVERGED for result in chosen)):
            raise ValueError(f"{diverged} of {len(runs)} runs diverged and have no {metric}")
        found = _finals(metric, chosen)
        if unfinished := sum(not result.outcome.is_trained for result in chosen):
            raise NoRun(f"{unfinished} of {len(runs)} runs failed or were killed")
        pairs = zip(chosen, found, strict=True)
        return [value if result.has_finished and value is not None else worst or 0.0 for result, value in pairs]

    def selection(self, keywords: Sequence[ast.keyword]) -> list[int]:
        """The runs whose config has all these values. Raises ValueError if there are none."""
        runs, seen = list(range(len(self.configs))), set()
        for keyword in keywords:
            key = self.key(keyword.arg) if keyword.arg else ""
            if not key or key in seen:
                raise ValueError(f"{self.text(keyword)!r}: a selection is key=value, each key once")
            seen.add(key)
            values = self.configs.column(key)
            held = {run for run, value in values.items() if self.matches(keyword.value, value)}
            if not held:
                known = ", ".join(dict.fromkeys(json.dumps(value, default=str) for value in values.values()))
                raise NoRun(f"no run of the sweep has {self.text(keyword)}; {key} is {shorten(known, 80)}")
            runs = [run for run in runs if run in held]
        if not runs:
            wanted = " and ".join(self.text(keyword) for keyword in keywords)
            raise NoRun(f"no run of the sweep has {wanted}" if wanted else "there is no run")
        return runs

    def key(self, name: str) -> str:
        """The config key for a short name: preferably a swept one, else one without dots."""
        last = {key: key.rpartition(".")[2] for key in self.configs.keys}
        wanted = "learning_rate" if name == "lr" and "lr" not in last.values() else name
        named = [key for key in last if last[key] == wanted]
        meant = [key for key in named if key in self.keys] or named
        meant = [key for key in meant if "." not in key] or meant
        if not meant:
            told = unknown(name, sorted({*last.values()}), lists_settings(""), "{given!r} is not a key of the config")
            raise ValueError(told)
        if len(meant) > 1:
            raise ValueError(f"{name!r} can mean {' or '.join(meant)}; it is clear where one of them alone is swept")
        return meant[0]

    def matches(self, node: ast.expr, actual: Any) -> bool:
        """Whether a config value is the written one. A single word also matches a list of that word."""
        match node:
            case ast.Name(id="none"):
                return actual in (None, "none", [])
            case ast.Name(id="true" | "false" | "null") | ast.Constant(value=bool() | None):
                return actual is WORDS[self.text(node).lower()]
            case ast.Name(id=word) | ast.Constant(value=str() as word):
                return actual in (word, [word]) or (isinstance(actual, dict) and word in actual.values())
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                if all(isinstance(part, ast.Name) for part in parts) and _are_texts(actual):
                    return sorted(self.text(part) for part in parts) == sorted(actual)
                same = isinstance(actual, list | tuple) and len(actual) == len(parts)
                return same and all(self.matches(*pair) for pair in zip(parts, actual, strict=True))
            case _ if _is_number(node):
                return type(actual) in (int, float) and bool(actual == self.number(node))
        raise ValueError(f"{self.text(node)!r} is not a value; put a text in quotes")

    def text(self, node: ast.AST) -> str:
        """The source text of a part of the inequality."""
        return text_of(node, self.source)


def _worst(metric: str) -> float | None:
    """The worst value that a metric can have; None where it has none, as an output at a probe."""
    if found := [name for name in METRICS if re.search(rf"(^|[/_]){name}$", metric)]:
        return METRICS.metric(max(found, key=len)).worst
    return math.inf if metric.endswith(COSTS) else None


def _finals(metric: str, results: Sequence[RunResult]) -> list[float | None]:
    """The final value of a metric, tested where there is a test set, of each run; None for a run that has none.

    Raises ValueError where a run that trained to its end lacks it: a statistic would be about fewer runs than it says.
    """
    names = [metric] if "/" in metric else [f"test/{metric}", f"train/{metric}", metric]
    finals = [result.finals for result in results]
    found = [next((one[name] for name in names if name in one), None) for one in finals]
    ended = [result.has_finished for result in results]
    lacking = [one for one, value, has in zip(finals, found, ended, strict=True) if has and value is None]
    if lacking:
        who = "no run has" if found.count(None) == len(found) else f"{len(lacking)} of {len(found)} runs do not have"
        there = ", ".join(sorted({name for one in lacking for name in one}))
        raise ValueError(f"{who} {metric}; they have {shorten(there, 120)}")
    return found


def _are_texts(values: Any) -> bool:
    """Whether it is a list of names, such as that of faults, in which the order says nothing."""
    return isinstance(values, list | tuple) and all(isinstance(value, str) for value in values)


def _is_number(node: ast.expr) -> bool:
    operand = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    return isinstance(operand, ast.Constant) and type(operand.value) in (int, float)


def _holds(sides: Sequence[float], signs: Sequence[str]) -> bool:
    return all(COMPARE[sign](*pair) for sign, pair in zip(signs, itertools.pairwise(sides), strict=True))


def _unless_nan(function: Aggregate, values: list[float]) -> float:
    """Python's own functions keep or drop a NaN depending on where it stands."""
    return math.nan if any(math.isnan(value) for value in values) else function(values)
