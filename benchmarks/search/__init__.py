"""Search: what each way to search finds with 300 runs, and how far from the truth is what it prints.

A repetition is one search with each method, on network seeds that no other repetition has. The true cost of a setting
is its mean on 25 fresh seeds, the same for all methods and repetitions.

Set BENCHMARK_RUNS to a folder to keep all runs in it: a measurement that was stopped then trains none of them again.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import chdir
from multiprocessing import get_context
from pathlib import Path

from benchmarks.search import shown
from benchmarks.search.methods import METHODS
from benchmarks.search.problems import PROBLEMS, SQUARES, Problem
from benchmarks.search.runs import MOST_FRESH, Runs
from benchmarks.search.shown import Outcome

WORKERS = 2
BUDGET, REPETITIONS = 300, range(10)
QUICK, QUICK_BUDGET, QUICK_FRESH = ("saddle",), 120, 3


def tables(quick: bool) -> Iterator[str]:
    """Markdown: true costs, how they compare in pairs, and what was printed; a short form has one small search."""
    problems = [one for one in PROBLEMS if not quick or one.name in QUICK]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(os.environ.get("BENCHMARK_RUNS") or name).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        yield from shown.tables(searched(problems, range(1) if quick else REPETITIONS, folder, quick))


def searched(problems: Sequence[Problem], repetitions: Sequence[int], folder: Path, quick: bool) -> list[Outcome]:
    """What all methods find in each repetition, in two processes."""
    for problem in problems:
        problem.write(folder)
    found = list[Outcome]()
    budget, fresh = (QUICK_BUDGET, QUICK_FRESH) if quick else (BUDGET, MOST_FRESH)
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        waiting = [
            pool.submit(repeated, problem, repetition, budget, fresh, folder)
            for repetition in repetitions
            for problem in problems
        ]
        for future in as_completed(waiting):
            found += future.result()
            print(f"{len(found)} of {len(waiting) * len(METHODS)} searches", file=sys.stderr, flush=True)
    return found


def repeated(problem: Problem, repetition: int, budget: int, fresh: int, folder: Path) -> list[Outcome]:
    """One search with each method, and the truth of what it chose."""
    from runner.app.setup import composing

    with chdir(folder), composing(SQUARES[:1]) as composer:
        runs = Runs(problem, repetition, composer, folder / f"{problem.name}-{repetition}.jsonl")
        outcomes = []
        for name, method in METHODS.items():
            found = method(runs, repetition, budget)
            cost, loss = runs.fresh(found.setting, fresh)
            expected = cost if found.is_confirmed else loss
            outcomes.append(Outcome(problem.name, repetition, name, found.setting, cost, found.reported, expected))
    return outcomes
