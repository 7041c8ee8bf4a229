"""Two runs beside each other: cost, and what happened in every layer."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from nn.registry import Array
from runner.base.texts import short
from runner.findings.figures.drawing import Drawing, Plot
from runner.findings.figures.style import CYCLE, DASHES, WIDTH, below_explosion, entry, log_axis, new_figure, tidy
from runner.findings.numbers.layers import Panel

MOST_LAYERS = 8
TITLE = 50


def draw_layers(runs: Sequence[tuple[str, Sequence[Panel]]], title: str) -> Drawing:
    """A panel for each run with its name, which may have lines: a row for each quantity that any of them has."""
    rows = [row for row in zip(*(panels for _, panels in runs), strict=True) if any(panel.values for panel in row)]
    room = 0.32 + 0.16 * max(name.count("\n") for name, _ in runs)
    plots = [Plot(name, partial(_figure_of, place, name, rows, room)) for place, (name, _) in enumerate(runs)]
    return Drawing(title, plots, columns=len(runs))


def _figure_of(place: int, name: str, rows: Sequence[Sequence[Panel]], room: float) -> Figure:
    """Of one run, with the axes of all. Steps are logarithmic, as most of what goes wrong happens in the first."""
    width, height = WIDTH / 2, room + 0.43 + 1.6 * len(rows)
    figure = new_figure(width, height)
    grid = figure.subplots(len(rows), 1, squeeze=False, sharex=True).ravel()
    last = max(float(panel.steps.max(initial=1)) for row in rows for panel in row)
    for axes, row in zip(grid, rows, strict=True):
        _scale(axes, row)
        _draw(axes, row[place])
        for panel in row:
            for values in panel.values.values():
                shown = _shown(panel, values)
                axes.update_datalim(np.column_stack([panel.steps, shown])[np.isfinite(shown)])
        axes.set_ylabel(row[place].title, fontsize=8)
        if row[place].values:
            axes.legend(fontsize=7, frameon=False, loc="best")
    lines = [short(line, TITLE) for line in name.split("\n")]
    figure.text(0.06 / width, 1 - 0.06 / height, "\n".join(lines), fontsize=9, ha="left", va="top")
    grid[-1].set_xlabel("step (updates of the weights)", fontsize=8)
    grid[-1].set_xscale("symlog", linthresh=1)
    grid[-1].set_xlim(-0.3, 1.1 * last)
    grid[-1].xaxis.set_major_locator(FixedLocator([0, *(10.0**power for power in range(int(np.log10(last)) + 1))]))
    grid[-1].xaxis.set_minor_locator(NullLocator())
    grid[-1].xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    figure.subplots_adjust(left=0.68 / width, right=0.97, top=1 - room / height, bottom=0.45 / height, hspace=0.14)
    return figure


def _shown(panel: Panel, values: Array) -> Array:
    return below_explosion(values, values[0]) if panel.title == "cost" else values


def _draw(axes: Axes, panel: Panel) -> None:
    for place, (name, values) in enumerate(list(panel.values.items())[:MOST_LAYERS]):
        color, dash = CYCLE[place % len(CYCLE)], DASHES[place % len(DASHES)]
        shown, name = _shown(panel, values), entry(name, 20)
        axes.plot(panel.steps, shown, dash, color=color, label=name, linewidth=1.4, marker=".", markersize=3)
    axes.tick_params(which="both", labelsize=7)
    tidy(axes)


def _scale(axes: Axes, row: Sequence[Panel]) -> None:
    """From 0 to 1 for shares, else logarithmic where there is something above 0."""
    if row[0].is_share:
        axes.set_ylim(-0.05, 1.05)
        return
    values = np.concatenate([each for panel in row for each in panel.values.values()])
    positive = values[np.isfinite(values) & (values > 0)]
    if len(positive):
        low = max(float(positive.min()), 1e-12 * float(positive.max()))
        log_axis(axes, low, float(positive.max()))
