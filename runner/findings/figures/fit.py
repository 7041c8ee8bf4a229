"""One network's fit in a panel: what it shows depends on the inputs and the task."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from contourpy import contour_generator
from matplotlib.axes import Axes
from numpy.typing import NDArray

from nn.registry import Array
from runner.base.texts import short
from runner.findings.figures.artists import draw_shapes
from runner.findings.figures.panel import Frame, dress
from runner.findings.figures.shapes import Bands, Cells, Dots, Line, Shape, Words
from runner.findings.figures.style import (
    BLACK,
    BLUE,
    CLASS_MARKS,
    CLASSES,
    COUNTS,
    CYCLE,
    DARK,
    GREEN,
    GREY,
    LIGHT,
    ORANGE,
    RED,
    SHARES,
    Legend,
    Style,
    entry,
    legend_of,
)
from runner.findings.numbers.fits import Fit, rounded

DASHED: Style = {"linestyle": "--", "color": BLACK}
CURVE: dict[str, Style] = {
    "train": {"marker": "o", "linestyle": "", "color": GREY, "markersize": 3},
    "validation": {"marker": "^", "linestyle": "", "color": GREEN, "markersize": 3},
    "test": {"marker": "x", "linestyle": "", "color": ORANGE, "markersize": 3},
    "target": DASHED | {"linewidth": 1.2},
    "prediction": {"color": BLUE, "linewidth": 2},
}
BOUNDARY: Style = {"color": DARK, "linewidth": 1.2}
TRUTH: Style = {"color": "white", "linewidth": 1, "linestyle": "--"}
FEW_DOTS = 150  # of a surface, which leave most of it free
MOST_COUNTED = 12  # classes, whose numbers have room in their cells
MARKS = {"train": "o", "validation": "^", "test": "X"}
SURFACE: dict[str, Style] = {
    "target": DASHED | {"color": GREY},
    **{part: {"marker": mark, "linestyle": "", "color": GREY, "markersize": 4} for part, mark in MARKS.items()},
}
SCATTER: dict[str, Style] = {
    "train": {"marker": "o", "linestyle": "", "color": BLUE, "markersize": 3},
    "validation": {"marker": "^", "linestyle": "", "color": GREEN, "markersize": 3},
    "test": {"marker": "x", "linestyle": "", "color": RED, "markersize": 3},
    "perfect": DASHED | {"linewidth": 1},
}


def draw_fit(axes: Axes, fit: Fit) -> None:
    """Draw a fit into axes of its own."""
    frame = frame_of(fit)
    dress(axes, frame)
    draw_contents(axes, fit, frame)


def frame_of(fit: Fit) -> Frame:
    """What surrounds a fit."""
    return {
        "curve": _frame_of_curve,
        "regions": _frame_of_regions,
        "surface": _frame_of_surface,
        "scatter": _frame_of_scatter,
        "confusion": _frame_of_confusion,
    }[fit.kind](fit)


def draw_contents(axes: Axes, fit: Fit, frame: Frame) -> None:
    """Draw a fit into axes that have its frame."""
    draw_shapes(axes, contents_of(fit, frame))


def contents_of(fit: Fit, frame: Frame) -> list[Shape]:
    """What a fit shows in its frame."""
    return {
        "curve": _contents_of_curve,
        "regions": _contents_of_regions,
        "surface": _contents_of_surface,
        "scatter": _contents_of_scatter,
        "confusion": _contents_of_confusion,
    }[fit.kind](fit, frame)


def parts_of(part: NDArray[np.str_] | None) -> list[tuple[str, NDArray[np.bool_]]]:
    """The training, validation and test samples, where there are any, by the part of each."""
    assert part is not None
    return [(name, part == name) for name in ("train", "validation", "test") if (part == name).any()]


def _some(styles: dict[str, Style], shown: Sequence[str]) -> Legend:
    return legend_of({name: styles[name] for name in shown})


def _frame_of_curve(fit: Fit) -> Frame:
    assert fit.targets is not None
    low, high = float(fit.targets.min()), float(fit.targets.max())
    room = 0.75 * ((high - low) or 1.0)
    prediction = np.clip(np.nan_to_num(fit.prediction, nan=low), low - room, high + room)
    y = rounded(min(low, float(prediction.min())), max(high, float(prediction.max())))
    shown = [name for name, _ in parts_of(fit.part)] + ["target"] * (fit.truth is not None) + ["prediction"]
    x_label, y_label = short(fit.input_names[0], 40), short(fit.target_name, 40)
    return Frame((fit.x[0], fit.x[-1]), y, x_label, y_label, _some(CURVE, shown))


def _contents_of_curve(fit: Fit, frame: Frame) -> list[Shape]:
    assert fit.samples is not None and fit.targets is not None
    low, high = frame.y
    prediction = np.clip(fit.prediction, 2 * low - high, 2 * high - low)  # a line to infinity is not drawn at all
    samples = [Line(fit.samples[chosen, 0], fit.targets[chosen, 0], CURVE[name]) for name, chosen in parts_of(fit.part)]
    truth = [Line(fit.x, fit.truth, CURVE["target"])] if fit.truth is not None else []
    return [*samples, *truth, Line(fit.x, prediction, CURVE["prediction"])]


def _frame_of_plane(fit: Fit, **more: Any) -> Frame:
    assert fit.y is not None
    names = [short(name, 40) for name in fit.input_names]
    return Frame((fit.x[0], fit.x[-1]), (fit.y[0], fit.y[-1]), names[0], names[1], has_grid=False, **more)


def _frame_of_regions(fit: Fit) -> Frame:
    held_out = [name for name, _ in parts_of(fit.part) if name != "train"]
    of_parts = {f"{name} rows": class_style(0, 5, name) | {"color": GREY} for name in held_out}
    return _frame_of_plane(fit, legend=legend_of_classes(fit.classes) + legend_of(of_parts))


def legend_of_classes(classes: Sequence[str]) -> Legend:
    """The marks of the classes."""
    return legend_of({_class(name): class_style(label, 5) for label, name in enumerate(classes)})


def _class(name: str) -> str:
    """A class in a legend: a number alone would say nothing."""
    return f"class {name}" if name.isdecimal() else entry(name, 20)


def class_style(label: int, size: float, part: str = "train") -> Style:
    """The marks of a class: hollow for validation rows, with a black edge for test rows."""
    style: Style = {"marker": CLASS_MARKS[label % len(CLASS_MARKS)], "linestyle": "", "markersize": size}
    style["color"] = CYCLE[label % len(CYCLE)]
    if part == "validation":
        return style | {"markerfacecolor": "white", "markeredgewidth": 1.0}
    is_test = part == "test"
    return style | {"markeredgecolor": DARK if is_test else "white", "markeredgewidth": 0.9 if is_test else 0.4}


def _contents_of_regions(fit: Fit, _: Frame) -> list[Shape]:
    assert fit.samples is not None and fit.targets is not None and fit.y is not None
    n = len(fit.classes)
    size = 3.2 if len(fit.samples) > 50 else 8
    marks = [
        _through(fit.samples[rows & (fit.targets == label)], class_style(label, size, part))
        for part, rows in parts_of(fit.part)
        for label in range(n)
    ]
    if n != 2:
        return [Cells(fit.x, fit.y, fit.prediction, CLASSES, 0, CLASSES.N - 1), *marks]
    boundary = _contour(fit.x, fit.y, fit.prediction, 0.5, BOUNDARY)
    return [Cells(fit.x, fit.y, fit.prediction, SHARES, 0, 1, is_smooth=True), *boundary, *marks]


def _contour(x: Array, y: Array, values: Array, level: float, style: Style) -> list[Line]:
    """Lines along which values `(y, x)` cross a level; none where they only touch it."""
    known = np.ma.masked_invalid(values)
    if not known.min() < level < known.max():
        return []
    return [_through(np.asarray(line), style) for line in contour_generator(x, y, known).lines(level)]


def _through(points: Array, style: Style) -> Line:
    return Line(points[:, 0], points[:, 1], style)


def _levels(fit: Fit) -> Array:
    """Of the colours: ten steps over the range of the targets."""
    reference = fit.truth if fit.truth is not None else fit.targets
    assert reference is not None
    low, high = float(np.min(reference)), float(np.max(reference))
    return np.linspace(*(rounded(low, high) if high > low else (low, low + 1.0)), 11)


def _frame_of_surface(fit: Fit) -> Frame:
    scale_label = f"{short(fit.target_name, 24)}: prediction, and target of the marks"
    shown = ["target"] * (fit.truth is not None) + [name for name, _ in parts_of(fit.part)]
    legend = _some(SURFACE, shown)
    return _frame_of_plane(fit, legend=legend, scale=tuple(_levels(fit).tolist()), scale_label=scale_label)


def _contents_of_surface(fit: Fit, frame: Frame) -> list[Shape]:
    assert fit.samples is not None and fit.targets is not None and fit.y is not None
    shrunk = min(1.0, math.sqrt(FEW_DOTS / len(fit.samples)))  # or they would hide what is behind them
    dots = [
        Dots(x, y, fit.targets[rows, 0], frame.scale, MARKS[part], shrunk * (3 if part == "train" else 4.2))
        for part, rows in parts_of(fit.part)
        for x, y in [fit.samples[rows].T]
    ]
    truth = fit.truth if fit.truth is not None else np.zeros_like(fit.prediction)
    target = [line for level in frame.scale[1::2] for line in _contour(fit.x, fit.y, truth, level, TRUTH)]
    return [Bands(fit.x, fit.y, fit.prediction, frame.scale), *dots, *target]


def _frame_of_scatter(fit: Fit) -> Frame:
    low, high = float(fit.x.min()), float(fit.x.max())
    room = 0.75 * ((high - low) or 1.0)
    prediction = np.clip(np.nan_to_num(fit.prediction, nan=low), low - room, high + room)
    y = rounded(min(low, float(prediction.min())), max(high, float(prediction.max())))
    shown = [*(name for name, _ in parts_of(fit.part)), "perfect"]
    return Frame(rounded(low, high), y, f"target {short(fit.target_name, 30)}", "prediction", _some(SCATTER, shown))


def _contents_of_scatter(fit: Fit, _: Frame) -> list[Shape]:
    ends = np.array([fit.x.min(), fit.x.max()])
    samples = [Line(fit.x[chosen], fit.prediction[chosen], SCATTER[name]) for name, chosen in parts_of(fit.part)]
    return [*samples, Line(ends, ends, SCATTER["perfect"])]


def _frame_of_confusion(fit: Fit) -> Frame:
    x, y = (-0.5, len(fit.classes) - 0.5), (len(fit.classes) - 0.5, -0.5)
    return Frame(x, y, f"predicted class ({fit.tested_on} samples)", "true class", has_grid=False, classes=fit.classes)


def _contents_of_confusion(fit: Fit, _: Frame) -> list[Shape]:
    n, counts = len(fit.classes), fit.prediction
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    numbers = [
        Words(column, row, f"{counts[row, column]:.0f}", LIGHT if shares[row, column] > 0.6 else DARK)
        for row in range(n if n <= MOST_COUNTED else 0)
        for column in range(n)
    ]
    return [Cells(fit.x, fit.x, shares, COUNTS, 0, 1), *numbers]
