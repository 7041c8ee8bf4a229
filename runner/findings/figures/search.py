"""How a search went, and what it says of each key of its space: a dot per setting, the larger the more seeds it had."""

import math
from collections.abc import Sequence
from functools import partial

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nn.metrics import METRICS
from runner.base.console import count
from runner.base.texts import brief, short
from runner.findings.figures.drawing import Drawing, Plot, Title, titles_of
from runner.findings.figures.effects import LENGTH, LETTERS, MAX_TICKS, TURNED, around
from runner.findings.figures.style import (
    BLUE,
    GREEN,
    GREY,
    PAPER,
    RED,
    Style,
    grid_of,
    is_wide,
    keep_inside,
    legend_of,
    log_axis,
    new_figure,
    plain_numbers,
    tidy,
)
from runner.findings.numbers.key_importance import Importances
from runner.findings.numbers.searched import Key, Level, Searched

MOST_PANELS, MOST_SIZES = 9, 6
WIDEST = (6.2, 3.7)  # inches: its text can be read in a narrow window too
WIDE = 5  # a search has many bad settings, and it is the good ones that should lie apart
SMALLEST, LARGEST, ONE_SIZE = 3.6, 9.0, 5.0  # points, of a dot
FEW_TO_MANY = matplotlib.colors.LinearSegmentedColormap.from_list("seeds", ["#9ecae8", BLUE])
BEFORE: Style = {
    "color": GREY, "marker": "o", "linestyle": "", "markerfacecolor": "none", "markersize": 3.6, "markeredgewidth": 0.7,
    "alpha": 0.6,
}  # fmt: skip
BEST: Style = {"color": RED, "linewidth": 1.8}
CONFIRMED: Style = {"color": GREEN, "linewidth": 1.6, "linestyle": "--"}


def draw_search_history(
    found: Searched, told: str, confirmed: Level | None, runs: int, title: str, note: str
) -> Drawing:
    """Scores over the runs of the search, the best so far, and what fresh seeds say of the chosen setting."""
    sizes = sizes_of(found)
    styles = legend_of_sizes(found, sizes)
    if any(len(one.points) > 1 for one in found.tried):
        styles["a setting before it had more seeds"] = BEFORE
    styles["best so far, of the settings with most seeds"] = BEST
    styles |= {confirmed.label: CONFIRMED} if confirmed else {}
    plot = Plot(told, partial(_draw_history, found, told, confirmed, runs, sizes))
    return Drawing(title, [plot], note, legend_of(styles))


def _draw_history(found: Searched, told: str, confirmed: Level | None, runs: int, sizes: dict[int, Style]) -> Figure:
    figure = new_figure(*WIDEST)
    axes = figure.subplots()
    before = [point for one in found.tried for point in one.points[:-1]]
    axes.plot([one.runs for one in before], [one.score for one in before], **BEFORE)
    _draw_dots(axes, [(one.points[-1].runs, one.score, one.seeds) for one in found.tried], sizes)
    best = found.best_so_far
    steps, values = [*(one.runs for one in best), runs], [*(one.score for one in best), best[-1].score]
    axes.plot(steps, values, drawstyle="steps-post", **BEST)
    every = [point.score for one in found.tried for point in one.points]
    if confirmed:
        axes.axhline(confirmed.value, **CONFIRMED)
        if not math.isnan(confirmed.low):
            axes.axhspan(confirmed.low, confirmed.high, color=GREEN, alpha=0.15, linewidth=0)
        every += [one for one in (confirmed.value, confirmed.low, confirmed.high) if not math.isnan(one)]
    _score_axis(axes, found.score, every)
    axes.set_xlim(-0.02 * runs, 1.02 * runs)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel("runs of the search")
    axes.set_ylabel(f"{told} ({METRICS.metric(found.score).better} is better)")
    tidy(axes)
    figure.subplots_adjust(left=0.09, right=0.98, top=0.97, bottom=0.13)
    keep_inside(figure)
    return figure


def draw_search_slices(found: Searched, keys: Sequence[Key], told: str, title: str, note: str) -> Drawing:
    """A panel per key, at most some of them: the score of every setting over its value of that key."""
    shown = keys[:MOST_PANELS]
    columns, width, height = grid_of(len(shown))
    n, sizes = len(found.tried), sizes_of(found)
    having = [len(found.having(key)) for key in shown]
    said = [f"{some} of {count(n, 'setting')} have it" if some < n else "" for some in having]
    titles = titles_of([(key.name, one) for key, one in zip(shown, said, strict=True)], width)
    plots = [
        Plot(f"{told} by {key.name}", partial(_draw_slice, found, key, sizes, name, (width, height + name.room)))
        for key, name in zip(shown, titles, strict=True)
    ]
    left_out = f"; the {len(keys) - len(shown)} keys that matter least are left out" if len(keys) > len(shown) else ""
    return Drawing(title, plots, f"{note}{left_out}", legend_of(legend_of_sizes(found, sizes)), columns)


