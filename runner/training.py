"""Training one stack of specs, in any process: plain data comes in, results with pictures go out."""

import hashlib
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from nn.batches import Batches, FreshBatches, FullBatches, ShuffledBatches
from nn.initializers import INITIALIZERS
from nn.metrics import Metric, accuracy, rmse
from nn.network import Network
from nn.optimizers import OPTIMIZERS
from nn.registry import Array
from nn.schedules import SCHEDULES
from nn.training import Stack, Trained, train
from runner.components import load_modules
from runner.datasets import Samples
from runner.planning import evaluation_steps, shared_settings, sizes_of, steps_of
from runner.preparation import Facts, Prepared, generator, prepare
from runner.results import RunResult
from runner.spec import Spec, from_plain
from runner.structures import build_network, structure_of

METRIC_NAMES = {"regression": "rmse", "classification": "accuracy"}


@dataclass(frozen=True)
class Task:
    """One stack to train: plain data that travels to a worker."""

    indices: tuple[int, ...]
    keys: tuple[str, ...]
    specs: tuple[dict[str, Any], ...]
    facts: Facts
    modules: tuple[str, ...] = ()
    pictures: bool = True


def train_task(task: Task) -> list[RunResult]:
    """Train a stack, wherever this runs. A run that raises becomes a result with outcome `failed`.

    BLAS is held to one thread: one and two threads give different last bits.
    """
    load_modules(task.modules)
    specs = [from_plain(spec) for spec in task.specs]
    with threadpool_limits(limits=1, user_api="blas"):
        return _train_all(task, specs, range(len(specs)))


def _train_all(task: Task, specs: Sequence[Spec], places: Sequence[int]) -> list[RunResult]:
    """Train some runs of a task together; when something raises, halve them until the one that raises is alone.

    Halving changes no number, because a run has the same bits in every stack.
    """
    started = time.time()
    try:
        return _train_stack(task, [specs[place] for place in places], places, started)
    except Exception as error:
        if len(places) > 1:
            middle = len(places) // 2
            return _train_all(task, specs, places[:middle]) + _train_all(task, specs, places[middle:])
        (place,) = places
        failed = RunResult(task.indices[place], task.keys[place], specs[place], "failed", started=started)
        return [replace(failed, error=_told(error))]


def _train_stack(task: Task, specs: Sequence[Spec], places: Sequence[int], started: float) -> list[RunResult]:
    prepared = [prepare(spec) for spec in specs]
    stack = build_stack(specs, prepared, task.facts)
    trained = train(stack)
    seconds = (time.time() - started) / len(specs)
    results = [
        _result_of_run(task, place, run, specs[run], prepared[run], stack, trained, started, seconds)
        for run, place in enumerate(places)
    ]
    return [_with_picture(*pair) for pair in zip(results, prepared, strict=True)] if task.pictures else results


def _with_picture(result: RunResult, data: Prepared) -> RunResult:
    """A picture that cannot be drawn takes nothing from the run but the picture; the run's `error` says why."""
    from runner.figures import draw_run

    try:
        return draw_run(result, data)
    except Exception as error:
        return replace(result, error=f"no picture: {_told(error)}")


def _told(error: Exception) -> str:
    """An error with the end of its traceback; the first line says it all in short."""
    trace = "".join(traceback.format_exception(error)[-6:])
    return f"{type(error).__name__}: {error}\n\n{trace}"


