"""One network's fit in a panel: what it shows depends on the inputs and the task."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from nn.registry import Array
from runner.base.texts import short
from runner.findings.figures.panel import SCALE, Frame, dress, norm_of
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
    drawers: dict[str, Callable[[Axes, Fit], None]] = {
        "curve": _draw_curve,
        "regions": _draw_regions,
        "surface": partial(_draw_surface, levels=np.array(frame.scale)),
        "scatter": _draw_scatter,
        "confusion": _draw_confusion,
    }
    drawers[fit.kind](axes, fit)


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


def _draw_curve(axes: Axes, fit: Fit) -> None:
    assert fit.samples is not None and fit.targets is not None
    for name, chosen in parts_of(fit.part):
        axes.plot(fit.samples[chosen, 0], fit.targets[chosen, 0], **CURVE[name])
    if fit.truth is not None:
        axes.plot(fit.x, fit.truth, **CURVE["target"])
    low, high = axes.get_ylim()
    prediction = np.clip(fit.prediction, 2 * low - high, 2 * high - low)  # a line to infinity is not drawn at all
    axes.plot(fit.x, prediction, **CURVE["prediction"])


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


def _draw_regions(axes: Axes, fit: Fit) -> None:
    assert fit.samples is not None and fit.targets is not None and fit.y is not None
    n = len(fit.classes)
    extent = (float(fit.x[0]), float(fit.x[-1]), float(fit.y[0]), float(fit.y[-1]))
    binary = n == 2
    axes.imshow(
        fit.prediction, origin="lower", extent=extent, aspect="auto", interpolation="bilinear" if binary else "nearest",
        cmap=SHARES if binary else CLASSES, vmin=0, vmax=1 if binary else CLASSES.N - 1,
    )  # fmt: skip
    if binary and fit.prediction.min() < 0.5 < fit.prediction.max():
        axes.contour(fit.x, fit.y, fit.prediction, levels=[0.5], colors=[DARK], linewidths=1.2)
    size = 3.2 if len(fit.samples) > 50 else 8
    for part, rows in parts_of(fit.part):
        for label in range(n):
            chosen = rows & (fit.targets == label)
            axes.plot(fit.samples[chosen, 0], fit.samples[chosen, 1], **class_style(label, size, part))


def _levels(fit: Fit) -> Array:
    """Of the colours: ten steps over what there is to learn."""
    reference = fit.truth if fit.truth is not None else fit.targets
    assert reference is not None
    low, high = float(np.min(reference)), float(np.max(reference))
    return np.linspace(*(rounded(low, high) if high > low else (low, low + 1.0)), 11)


def _frame_of_surface(fit: Fit) -> Frame:
    scale_label = f"{short(fit.target_name, 24)}: prediction, and target of the marks"
    shown = ["target"] * (fit.truth is not None) + [name for name, _ in parts_of(fit.part)]
    legend = _some(SURFACE, shown)
    return _frame_of_plane(fit, legend=legend, scale=tuple(_levels(fit).tolist()), scale_label=scale_label)


def _draw_surface(axes: Axes, fit: Fit, levels: Array) -> None:
    assert fit.samples is not None and fit.targets is not None and fit.y is not None
    colors: dict[str, Any] = {"cmap": SCALE, "norm": norm_of(levels.tolist())}
    axes.contourf(fit.x, fit.y, fit.prediction, levels=levels, extend="both", **colors)
    if fit.truth is not None:
        axes.contour(fit.x, fit.y, fit.truth, levels=levels[1::2], colors="white", linewidths=1, linestyles="--")
    dots: dict[str, Any] = {"edgecolors": "white", "linewidths": 0.4} | colors
    for part, rows in parts_of(fit.part):
        x, y = fit.samples[rows].T
        axes.scatter(x, y, c=fit.targets[rows, 0], s=9 if part == "train" else 18, marker=MARKS[part], **dots)


def _frame_of_scatter(fit: Fit) -> Frame:
    low, high = float(fit.x.min()), float(fit.x.max())
    room = 0.75 * ((high - low) or 1.0)
    prediction = np.clip(np.nan_to_num(fit.prediction, nan=low), low - room, high + room)
    y = rounded(min(low, float(prediction.min())), max(high, float(prediction.max())))
    shown = [*(name for name, _ in parts_of(fit.part)), "perfect"]
    return Frame(rounded(low, high), y, f"target {short(fit.target_name, 30)}", "prediction", _some(SCATTER, shown))


def _draw_scatter(axes: Axes, fit: Fit) -> None:
    for name, chosen in parts_of(fit.part):
        axes.plot(fit.x[chosen], fit.prediction[chosen], **SCATTER[name])
    ends = [float(fit.x.min()), float(fit.x.max())]
    axes.plot(ends, ends, **SCATTER["perfect"])


def _frame_of_confusion(fit: Fit) -> Frame:
    x, y = (-0.5, len(fit.classes) - 0.5), (len(fit.classes) - 0.5, -0.5)
    return Frame(x, y, f"predicted class ({fit.tested_on} samples)", "true class", has_grid=False, classes=fit.classes)


def _draw_confusion(axes: Axes, fit: Fit) -> None:
    n = len(fit.classes)
    shares = fit.prediction / np.maximum(fit.prediction.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap=COUNTS, vmin=0, vmax=1, aspect="auto")
    if n <= 12:
        for row in range(n):
            for column in range(n):
                color = LIGHT if shares[row, column] > 0.6 else DARK
                axes.text(
                    column, row, f"{fit.prediction[row, column]:.0f}", ha="center", va="center", color=color, fontsize=8
                )
