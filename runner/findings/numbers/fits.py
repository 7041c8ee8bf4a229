"""The numbers behind the picture of a network's fit: its predictions on a grid or on its samples."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.runs.data import Prepared
from runner.runs.model import model_of
from runner.runs.result import RunResult

CURVE_POINTS = 300
GRID_POINTS = 81
MOST_REGIONS = 8  # classes, as there are as many colours and marks that people can tell apart
MARGIN = 0.02
MAX_SAMPLES = 1000
AT_ONCE = 1 << 24  # units times inputs: a picture of a network that fits into the memory fits too
STRIDE = 7919  # a prime, so that the places are spread over all samples, odd and even
OTHER_STRIDE = 7927  # of as many samples as the first one divides, which would come back to the first few

TestedOn = Literal["test", "validation", "training"]
Kind = Literal["curve", "regions", "surface", "scatter", "confusion"]


@dataclass(frozen=True)
class Fit:
    """What a network answers, ready to draw.

    curve: `x (m,)`, `prediction (m,)`, `truth (m,)` or None.
    regions: `x (m,)`, `y (m,)` grid axes, `prediction (m, m)`: share of "yes" for two classes, else class numbers.
    surface: the same axes with `prediction (m, m)` in the target's units, `truth (m, m)` or None.
    scatter: `x` target and `prediction` of every sample. confusion: `prediction (classes, classes)` counts of the set
    that is tested on. `samples (n, d_in)` have no gaps where they can be filled, `part` the name of the part of each.
    """

    kind: Kind
    prediction: Array
    x: Array
    y: Array | None = None
    truth: Array | None = None
    samples: Array | None = None
    targets: Array | None = None
    part: NDArray[np.str_] | None = None
    input_names: tuple[str, ...] = ()
    target_name: str = "y"
    classes: tuple[str, ...] = ()
    tested_on: TestedOn = "test"


def fits_of(pairs: Sequence[tuple[RunResult, Prepared]]) -> list[Fit]:
    """The fits of several runs, each over the range of all runs with the same inputs, so that they can be compared."""
    seen: dict[tuple[str, ...], list[Array]] = {}
    for _, data in pairs:
        inputs = _inputs(data)
        seen.setdefault(data.samples.input_names, []).extend([inputs.min(axis=0), inputs.max(axis=0)])
    return [fit_of(result, data, np.array(seen[data.samples.input_names])) for result, data in pairs]


def fit_of(result: RunResult, data: Prepared, looked_at: Array | None = None) -> Fit:
    """The fit of a trained run on its own data; a curve or plane spans the inputs `looked_at (n, d_in)`, if given."""
    predict, samples = predictor_of(result), data.samples
    rows, part = data.split.named
    keep = shown_of(len(rows))
    X, Y = data.scaling.filled(samples.X[rows[keep]]), np.asarray(samples.Y[rows[keep]], dtype=np.float64)
    return replace(
        _numbers(predict, X, Y, data, _inputs(data) if looked_at is None else looked_at),
        samples=X,
        targets=Y,
        part=part[keep],
        input_names=samples.input_names,
        target_name=samples.target_name,
        classes=samples.classes,
        tested_on=_tested_on(data),
    )


def shown_of(n: int, most: int = MAX_SAMPLES) -> NDArray[np.intp]:
    """At most `most` of n positions `(m,)`, ascending and spread over all.

    They are not evenly spaced: if classes alternate, all samples could be of one class.
    """
    if n <= most:
        return np.arange(n)
    stride = STRIDE if n % STRIDE else OTHER_STRIDE
    return np.unique(np.arange(most) * stride % n)


def _inputs(data: Prepared) -> Array:
    """All inputs without gaps, those that are tested on included."""
    return data.scaling.filled(np.concatenate([data.samples.X, data.tested[0]]))


def _numbers(predict: Callable[[Array], Array], X: Array, Y: Array, data: Prepared, looked_at: Array) -> Fit:
    """The kind of picture that suits the data, and what it shows."""
    samples, d_in = data.samples, X.shape[1]
    if samples.task == "classification" and d_in == 2 and len(samples.classes) <= MOST_REGIONS:
        x, y, grid = _plane(looked_at)
        return Fit("regions", _shares(predict(grid), data).reshape(len(y), len(x)), x, y)
    if samples.task == "classification":
        return _confusion(predict, data)
    if d_in == 1:
        x = _axis(looked_at[:, 0], CURVE_POINTS)
        truth = samples.truth(x[:, np.newaxis])[:, 0] if samples.truth else None
        return Fit("curve", predict(x[:, np.newaxis])[:, 0], x, truth=truth)
    if d_in == 2:
        x, y, grid = _plane(looked_at)
        truth = samples.truth(grid)[:, 0].reshape(len(y), len(x)) if samples.truth else None
        return Fit("surface", predict(grid)[:, 0].reshape(len(y), len(x)), x, y, truth)
    return Fit("scatter", predict(X)[:, 0], Y[:, 0])


def confusion_of(result: RunResult, data: Prepared) -> Fit:
    """The confusion matrix on the test rows, whatever the number of inputs."""
    return replace(_confusion(predictor_of(result), data), classes=data.samples.classes, tested_on=_tested_on(data))


def _confusion(predict: Callable[[Array], Array], data: Prepared) -> Fit:
    n, (X, Y) = len(data.samples.classes), data.tested
    counts = np.zeros((n, n))
    np.add.at(counts, (Y.astype(int), data.classes_of(predict(X))), 1)
    return Fit("confusion", counts, np.arange(n, dtype=float))


def _tested_on(data: Prepared) -> TestedOn:
    parts = data.parts
    return "test" if "test" in parts else "validation" if "validation" in parts else "training"


def predictor_of(result: RunResult) -> Callable[[Array], Array]:
    """A function from inputs `(n, d_in)` in the units of the data to outputs `(n, d_out)` in those of the targets."""
    model = model_of(result)
    rows = max(1, AT_ONCE // sum(model.network.sizes))

    def predict(X: Array) -> Array:
        with np.errstate(over="ignore", invalid="ignore"):
            return np.concatenate([model.outputs(X[start : start + rows]) for start in range(0, len(X), rows)])

    return predict


def _axis(values: Array, points: int) -> Array:
    low, high = values.min(), values.max()
    margin = MARGIN * ((high - low) or 1.0)
    return np.linspace(*rounded(low - margin, high + margin), points)


def rounded(low: float, high: float) -> tuple[float, float]:
    """Limits around two values at multiples of a step: 1, 2 or 5 times a power of ten, at most a sixth of the range.

    Pictures of slightly different data then share their axes.
    """
    size = high - low
    if not 1e-290 < size < 1e290:
        room = max(abs(low), abs(high), 1.0) / 10
        return low - room, high + room
    decade = 10.0 ** math.floor(math.log10(size / 6))
    step = decade * next((digit for digit in (5, 2) if digit * decade <= size / 6), 1)
    return min(low, math.floor(low / step) * step), max(high, math.ceil(high / step) * step)


def _plane(X: Array) -> tuple[Array, Array, Array]:
    """Grid axes over the samples, and all grid points `(m * m, 2)`."""
    x, y = _axis(X[:, 0], GRID_POINTS), _axis(X[:, 1], GRID_POINTS)
    return x, y, np.column_stack([part.ravel() for part in np.meshgrid(x, y)])


def _shares(outputs: Array, data: Prepared) -> Array:
    """Two classes on one output: how far the output is from "no" to "yes", 0 to 1; otherwise the chosen class."""
    if outputs.shape[1] > 1:
        return data.classes_of(outputs).astype(np.float64)
    no, yes = data.samples.levels
    shares = np.clip((outputs[:, 0] - no) / (yes - no), 0, 1)
    return np.asarray(np.where(data.is_tie(outputs[:, 0]), 0.5, shares))
