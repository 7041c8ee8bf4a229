"""What is measured of a trained network once, at the end: trivial predictors, all metrics, chosen points.

A training loss or one printed point is no measure of success; the error on a test set beside that of a predictor that
learned nothing is.
"""

import numpy as np
from numpy.typing import NDArray

from nn.metrics import METRICS, USUAL, Metric, Value
from nn.network import Network
from nn.registry import Array
from runner.datasets.samples import Target
from runner.runs.data import Prepared, gives_probabilities
from runner.runs.spec import Spec, score_of


def measures(spec: Spec, data: Prepared, network: Network, parameters: Array | None) -> dict[str, float]:
    """Final values by name, in the units of the data; only finite ones.

    `parameters (P,)` are those of one run; None for one that diverged, which has the trivial predictors' scores alone.
    """
    X, part = data.tested[0], "test" if len(data.X_test) else "train"
    found = baselines(spec, data)
    with np.errstate(over="ignore", invalid="ignore"):
        if parameters is None:
            return _finite(found)
        outputs = _outputs(data, network, parameters, X)
        found |= {f"{part}/{name}": value for name, value in _metrics(spec, data, outputs).items()}
        found[f"{part}/output_range"] = float(np.ptp(outputs, axis=0).max())
        found |= _probed(spec, data, network, parameters)
    return _finite(found)


def _finite(values: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if np.isfinite(value)}


def _metrics(spec: Spec, data: Prepared, outputs: Array) -> dict[str, float]:
    """Every metric that fits, of outputs `(n, d_out)` in the units of the targets, on the set that is tested on."""
    a, t = outputs, data.tested[1]
    fitting = METRICS.fitting(data.samples.task, gives_probabilities(spec.network.output, outputs.shape[1]))
    if data.samples.task == "classification":
        a, t = data.scaling.targets(outputs), data.Y_test if len(data.X_test) else data.Y_train
    return {one.name: _value(one.of_outputs(data.threshold, data.tie), a.T, t.T) for one in fitting}


def baselines(spec: Spec, data: Prepared) -> dict[str, float]:
    """What predictors reach that need no network, on the set that the network is tested on, in the run's score.

    Regression: the best constant for the training targets (`constant`) and the best straight line or plane through
    them (`linear`, least squares). Classification: the most frequent class, or the share of each (`constant`), and the
    rule that is right most often where the data set knows it (`bayes`). The usual metric of the task is there as well.
    """
    task = data.samples.task
    found = [METRICS.metric(name) for name in dict.fromkeys((score_of(spec, task), USUAL[task]))]
    of_task = _classifiers if task == "classification" else _regressors
    return {f"baseline/{name}_{one.name}": value for one in found for name, value in of_task(data, one).items()}


def _regressors(data: Prepared, metric: Metric) -> dict[str, float]:
    (X, Y), rows = data.tested, data.train_rows
    train_X, train_Y = np.column_stack([np.ones(len(rows)), data.samples.X[rows]]), data.samples.Y[rows]
    line = np.linalg.lstsq(train_X, train_Y, rcond=None)[0]
    constant = np.broadcast_to(metric.constant(train_Y, axis=0), Y.shape)
    straight = np.column_stack([np.ones(len(X)), X]) @ line
    return {name: _value(metric.value, a.T, Y.T) for name, a in (("constant", constant), ("linear", straight))}


def _classifiers(data: Prepared, metric: Metric) -> dict[str, float]:
    (X, Y), samples = data.tested, data.samples
    counts = np.bincount(samples.Y[data.train_rows], minlength=len(samples.classes))
    if metric.of != "classes":
        shares = np.broadcast_to(counts[:, np.newaxis] / counts.sum(), (len(counts), len(Y)))
        return {"constant": _value(metric.value, shares, Y)}
    found = {"constant": _value(metric.value, np.full(len(Y), counts.argmax()), Y)}
    return found if samples.bayes is None else found | {"bayes": _value(metric.value, samples.bayes(X), Y)}


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