def build_stack(specs: Sequence[Spec], prepared: Sequence[Prepared], facts: Facts) -> Stack:
    """The arrays and functions that `nn` trains, one entry along the run axis per spec."""
    first, dtype = specs[0], specs[0].dtype
    network = build_network(structure_of(first, sizes_of(first, facts)))
    n_steps, shared = steps_of(first, facts), shared_settings(first)
    X_train = np.stack([data.X[data.train_rows] for data in prepared]).astype(dtype)
    Y_train = np.stack([data.Y[data.train_rows] for data in prepared]).astype(dtype)
    X_test = Y_test = None
    if facts.n_test:
        X_test = np.stack([data.X[data.test_rows] for data in prepared]).astype(dtype)
        Y_test = np.stack([data.Y[data.test_rows] for data in prepared]).astype(dtype)
    training = [spec.training for spec in specs]
    return Stack(
        network=network,
        parameters=np.stack([_first_parameters(network, spec) for spec in specs]),
        batches=_batches(specs, prepared, X_train, Y_train),
        X_train=X_train,
        Y_train=Y_train,
        X_test=X_test,
        Y_test=Y_test,
        metric=_metric(facts, prepared[0].threshold),
        optimizer=partial(OPTIMIZERS[first.optimizer.name], **shared),
        hyperparameters={
            name: np.array([spec.optimizer.settings()[name] for spec in specs])
            for name in first.optimizer.settings()
            if name not in shared
        },
        learning_rate=np.array([spec.learning_rate for spec in specs]),
        schedules=[
            partial(SCHEDULES[spec.schedule.name], n_steps=n_steps, **spec.schedule.settings()) for spec in specs
        ],
        evaluations=evaluation_steps(n_steps, first.training.evaluations),
        stop_cost=np.array([-np.inf if one.stop_cost is None else one.stop_cost for one in training]),
        patience=np.array([_patience_steps(spec, n_steps) for spec in specs]),
        decayed=_weights_only(network),
        l2=_optional([one.l2 or None for one in training]),
        clip_value=_optional([one.clip_value for one in training]),
        clip_norm=_optional([one.clip_norm for one in training]),
    )


def _first_parameters(network: Network, spec: Spec) -> Array:
    initializer = partial(INITIALIZERS[spec.init.name], **spec.init.settings())
    return network.initialize(generator(spec.seed, "init"), initializer, spec.network.bias_init == "init")


def _batches(specs: Sequence[Spec], prepared: Sequence[Prepared], X: Array, Y: Array) -> Batches:
    training = specs[0].training
    assert training.batch_size is not None
    draws = [data.draw for data in prepared if data.draw is not None]
    if training.mode == "full":
        return FullBatches(X, Y)
    if training.mode == "online" and len(draws) == len(specs):
        return FreshBatches(draws, training.batch_size, X.dtype)
    return ShuffledBatches(X, Y, training.batch_size, [generator(spec.seed, "shuffle") for spec in specs])


def _metric(facts: Facts, threshold: float) -> Metric:
    return rmse if facts.task == "regression" else partial(accuracy, threshold=threshold)


def _optional(values: Sequence[float | None]) -> Array | None:
    """Per-run values, or None when the stack does without; planning never mixes the two."""
    present = [value for value in values if value is not None]
    return np.array(present) if present else None


def _patience_steps(spec: Spec, n_steps: int) -> float:
    """Patience is given in epochs."""
    epochs = spec.training.patience
    return np.inf if epochs is None else epochs * n_steps / spec.training.epochs


def _weights_only(network: Network) -> Array:
    """1 for the parameters that L2 pulls towards zero, the weights, and 0 for the biases."""
    mask = np.zeros((1, network.n_parameters), dtype=network.dtype)
    for W, _ in network.layers(mask):
        W[...] = 1
    return np.asarray(mask[0])


def _digest(samples: Samples) -> str:
    """Identifies what a run learned from: the samples themselves, in the units of their source."""
    contents = np.ascontiguousarray(samples.X).tobytes() + np.ascontiguousarray(samples.Y).tobytes()
    return hashlib.sha256(contents).hexdigest()


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
    """One run out of a trained stack, with its numbers in a person's units."""
    metric = METRIC_NAMES[task.facts.task]
    unit = abs(data.scaling.y_scale) if metric == "rmse" else 1.0
    measured = np.isfinite(trained.history["train_cost"][run])
    history = {"step": np.array(stack.evaluations, dtype=float)[measured].tolist()}
    names = {"train_metric": f"train/{metric}", "test_metric": f"test/{metric}"}
    for series, values in trained.history.items():
        if series.startswith("test") and not task.facts.n_test:
            continue
        name = names.get(series, series.replace("_cost", "/cost"))
        history[name] = (values[run, measured] * (unit if series.endswith("metric") else 1.0)).tolist()
    return RunResult(
        index=task.indices[place],
        key=task.keys[place],
        spec=spec,
        outcome=trained.outcomes[run],
        task=task.facts.task,
        last_step=int(trained.last_step[run]),
        n_samples=(task.facts.n_train, task.facts.n_test),
        data_digest=_digest(data.samples),
        parameters=trained.parameters[run],
        sizes=stack.network.sizes,
        scaling=data.scaling,
        classes=data.samples.classes,
        history=history,
        started=started,
        seconds=seconds,
    )
