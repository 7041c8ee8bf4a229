"""Training cost over the steps: thin lines for all seeds, their median and quartiles on top."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from runner.findings.figures.drawing import Drawing, Plot, Title, titles_of
from runner.findings.figures.style import (
    BLUE,
    CYCLE,
    RED,
    WHOLE,
    Legend,
    Style,
    entry,
    grid_of,
    legend_of,
    log_axis,
    new_figure,
    tidy,
)
from runner.findings.numbers.curves import Bundle, Curves

ONE_PANEL = 4  # settings, of which each has a colour of its own
SOLVED = {True: ("solved", BLUE, "-"), False: ("not solved", RED, "--"), None: ("median", BLUE, "-")}
THIN, QUARTILES = 0.16, 0.2
LINE: Style = {"linewidth": 1.8}
THOUSANDS = 10_000  # steps, from which on ticks are written as 20k


def draw_curves(shown: Sequence[Curves], title: str, note: str) -> Drawing:
    """One panel per setting with shared axes; few settings share a panel, unless solved runs lie apart."""
    limits = _limits([bundle for one in shown for bundle in one.bundles])
    is_apart = any(bundle.is_solved is not None for one in shown for bundle in one.bundles)
    if len(shown) == 1 or (len(shown) <= ONE_PANEL and not is_apart):
        return Drawing(title, [Plot("", partial(_draw_together, shown, limits))], note, _legend(shown))
    columns, width, height = grid_of(len(shown))
    titles = titles_of([(one.label, one.told) for one in shown], width)
    small = [
        Plot(f"{one.label}, {one.told}", partial(_draw_one, one, limits, name, (width, height + name.room)))
        for one, name in zip(shown, titles, strict=True)
    ]
    return Drawing(title, small, note, _legend_of_kinds(shown), columns)


def _limits(bundles: Sequence[Bundle]) -> tuple[float, float, float]:
    """The last step, the lowest and the highest cost."""
    lows, highs = ([pick(one.lines) for one in bundles] for pick in (np.min, np.max))
    return float(max(one.steps[-1] for one in bundles)), float(min(lows)), float(max(highs))


def _legend(shown: Sequence[Curves]) -> Legend:
    """Of settings, each in its colour."""
    if len(shown) == 1:
        return _legend_of_kinds(shown)
    lines = zip(shown, CYCLE, strict=False)
    return legend_of({entry(f"{one.label} ({one.told})", 90): {"color": color} | LINE for one, color in lines})


def _legend_of_kinds(shown: Sequence[Curves]) -> Legend:
    n_bundles = sum(len(one.bundles) for one in shown)
    kinds = {bundle.is_solved for one in shown for bundle in one.bundles if bundle.n_runs > 1 or n_bundles > 1}
    styles = [
        (told, {"color": color, "linestyle": dash} | LINE)
        for kind, (told, color, dash) in SOLVED.items()
        if kind in kinds
    ]
    return legend_of(dict(styles))


def _draw_together(shown: Sequence[Curves], limits: tuple[float, float, float]) -> Figure:
    figure = new_figure(*WHOLE)
    axes = figure.subplots()
    for place, one in enumerate(shown):
        for bundle in one.bundles:
            _draw(axes, bundle, CYCLE[place] if len(shown) > 1 else SOLVED[bundle.is_solved][1])
    _dress(axes, limits)
    axes.set(xlabel="step (updates of the weights)", ylabel="training cost")
    figure.subplots_adjust(left=0.095, right=0.985, top=0.97, bottom=0.14)
    return figure


def _draw_one(one: Curves, limits: tuple[float, float, float], title: Title, size: tuple[float, float]) -> Figure:
    figure = new_figure(*size)
    axes = figure.subplots()
    for bundle in one.bundles:
        _draw(axes, bundle, SOLVED[bundle.is_solved][1])
    _dress(axes, limits)
    title.above(axes)
    axes.tick_params(which="both", labelsize=7.5)
    axes.set_xlabel("step", fontsize=8, labelpad=1)
    return figure


def _draw(axes: Axes, bundle: Bundle, color: str) -> None:
    dash = SOLVED[bundle.is_solved][2]
    if bundle.n_runs > 1:
        lines = np.stack(np.broadcast_arrays(bundle.steps, bundle.lines), axis=2)
        axes.add_collection(LineCollection(list(lines), colors=color, linewidths=0.7, alpha=THIN))
        axes.fill_between(bundle.steps, bundle.low, bundle.high, color=color, alpha=QUARTILES, linewidth=0)
    mark = "o" if len(bundle.steps) == 1 else ""
    axes.plot(bundle.steps, bundle.median, dash, color=color, marker=mark, **LINE)


def _dress(axes: Axes, limits: tuple[float, float, float]) -> None:
    last, low, high = limits
    axes.update_datalim([(0.0, high), (last or 1.0, high)])
    axes.margins(x=0.02)  # not limits, which a person's logarithmic axis would keep: it has no place for one below zero
    if low > 0:
        log_axis(axes, low, high)
        axes.set_ylim(low / (high / low) ** 0.04 / 1.01, high * (high / low) ** 0.04 * 1.01)
    else:
        room = 0.04 * ((high - low) or 1.0)
        axes.set_ylim(low - room, high + room)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], integer=True))
    if last >= THOUSANDS:
        axes.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:g}k" if value else "0")
    tidy(axes)
