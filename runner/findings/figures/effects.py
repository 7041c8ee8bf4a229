"""What swept keys do to the final score: each key alone, two keys in a grid, and all of them as lines."""

import math
from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LogNorm, Normalize

from nn.metrics import METRICS
from nn.registry import Array
from runner.base.texts import short
from runner.findings.figures.style import (
    RED,
    SKY,
    crowded,
    keep_inside,
    log_axis,
    new_figure,
    our_style,
    plain_numbers,
    tidy,
    to_png,
)
from runner.findings.numbers.effects import Effect, Pair, Profiles

FEW_CELLS = 12  # along an axis, with a number in each
MAX_TICKS = 30
LENGTH = 16  # of a value's name
ROOM = 0.17  # above the first value and below the last
BAND = 0.3  # of the distance between values, over which the lines through one of them spread
DECADES = 1e30  # of costs with colours of their own
UNFINISHED = "#dddddd"  # where no run did
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of red, green and blue: ITU-R BT.709


@our_style()
def draw_effects(effects: Sequence[Effect], metric: str) -> bytes:
    """The final metric by swept value: a dot per run, the mean over all runs with that value, one panel per key."""
    columns = min(3, len(effects))
    rows = math.ceil(len(effects) / columns)
    room = 0.95 if any(crowded(effect.names) or any(effect.unfinished) for effect in effects) else 0.55
    figure = new_figure(max(5.0, 3.6 * columns), 3.4 * rows)
    panels = np.atleast_1d(figure.subplots(rows, columns, squeeze=False)).ravel()
    for panel, effect in zip(panels, effects, strict=False):
        _draw_effect(panel, effect)
        panel.set(xlabel=effect.key, ylabel=metric)
        every = [value for values in effect.values for value in values]
        if every and min(every) > 0 and max(every) > 20 * min(every):
            log_axis(panel, min(every), max(every))
        tidy(panel)
    for panel in panels[len(effects) :]:
        panel.set_visible(False)
    figure.suptitle("dots: runs; bars: mean over the runs with that value", fontsize=9)
    figure.subplots_adjust(
        left=0.7 / figure.get_figwidth(), right=0.985, top=1 - 0.36 / figure.get_figheight(),
        bottom=room / figure.get_figheight(), wspace=0.32, hspace=0.55,
    )  # fmt: skip
    keep_inside(figure)
    return to_png(figure)


def _draw_effect(panel: Axes, effect: Effect) -> None:
    """A dot per run around the place of its value, and a bar at their mean."""
    shown = [place for place, values in enumerate(effect.values) if values]
    spread = [0.28 * np.linspace(-1, 1, len(values)) if len(values) > 1 else [0.0] for values in effect.values]
    x = [place + offset for place in shown for offset in spread[place]]
    y = [value for place in shown for value in effect.values[place]]
    panel.plot(x, y, "o", color=SKY, markersize=3.2, alpha=0.65, markeredgewidth=0)
    places = np.array(shown, dtype=float)
    panel.hlines(list(effect.means.values()), places - 0.32, places + 0.32, color=RED, linewidth=2.4)
    ticks = np.unique(np.linspace(0, len(effect.names) - 1, min(len(effect.names), MAX_TICKS)).astype(int))
    names = [short(effect.names[place], 14) for place in ticks]
    lost = [effect.unfinished[place] for place in ticks]
    names = [f"{name}\n({n} not finished)" if n else name for name, n in zip(names, lost, strict=True)]
    turned = crowded(names)
    panel.set_xticks(ticks, names, rotation=30 if turned else 0, fontsize=8, ha="right" if turned else "center")
    panel.set_xlim(-0.6, len(effect.names) - 0.4)


@our_style()
def draw_heatmaps(pairs: Sequence[Pair], score: str, part: str = "") -> bytes:
    """The mean score for every two values of two keys, one panel per pair of keys; the brighter the better."""
    columns = min(3, len(pairs))
    rows = math.ceil(len(pairs) / columns)
    sizes = [max(3.4, 1.1 + 0.62 * min(FEW_CELLS, size)) for size in _largest_sizes(pairs)]
    figure = new_figure(max(5.2, columns * sizes[1] + 1.2), rows * sizes[0] + 0.3)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    every = np.concatenate([pair.means[np.isfinite(pair.means)] for pair in pairs])
    colors = _colors(every, score)
    for panel, pair in zip(panels, pairs, strict=False):
        _draw_grid(panel, pair, colors)
    for panel in panels[len(pairs) :]:
        panel.set_visible(False)
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        left=0.9 / width, right=1 - 1.3 / width, top=1 - 0.25 / height, bottom=0.8 / height, wspace=0.4, hspace=0.4
    )
    tall = min(3.0, height - 1.1)
    bar = figure.colorbar(colors, cax=figure.add_axes((1 - 1.05 / width, 0.8 / height, 0.15 / width, tall / height)))
    bar.set_label(f"mean final {part}{score}", fontsize=8)
    _number(bar)
    keep_inside(figure)
    return to_png(figure)


