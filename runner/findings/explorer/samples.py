"""What the runs of a page learned from: samples, how they were parted, and the picture that suits them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.findings.explorer.numbers import Numbers
from runner.findings.numbers.fits import MARGIN, MOST_REGIONS, rounded, shown_of
from runner.findings.pictures import learned_from
from runner.runs.data import Prepared
from runner.runs.result import RunResult

TRUTH_POINTS = 200
MOST_SAMPLES, MOST_NUMBERS = 1000, 40_000  # of a data set that go into a page: rows, and inputs of all rows
MOST_INPUTS = 100  # of which two make a picture
PARTS = {"train": 0, "validation": 1, "test": 2}
NO_PART = 3  # of a row that a run does not use
Kind = Literal["curve", "regions", "surface", "none"]


@dataclass(frozen=True)
class View:
    """The picture that suits a data set: which of its inputs are shown, where, and at which values of all others."""

    kind: Kind
    why: str = ""
    axes: tuple[int, ...] = ()
    choices: tuple[int, ...] = ()
    base: tuple[float, ...] = ()
    domains: tuple[tuple[float, float], ...] = ()
    range: tuple[float, float] = (0.0, 1.0)


@dataclass
class Learned:
    """The data of runs, each read once: those of a sweep differ in few settings."""

    known: dict[Any, Prepared | str] = field(default_factory=dict)

    def of(self, result: RunResult) -> Prepared | str:
        """What a run learned from, or why that is no longer available."""
        spec = result.spec
        key = spec.data, spec.test, spec.data_seed, spec.network.output, result.data and result.data.digest
        if key not in self.known:
            self.known[key] = learned_from(result)
        return self.known[key]


def view_of(all_data: Sequence[Prepared], whys: Sequence[str]) -> View:
    """The picture of a data set from those of its runs, which may have drawn other samples; `whys` are what is amiss
    with the data of others.
    """
    if not all_data:
        return View("none", whys[0] if whys else "No run has been trained.")
    first = all_data[0]
    if any(one.samples.input_names != first.samples.input_names for one in all_data):
        return View("none", "Networks with different inputs cannot share one picture.", range=_range(all_data))
    X = np.concatenate([one.scaling.filled(inputs) for one in all_data for inputs, _ in one.parts.values()])
    kind, why, axes, choices = _kind(first, X)
    domains = tuple(_limits(column) for column in X.T) if kind != "none" else ()
    base = tuple(float(one) for one in np.median(X, axis=0)) if kind != "none" else ()
    return View(kind, why, axes, choices, base, domains, _range(all_data))


def _kind(data: Prepared, X: Array) -> tuple[Kind, str, tuple[int, ...], tuple[int, ...]]:
    """Kind, reason for none, the inputs shown, and those to choose from."""
    samples, d_in = data.samples, X.shape[1]
    n_classes = len(samples.classes)
    if n_classes > MOST_REGIONS:
        return "none", f"{n_classes} classes are too many for distinct colours.", (), ()
    if d_in == 1 and n_classes <= 2:
        return "curve", "", (0,), ()
    kind: Kind = "regions" if samples.classes else "surface"
    if d_in == 2:
        return kind, "", (0, 1), ()
    numeric = _numeric(data, X)
    if d_in < 2 or len(numeric) < 2:
        told = "one input" if d_in < 2 else f"{d_in:,} inputs"
        return "none", f"A network with {told} has no picture in the plane.", (), ()
    return kind, "", _telling(data, numeric), numeric


def _numeric(data: Prepared, X: Array) -> tuple[int, ...]:
    """The inputs that are columns of numbers which differ; none of an image."""
    encoding = data.samples.encoding
    if encoding is None or X.shape[1] > MOST_INPUTS:
        return ()
    kinds = [column.kind for column in encoding.columns for _ in column.inputs]
    return tuple(place for place, kind in enumerate(kinds) if kind == "number" and np.ptp(X[:, place]) > 0)


def _telling(data: Prepared, numeric: Sequence[int]) -> tuple[int, int]:
    """The two of these inputs that go most with the target in the training rows, by their correlation."""
    rows = data.split.train
    x = data.scaling.filled(data.samples.X[rows])
    y = np.asarray(data.samples.Y[rows], dtype=np.float64).reshape(len(rows), -1)[:, 0]
    targets = [y == one for one in range(len(data.samples.classes))] or [y]

    def together(place: int) -> float:
        with np.errstate(all="ignore"):
            found = [abs(np.corrcoef(x[:, place], target)[0, 1]) for target in targets]
        return float(np.nanmax(np.nan_to_num(found)))

    first, second = sorted(sorted(numeric, key=lambda place: -together(place))[:2])
    return first, second


def _limits(values: Array) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = MARGIN * ((high - low) or 1.0)
    return rounded(low - margin, high + margin)


def _range(all_data: Sequence[Prepared]) -> tuple[float, float]:
    """Of the targets: the levels of classes, or all there are of a regression, with what is true where it is known."""
    first = all_data[0].samples
    if first.classes:
        no, yes = first.levels
        return no, yes
    values: list[Array] = [np.asarray(Y, dtype=np.float64)[:, 0] for one in all_data for _, Y in one.parts.values()]
    if first.truth is not None and first.X.shape[1] <= 2:
        values += [first.truth(one.samples.X)[:, 0] for one in all_data]
    return _limits(np.concatenate(values))


def truth_of(data: Prepared, view: View, samples: Numbers) -> dict[str, int] | None:
    """What is true of a curve, without noise, on even points over its domain."""
    if view.kind != "curve" or data.samples.truth is None or data.samples.classes:
        return None
    x = np.linspace(*view.domains[0], TRUTH_POINTS)
    return {"n": TRUTH_POINTS, "at": samples.add(data.samples.truth(x[:, np.newaxis])[:, 0])}


def shown_samples(data: Prepared) -> tuple[Array, Array, NDArray[np.uint8]]:
    """Inputs `(n, d_in)` without gaps, first targets `(n,)`, and the part of each `(n,)`: all of a small data set.

    Rows are in the order of the data set, so that runs which part it otherwise share all but the parts. A test set that
    is not held out of them is not shown.
    """
    samples, split = data.samples, data.split
    part = np.full(len(samples.X), NO_PART, dtype=np.uint8)
    for name, rows in (("train", split.train), ("validation", split.validation), ("test", split.test)):
        part[rows] = PARTS[name]
    keep = shown_of(len(part), max(1, min(MOST_SAMPLES, MOST_NUMBERS // samples.X.shape[1])))
    Y = np.asarray(samples.Y, dtype=np.float64).reshape(len(part), -1)[keep, 0]
    return data.scaling.filled(samples.X[keep]), Y, part[keep]
