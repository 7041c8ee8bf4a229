"""Searches as Markdown tables."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.markdown import markdown
from benchmarks.search.methods import METHODS, RACING
from nn.registry import Array
from runner.base.texts import number
from runner.search.space import Setting


@dataclass(frozen=True)
class Outcome:
    """One search: the true cost of the setting that it chose, and what it printed beside what that should have been.

    What should have been printed is the same as the true cost, but on the rows of the printed one.
    """

    problem: str
    repetition: int
    method: str
    setting: Setting
    cost: float
    printed: float
    expected: float


def tables(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """True costs, pairs, and what was printed."""
    problems, n = list(dict.fromkeys(one.problem for one in outcomes)), len({one.repetition for one in outcomes})
    yield f"True cost of the chosen setting, mean of {n} searches:\n\n{_costs(outcomes, problems)}\n"
    yield (
        f"Ratio of true costs, geometric mean, and how often it is better in {len(problems) * n} pairs of searches:\n\n"
        f"{_pairs(outcomes, problems)}\n"
    )
    yield f"True cost / printed cost, geometric mean of {n} searches, and of the ratios of means:\n\n" + (
        f"{_printed(outcomes, problems)}\n"
    )


def _costs(outcomes: Sequence[Outcome], problems: Sequence[str]) -> str:
    best = {name: min(one.cost for one in outcomes if one.problem == name) for name in problems}
    rows = []
    for method in METHODS:
        mine = [one for one in outcomes if one.method == method]
        ratios = np.array([one.cost / best[one.problem] for one in mine])
        means = [number(float(np.mean([one.cost for one in mine if one.problem == name])), 3) for name in problems]
        rows.append([method, *means, f"{_geometric(ratios):.2f}", f"{ratios.max():.2f}"])
    return markdown(["method", *problems, "of the best known", "at worst"], rows)


def _pairs(outcomes: Sequence[Outcome], problems: Sequence[str]) -> str:
    cost = {(one.method, one.problem, one.repetition): one.cost for one in outcomes}
    rows = []
    for racing, method in itertools.product(RACING, METHODS):
        if racing == method:
            continue
        ratios = {tuple(rest): mine / cost[method, *rest] for (name, *rest), mine in cost.items() if name == racing}
        of_each = [[ratio for (of, _), ratio in ratios.items() if of == name] for name in problems]
        better, worse = (sum(ratio < 1 for ratio in ratios.values()), sum(ratio > 1 for ratio in ratios.values()))
        means = [f"{_geometric(np.array(some)):.2f}" for some in (*of_each, list(ratios.values()))]
        rows.append([f"{racing} against {method}", *means, str(better), str(worse)])
    return markdown(["methods", *problems, "all", "better", "worse"], rows)


def _printed(outcomes: Sequence[Outcome], problems: Sequence[str]) -> str:
    rows = []
    for method in METHODS:
        pairs = [
            np.array([(o.expected, o.printed) for o in outcomes if (o.method, o.problem) == (method, name)])
            for name in problems
        ]
        each = [_geometric(one[:, 0] / one[:, 1]) for one in pairs]
        of_means = _geometric(np.array([one[:, 0].mean() / one[:, 1].mean() for one in pairs]))
        rows.append([method, *(f"{one:.2f}" for one in (*each, _geometric(np.array(each)), of_means))])
    return markdown(["method", *problems, "all", "of means"], rows)


def _geometric(values: Array) -> float:
    return float(np.exp(np.log(values).mean()))
