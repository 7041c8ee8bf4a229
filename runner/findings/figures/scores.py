"""The answer of a sweep at a glance: every run's final score by setting, with the baselines."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nn.metrics import METRICS
from runner.base.texts import number, short
from runner.findings.figures.drawing import Drawing, Plot
from runner.findings.figures.style import (
    BLUE,
    DARK,
    GREEN,
    GREY,
    INK,
    LIGHT,
    PAPER,
    PINK,
    RED,
    WIDTH,
    Legend,
    Style,
    is_dark,
    is_wide,
    legend_of,
    new_figure,
    plain_numbers,
    tidy,
)
from runner.findings.numbers.baselines import Baseline
from runner.findings.numbers.curves import Strip, thinned, values_in

ROW, ROOM = 0.46, 0.62  # inches: of a setting with its name above it, and below all of them
MAX_NAME = 92
BASELINES: dict[str, Style] = {
    "constant": {"color": GREY, "linestyle": "--"},
    "linear": {"color": PINK, "linestyle": "-."},
    "logistic": {"color": PINK, "linestyle": "-."},
    "bayes": {"color": GREEN, "linestyle": ":"},
}
MEDIAN: Style = {"color": RED, "linewidth": 3}
DOT: Style = {"color": BLUE, "marker": "o", "linestyle": "", "markersize": 3.6, "alpha": 0.5, "markeredgewidth": 0}
BEST_TO_WORST = ("#0072B2", "#7fb8d8", "#f0e2c0", "#e69f00", "#a34700")
UNFINISHED = "#8a8a8a"
BOX = {"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none"}  # no baseline crosses a name
MOST_DOTS = 2000  # in a row
LEAST = 0.06  # of a bar, in which there is room for a number


def draw_scores(
    strips: Sequence[Strip], score: str, told: str, baselines: Sequence[Baseline], title: str, note: str
) -> Drawing:
    """One bar of shares per setting if there are few different scores, else one dot per run and the median."""
    better = METRICS.metric(score).better
    label = f"{told} ({better} is better)"
    if values := values_in(strips, score):
        reached = "; ".join(f"{one.row}: {number(one.value, 3)}" for one in baselines)
        plot = Plot(label, partial(_draw_shares, strips, values, f"share of a setting's runs, by {told}"))
        return Drawing(
            title, [plot], "; ".join(filter(None, [note, reached])), _legend_of_values(strips, values, score)
        )
    lines = {one.row: BASELINES.get(one.name, {"color": INK}) | {"linewidth": 1.4} for one in baselines}
    median = {"median": MEDIAN} if any(len(strip.values) > 1 for strip in strips) else {}
    legend = legend_of({"a run": DOT} | median | lines)
    medians = [float(np.median(strip.values)) if strip.values else np.nan for strip in strips]
    shown = [replace(strip, values=thinned(strip.values, MOST_DOTS)) for strip in strips]
    if any(len(strip.values) > MOST_DOTS for strip in strips):
        note = f"{note}; at most {MOST_DOTS:,} runs of a setting are drawn, spread over all"
    plot = Plot(label, partial(_draw_dots, shown, medians, score, label, baselines))
    return Drawing(title, [plot], note, legend)


def _colors(values: Sequence[float]) -> list[str]:
    """From the best value's to the worst one's."""
    scale = matplotlib.colors.LinearSegmentedColormap.from_list("shares", BEST_TO_WORST)
    return [matplotlib.colors.to_hex(scale(place)) for place in np.linspace(0, 1, len(values))]


def _written(values: Sequence[float]) -> list[str]:
    """With as many decimals as tell them apart, two at least."""
    ways = ([f"{value:.{digits}f}" for value in values] for digits in range(2, 9))
    return next((names for names in ways if len(set(names)) == len(names)), [repr(value) for value in values])


def _legend_of_values(strips: Sequence[Strip], values: Sequence[float], score: str) -> Legend:
    square: Style = {"marker": "s", "linestyle": "", "markersize": 9, "markeredgewidth": 0}
    named = zip(_written(values), _colors(values), strict=True)
    styles = {f"{score} {name}": square | {"color": color} for name, color in named}
    if any(strip.unfinished for strip in strips):
        styles["not finished"] = square | {"color": UNFINISHED}
    return legend_of(styles)


def _draw_shares(strips: Sequence[Strip], values: Sequence[float], label: str) -> Figure:
    figure, axes = _rows(strips)
    colors = [*_colors(values), UNFINISHED]
    for place, strip in enumerate(strips):
        rounded = [round(value, 9) for value in strip.values]
        counts = [*(rounded.count(value) for value in values), strip.unfinished]
        total = sum(counts) or 1
        left = 0.0
        for n, color in zip(counts, colors, strict=True):
            axes.barh(place, 100 * n / total, 0.48, left, color=color, edgecolor=PAPER, linewidth=0.8)
            if n / total > LEAST:
                ink = LIGHT if is_dark(color) else DARK
                middle = left + 50 * n / total
                axes.text(middle, place, str(n), ha="center", va="center_baseline", fontsize=10, color=ink)
            left += 100 * n / total
    axes.set(xlim=(0, 100), xlabel=label)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    return figure


def _draw_dots(
    strips: Sequence[Strip], medians: Sequence[float], score: str, label: str, baselines: Sequence[Baseline]
) -> Figure:
    figure, axes = _rows(strips)
    every = [value for strip in strips for value in strip.values] + [one.value for one in baselines]
    for one in baselines:
        axes.axvline(one.value, linewidth=1.4, **BASELINES.get(one.name, {"color": INK}))
    for place, (strip, median) in enumerate(zip(strips, medians, strict=True)):
        apart = 0.2 * np.sin(2.4 * np.arange(len(strip.values)))  # the same in every drawing
        axes.plot(strip.values, place + apart, **DOT)
        if len(strip.values) > 1:
            axes.plot([median] * 2, [place - 0.24, place + 0.24], **MEDIAN)
    if is_wide(score, min(every), max(every)):
        axes.set_xscale("log")
        plain_numbers(axes.xaxis, min(every), max(every))
    axes.set_xlabel(label)
    return figure


def _rows(strips: Sequence[Strip]) -> tuple[Figure, Axes]:
    """Axes with a row per setting, whose name stands above it, where it has room whatever its length."""
    height = ROW * len(strips) + ROOM
    figure = new_figure(WIDTH, height)
    axes = figure.subplots()
    for place, strip in enumerate(strips):
        lost = f" ({strip.unfinished} not finished)" if strip.unfinished else ""
        name = short(strip.label, MAX_NAME - len(lost)) + lost
        axes.text(
            0, place - 0.3, name, transform=axes.get_yaxis_transform(), ha="left", va="bottom", fontsize=9, bbox=BOX
        )
    axes.set_ylim(len(strips) - 0.65, -0.72)
    axes.set_yticks([])
    tidy(axes)
    axes.spines["left"].set_visible(False)
    figure.subplots_adjust(left=0.03, right=0.955, top=1 - 0.02 / height, bottom=(ROOM - 0.1) / height)
    return figure, axes
