"""How inputs and targets are scaled between the units of the data and those of the network."""

from dataclasses import dataclass

import numpy as np

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from nn.registry import Array
from runner.datasets.samples import DataError, Samples, Task
from runner.runs.field_types import AUTO
from runner.runs.spec import DataCommon, Spec

Span = tuple[float, float]


@dataclass(frozen=True)
class Scaling:
    """Between the units of the data and of the network: inside = (outside - shift) / scale.

    An input that is NaN is first replaced by `x_fill (d_in,)`, if given. With `y_log`, the logarithms of the targets
    are scaled.
    """

    x_shift: Array
    x_scale: Array
    y_shift: float = 0.0
    y_scale: float = 1.0
    x_fill: Array | None = None
    y_log: bool = False

    def filled(self, X: Array) -> Array:
        """Inputs `(n, d_in)` in the units of the data, with missing values imputed if possible."""
        return X if self.x_fill is None else np.where(np.isnan(X), self.x_fill, X)

    def inputs(self, X: Array) -> Array:
        """Inputs `(n, d_in)` in the units of the data, as the network sees them."""
        return np.asarray((self.filled(X) - self.x_shift) / self.x_scale)

    def targets(self, Y: Array) -> Array:
        """Targets `(n, d_out)` in the units of the data, as the network learns them."""
        return np.asarray(((np.log(Y) if self.y_log else Y) - self.y_shift) / self.y_scale)

    def outputs(self, Y: Array) -> Array:
        """Network outputs `(n, d_out)` back in the units of the targets."""
        found = np.asarray(Y * self.y_scale + self.y_shift)
        return np.exp(found) if self.y_log else found


def check_logarithms(data: DataCommon, samples: Samples) -> None:
    """Raise DataError if logarithms are requested for targets that have none."""
    if data.target_scale != "log":
        return
    if samples.task == "classification":
        ways = {"with classes as they are": {"target_scale": "none"}}
        raise DataError("=log is for a regression, and this is a classification", "target_scale", ways)
    if (smallest := np.min(samples.Y)) <= 0:
        ways = {"with targets on one scale": {"target_scale": "standardize"}}
        raise DataError(f"=log needs targets above 0, and the smallest is {smallest:g}", "target_scale", ways)


def find_scaling(spec: Spec, samples: Samples, X: Array, Y: Array) -> Scaling:
    """The scaling, computed from training inputs `X (n, d_in)` and targets `Y (n, d_out)` only.

    Inputs are standardized on request. Targets are mapped as `network.target_range` says; if it says nothing, those of
    a regression as `data.target_scale` says.
    """
    assert isinstance(spec.data, DataCommon)
    fill = _fill(samples, X)
    X = X if fill is None else np.where(np.isnan(X), fill, X)
    shift: Array = np.zeros(X.shape[1])
    scale: Array = np.ones(X.shape[1])
    if spec.data.standardize:
        shift, scale = X.mean(axis=0), spread_of(X)
    y_log = spec.data.target_scale == "log"
    Y = np.log(Y) if y_log else Y
    source, target = _target_map(spec, samples, Y)
    if target is not None:
        (low, high), (bottom, top) = source, target
        y_scale = (high - low) / (top - bottom) or 1.0
        return Scaling(shift, scale, low - bottom * y_scale, y_scale, fill, y_log)
    if spec.data.target_scale != "none" and samples.task == "regression":
        return Scaling(shift, scale, float(Y.mean()), float(spread_of(Y.ravel())), fill, y_log)
    return Scaling(shift, scale, x_fill=fill, y_log=y_log)


def spread_of(values: Array) -> Array:
    """The standard deviation of values `(n, ...)` over `n`, safe to divide by: 1 if all values are equal.

    The mean of equal numbers is rounded, so their computed deviation is often 1e-17 instead of 0, and a different value
    in a later row would be 1e15 deviations away.
    """
    found = values.std(axis=0)
    return np.where((np.ptp(values, axis=0) > 0) & (found > 0), found, 1.0)


def _fill(samples: Samples, X: Array) -> Array | None:
    """What a gap becomes in each input of a table `(d_in,)`: of a number as `impute` says, else the commonest value."""
    if samples.encoding is None or samples.impute == "none":
        return None
    fill, first = np.zeros(X.shape[1]), 0
    for column in samples.encoding.columns:
        inputs = slice(first, first + len(column.inputs))
        first, part = inputs.stop, X[:, inputs]
        known = part[~np.isnan(part).any(axis=1)]
        if not len(known):
            continue
        if column.kind == "number" and samples.impute != "most_frequent":
            fill[inputs] = np.median(known) if samples.impute == "median" else known.mean()
        else:
            rows, counts = np.unique(known, axis=0, return_counts=True)
            fill[inputs] = rows[counts.argmax()]
    return fill


def _target_map(spec: Spec, samples: Samples, Y: Array) -> tuple[Span, Span | None]:
    """What of the targets is mapped onto what, by `network.target_range`; onto None where they stay as they are.

    Labels become the two numbers of the range. A regression's targets are mapped onto the range, all of them from their
    smallest to their largest; with a bounded output the range is mapped onto the bounds of the output.
    """
    output, chosen = ACTIVATIONS[spec.network.output](), spec.network.target_range
    own = samples.levels if samples.task == "classification" else (float(Y.min()), float(Y.max()))
    if not isinstance(chosen, tuple):
        return own, _automatic_range(spec) if chosen == AUTO else None
    if sets_targets(samples.task, spec.network.output):
        return own, chosen
    return tuple(np.log(chosen)) if dict(spec.data)["target_scale"] == "log" else chosen, output.output_range


def _automatic_range(spec: Spec) -> Span | None:
    """What targets are mapped onto by themselves: the labels that the loss needs, or the bounds of a bounded output."""
    loss, output = LOSSES[spec.loss.name](**spec.loss.settings()), ACTIVATIONS[spec.network.output]()
    return loss.labels or (output.output_range if output.is_bounded else None)


def sets_targets(task: Task, output: str) -> bool:
    """Whether `network.target_range` is the range of the scaled targets, not of what maps onto the output's bounds."""
    return task == "classification" or not ACTIVATIONS[output]().is_bounded


def known_range(spec: Spec, task: Task, levels: Span) -> Span | None:
    """The smallest and largest scaled target, if known without the samples."""
    chosen = spec.network.target_range
    if chosen == AUTO and (span := _automatic_range(spec)):
        return span
    if isinstance(chosen, tuple) and sets_targets(task, spec.network.output):
        return chosen
    return levels if task == "classification" else None
