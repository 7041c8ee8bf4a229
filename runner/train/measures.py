"""What is measured of a trained network once, at the end: trivial predictors, the worst error, chosen points.

A training loss or one printed point is no measure of success; the error on a test set beside that of a predictor that
learned nothing is.
"""

import numpy as np

from nn.network import Network
from nn.registry import Array
from runner.runs.data import Prepared
from runner.runs.spec import Spec


def measures(spec: Spec, data: Prepared, network: Network, parameters: Array | None) -> dict[str, float]:
    """Final values by name, in the units of the data; only finite ones.

    `parameters (P,)` are those of one run; None for one that diverged, which has the trivial predictors' scores alone.
    """
    X, Y = data.tested
    part = "test" if len(data.X_test) else "train"
    found = baselines(data)
    with np.errstate(over="ignore", invalid="ignore"):
        if parameters is None:
            return _finite(found)
        outputs = _outputs(data, network, parameters, X)
        if data.samples.task == "regression":
            found[f"{part}/max_error"] = float(np.abs(outputs - Y).max())
        found[f"{part}/output_range"] = float(np.ptp(outputs, axis=0).max())
        found |= _probed(spec, data, network, parameters)
    return _finite(found)


def _finite(values: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if np.isfinite(value)}


def baselines(data: Prepared) -> dict[str, float]:
    """The score of predictors that need no network, on the set that the network is tested on.

    Regression: RMSE of the training targets' mean (`constant`) and of the best straight line or plane through them
    (`linear`, least squares). Classification: accuracy of the most frequent class (`constant`), and of the rule that is
    right most often where the data set knows it (`bayes`).
    """
    X, Y = data.tested
    samples, rows = data.samples, data.train_rows
    if samples.task == "classification":
        found = {"baseline/constant_accuracy": float((np.bincount(samples.Y[rows]).argmax() == Y).mean())}
        if samples.bayes is not None:
            found["baseline/bayes_accuracy"] = float((samples.bayes(X) == Y).mean())
        return found
    train_X, train_Y = np.column_stack([np.ones(len(rows)), samples.X[rows]]), samples.Y[rows]
    line = np.linalg.lstsq(train_X, train_Y, rcond=None)[0]
    return {
        "baseline/constant_rmse": _rmse(train_Y.mean(axis=0) - Y),
        "baseline/linear_rmse": _rmse(np.column_stack([np.ones(len(X)), X]) @ line - Y),
    }


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


def _rmse(difference: Array) -> float:
    return float(np.sqrt((difference * difference).mean()))
