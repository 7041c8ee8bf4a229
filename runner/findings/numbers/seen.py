"""The numbers behind the picture of a data set, before any network."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.datasets.samples import Target
from runner.findings.numbers.fits import CURVE_POINTS, MOST_REGIONS, shown_of
from runner.runs.data import Prepared

MAX_BARS = 12


@dataclass(frozen=True)
class Seen:
    """Samples ready to draw, with `names` of the axes where they are those of the data.

    curve: `X (n,)` and `Y (n,)`, the `part` of each sample, `parts` of all, and `truth`: `x` and targets without noise.
    classes and plane: `X (n, 2)`, and `Y (n,)` class numbers or targets. counts: `Y` is how many samples each class
    has. spread: `Y` are all targets.
    """

    kind: Literal["curve", "classes", "plane", "counts", "spread"]
    Y: Target
    X: Array
    d_in: int
    target: str
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    part: NDArray[np.str_] | None = None
    parts: NDArray[np.str_] | None = None
    truth: tuple[Array, Array] | None = None


def seen_of(data: Prepared) -> Seen:
    """Targets over one input, classes or targets in the plane of two, else the distribution of the targets."""
    samples, d_in = data.samples, data.samples.X.shape[1]
    target, inputs, classes, keep = samples.target_name, samples.input_names, samples.classes, shown_of(len(samples.X))
    if d_in == 1 and samples.task == "regression":
        rows, part = data.split.named
        keep, truth = shown_of(len(rows)), _truth_of(data)
        X, Y = samples.X[rows[keep], 0], np.asarray(samples.Y[rows[keep]], dtype=np.float64)[:, 0]
        return Seen("curve", Y, X, d_in, target, (inputs[0], target), part=part[keep], parts=part, truth=truth)
    if d_in == 2 and samples.task == "classification" and len(classes) <= MOST_REGIONS:
        return Seen("classes", samples.Y[keep], samples.X[keep], d_in, target, inputs, classes)
    if samples.task == "classification":
        counts = np.bincount(samples.Y.astype(int), minlength=len(classes))[:MAX_BARS]
        return Seen("counts", counts, np.empty(0), d_in, target, classes=classes[:MAX_BARS])
    Y = np.asarray(samples.Y, dtype=np.float64)[:, 0]
    if d_in == 2:
        return Seen("plane", Y[keep], samples.X[keep], d_in, target, inputs)
    return Seen("spread", Y, np.empty(0), d_in, target)


def _truth_of(data: Prepared) -> tuple[Array, Array] | None:
    samples = data.samples
    if samples.truth is None:
        return None
    x = np.linspace(samples.X.min(), samples.X.max(), CURVE_POINTS)
    return x, samples.truth(x[:, np.newaxis])[:, 0]
