"""One network's fit in a panel: what it shows depends on the inputs and the task."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from nn.registry import Array
from runner.figures.panel import SCALE, Frame, dress
from runner.figures.style import BLACK, BLUE, CLASS_MARKS, CLASSES, CYCLE, GREY, ORANGE, RED, SHARES, short
from runner.fits import Fit, rounded

SAMPLES = "samples, coloured by target"


def draw_fit(axes: Axes, fit: Fit) -> None:
    """Draw a fit into axes of its own."""
    dress(axes, frame_of(fit))
    draw_contents(axes, fit)


def frame_of(fit: Fit) -> Frame:
    """What surrounds a fit."""
    return {
        "curve": _frame_of_curve,
        "regions": _frame_of_regions,
        "surface": _frame_of_surface,
        "scatter": _frame_of_scatter,
        "confusion": _frame_of_confusion,
    }[fit.kind](fit)


def draw_contents(axes: Axes, fit: Fit) -> None:
    """Draw a fit into axes that have its frame."""
    drawers: dict[str, Callable[[Axes, Fit], None]] = {
        "curve": _draw_curve,
        "regions": _draw_regions,
        "surface": _draw_surface,
        "scatter": _draw_scatter,
        "confusion": _draw_confusion,
    }
    drawers[fit.kind](axes, fit)


def _parts(fit: Fit) -> list[tuple[str, NDArray[np.bool_]]]:
    """The training and the test samples, where there are any."""
    assert fit.is_test is not None
    return [(name, chosen) for name, chosen in (("train", ~fit.is_test), ("test", fit.is_test)) if chosen.any()]


def _frame_of_curve(fit: Fit) -> Frame:
    assert fit.targets is not None
    low, high = float(fit.targets.min()), float(fit.targets.max())
    room = 0.75 * ((high - low) or 1.0)
    prediction = np.clip(np.nan_to_num(fit.prediction, nan=low), low - room, high + room)
    y = rounded(min(low, float(prediction.min())), max(high, float(prediction.max())))
    labels = [name for name, _ in _parts(fit)] + ["target"] * (fit.truth is not None)
    x_label, y_label = short(fit.input_names[0], 40), short(fit.target_name, 40)
    return Frame((fit.x[0], fit.x[-1]), y, x_label, y_label, (*labels, "prediction"))


def _draw_curve(axes: Axes, fit: Fit) -> None:
    assert fit.samples is not None and fit.targets is not None
    for label, chosen in _parts(fit):
        mark, color = ("o", GREY) if label == "train" else ("x", ORANGE)
        axes.plot(fit.samples[chosen, 0], fit.targets[chosen, 0], mark, color=color, markersize=3, label=label)
    if fit.truth is not None:
        axes.plot(fit.x, fit.truth, "--", color=BLACK, linewidth=1.2, label="target")
    low, high = axes.get_ylim()
    prediction = np.clip(fit.prediction, 2 * low - high, 2 * high - low)  # a line to infinity is not drawn at all
    axes.plot(fit.x, prediction, color=BLUE, linewidth=2, label="prediction")


def _frame_of_plane(fit: Fit, **more: Any) -> Frame:
    assert fit.y is not None
    names = [short(name, 40) for name in fit.input_names]
    return Frame((fit.x[0], fit.x[-1]), (fit.y[0], fit.y[-1]), names[0], names[1], has_grid=False, **more)


def _frame_of_regions(fit: Fit) -> Frame:
    return _frame_of_plane(fit, labels=tuple(short(name, 20) for name in fit.classes))


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
        axes.contour(fit.x, fit.y, fit.prediction, levels=[0.5], colors=[BLACK], linewidths=1.2)
    size = 3.2 if len(fit.samples) > 50 else 8
    for label in range(n):
        chosen = fit.targets == label
        color = CYCLE[label % len(CYCLE)]
        axes.plot(
            fit.samples[chosen, 0], fit.samples[chosen, 1], CLASS_MARKS[label % len(CLASS_MARKS)], color=color,
            markersize=size, markeredgecolor="white", markeredgewidth=0.4, label=short(fit.classes[label], 20),
        )  # fmt: skip


def _levels(fit: Fit) -> Array:
    """Of the colours: ten steps over what there is to learn."""
    reference = fit.truth if fit.truth is not None else fit.targets
    assert reference is not None
    low, high = float(np.min(reference)), float(np.max(reference))
    return np.linspace(*(rounded(low, high) if high > low else (low, low + 1.0)), 11)


def _frame_of_surface(fit: Fit) -> Frame:
    scale_label = f"prediction of {short(fit.target_name, 24)}"
    labels = (*(["target"] if fit.truth is not None else []), SAMPLES)
    return _frame_of_plane(fit, labels=labels, scale=tuple(_levels(fit).tolist()), scale_label=scale_label)


def _draw_surface(axes: Axes, fit: Fit) -> None:
    assert fit.samples is not None and fit.targets is not None and fit.y is not None
    levels = _levels(fit)
    axes.contourf(fit.x, fit.y, fit.prediction, levels=levels, cmap=SCALE, extend="both")
    if fit.truth is not None:
        axes.contour(fit.x, fit.y, fit.truth, levels=levels[1::2], colors="white", linewidths=1, linestyles="--")
        axes.plot([], [], "--", color=GREY, label="target")
    axes.scatter(
        fit.samples[:, 0], fit.samples[:, 1], c=fit.targets[:, 0], cmap=SCALE, vmin=levels[0], vmax=levels[-1], s=9,
        edgecolors="white", linewidths=0.4, label=SAMPLES,
    )  # fmt: skip


def _frame_of_scatter(fit: Fit) -> Frame:
    low, high = float(fit.x.min()), float(fit.x.max())
    room = 0.75 * ((high - low) or 1.0)
    prediction = np.clip(np.nan_to_num(fit.prediction, nan=low), low - room, high + room)
    y = rounded(min(low, float(prediction.min())), max(high, float(prediction.max())))
    labels = (*(name for name, _ in _parts(fit)), "perfect")
    return Frame(rounded(low, high), y, f"target {short(fit.target_name, 30)}", "prediction", labels)


def _draw_scatter(axes: Axes, fit: Fit) -> None:
    for label, chosen in _parts(fit):
        mark, color = ("o", BLUE) if label == "train" else ("x", RED)
        axes.plot(fit.x[chosen], fit.prediction[chosen], mark, color=color, markersize=3, label=label)
    ends = [float(fit.x.min()), float(fit.x.max())]
    axes.plot(ends, ends, "--", color=BLACK, linewidth=1, label="perfect")


def _frame_of_confusion(fit: Fit) -> Frame:
    x, y = (-0.5, len(fit.classes) - 0.5), (len(fit.classes) - 0.5, -0.5)
    return Frame(x, y, "predicted class (train and test samples)", "class", has_grid=False, classes=fit.classes)


def _draw_confusion(axes: Axes, fit: Fit) -> None:
    n = len(fit.classes)
    shares = fit.prediction / np.maximum(fit.prediction.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    if n <= 12:
        for row in range(n):
            for column in range(n):
                color = "white" if shares[row, column] > 0.6 else BLACK
                axes.text(
                    column, row, f"{fit.prediction[row, column]:.0f}", ha="center", va="center", color=color, fontsize=8
                )
