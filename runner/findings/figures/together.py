"""The joint effect of swept keys on the final score: two of them in a grid, and all of them as lines."""

from collections.abc import Sequence
from functools import partial

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from nn.metrics import METRICS
from nn.registry import Array
from runner.base.texts import brief, short
from runner.findings.figures.drawing import Drawing, Plot
from runner.findings.figures.effects import LENGTH, TURNED
from runner.findings.figures.style import (
    DARK,
    LIGHT,
    PAPER,
    SOFT,
    WHOLE,
    WIDTH,
    crowded,
    is_dark,
    is_wide,
    keep_inside,
    new_figure,
    plain_numbers,
)
from runner.findings.numbers.effects import Effect, Pair, Profiles

FEW_CELLS = 12  # along an axis, with a number in each
ROOM = 0.17  # above the first value and below the last
BAND = 0.3  # of the distance between values, over which the lines through one of them spread
DECADES = 1e30  # of costs with colours of their own
UNFINISHED = "#dddddd"  # where no run did
PART = "*"  # after the mean of a cell where only some runs finished


def draw_heatmaps(pairs: Sequence[Pair], score: str, title: str) -> Drawing:
    """The mean score for every two values of two keys, one panel per pair of keys; brighter is better."""
    every = np.concatenate([pair.means[np.isfinite(pair.means)] for pair in pairs])
    colors = colors_over(every, score)
    widest = max(len(pair.second.names) for pair in pairs)
    columns = min(len(pairs), 3 if widest <= 3 else 2 if widest <= 5 else 1)
    size = WIDTH / max(columns, 2 if widest <= FEW_CELLS // 2 else 1)
    plots = [Plot(f"{pair.first.key} and {pair.second.key}", partial(_draw_grid, pair, colors, size)) for pair in pairs]
    is_part = any(pair.is_part.any() for pair in pairs if max(pair.means.shape) <= FEW_CELLS)
    marked = f"; {PART}: some of its runs have no score" if is_part else ""
    return Drawing(title, plots, f"Mean over the runs of a cell; the brighter the better{marked}", columns=columns)


def colors_over(values: Array, score: str, factor: float = 20) -> ScalarMappable:
    """Colours over finite values, bright for good scores; logarithmic if the values span more than a factor."""
    low, high = float(values.min()), float(values.max())
    if is_wide(score, low, high, factor):
        norm: Normalize = LogNorm(max(low, high / DECADES), high, clip=True)
    else:
        norm = Normalize(low, high if high > low else low + 1)
    brighter_is_better = matplotlib.colormaps["cividis" if _rises(score) else "cividis_r"]
    return ScalarMappable(norm, brighter_is_better.with_extremes(bad=UNFINISHED))


def _rises(score: str) -> bool:
    return METRICS.metric(score).better == "higher"


def number_bar(bar: Colorbar) -> None:
    """Plain numbers beside a colour bar."""
    if isinstance(bar.norm, LogNorm):
        plain_numbers(bar.ax.yaxis, *bar.mappable.get_clim())
    bar.ax.tick_params(which="both", labelsize=8)


def _draw_grid(pair: Pair, colors: ScalarMappable, width: float) -> Figure:
    """Numbers in the cells, or where there are too many cells a bar of colours beside them."""
    rows, columns = pair.means.shape
    figure = new_figure(width, 0.9 + 0.34 * max(3, min(FEW_CELLS, rows)))
    panel = figure.subplots()
    panel.imshow(colors.to_rgba(np.ma.masked_invalid(pair.means)), aspect="auto", interpolation="nearest")
    if max(rows, columns) <= FEW_CELLS:
        shades = colors.to_rgba(pair.means)
        for (row, column), mean in np.ndenumerate(pair.means):
            is_light = not np.isfinite(mean) or not is_dark(shades[row, column, :3])
            told = f"{mean:.3g}{PART if pair.is_part[row, column] else ''}" if np.isfinite(mean) else "none"
            color = DARK if is_light else LIGHT
            panel.text(column, row, told, ha="center", va="center", fontsize=8, color=color)
    else:
        number_bar(figure.colorbar(colors, ax=panel, pad=0.02))
    _name_ticks(panel, pair.second.names, is_x=True)
    _name_ticks(panel, pair.first.names, is_x=False)
    panel.set_xlabel(pair.second.key, fontsize=9)
    panel.set_ylabel(pair.first.key, fontsize=9)
    figure.subplots_adjust(left=0.6 / width, right=1 - 0.1 / width, top=0.97, bottom=0.2)
    keep_inside(figure)
    return figure


def _name_ticks(panel: Axes, names: Sequence[str], is_x: bool) -> None:
    """All names, or some of them where there are many."""
    shown = np.unique(np.linspace(0, len(names) - 1, min(len(names), FEW_CELLS)).astype(int))
    labels = [short(brief(names[place]), LENGTH) for place in shown]
    if is_x:
        panel.set_xticks(shown, labels, fontsize=8, **(TURNED if crowded(labels) else {}))
    else:
        panel.set_yticks(shown, labels, fontsize=8)


def draw_profiles(profiles: Profiles, score: str, title: str) -> Drawing:
    """Parallel coordinates: a line per setting through its value of each key to its score, in the score's colour."""
    more = f"; the {profiles.left_out} worst settings are left out" if profiles.left_out else ""
    note = f"a line per setting, at its mean score; lines through one value lie apart, the better the higher{more}"
    return Drawing(title, [Plot("", partial(_draw_profiles, profiles, score))], note)


def _draw_profiles(profiles: Profiles, score: str) -> Figure:
    keys = [effect.key for effect in profiles.effects]
    figure = new_figure(*WHOLE)
    axes = figure.subplots()
    colors = colors_over(profiles.scores, score)
    reach = np.array([max(1, len(effect.names) - 1) for effect in profiles.effects])
    shares = np.asarray(colors.norm(profiles.scores), dtype=np.float64)
    goodness = shares if _rises(score) else 1 - shares
    apart = BAND * (goodness[:, np.newaxis] - 0.5) / reach  # lines through one value do not hide each other
    bottom, top = -ROOM, 1 + ROOM
    beside_bar = bottom + (top - bottom) * goodness
    heights = np.column_stack([1 - profiles.places / reach + apart, beside_bar])
    lines = np.stack([np.broadcast_to(np.arange(len(keys) + 1.0), heights.shape), heights], axis=2)
    width = 2.0 if len(lines) <= 50 else 1.0
    drawn = LineCollection(list(lines[::-1]), colors=colors.to_rgba(profiles.scores[::-1]), linewidths=width)
    axes.add_collection(drawn)  # the best one last, on top
    axes.set(xlim=(-0.5, len(keys) + 0.1), ylim=(bottom, top), yticks=[])
    axes.set_xticks(range(len(keys) + 1), [*(short(key, 90 // len(keys)) for key in keys), score], fontsize=9)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    for place, effect in enumerate(profiles.effects):
        axes.axvline(place, color=SOFT, linewidth=0.8)
        _name_places(axes, place, effect, int(reach[place]))
    bar = figure.colorbar(colors, ax=axes, fraction=0.04, pad=0.01)
    if not _rises(score):
        bar.ax.invert_yaxis()
    number_bar(bar)
    figure.subplots_adjust(left=0.02, right=0.97, top=0.97, bottom=0.1)
    keep_inside(figure)
    return figure


def _name_places(axes: Axes, at: int, effect: Effect, reach: int) -> None:
    """A key's values along its line."""
    names = effect.names
    for place in np.unique(np.linspace(0, len(names) - 1, min(len(names), FEW_CELLS)).astype(int)):
        box = {"boxstyle": "round,pad=0.15", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.85}
        label = short(brief(names[place]), LENGTH)
        axes.text(at - 0.03, 1 - place / reach, label, fontsize=8, ha="right", va="center", bbox=box)
