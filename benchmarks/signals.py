"""What recording signals and keeping snapshots costs: trainings with and without, by turns in one process, by processor
time.

Each line has the median of the ratios of two trainings that ran one after the other, which of them first by turns.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.markdown import markdown
from nn.signals import Recording
from nn.stack import Stack
from nn.training import train
from runner.app.setup import composing
from runner.plan.jobs import Job
from runner.plan.plan import make_plan
from runner.plan.task import Task
from runner.runs.data import prepare
from runner.runs.snapshots import snapshot_steps
from runner.runs.spec import from_plain
from runner.runs.structure import build_network, hidden_activations
from runner.train.blas import ONE_BLAS_THREAD
from runner.train.stacking import build_stack, first_parameters

REPEATS, RUNS = 12, (1, 20, 100)
SHAPES = {
    "1-6-1, batches of 32 of 150": ("data=sine", "training.steps=2500"),
    "2-8-8-1 relu, batches of 32 of 300": (
        "data=quadrants", "network.hidden=[8,8]", "activation=relu", "training.steps=1000",
    ),
    "2-2-1, full batches of 300": ("data=quadrants", "network.hidden=[2]", "training.mode=full", "training.steps=1000"),
    "1-6-1, online": ("data=sine", "training.mode=online", "training.steps=2500"),
}  # fmt: skip


def tables(quick: bool) -> Iterator[str]:
    """Markdown; a short form has one shape and two repeats."""
    from runner.base.machine import keep_freed_memory

    keep_freed_memory()
    rows = []
    for name, overrides in list(SHAPES.items())[: 1 if quick else None]:
        for runs in RUNS[: 1 if quick else None]:
            stack = _Trained(_task(overrides, runs))
            without, *others = stack.milliseconds(2 if quick else REPEATS)
            ratios = (statistics.median(a / b for a, b in zip(some, without, strict=True)) for some in others)
            rows.append([name, str(runs), f"{statistics.median(without):.1f}", *(f"{one:.3f}" for one in ratios)])
    header = ["training", "runs", "ms without", "the four / without", "all seven / without", "snapshots / without"]
    yield f"Recording signals and keeping snapshots, 51 evaluations, float64:\n\n{markdown(header, rows)}\n"


def _task(overrides: tuple[str, ...], runs: int) -> Task:
    """As many runs as one stack."""
    with composing() as composer:
        jobs = [composer.compose(seed, (*overrides, f"seed={seed}", "workers=1")) for seed in range(runs)]
    assert all(isinstance(job, Job) for job in jobs)
    tasks = make_plan(jobs).tasks
    specs = tuple(spec for task in tasks for spec in task.specs)
    return replace(tasks[0], indices=tuple(range(runs)), specs=specs)


class _Trained:
    """One stack, trained again and again."""

    def __init__(self, task: Task) -> None:
        self._shape, self._specs = task.shapes[-1], [from_plain(spec) for spec in task.specs]
        self._network, self._data = build_network(self._shape.structure), [prepare(spec) for spec in self._specs]
        starts = [None] * len(self._specs)
        self._parameters = first_parameters(self._network, self._specs, starts, self._shape.drawn)
        activations = hidden_activations(self._shape.structure)
        steps = self._stack().evaluations
        self._kept: list[dict[str, Any]] = [
            {}, {"recording": Recording(activations)}, {"recording": Recording(activations, is_full=True)},
            {"snapshots": snapshot_steps(steps, self._network.n_parameters)},
        ]  # fmt: skip

    def milliseconds(self, repeats: int) -> list[list[float]]:
        """Without, with the four signals, with all, and with snapshots; the first round does not count."""
        found: list[list[float]] = [[] for _ in self._kept]
        order = list(range(len(found)))
        for turn in range(repeats + 1):
            for place in order if turn % 2 else order[::-1]:
                spent = self._spent(replace(self._stack(), **self._kept[place]))
                if turn:
                    found[place].append(1000 * spent)
        return found

    def _stack(self) -> Stack:
        return build_stack(self._network, self._specs, self._data, self._shape, self._parameters)

    def _spent(self, stack: Stack) -> float:
        with ONE_BLAS_THREAD, np.errstate(all="ignore"):
            started = time.process_time()
            train(stack)
            return time.process_time() - started
