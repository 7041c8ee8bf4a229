"""What surrounds the data of a panel: ticks, labels and legend, drawn once for the many runs that share them.

matplotlib spends two thirds of a picture on what surrounds the data. Limits are rounded outwards, so that the runs of a
sweep mostly have the same ones; a picture depends on its own run alone, whatever was drawn before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D, Bbox

from nn.registry import Array
from runner.base.texts import short
from runner.findings.figures.style import (
    Legend,
    Pixels,
    crowded,
    cut_labels,
    handles_of,
    keep_inside,
    log_axis,
    new_figure,
    tidy,
)

Limits = tuple[float, float]
SIZE = (4.5, 3.5)  # inches
KEPT = 64
SCALE = "cividis"


@dataclass(frozen=True)
class Frame:
    """All that surrounds the data of a panel; equal frames look the same.

    `legend` has labels with the items of their styles. `classes` are names along both axes, `scale` the colours' values
    and `scale_label` their meaning, where there are any. `has_grid` is for panels of lines and dots, others have a box.
    """

    x: Limits
    y: Limits
    x_label: str
    y_label: str
    legend: Legend = ()
    has_grid: bool = True
    is_log: bool = False
    classes: tuple[str, ...] = ()
    scale: tuple[float, ...] = ()
    scale_label: str = ""


@dataclass(frozen=True)
class Surroundings:
    """An empty panel `(height, width, RGBA)`, where its axes are, and how their units become pixels from below left.

    The units of a logarithmic axis are powers of ten.
    """

    pixels: Pixels
    box: Bbox
    to_pixels: Affine2D
    is_log: bool


@lru_cache(KEPT)
def surroundings(frame: Frame) -> Surroundings:
    """All of a panel that its frame decides."""
    figure = new_figure(*SIZE)
    axes = figure.subplots()
    figure.subplots_adjust(left=0.155, right=0.965, top=0.9, bottom=0.15)
    dress(axes, frame)
    if frame.legend:
        axes.legend(
            handles=handles_of(frame.legend), fontsize=8, ncols=min(4, len(frame.legend)), frameon=False,
            loc="lower center", bbox_to_anchor=(0.5, 0.985), borderaxespad=0.1, columnspacing=1.0, handletextpad=0.4,
        )  # fmt: skip
    canvas = FigureCanvasAgg(figure)
    cut_labels(axes)
    keep_inside(figure)
    canvas.draw()
    box = Bbox.from_extents(*axes.bbox.extents)
    to_pixels = Affine2D(axes.transData.get_affine().get_matrix())
    return Surroundings(np.array(canvas.buffer_rgba()), box, to_pixels, frame.is_log)


def dress(axes: Axes, frame: Frame) -> None:
    """Give axes the look of a frame, all but the legend; what is drawn later does not change their limits."""
    axes.set(xlim=frame.x, ylim=frame.y, xlabel=frame.x_label, ylabel=frame.y_label)
    axes.autoscale(False)
    if frame.is_log:
        log_axis(axes, *frame.y)
    if frame.has_grid:
        tidy(axes)
    if frame.classes:
        names = [short(name, 10) for name in frame.classes]
        shown = np.unique(np.linspace(0, len(names) - 1, min(len(names), 12)).astype(int))
        named = [names[place] for place in shown]
        axes.set_xticks(shown, named, fontsize=7, rotation=45 if crowded(names) else 0)
        axes.set_yticks(shown, named, fontsize=7, rotation=90, va="center")
    if frame.scale:
        bar = axes.figure.colorbar(ScalarMappable(norm_of(frame.scale), SCALE), ax=axes, pad=0.02, ticks=MaxNLocator(5))
        bar.ax.tick_params(labelsize=7)
        bar.set_label(frame.scale_label, fontsize=8)


def norm_of(scale: Sequence[float]) -> BoundaryNorm:
    """The same colours in a panel and in the bar beside it."""
    return BoundaryNorm(scale, matplotlib.colormaps[SCALE].N, extend="both")


@lru_cache(KEPT)
def colors_of(scale: tuple[float, ...]) -> Array:
    """The colours `(steps + 2, RGBA)` below, along and above a scale of equal steps."""
    step = scale[1] - scale[0]
    middles = scale[0] + step * (np.arange(len(scale) + 1) - 0.5)
    return np.asarray(matplotlib.colormaps[SCALE](norm_of(scale)(middles)))