def _draw_slice(found: Searched, key: Key, sizes: dict[int, Style], title: Title, size: tuple[float, float]) -> Figure:
    figure = new_figure(*size)
    panel = figure.subplots()
    having = found.having(key)
    places = np.array([key.place(one.values[key.key]) for one in having])
    if not key.is_number:
        places = places + 0.25 * np.sin(2.4 * np.arange(len(places)))  # the same in every drawing
    _draw_dots(panel, [(x, one.score, one.seeds) for x, one in zip(places, having, strict=True)], sizes)
    turned = False
    if not key.is_number:
        turned = _name_choices(panel, key.choices)
    elif key.is_log:
        panel.set_xscale("log")
        plain_numbers(panel.xaxis, places.min(), places.max())
    else:
        panel.xaxis.set_major_locator(MaxNLocator(4, integer=key.is_counted))
    _score_axis(panel, found.score, [one.score for one in found.tried])
    panel.tick_params(which="both", labelsize=8)
    tidy(panel)
    title.above(panel)
    if turned:
        keep_inside(figure)
    return figure


def _name_choices(panel: Axes, choices: Sequence[str]) -> bool:
    """All choices along the axis, or some of many; whether they are written at an angle."""
    shown = np.unique(np.linspace(0, len(choices) - 1, min(len(choices), MAX_TICKS)).astype(int))
    names = [short(brief(choices[place]), LENGTH) for place in shown]
    turned = sum(len(name) + 2 for name in names) > LETTERS
    panel.set_xticks(shown, names, fontsize=8, **(TURNED if turned else {}))
    panel.set_xlim(-0.6, len(choices) - 0.4)
    return turned


def draw_search_importance(found: Importances, label: str, title: str, note: str) -> Drawing:
    """A bar per key, the longest first."""
    return Drawing(title, [Plot("", partial(_draw_importance, found, label))], note)


def _draw_importance(found: Importances, label: str) -> Figure:
    height = 0.7 + 0.3 * len(found.shares)
    figure = new_figure(5.6, height)
    axes = figure.subplots()
    places = np.arange(len(found.shares))
    axes.barh(places, [100 * share for _, share in found.shares], color=BLUE, height=0.7)
    axes.set_yticks(places, [short(key.name, 30) for key, _ in found.shares], fontsize=9)
    axes.invert_yaxis()
    axes.set_xlabel(label, fontsize=9)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    axes.tick_params(labelsize=8)
    tidy(axes)
    figure.subplots_adjust(top=1 - 0.1 / height, bottom=0.5 / height, left=0.2, right=0.97)
    keep_inside(figure)
    return figure


def sizes_of(found: Searched) -> dict[int, Style]:
    """What a dot looks like by its seeds, fewer first: larger and darker where it has more."""
    counts = sorted({point.seeds for one in found.tried for point in one.points})
    most = math.log2(counts[-1] / counts[0]) or 1.0
    shares = {n: math.log2(n / counts[0]) / most if len(counts) > 1 else 1.0 for n in counts}
    sizes = {n: SMALLEST + (LARGEST - SMALLEST) * share for n, share in shares.items()}
    dot: Style = {"marker": "o", "linestyle": "", "markeredgecolor": PAPER, "markeredgewidth": 0.5}
    return {
        n: dot
        | {
            "color": matplotlib.colors.to_hex(FEW_TO_MANY(share)),
            "markersize": sizes[n] if len(counts) > 1 else ONE_SIZE,
        }
        for n, share in shares.items()
    }


def legend_of_sizes(found: Searched, sizes: dict[int, Style]) -> dict[str, Style]:
    """Some of the numbers of seeds, the fewest and the most among them."""
    counts = list(sizes)
    shown = [
        counts[place] for place in np.unique(np.linspace(0, len(counts) - 1, min(len(counts), MOST_SIZES)).astype(int))
    ]
    return {count(n, found.repeated): sizes[n] for n in shown}


def _draw_dots(axes: Axes, dots: Sequence[tuple[float, float, int]], sizes: dict[int, Style]) -> None:
    """x, y and seeds of each; those with most seeds on top."""
    for n, style in sizes.items():
        some = [(x, y) for x, y, seeds in dots if seeds == n]
        if some:
            axes.plot(*zip(*some, strict=True), **style)


def _score_axis(axes: Axes, score: str, every: Sequence[float]) -> None:
    low, high = min(every), max(every)
    is_log = is_wide(score, low, high, WIDE)
    if is_log:
        log_axis(axes, low, high)
    axes.set_ylim(*around(low, high, is_log))
