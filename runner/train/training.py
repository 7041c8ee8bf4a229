"""Training one stack of specs, in any process: plain data comes in, results with pictures go out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from socket import gethostname

import numpy as np

from nn.registry import Array
from nn.stack import Stack, Trained
from nn.training import train
from runner.base.errors import UserError, with_trace
from runner.base.files import working_in
from runner.base.machine import keep_freed_memory
from runner.datasets.samples import DataError
from runner.plan.task import Task
from runner.runs.components import load_modules
from runner.runs.data import Prepared, digest_of, prepare
from runner.runs.environment import machine
from runner.runs.identity import code_digest
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from runner.runs.spec import Spec, from_plain
from runner.train.blas import ONE_BLAS_THREAD
from runner.train.measures import measures
from runner.train.progress import Meter
from runner.train.stacking import build_stack, first_parameters

code_digest()  # of the code that is imported now, whatever becomes of its files
METRIC_NAMES = {"regression": "rmse", "classification": "accuracy"}
Draw = Callable[[RunResult, Prepared], RunResult]  # adds a run's picture, and never raises


def train_task(task: Task, meter: Meter | None = None, draw: Draw | None = None) -> list[RunResult]:
    """Train a stack, wherever this runs. A run that raises becomes a result with outcome `failed`.

    `draw` gives each run its picture; without it there is none.

    BLAS is held to one thread: one and two threads give different last bits. Overflow and NaN are results here, from
    the first weights to the picture, and nothing to warn of. Raises UserError where the code is not that of the plan:
    the numbers would not be those that the run keys promise.
    """
    keep_freed_memory()
    with working_in(Path(task.folder)):
        load_modules(task.modules)
        if task.code not in ("", code_digest(task.modules)):
            raise UserError(
                f"the worker on {gethostname()} has other code than this sweep was planned with; install the same code "
                "there and restart the worker"
            )
        specs = [from_plain(spec) for spec in task.specs]
        with ONE_BLAS_THREAD, np.errstate(all="ignore"):
            return _train_all(task, specs, range(len(specs)), meter or Meter(), draw)


def _train_all(
    task: Task, specs: Sequence[Spec], places: Sequence[int], meter: Meter, draw: Draw | None
) -> list[RunResult]:
    """Train some runs of a task together; when something raises, halve them until the one that raises is alone.

    Halving changes no number, because a run has the same bits in every stack.
    """
    started = time.time()
    try:
        return _train_stack(task, [specs[place] for place in places], places, started, meter, draw)
    except Exception as error:
        if len(places) > 1:
            middle = len(places) // 2
            halves = places[:middle], places[middle:]
            return [result for half in halves for result in _train_all(task, specs, half, meter, draw)]
        (place,) = places
        run = task.indices[place], task.keys[place], specs[place], Outcome.FAILED
        return [RunResult(*run, error=with_trace(error), started=started, environment=machine())]


def _train_stack(
    task: Task, specs: Sequence[Spec], places: Sequence[int], started: float, meter: Meter, draw: Draw | None
) -> list[RunResult]:
    meter.start(len(specs), len(specs) if draw else 0)
    starts = [task.starts[place] for place in places] if task.starts else [None] * len(places)
    parameters, state = first_parameters(specs, starts, task.facts[-1]), None
    finite = parameters
    all_phases = zip(*(spec.phases for spec in specs), strict=True)
    for number, (phases, facts) in enumerate(zip(all_phases, task.facts, strict=True)):
        read = [task.digests[place][number] if task.digests else "" for place in places]
        prepared = [_prepare(phase, digest) for phase, digest in zip(phases, read, strict=True)]
        stack = build_stack(phases, prepared, facts, parameters, state)
        trained = train(stack, meter.of_phase(number, len(task.facts), stack.evaluations[-1]))
        finite = np.where(np.isnan(parameters), finite, trained.parameters)
        parameters, state = _handed_on(trained), trained.state
    trained = replace(trained, parameters=finite)
    seconds = max(0.001, round((time.time() - started) / len(specs), 3))  # in ms, as the store has it
    results = [
        _result_of_run(task, place, run, specs[run], prepared[run], stack, trained, started, seconds)
        for run, place in enumerate(places)
    ]
    if draw is None:
        return results
    for place, data in enumerate(prepared):
        results[place] = draw(results[place], data)
        meter.drawn(place + 1)
    return results


def _prepare(spec: Spec, digest: str) -> Prepared:
    """The arrays of a run. Raises DataError when a file is not the one that the run was planned with."""
    prepared = prepare(spec)
    if prepared.samples.digest != digest:
        raise DataError(f"a file that the data set {spec.data.name!r} reads has changed since the sweep was planned")
    return prepared


def _handed_on(trained: Trained) -> Array:
    """What the next phase starts from. A run that diverged has nothing to hand on, and is diverged from there on."""
    diverged = np.array([outcome == Outcome.DIVERGED for outcome in trained.outcomes])
    return np.where(diverged[:, np.newaxis], np.nan, trained.parameters)


def _result_of_run(
    task: Task,
    place: int,
    run: int,
    spec: Spec,
    data: Prepared,
    stack: Stack,
    trained: Trained,
    started: float,
    seconds: float,
) -> RunResult:
    """One run out of a trained stack, with its numbers in the units of the data."""
    facts, parameters, outcome = task.facts[-1], trained.parameters[run], Outcome(trained.outcomes[run])
    found = measures(spec, data, stack.network, None if outcome is Outcome.DIVERGED else parameters)
    metric = METRIC_NAMES[facts.task]
    unit = abs(data.scaling.y_scale) if metric == "rmse" else 1.0
    measured = np.isfinite(trained.history["train_cost"][run])
    history = {"step": np.array(stack.evaluations, dtype=float)[measured].tolist()}
    names = {"train_metric": f"train/{metric}", "test_metric": f"test/{metric}"}
    names |= {"train_cost": "train/cost", "test_cost": "test/cost", "train_loss": "train/loss"}
    names |= {"online_cost": "train/online_cost"}
    for series, values in trained.history.items():
        if series.startswith("test") and not facts.n_test:
            continue
        name = names.get(series, series)
        history[name] = (values[run, measured] * (unit if series.endswith("metric") else 1.0)).tolist()
    return RunResult(
        index=task.indices[place],
        key=task.keys[place],
        spec=spec,
        outcome=outcome,
        task=facts.task,
        last_step=int(trained.last_step[run]),
        n_samples=(facts.n_train, facts.n_test),
        data_digest=digest_of(data.samples),
        parameters=parameters,
        measures=found,
        sizes=stack.network.sizes,
        scaling=data.scaling,
        classes=data.samples.classes,
        history=history,
        started=started,
        seconds=seconds,
        environment=machine(),
    )
