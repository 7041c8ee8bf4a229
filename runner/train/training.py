"""Training one stack of specs, in any process: plain data goes in, results with pictures come out."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from socket import gethostname

import numpy as np

from nn.metrics import METRICS
from nn.registry import Array
from nn.signals import Recording
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
from runner.runs.history import series_of
from runner.runs.identity import code_digest
from runner.runs.origin import DataUsed, Provenance
from runner.runs.outcome import Outcome
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.runs.signals import signals_of_run
from runner.runs.snapshots import snapshot_steps, snapshots_of
from runner.runs.spec import Spec, from_plain, score_of
from runner.runs.structure import Structure, build_network, hidden_activations
from runner.runs.weights import Weights
from runner.train.blas import ONE_BLAS_THREAD
from runner.train.measures import measures
from runner.train.progress import Meter
from runner.train.stacking import build_stack, first_parameters

CODE_AT_IMPORT = code_digest()  # of what this process trains with, whatever becomes of its files
# What a series of `nn` is called in a history; one that is not named here keeps its name.
SERIES_NAMES = {
    "train_cost": "train/cost", "test_cost": "test/cost", "train_metric": "train/{metric}",
    "validation_cost": "validation/cost", "validation_metric": "validation/{metric}",
    "test_metric": "test/{metric}", "train_loss": "train/loss", "online_cost": "train/online_cost",
}  # fmt: skip
Draw = Callable[[RunResult, Prepared], RunResult]  # adds a run's picture, and never raises


def train_task(task: Task, meter: Meter | None = None, draw: Draw | None = None) -> list[RunResult]:
    """Train a stack, wherever this runs. A run that raises becomes a result with outcome `failed`.

    `draw` makes each run's picture; without it there are none.

    BLAS is limited to one thread, because one and two threads give different last bits. Overflow and NaN are results
    here, from the initial weights to the picture, and cause no warning. Raises UserError if the code is not that of the
    plan: the numbers would not match the run keys.
    """
    keep_freed_memory()
    with working_in(Path(task.folder)):
        load_modules(task.modules)
        code = code_digest(task.modules) if task.modules else CODE_AT_IMPORT
        if task.code not in ("", code):
            raise UserError(
                f"the worker on {gethostname()} has other code than this sweep was planned with; install the same code "
                "there and restart the worker"
            )
        with ONE_BLAS_THREAD, np.errstate(all="ignore"):
            return _train_all(task, meter or Meter(), draw)


def _train_all(task: Task, meter: Meter, draw: Draw | None) -> list[RunResult]:
    """Train the runs of a task together; when something raises, halve them until the one that raises is alone.

    Halving changes no number, because a run has the same bits in every stack.
    """
    started = time.time()
    named = zip(task.indices, task.keys, task.specs, strict=True)
    runs = [PlannedRun(index, key, (), from_plain(spec)) for index, key, spec in named]
    try:
        return _train_stack(task, runs, started, meter, draw)
    except Exception as error:
        if len(runs) > 1:
            return [result for half in task.halves for result in _train_all(half, meter, draw)]
        (run,) = runs
        origin = Provenance(started, environment=machine())
        return [RunResult(run.index, run.key, run.spec, Outcome.FAILED, error=with_trace(error), provenance=origin)]


def failed(task: Task, error: str) -> list[RunResult]:
    """The results of a task that no worker could train."""
    runs = zip(task.indices, task.keys, task.specs, strict=True)
    return [RunResult(index, key, from_plain(spec), Outcome.FAILED, error=error) for index, key, spec in runs]


def _train_stack(
    task: Task, runs: Sequence[PlannedRun], started: float, meter: Meter, draw: Draw | None
) -> list[RunResult]:
    meter.start(len(runs), len(runs) if draw else 0)
    specs, shape, state, engines = [run.spec for run in runs], task.shapes[-1], None, list[str]()
    network = build_network(shape.structure)  # phases differ in their data alone
    recording = Recording(hidden_activations(shape.structure), task.all_signals)
    parameters = finite = first_parameters(network, specs, task.starts or [None] * len(runs), shape.drawn)
    read = list(zip(*task.digests, strict=True)) if task.digests else [("",) * len(runs)] * len(task.shapes)
    all_phases = zip(*(spec.phases for spec in specs), strict=True)
    for number, (phases, digests, shape) in enumerate(zip(all_phases, read, task.shapes, strict=True)):
        prepared = [_prepare(phase, digest) for phase, digest in zip(phases, digests, strict=True)]
        stack = build_stack(network, phases, prepared, shape, parameters, state)
        if number == len(task.shapes) - 1:  # signals, as histories, are of the last phase
            kept = snapshot_steps(stack.evaluations, network.n_parameters) if task.snapshots else ()
            stack = replace(stack, recording=recording, snapshots=kept)
        trained = train(stack, meter.of_phase(number, len(task.shapes), stack.evaluations[-1]), task.engine)
        engines.append(trained.engine)
        finite = np.where(np.isnan(parameters), finite, trained.parameters)
        parameters, state = _handed_on(trained), trained.state
    trained = replace(trained, parameters=finite)
    seconds = max(0.001, round((time.time() - started) / len(runs), 3))  # in ms, as the store has it
    results, structures = [], dict[tuple[str, ...], Structure]()  # shared by runs with the same classes: nearly all
    for place, (run, data) in enumerate(zip(runs, prepared, strict=True)):
        classes = data.samples.classes
        structure = structures.setdefault(classes, shape.structure | {"classes": list(classes)})
        result = _result_of_run(run, data, structure, stack, trained.of(place))
        origin = Provenance(started, seconds, machine(), engine=max(engines))  # NumPy, where it was both, with its why
        results.append(replace(result, provenance=origin))
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


def _result_of_run(run: PlannedRun, data: Prepared, structure: Structure, stack: Stack, trained: Trained) -> RunResult:
    """One run, `trained` alone or its slice of a trained stack, with its numbers in the units of the data."""
    (parameters,), (last_step,), outcome = trained.parameters, trained.last_step, Outcome(*trained.outcomes)
    found = measures(run.spec, data, stack.network, None if outcome is Outcome.DIVERGED else parameters)
    task, n_samples = data.samples.task, (len(data.X_train), len(data.X_test))
    metric = METRICS.metric(score_of(run.spec, task))
    unit = abs(data.scaling.y_scale) if metric.unit == "target" and not data.scaling.y_log else 1.0
    measured = np.isfinite(trained.history["train_cost"][0])
    history = {"step": series_of(np.array(stack.evaluations)[measured])}
    for series, (values,) in trained.history.items():
        if np.isnan(values[measured]).any() or (series.startswith("test") and not n_samples[1]):
            continue
        name = sys.intern(SERIES_NAMES.get(series, series).format(metric=metric.name))
        history[name] = series_of(values[measured] * (unit if series.endswith("metric") else 1.0))
    return RunResult(
        index=run.index,
        key=run.key,
        spec=run.spec,
        outcome=outcome,
        network=Weights(parameters, structure, data.scaling, data.samples.encoding),
        data=DataUsed(task, n_samples, digest_of(data.samples), len(data.X_validation)),
        last_step=int(last_step),
        restored=int(trained.best_step[0]) if run.spec.training.restore_best else None,
        history=history,
        signals=signals_of_run(trained.signals),
        snapshots=snapshots_of(stack.snapshots, trained.snapshots[0], int(trained.best_step[0]), parameters),
        measures={sys.intern(name): value for name, value in found.items() if name not in history},
    )
