"""What a sweep will need: the first steps of its stacks are trained and timed, and the rest is extrapolated."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from nn.stack import Stack
from nn.stepping import LOADING, LOOK_AFTER, Choice, worth_compiling
from nn.training import train
from runner.base.console import warn
from runner.base.machine import default_workers, keep_freed_memory
from runner.findings.pictures import drawing
from runner.plan.memory import may_be_compiled
from runner.plan.plan import Plan
from runner.plan.task import Task
from runner.runs.data import prepare
from runner.runs.spec import Spec
from runner.runs.structure import build_network
from runner.store.address import sqlite_file, tracking_uri
from runner.train import costs
from runner.train.stacking import build_stack, first_parameters
from runner.train.training import Draw, train_task

SECONDS = 1.5  # for trying, beside what it takes to begin
MOST_STACKS, MOST_DRAWN = 30, 3  # how many are tried, and of how many the pictures are drawn
ALONE = 8  # steps that are evaluated one by one; then the distances double
SAMPLE = 2  # runs of a stack whose data is made, and which are drawn


@dataclass(frozen=True)
class Estimate:
    """Seconds from the command to its end, bytes of memory at the peak, and bytes on disk in total."""

    seconds: float
    memory: int
    disk: int


class _Enough(Exception):
    """There is no more time for trying."""


def estimate(plan: Plan, tasks: Sequence[Task], workers: int) -> Estimate:
    """What `plan` will need. Nothing trained here is kept; early stopping is not foreseen."""
    specs = {run.index: run.spec for run in plan.runs}
    stacks = [[specs[index] for index in task.indices] for task in tasks]
    drawn = len(plan.runs) if drawing(plan.settings, len(plan.runs)) else 0
    return Estimate(
        _seconds(plan, tasks, stacks, workers),
        _memory(plan, tasks, workers) + len(plan.runs) * costs.RESULT_BYTES + drawn * costs.PICTURE_BYTES,
        costs.STORE_BYTES + len(plan.runs) * costs.RUN_BYTES + 2 * drawn * costs.PICTURE_BYTES,
    )


def _seconds(plan: Plan, tasks: Sequence[Task], stacks: Sequence[Sequence[Spec]], workers: int) -> float:
    """Workers train while the main process starts, and writes what they have done; all of them share the processors."""
    runs, slowness = len(plan.runs), costs.slowness(len(plan.runs))
    before = slowness * (costs.START_SECONDS + runs * costs.COMPOSING_SECONDS)
    file = sqlite_file(tracking_uri())
    tables = costs.TABLES_SECONDS if file is not None and not Path(file).exists() else 0
    opening, writing = slowness * (costs.OPENING_SECONDS + tables), slowness * runs * costs.WRITING_SECONDS
    draw = drawing(plan.settings, runs)
    start = slowness * (costs.WORKER_SECONDS + (costs.IMPORT_SECONDS if draw else 0))
    training, busy = training_seconds(tasks, stacks, SECONDS, draw), np.full(workers, start)
    for seconds in training:
        busy[busy.argmin()] += seconds
    if workers == 1:
        during = opening + sum(training) + writing
    else:
        last = writing / len(tasks)
        shared = (opening + workers * start + sum(training) + writing) / min(default_workers(), workers + 1)
        during = max(opening + last, float(busy.max()) + last, shared)
    return before + during + slowness * (costs.FINISH_SECONDS + runs * costs.FINISH_RUN_SECONDS)


def training_seconds(
    tasks: Sequence[Task], stacks: Sequence[Sequence[Spec]], budget: float, draw: Draw | None = None
) -> list[float]:
    """Of each stack, measured in about `budget` seconds.

    Tasks come largest first; those that are tried, evenly among them, stand for their neighbours.
    """
    tried = sorted({round(place) for place in np.linspace(0, len(tasks) - 1, min(len(tasks), MOST_STACKS))})
    keep_freed_memory()
    found, of_a_run = {}, dict[str, float]()
    with threadpool_limits(limits=1, user_api="blas"), np.errstate(all="ignore"):
        for place in tried:
            kind = stacks[place][0].data.name
            if kind not in of_a_run and len(of_a_run) < MOST_DRAWN:
                of_a_run[kind] = _seconds_of_a_run(tasks[place], draw)
            found[place] = len(stacks[place]) * of_a_run.get(kind, max(of_a_run.values()))
            try:
                found[place] += _steps_seconds(tasks[place], stacks[place], budget / len(tried))
            except Exception as error:  # a user's own part
                warn(f"runs would fail: {type(error).__name__}: {error}")
    return [found[min(found, key=lambda place: abs(place - wanted))] for wanted in range(len(tasks))]


def _seconds_of_a_run(task: Task, draw: Draw | None) -> float:
    """What a run takes besides its steps: its data, its measures and its picture, when all is imported."""
    shortest = tuple(replace(shape, n_steps=1) for shape in task.shapes)
    few = replace(task.part(slice(SAMPLE)), shapes=shortest)
    train_task(few, draw=draw)
    started = time.process_time()
    train_task(few, draw=draw)
    return (time.process_time() - started) / len(few.indices)


def _steps_seconds(task: Task, specs: Sequence[Spec], budget: float) -> float:
    """All steps and evaluations of a stack, in every phase."""
    network = build_network(task.shapes[-1].structure)
    parameters = first_parameters(network, specs, task.starts or [None] * len(specs), task.shapes[-1].drawn)
    seconds = 0.0
    for phases, shape in zip(zip(*(spec.phases for spec in specs), strict=True), task.shapes, strict=True):
        samples = [prepare(phase) for phase in phases[:SAMPLE]]
        prepared = list(islice(cycle(samples), len(phases)))
        make = partial(build_stack, network, phases, prepared, shape, parameters)
        seconds += _seconds_of(make, budget / len(task.shapes), task.engine)
    return seconds


def _seconds_of(make: Callable[[], Stack], budget: float, engine: Choice) -> float:
    """All steps and evaluations of one training, by the engine that will do it; a stack is trained only once."""
    stack = make()
    n_steps, n_evaluations = stack.evaluations[-1], len(stack.evaluations)
    step, evaluation = _rates(stack, budget, "numpy" if engine == "auto" else engine)
    if engine == "auto" and n_steps * step > worth_compiling(stack.network):
        return LOOK_AFTER + _seconds_of(make, budget, "compiled")
    return n_steps * step + n_evaluations * evaluation


def _rates(stack: Stack, budget: float, engine: Choice) -> tuple[float, float]:
    """Seconds of a step and of an evaluation: from steps that are evaluated each, and from distances that double.

    The first step, which may wait until its code is compiled, counts only where there is no other.
    """
    n_steps = stack.evaluations[-1]
    doubling = [ALONE * 2**power for power in range(1, n_steps.bit_length()) if ALONE * 2**power < n_steps]
    steps = sorted({*range(min(ALONE, n_steps) + 1), *doubling, n_steps})
    times: list[float] = []

    def told(_: int) -> None:
        times.append(time.process_time())
        if times[-1] - times[min(1, len(times) - 1)] > budget:
            raise _Enough

    with suppress(_Enough):
        never = replace(stack.stopping, stop_cost=np.full_like(stack.stopping.stop_cost, -np.inf))
        train(replace(stack, evaluations=steps, stopping=never), told, engine)
    passed = np.diff(times)
    both = float(np.median(passed[1:ALONE] if len(passed) > 1 else passed))
    n_long, taken = steps[len(times) - 1] - ALONE, float(passed[ALONE:].sum())
    if len(passed) <= ALONE + 1:
        return both / 2, both / 2
    step = max(0.0, (taken - len(passed[ALONE:]) * both) / (n_long - len(passed[ALONE:])))
    return step, max(0.0, both - step)


def _memory(plan: Plan, tasks: Sequence[Task], workers: int) -> int:
    """The main process, and as many workers as there are with the largest stack each, which may be compiled."""
    processes, engine = min(workers, len(tasks)) if workers > 1 else 0, plan.settings.engine
    largest = plan.largest_of(tasks)
    long = any(costs.of_training(task, with_pictures=False) > LOADING for task in tasks)
    can = any(may_be_compiled(one.phases[-1]) for one in plan.checked.values())
    compiler = costs.COMPILER_BYTES if can and (engine == "compiled" or (engine == "auto" and long)) else 0
    return costs.MAIN_BYTES + processes * costs.WORKER_BYTES + compiler + max(1, processes) * largest
