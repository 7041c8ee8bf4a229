"""What the networks learn from: the samples of a data set, before any network."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nn.registry import Array
from runner.base.texts import short
from runner.datasets.samples import Target
from runner.findings.figures.drawing import Drawing, Plot
from runner.findings.figures.fit import CURVE, class_style, legend_of_classes, parts_of
from runner.findings.figures.panel import SCALE
from runner.findings.figures.style import (
    BLUE,
    Legend,
    crowded,
    cut_labels,
    grid_of,
    keep_inside,
    legend_of,
    new_figure,
    tidy,
)
from runner.findings.numbers.fits import CURVE_POINTS, MOST_REGIONS, shown_of
from runner.runs.data import Prepared

MAX_BARS = 12


def draw_data(data: Prepared, title: str, note: str = "") -> Drawing:
    """Targets over one input, classes or targets in the plane of two, else how targets spread."""
    return Drawing(title, [Plot("", partial(_figure_of, _drawer_of(data)))], note, _legend(data))


def _figure_of(draw: Callable[[Axes], None]) -> Figure:
    _, width, height = grid_of(1)
    figure = new_figure(width, height)
    panel = figure.subplots()
    draw(panel)
    tidy(panel)
    panel.tick_params(labelsize=8)
    figure.subplots_adjust(left=0.6 / width, right=0.97, top=1 - 0.1 / height, bottom=0.5 / height)
    cut_labels(panel)
    keep_inside(figure)
    return figure


def _legend(data: Prepared) -> Legend:
    samples, d_in = data.samples, data.samples.X.shape[1]
    if d_in == 2 and 0 < len(samples.classes) <= MOST_REGIONS:
        return legend_of_classes(samples.classes)
    if d_in > 1 or samples.task == "classification":
        return ()
    target = {"without noise": CURVE["target"]} if samples.truth is not None else {}
    return legend_of({name: CURVE[name] for name, _ in parts_of(data.split.named[1])} | target)


def _drawer_of(data: Prepared) -> Callable[[Axes], None]:
    """What draws into a panel, with no more than it needs: the functions of a data set stay in this process."""
    samples, d_in = data.samples, data.samples.X.shape[1]
    names = short(samples.input_names[0], 40), short(samples.input_names[1] if d_in > 1 else samples.target_name, 40)
    if d_in == 1 and samples.task == "regression":
        rows, part = data.split.named
        keep = shown_of(len(rows))
        X, Y = samples.X[rows[keep], 0], np.asarray(samples.Y[rows[keep]], dtype=np.float64)[:, 0]
        return partial(_draw_curve, X, Y, part[keep], _truth_of(data), names)
    keep = shown_of(len(samples.X))
    if d_in == 2 and samples.task == "classification" and len(samples.classes) <= MOST_REGIONS:
        return partial(_draw_classes, samples.X[keep], samples.Y[keep], len(samples.classes), names)
    if d_in == 2 and samples.task == "regression":
        return partial(_draw_plane, samples.X[keep], samples.Y[keep], short(samples.target_name, 24), names)
    if samples.task == "classification":
        counts = np.bincount(samples.Y.astype(int), minlength=len(samples.classes))[:MAX_BARS]
        classes = [short(name, 12) for name in samples.classes[:MAX_BARS]]
        return partial(_draw_counts, counts, classes, f"class ({d_in} inputs)")
    Y = np.asarray(samples.Y, dtype=np.float64)[:, 0]
    return partial(_draw_spread, Y, f"{short(samples.target_name, 30)} ({d_in} inputs)")


def _truth_of(data: Prepared) -> tuple[Array, Array] | None:
    """Targets without noise, where they are known, over the inputs."""
    samples = data.samples
    if samples.truth is None:
        return None
    x = np.linspace(samples.X.min(), samples.X.max(), CURVE_POINTS)
    return x, samples.truth(x[:, np.newaxis])[:, 0]


def _draw_curve(
    X: Array, Y: Array, part: NDArray[np.str_], truth: tuple[Array, Array] | None, names: tuple[str, str], panel: Axes
) -> None:
    for name, chosen in parts_of(part):
        panel.plot(X[chosen], Y[chosen], **CURVE[name])
    if truth is not None:
        panel.plot(*truth, **CURVE["target"])
    panel.set(xlabel=names[0], ylabel=names[1])


def _draw_classes(X: Array, Y: Target, n_classes: int, names: tuple[str, str], panel: Axes) -> None:
    for label in range(n_classes):
        panel.plot(*X[label == Y].T, **class_style(label, 4 if len(X) > 50 else 8))
    panel.set(xlabel=names[0], ylabel=names[1])


def _draw_plane(X: Array, Y: Target, target: str, names: tuple[str, str], panel: Axes) -> None:
    """Targets by their colours."""
    dots = panel.scatter(X[:, 0], X[:, 1], c=np.asarray(Y, dtype=np.float64)[:, 0], s=9, cmap=SCALE)
    panel.figure.colorbar(dots, ax=panel, pad=0.02).set_label(target, fontsize=8)
    panel.set(xlabel=names[0], ylabel=names[1])


def _draw_counts(counts: NDArray[np.intp], classes: Sequence[str], label: str, panel: Axes) -> None:
    """More inputs than a plane has: how many samples there are of every class."""
    panel.bar(range(len(counts)), counts, color=BLUE)
    panel.set_xticks(range(len(classes)), classes, rotation=30 if crowded(classes) else 0)
    panel.set(xlabel=label, ylabel="samples")


def _draw_spread(Y: Array, label: str, panel: Axes) -> None:
    """The same of targets that are numbers."""
    panel.hist(Y, bins=30, color=BLUE)
    panel.set(xlabel=label, ylabel="samples")
