"""Surfaces over two inputs as three-dimensional panels side by side."""

import math
from collections.abc import Sequence

import numpy as np
from mpl_toolkits.mplot3d import Axes3D

from runner.base.texts import short
from runner.findings.figures.fit import MARKS, parts_of
from runner.findings.figures.style import BLACK, RED, new_figure, our_style, to_png
from runner.findings.numbers.fits import Fit

EVERY = 4


@our_style()
def draw_surfaces(fits: Sequence[tuple[str, Fit]], note: str) -> bytes:
    """The predicted surface of every setting with the samples it was trained on."""
    columns = min(3, len(fits))
    rows = math.ceil(len(fits) / columns)
    width, height = 3.5 * columns, 3.1 * rows + 0.5
    figure = new_figure(width, height)
    for place, (label, fit) in enumerate(fits):
        axes = figure.add_subplot(rows, columns, place + 1, projection="3d")
        assert isinstance(axes, Axes3D)
        _draw(axes, fit)
        axes.set_title(short(label, 44), fontsize=9, y=0.98)
    figure.suptitle(note, fontsize=9, y=1 - 0.1 / height, va="top")
    figure.subplots_adjust(left=0.0, right=0.97, top=1 - 0.5 / height, bottom=0.02, wspace=0.05, hspace=0.12)
    return to_png(figure)


def _draw(axes: Axes3D, fit: Fit) -> None:
    assert fit.y is not None and fit.samples is not None and fit.targets is not None
    reference = fit.truth if fit.truth is not None else fit.targets
    low, high = float(np.min(reference)), float(np.max(reference))
    x, y = np.meshgrid(fit.x[::EVERY], fit.y[::EVERY])
    z = np.clip(fit.prediction[::EVERY, ::EVERY], low - 0.3 * (high - low), high + 0.3 * (high - low))
    axes.plot_surface(x, y, z, cmap="cividis", vmin=low, vmax=high, linewidth=0, alpha=0.75, rstride=1, cstride=1)
    for part, rows in parts_of(fit.part):
        x, y = fit.samples[rows].T
        axes.scatter(x, y, fit.targets[rows, 0], s=6, marker=MARKS[part], color=RED, depthshade=False)
    axes.set_zlim(low - 0.1 * (high - low), high + 0.1 * (high - low))
    axes.tick_params(labelsize=6, pad=-3)
    axes.view_init(elev=28, azim=-55)
    axes.xaxis.line.set_color(BLACK)
