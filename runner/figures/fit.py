"""One network's fit in a panel: what it shows depends on the inputs and the task."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from runner.figures.style import (
    BLACK,
    BLUE,
    CLASS_MARKS,
    CLASSES,
    CYCLE,
    GREY,
    ORANGE,
    RED,
    SHARES,
    crowded,
    short,
    tidy,
)
from runner.fits import Fit


def draw_fit(axes: Axes, fit: Fit, legend: bool) -> None:
    """Draw a fit into a panel; what it shows depends on the inputs and the task."""
    drawers: dict[str, Callable[[Axes, Fit], None]] = {
        "curve": _draw_curve,
        "regions": _draw_regions,
        "surface": _draw_surface,
        "scatter": _draw_scatter,
        "confusion": _draw_confusion,
    }
    drawers[fit.kind](axes, fit)
    handles, labels = axes.get_legend_handles_labels()
    if legend and labels:
        axes.legend(
            handles, labels, fontsize=8, ncols=min(4, len(labels)), frameon=False,
            loc="lower center", bbox_to_anchor=(0.5, 0.985), borderaxespad=0.1, columnspacing=1.0, handletextpad=0.4,
        )  # fmt: skip


def _draw_curve(axes: Axes, fit: Fit) -> None:
    assert fit.samples is not None and fit.targets is not None and fit.is_test is not None
    for label, chosen, mark, color in (("train", ~fit.is_test, "o", GREY), ("test", fit.is_test, "x", ORANGE)):
        if chosen.any():
            axes.plot(fit.samples[chosen, 0], fit.targets[chosen, 0], mark, color=color, markersize=3, label=label)
    if fit.truth is not None:
        axes.plot(fit.x, fit.truth, "--", color=BLACK, linewidth=1.2, label="target")
    low, high = float(fit.targets.min()), float(fit.targets.max())
    room = 0.75 * ((high - low) or 1.0)
    prediction = np.clip(fit.prediction, low - 2 * room, high + 2 * room)
    axes.plot(fit.x, prediction, color=BLUE, linewidth=2, label="prediction")
    lowest, highest = min(low, float(np.nanmin(prediction))), max(high, float(np.nanmax(prediction)))
    axes.set_ylim(max(lowest, low - room) - 0.1 * room, min(highest, high + room) + 0.1 * room)
    axes.set(xlabel=short(fit.input_names[0], 40), ylabel=short(fit.target_name, 40))
    tidy(axes)


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
    axes.set(xlabel=short(fit.input_names[0], 40), ylabel=short(fit.input_names[1], 40))


def _draw_surface(axes: Axes, fit: Fit) -> None:
    assert fit.samples is not None and fit.targets is not None and fit.y is not None
    reference = fit.truth if fit.truth is not None else fit.targets
    low, high = float(np.min(reference)), float(np.max(reference))
    if high <= low:
        high = low + 1.0
    levels = np.linspace(low, high, 11)
    filled = axes.contourf(fit.x, fit.y, fit.prediction, levels=levels, cmap="cividis", extend="both")
    bar = axes.figure.colorbar(filled, ax=axes, pad=0.02, ticks=MaxNLocator(5))
    bar.ax.tick_params(labelsize=7)
    bar.set_label(f"prediction of {short(fit.target_name, 24)}", fontsize=8)
    if fit.truth is not None:
        axes.contour(fit.x, fit.y, fit.truth, levels=levels[1::2], colors="white", linewidths=1, linestyles="--")
        axes.plot([], [], "--", color=GREY, label="target")
    axes.scatter(
        fit.samples[:, 0], fit.samples[:, 1], c=fit.targets[:, 0], cmap="cividis", vmin=low, vmax=high, s=9,
        edgecolors="white", linewidths=0.4, label="samples, coloured by target",
    )  # fmt: skip
    axes.set_xlim(fit.x[0], fit.x[-1])
    axes.set_ylim(fit.y[0], fit.y[-1])
    axes.set(xlabel=short(fit.input_names[0], 40), ylabel=short(fit.input_names[1], 40))


def _draw_scatter(axes: Axes, fit: Fit) -> None:
    assert fit.is_test is not None
    for label, chosen, mark, color in (("train", ~fit.is_test, "o", BLUE), ("test", fit.is_test, "x", RED)):
        if chosen.any():
            axes.plot(fit.x[chosen], fit.prediction[chosen], mark, color=color, markersize=3, label=label)
    ends = [float(fit.x.min()), float(fit.x.max())]
    axes.plot(ends, ends, "--", color=BLACK, linewidth=1, label="perfect")
    axes.set(xlabel=f"target {short(fit.target_name, 30)}", ylabel="prediction")
    tidy(axes)


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
    names = [short(name, 10) for name in fit.classes]
    shown = np.unique(np.linspace(0, n - 1, min(n, 12)).astype(int))
    axes.set_xticks(shown, [names[place] for place in shown], fontsize=7, rotation=45 if crowded(names) else 0)
    axes.set_yticks(shown, [names[place] for place in shown], fontsize=7, rotation=90, va="center")
    axes.set(xlabel="predicted class (train and test samples)", ylabel="class")
