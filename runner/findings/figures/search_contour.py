"""The score over two keys of a search as a filled contour, where there are settings, and these as dots on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator
from matplotlib.tri import Triangulation

from nn.registry import Array
from runner.findings.figures.drawing import Drawing, Plot
from runner.findings.figures.search import WIDE, legend_of_sizes, sizes_of
from runner.findings.figures.style import DARK, GREY, Style, keep_inside, legend_of, new_figure, tidy
from runner.findings.figures.together import colors_over, number_bar
from runner.findings.numbers.searched import Key, Searched

LEVELS = 9
FAR = 0.5  # of an axis: settings that lie farther apart have nothing between them
SIZE = (6.4, 4.4)


def draw_search_contour(found: Searched, first: Key, second: Key, told: str, title: str, note: str) -> Drawing:
    """The brighter the better, along a line between settings that lie next to each other."""
    sizes = {n: style | {"color": GREY} for n, style in sizes_of(found).items()}
    plot = Plot(f"{told} by {first.name} and {second.name}", partial(_draw_contour, found, first, second, told, sizes))
    return Drawing(title, [plot], note, legend_of(legend_of_sizes(found, sizes)))


@dataclass(frozen=True)
class _Along:
    """An axis from 0 to 1 between the lowest and the highest of some values, even in the logarithm where the key is."""

    key: Key
    low: float
    high: float

    @classmethod
    def of(cls, key: Key, values: Sequence[str]) -> "_Along":
        places = [key.place(one) for one in values]
        return cls(key, min(places), max(places))

    def at(self, values: Sequence[float] | Array) -> Array:
        """Where values lie; all of equal ones in the middle."""
        low, high, inner = self.low, self.high, np.asarray(values, dtype=np.float64)
        if self.key.is_log:
            low, high, inner = np.log(low), np.log(high), np.log(inner)
        return np.asarray((inner - low) / (high - low) if high > low else np.full(inner.shape, 0.5))

    def number(self, axis: Axis) -> None:
        """Plain numbers along an axis of a picture."""
        subs = (1, 2, 5) if self.high < 100 * self.low else (1,)
        linear = MaxNLocator(5, integer=self.key.is_counted)
        locator = LogLocator(subs=subs) if self.key.is_log else linear
        ticks = [one for one in locator.tick_values(self.low, self.high) if self.low <= one <= self.high]
        axis.set_ticks(self.at(ticks), [f"{one:g}" for one in ticks], fontsize=8)


def _draw_contour(found: Searched, first: Key, second: Key, told: str, sizes: dict[int, Style]) -> Figure:
    having = [one for one in found.having(first) if one in found.having(second)]
    along = [_Along.of(key, [one.values[key.key] for one in having]) for key in (first, second)]
    x, y = (one.at([one.key.place(setting.values[one.key.key]) for setting in having]) for one in along)
    scores = np.array([one.score for one in having])
    colors = colors_over(scores, found.score, WIDE)
    levels = _levels(colors)
    figure = new_figure(*SIZE)
    axes = figure.subplots()
    if (triangles := _triangles(x, y, scores)) is not None:
        where, means = triangles
        within = np.clip(means, levels[0], levels[-1])
        filled = axes.tricontourf(where, within, levels=levels, norm=colors.norm, cmap=colors.cmap)
        filled.set(edgecolor="face", linewidth=0.5)  # a page would show through between colours
    seeds, level = np.array([one.seeds for one in having]), np.digitize(scores, levels)
    for n, style in sizes.items():
        for band in np.unique(level[seeds == n]):
            some = (seeds == n) & (level == band)
            shade = colors.to_rgba(scores[some].mean())
            edge: Style = {"color": shade, "markeredgecolor": DARK, "markeredgewidth": 0.7}
            axes.plot(x[some], y[some], **(style | edge))
    for axis, one in zip((axes.xaxis, axes.yaxis), along, strict=True):
        one.number(axis)
    axes.set(xlim=(-0.04, 1.04), ylim=(-0.05, 1.05))
    axes.set_xlabel(first.name, fontsize=9)
    axes.set_ylabel(second.name, fontsize=9)
    tidy(axes)
    bar = figure.colorbar(colors, ax=axes, pad=0.02)
    number_bar(bar)
    bar.set_label(told, fontsize=9)
    figure.subplots_adjust(left=0.1, right=0.97, top=0.97, bottom=0.11)
    keep_inside(figure)
    return figure


def _triangles(x: Array, y: Array, scores: Array) -> tuple[Triangulation, Array] | None:
    """Triangles between settings and the scores at their corners, the mean of those at one place; None on a line."""
    places, which = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True)
    if np.linalg.matrix_rank(places - places.mean(axis=0), tol=1e-6) < 2:
        return None
    means = np.bincount(which, scores) / np.bincount(which)
    made = Triangulation(places[:, 0], places[:, 1])
    corners = places[made.triangles]
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
    is_far = sides.max(axis=1) > FAR
    if is_far.all():
        return None
    made.set_mask(is_far)
    return made, means


def _levels(colors: ScalarMappable) -> Array:
    low, high = (float(one) for one in colors.get_clim())
    high = high if high > low else low + 1
    space = np.geomspace if isinstance(colors.norm, LogNorm) else np.linspace
    return np.asarray(space(low, high, LEVELS + 1))
