"""What is measured of a trained network once, at the end: baselines, all metrics, chosen points.

A training loss or one printed point is not a measure of success; the error on a test set, compared with that of a
predictor that learned nothing, is.
"""

import numpy as np
from numpy.typing import NDArray

from nn.metrics import METRICS, USUAL, Metric, Value
from nn.network import Network
from nn.registry import Array
from runner.datasets.samples import Target
from runner.runs.data import Prepared, gives_probabilities
from runner.runs.measuring import value_of
from runner.runs.spec import Spec, score_of
from runner.train.logistic import logistic


def measures(spec: Spec, data: Prepared, network: Network, parameters: Array | None) -> dict[str, float]:
    """Final values by name, in the units of the data; only finite ones.

    `parameters (P,)` are those of one run; None for a diverged run, which only has the scores of the baselines.
    """
    found = baselines(spec, data)
    with np.errstate(over="ignore", invalid="ignore"):
        if parameters is None:
            return _finite(found)
        parts = data.parts
        for part in [name for name in parts if name != "train"] or list(parts):
            X, Y = parts[part]
            outputs = _outputs(data, network, parameters, X)
            found |= {f"{part}/{name}": value for name, value in _metrics(spec, data, outputs, Y).items()}
        found[f"{part}/output_range"] = float(np.ptp(outputs, axis=0).max())
        found |= _probed(spec, data, network, parameters)
    return _finite(found)


def _finite(values: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if np.isfinite(value)}


def _metrics(spec: Spec, data: Prepared, outputs: Array, Y: Target) -> dict[str, float]:
    """Every metric that fits, of outputs `(n, d_out)` and targets in the units of the data."""
    fitting = METRICS.fitting(data.samples.task, gives_probabilities(spec.network.output, outputs.shape[1]))
    return {one.name: value_of(one, data, outputs, Y) for one in fitting}


def baselines(spec: Spec, data: Prepared) -> dict[str, float]:
    """The scores of predictors that need no network, on the part whose scores are reported.

    Regression: the best constant for the training targets (`constant`) and the best linear function (`linear`, least
    squares). Classification: the most frequent class, or the share of each (`constant`); for a table, logistic
    regression (`logistic`), with the run's class weights; and the optimal classifier if the data set knows it
    (`bayes`). The usual metric of the task is included, and for a table the constant itself, or the number of the class
    (`baseline/constant`).
    """
    task = data.samples.task
    found = [METRICS.metric(name) for name in dict.fromkeys((score_of(spec, task), USUAL[task]))]
    is_balanced = spec.training.class_weights == "balanced"
    reached = {
        f"baseline/{name}_{one.name}": value
        for one in found
        for name, value in (
            _classifiers(data, one, is_balanced) if task == "classification" else _regressors(data, one)
        ).items()
    }
    return reached | ({"baseline/constant": _constant(data, found[0])} if data.samples.encoding else {})


def _constant(data: Prepared, metric: Metric) -> float:
    """The one answer of a table that is the best for its training targets."""
    _, Y = data.parts["train"]
    if data.samples.task == "classification":
        return float(np.bincount(np.asarray(Y, dtype=np.int64)).argmax())
    return float(np.broadcast_to(metric.constant(Y, axis=0), Y.shape)[0, 0])


def _regressors(data: Prepared, metric: Metric) -> dict[str, float]:
    (X, Y), (train_X, train_Y) = data.tested, data.parts["train"]
    constant = np.broadcast_to(metric.constant(train_Y, axis=0), Y.shape)
    if data.samples.encoding:
        X, train_X = data.scaling.inputs(X), data.X_train
    line = np.linalg.lstsq(np.column_stack([np.ones(len(train_X)), train_X]), train_Y, rcond=None)[0]
    straight = np.column_stack([np.ones(len(X)), X]) @ line
    return {name: _value(metric.value, a.T, Y.T) for name, a in (("constant", constant), ("linear", straight))}


def _classifiers(data: Prepared, metric: Metric, is_balanced: bool) -> dict[str, float]:
    (X, Y), samples = data.tested, data.samples
    train_Y = np.asarray(samples.Y[data.split.train], dtype=np.int64)
    counts = np.bincount(train_Y, minlength=len(samples.classes))
    shares = np.broadcast_to(counts[:, np.newaxis] / counts.sum(), (len(counts), len(Y)))
    found = {"constant": shares if metric.of != "classes" else np.full(len(Y), counts.argmax())}
    if samples.encoding and (counts > 0).sum() > 1:
        probabilities = logistic(data.X_train, train_Y, data.scaling.inputs(X), len(counts), is_balanced)
        found["logistic"] = probabilities if metric.of != "classes" else probabilities.argmax(axis=0)
    if samples.bayes is not None and metric.of == "classes":
        found["bayes"] = samples.bayes(X)
    return {name: _value(metric.value, answers, Y) for name, answers in found.items()}


def _value(metric: Value, a: Array | NDArray[np.int64], t: Target) -> float:
    """A metric of one run's answers, which have no run axis."""
    return float(metric(np.asarray(a)[np.newaxis], np.asarray(t)[np.newaxis])[0])


def _probed(spec: Spec, data: Prepared, network: Network, parameters: Array) -> dict[str, float]:
    """The first output at every probe, and where the truth is known its error: `probe/3`, `probe_error/3`."""
    if not spec.test.probes:
        return {}
    X = np.array(spec.test.probes)
    outputs, truth = _outputs(data, network, parameters, X)[:, 0], data.samples.truth
    names = ["_".join(_written(number) for number in probe) for probe in spec.test.probes]
    found = {f"probe/{name}": float(value) for name, value in zip(names, outputs, strict=True)}
    if data.samples.task == "regression" and truth is not None:
        errors = np.abs(outputs - truth(X)[:, 0])
        found |= {f"probe_error/{name}": float(error) for name, error in zip(names, errors, strict=True)}
    return found


def _written(number: float) -> str:
    """A number as part of a metric's name, in which MLflow allows no plus sign."""
    whole = number == int(number) and abs(number) < 1e15
    return str(int(number)) if whole else repr(number).replace("e+", "e")


def _outputs(data: Prepared, network: Network, parameters: Array, X: Array) -> Array:
    """The network's outputs `(n, d_out)` in the units of the targets."""
    inside = data.scaling.inputs(X)[np.newaxis]
    return data.scaling.outputs(network.predict(parameters[np.newaxis], inside)[0].astype(np.float64))
