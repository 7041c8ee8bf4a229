"""The benchmark of searches measures what it says: equal budgets, exact replays, runs that are trained once."""

import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.search.methods import METHODS, in_grid
from benchmarks.search.problems import CUTS, PROBLEMS, SQUARES, Problem
from benchmarks.search.runs import Runs
from benchmarks.search.shown import Outcome, tables
from nn.metrics import METRICS
from runner.app.compose import Composer
from runner.app.setup import composing

BY_NAME = {problem.name: problem for problem in PROBLEMS}


@pytest.fixture
def composer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Composer]:
    """With the benchmark's own score, which other tests do not know."""
    for name in ("_components", "_metrics"):
        monkeypatch.setattr(METRICS, name, dict(getattr(METRICS, name)))
    monkeypatch.delitem(sys.modules, SQUARES[0].removeprefix("modules=[").removesuffix("]"), raising=False)
    with chdir(tmp_path), composing(SQUARES[:1]) as made:
        yield made


def runs_of(problem: Problem, composer: Composer, file: str = "runs") -> Runs:
    problem.write(Path.cwd())
    return Runs(problem, 0, composer, Path.cwd() / file)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_run_that_is_cut_is_what_a_shorter_run_would_have_been(name: str, composer: Composer) -> None:
    whole = BY_NAME[name]
    (epochs,) = [int(one.partition("=")[2]) for one in whole.fixed if one.startswith("training.epochs=")]
    fixed = [one for one in whole.fixed if not one.startswith("training.epochs=")]
    third = replace(whole, fixed=(*fixed, f"training.epochs={epochs // 3}"))
    wanted = [
        (("learning_rate=0.1", f"network.hidden={n}", "activation=tanh"), (f"seed={seed}",))
        for n, seed in [(2, 0), (2, 1), (5, 0)]
    ]
    cut = [one.cut(CUTS // 3) for one in runs_of(whole, composer).of(wanted)]
    assert cut == pytest.approx([one.loss for one in runs_of(third, composer, "third").of(wanted)], rel=1e-8)


def test_a_run_is_trained_once(composer: Composer) -> None:
    problem, wanted = BY_NAME["quadrants"], [(("network.hidden=2",), ("seed=3",)), (("network.hidden=3",), ("seed=3",))]
    found = runs_of(problem, composer).of(wanted)
    kept = Path("runs").read_text()
    assert kept.count("\n") == 2
    with Path("runs").open("a") as file:
        file.write('["cut off by an inter')
    assert runs_of(problem, composer).of(wanted * 2) == found * 2
    assert Path("runs").read_text() == kept


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda one: one.name)
def test_a_grid_of_each_problem_has_288_settings(problem: Problem) -> None:
    assert len(in_grid(problem.space(0))) == 288


def test_the_seeds_of_repetitions_are_their_own() -> None:
    seeds = [seed for repetition in range(10) for seed in PROBLEMS[0].space(repetition).replicates]
    assert len(seeds) == len(set(seeds)) == 160


def test_tables_are_those_counted_by_hand() -> None:
    outcomes = [
        Outcome("sine", repetition, method, (), cost=2.0 if method == "search=random" else 4.0 + 4 * repetition,
                printed=2.0, expected=8.0 if repetition else 2.0)
        for repetition in (0, 1) for method in METHODS
    ]  # fmt: skip
    costs, pairs, printed = (
        [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")]
        for table in tables(outcomes)
    )
    assert costs[2] == ["search=random", "2", "1.00", "1.00"]
    assert costs[3] == ["search=tpe", "6", f"{np.sqrt(8):.2f}", "4.00"]
    assert pairs[2] == ["search=random against search=tpe", *[f"{1 / np.sqrt(8):.2f}"] * 2, "2", "0"]
    assert printed[2] == ["search=random", "2.00", "2.00", "2.50"]