def _largest_sizes(pairs: Sequence[Pair]) -> tuple[int, int]:
    return max(len(pair.first.names) for pair in pairs), max(len(pair.second.names) for pair in pairs)


def _colors(values: Array, score: str) -> ScalarMappable:
    """Colours over finite values, bright where the score is good; logarithmic over a factor of more than 20."""
    low, high = float(values.min()), float(values.max())
    wide = low > 0 and high > 20 * low
    norm = (
        LogNorm(max(low, high / DECADES), high, clip=True) if wide else Normalize(low, high if high > low else low + 1)
    )
    brighter_is_better = matplotlib.colormaps["cividis" if _rises(score) else "cividis_r"]
    return ScalarMappable(norm, brighter_is_better.with_extremes(bad=UNFINISHED))


def _rises(score: str) -> bool:
    return METRICS.metric(score).better == "higher"


def _number(bar: Colorbar) -> None:
    """Plain numbers beside a colour bar."""
    if isinstance(bar.norm, LogNorm):
        plain_numbers(bar.ax.yaxis, *bar.mappable.get_clim())
    bar.ax.tick_params(which="both", labelsize=8)


def _draw_grid(panel: Axes, pair: Pair, colors: ScalarMappable) -> None:
    panel.imshow(colors.to_rgba(np.ma.masked_invalid(pair.means)), aspect="auto")
    rows, columns = pair.means.shape
    if max(rows, columns) <= FEW_CELLS:
        brightness = np.asarray(colors.to_rgba(pair.means))[..., :3] @ LUMINANCE
        for (row, column), mean in np.ndenumerate(pair.means):
            is_dark = np.isfinite(mean) and brightness[row, column] < 0.5
            told = f"{mean:.3g}" if np.isfinite(mean) else "none"
            panel.text(column, row, told, ha="center", va="center", fontsize=8, color="white" if is_dark else "black")
    _name_ticks(panel, pair.second.names, is_x=True)
    _name_ticks(panel, pair.first.names, is_x=False)
    panel.set(xlabel=pair.second.key, ylabel=pair.first.key)


def _name_ticks(panel: Axes, names: Sequence[str], is_x: bool) -> None:
    """All names, or some of them where there are many."""
    shown = np.unique(np.linspace(0, len(names) - 1, min(len(names), FEW_CELLS)).astype(int))
    labels = [short(names[place], LENGTH) for place in shown]
    if is_x:
        turned = crowded(labels)
        panel.set_xticks(shown, labels, fontsize=8, rotation=30 if turned else 0, ha="right" if turned else "center")
    else:
        panel.set_yticks(shown, labels, fontsize=8)


@our_style()
def draw_profiles(profiles: Profiles, score: str, part: str = "") -> bytes:
    """Parallel coordinates: a line per setting through its value of each key to its score, in the score's colour."""
    keys = [effect.key for effect in profiles.effects]
    figure = new_figure(max(6.5, 1.7 * (len(keys) + 1)), 4.4)
    axes = figure.subplots()
    colors = _colors(profiles.scores, score)
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
    axes.set(xlim=(-0.35, len(keys) + 0.1), ylim=(bottom, top), yticks=[])
    axes.set_xticks(range(len(keys) + 1), [*(short(key, 24) for key in keys), f"final {part}{score}"], fontsize=9)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    for place, effect in enumerate(profiles.effects):
        axes.axvline(place, color="#8a8a8a", linewidth=0.8)
        _name_places(axes, place, effect, int(reach[place]))
    bar = figure.colorbar(colors, ax=axes, fraction=0.04, pad=0.01)
    if not _rises(score):
        bar.ax.invert_yaxis()
    _number(bar)
    more = f"; the {profiles.left_out} worst settings are left out" if profiles.left_out else ""
    axes.set_title(f"a line per setting: mean over its runs, the best at the top right{more}", fontsize=9)
    figure.subplots_adjust(left=0.02, right=0.97, top=0.91, bottom=0.1)
    keep_inside(figure)
    return to_png(figure)


def _name_places(axes: Axes, at: int, effect: Effect, reach: int) -> None:
    """A key's values along its line."""
    names = effect.names
    for place in np.unique(np.linspace(0, len(names) - 1, min(len(names), FEW_CELLS)).astype(int)):
        box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
        label = short(names[place], LENGTH)
        axes.text(at - 0.03, 1 - place / reach, label, fontsize=8, ha="right", va="center", bbox=box)
