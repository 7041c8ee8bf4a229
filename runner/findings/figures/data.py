"""What the networks learn from: the samples of a data set, before any network."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from runner.base.texts import short
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
    return Drawing(title, [Plot("", partial(_figure_of, data))], note, _legend(data))


def _figure_of(data: Prepared) -> Figure:
    _, width, height = grid_of(1)
    figure = new_figure(width, height)
    panel = figure.subplots()
    _draw(panel, data)
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


def _draw(panel: Axes, data: Prepared) -> None:
    samples, d_in = data.samples, data.samples.X.shape[1]
    if d_in == 1 and samples.task == "regression":
        _draw_curve(panel, data)
    elif d_in == 2 and len(samples.classes) <= MOST_REGIONS:
        _draw_plane(panel, data)
    else:
        _draw_spread(panel, data)
    tidy(panel)


def _draw_curve(panel: Axes, data: Prepared) -> None:
    samples = data.samples
    rows, part = data.split.named
    keep = shown_of(len(rows))
    X, Y = samples.X[rows[keep], 0], np.asarray(samples.Y[rows[keep]], dtype=np.float64)[:, 0]
    for name, chosen in parts_of(part[keep]):
        panel.plot(X[chosen], Y[chosen], **CURVE[name])
    if samples.truth is not None:
        x = np.linspace(samples.X.min(), samples.X.max(), CURVE_POINTS)
        panel.plot(x, samples.truth(x[:, np.newaxis])[:, 0], **CURVE["target"])
    panel.set(xlabel=short(samples.input_names[0], 40), ylabel=short(samples.target_name, 40))


def _draw_plane(panel: Axes, data: Prepared) -> None:
    """Classes by their marks, or targets by their colours."""
    samples = data.samples
    keep = shown_of(len(samples.X))
    X, Y = samples.X[keep], samples.Y[keep]
    if samples.task == "classification":
        for label in range(len(samples.classes)):
            panel.plot(*X[label == Y].T, **class_style(label, 4 if len(X) > 50 else 8))
    else:
        colors = np.asarray(Y, dtype=np.float64)[:, 0]
        dots = panel.scatter(X[:, 0], X[:, 1], c=colors, s=9, cmap=SCALE)
        panel.figure.colorbar(dots, ax=panel, pad=0.02).set_label(short(samples.target_name, 24), fontsize=8)
    panel.set(xlabel=short(samples.input_names[0], 40), ylabel=short(samples.input_names[1], 40))


def _draw_spread(panel: Axes, data: Prepared) -> None:
    """More inputs than a plane has: how many samples there are of every class, or around every target."""
    samples = data.samples
    if samples.task == "classification":
        counts = np.bincount(samples.Y.astype(int), minlength=len(samples.classes))[:MAX_BARS]
        names = [short(name, 12) for name in samples.classes[:MAX_BARS]]
        panel.bar(range(len(counts)), counts, color=BLUE)
        panel.set_xticks(range(len(names)), names, rotation=30 if crowded(names) else 0)
        panel.set(xlabel=f"class ({samples.X.shape[1]} inputs)", ylabel="samples")
    else:
        panel.hist(np.asarray(samples.Y, dtype=np.float64)[:, 0], bins=30, color=BLUE)
        panel.set(xlabel=f"{short(samples.target_name, 30)} ({samples.X.shape[1]} inputs)", ylabel="samples")
