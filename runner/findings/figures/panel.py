"""Panels that many runs share: ticks, labels and legend are drawn once, and a run's own lines on a copy of that.

matplotlib spends two thirds of a picture on what surrounds the data. Limits are rounded outwards, so that the runs of a
sweep mostly have the same ones; a picture depends on its own run alone, whatever was drawn before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

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
    rgb_of,
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


def draw_panel(frame: Frame, contents: Callable[[Axes], None]) -> Pixels:
    """A panel in pixels, `(height, width, 3)`: its surroundings, and on them what `contents` draws into axes."""
    surroundings, position = _surroundings(frame)
    canvas, axes = _stage()
    canvas.restore_region(surroundings)
    axes.set_position(position)
    axes.set_yscale("log" if frame.is_log else "linear")  # before the limits, which a logarithm may not have
    axes.set(xlim=frame.x, ylim=frame.y)
    axes.autoscale(False)
    before = set(axes.get_children())
    contents(axes)
    added = [artist for artist in axes.get_children() if artist not in before]
    sides = ["left", "bottom"] if frame.has_grid else ["left", "bottom", "top", "right"]
    for artist in (*sorted(added, key=lambda artist: artist.get_zorder()), *(axes.spines[side] for side in sides)):
        axes.draw_artist(artist)
    pixels = rgb_of(canvas)
    for artist in added:
        artist.remove()
    return pixels


@lru_cache(KEPT)
def _surroundings(frame: Frame) -> tuple[Any, Bbox]:
    """The pixels of an empty panel, as matplotlib keeps them, and where its axes are."""
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
    return canvas.copy_from_bbox(figure.bbox), axes.get_position()


@cache
def _stage() -> tuple[FigureCanvasAgg, Axes]:
    """The axes that the contents of all panels are drawn in, one after the other."""
    figure = new_figure(*SIZE)
    axes = figure.subplots()
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas, axes


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
