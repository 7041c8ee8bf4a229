"""What there was to learn: the samples of a data set, before any network."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from runner.base.texts import short
from runner.findings.figures.fit import CURVE, class_style, parts_of
from runner.findings.figures.panel import SCALE, handles_of, legend_of
from runner.findings.figures.style import BLUE, crowded, entry, keep_inside, new_figure, our_style, tidy, to_png
from runner.findings.numbers.fits import CURVE_POINTS, shown_of
from runner.runs.data import Prepared

MAX_BARS, MAX_NAMED = 12, 4


@our_style()
def draw_data(sets: Sequence[tuple[str, Prepared]]) -> bytes:
    """A panel per data set: targets over one input, classes or targets in the plane of two, else how targets spread."""
    columns = min(3, len(sets))
    rows = math.ceil(len(sets) / columns)
    figure = new_figure(max(4.6, 3.9 * columns), 3.6 * rows)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel, (label, data) in zip(panels, sets, strict=False):
        _draw(panel, data)
        panel.set_title(short(label, 46), fontsize=9, pad=18)
        panel.tick_params(labelsize=8)
    for panel in panels[len(sets) :]:
        panel.set_visible(False)
    height = figure.get_figheight()
    figure.subplots_adjust(
        left=0.6 / figure.get_figwidth(), right=0.97, top=1 - 0.55 / height, bottom=0.6 / height,
        wspace=0.32, hspace=0.5,
    )  # fmt: skip
    keep_inside(figure)
    return to_png(figure)


def _draw(panel: Axes, data: Prepared) -> None:
    samples, d_in = data.samples, data.samples.X.shape[1]
    if d_in == 1 and samples.task == "regression":
        _draw_curve(panel, data)
    elif d_in == 2 and samples.task == "classification":
        _draw_classes(panel, data)
    elif d_in == 2:
        keep = shown_of(len(samples.X))
        colors = np.asarray(samples.Y[keep], dtype=np.float64)[:, 0]
        dots = panel.scatter(samples.X[keep, 0], samples.X[keep, 1], c=colors, s=9, cmap=SCALE)
        panel.figure.colorbar(dots, ax=panel, pad=0.02).set_label(short(samples.target_name, 24), fontsize=8)
        _name_inputs(panel, data)
    else:
        _draw_spread(panel, data)


def _draw_curve(panel: Axes, data: Prepared) -> None:
    samples = data.samples
    rows, part = data.split.named
    keep = shown_of(len(rows))
    X, Y = samples.X[rows[keep], 0], np.asarray(samples.Y[rows[keep]], dtype=np.float64)[:, 0]
    for name, chosen in parts_of(part[keep]):
        panel.plot(X[chosen], Y[chosen], label=name, **CURVE[name])
    if samples.truth is not None:
        x = np.linspace(samples.X.min(), samples.X.max(), CURVE_POINTS)
        panel.plot(x, samples.truth(x[:, np.newaxis])[:, 0], label="without noise", **CURVE["target"])
    panel.set(xlabel=short(samples.input_names[0], 40), ylabel=short(samples.target_name, 40))
    _add_legend(panel, *panel.get_legend_handles_labels())
    tidy(panel)


def _draw_classes(panel: Axes, data: Prepared) -> None:
    samples = data.samples
    keep = shown_of(len(samples.X))
    X, labels = samples.X[keep], samples.Y[keep]
    for label in range(len(samples.classes)):
        panel.plot(*X[labels == label].T, **class_style(label, 4 if len(X) > 50 else 8))
    styles = {entry(name, 16): class_style(label, 5) for label, name in enumerate(samples.classes[:MAX_NAMED])}
    _add_legend(panel, handles_of(legend_of(styles)), list(styles))
    _name_inputs(panel, data)


def _add_legend(panel: Axes, handles: Sequence[Artist], labels: Sequence[str]) -> None:
    """In a row between the title and the samples."""
    panel.legend(
        handles, labels, fontsize=7.5, frameon=False, ncols=4, loc="lower center", bbox_to_anchor=(0.5, 0.985),
        borderaxespad=0.1, columnspacing=1.0, handletextpad=0.4,
    )  # fmt: skip


def _name_inputs(panel: Axes, data: Prepared) -> None:
    names = data.samples.input_names
    panel.set(xlabel=short(names[0], 40), ylabel=short(names[1], 40))
    tidy(panel)


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
    tidy(panel)
