"""Two runs beside each other: cost, and what happened in every layer."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from runner.base.texts import short
from runner.findings.figures.drawing import Drawing, Plot
from runner.findings.figures.style import CYCLE, DASHES, below_explosion, entry, log_axis, new_figure, tidy
from runner.findings.numbers.layers import Panel

MOST_LAYERS = 8
TITLE = 60


def draw_layers(runs: Sequence[tuple[str, Sequence[Panel]]], title: str) -> Drawing:
    """A column for each run with its name, which may have lines, a row for each panel that any of them has."""
    return Drawing(title, [Plot("", partial(_figure_of, runs))])


def _figure_of(runs: Sequence[tuple[str, Sequence[Panel]]]) -> Figure:
    """Rows share their axes. Steps are logarithmic, as most of what goes wrong happens in the first of them."""
    rows = [row for row in zip(*(panels for _, panels in runs), strict=True) if any(panel.values for panel in row)]
    top = 0.32 + 0.16 * max(name.count("\n") for name, _ in runs)
    height = top + 0.43 + 1.75 * len(rows)
    figure = new_figure(4.4 * len(runs), height)
    grid = figure.subplots(len(rows), len(runs), squeeze=False, sharex=True, sharey="row")
    last = max(float(panel.steps.max(initial=1)) for row in rows for panel in row)
    for axes_of_row, row in zip(grid, rows, strict=True):
        _scale(axes_of_row[0], row)
        for axes, panel in zip(axes_of_row, row, strict=True):
            _draw(axes, panel)
        axes_of_row[0].set_ylabel(row[0].title, fontsize=8)
        axes_of_row[-1].legend(*_entries(axes_of_row), fontsize=7, frameon=False, loc="best")
    for axes, (name, _) in zip(grid[0], runs, strict=True):
        axes.set_title("\n".join(short(line, TITLE) for line in name.split("\n")), fontsize=9)
    for axes in grid[-1]:
        axes.set_xlabel("step (updates of the weights)", fontsize=8)
        axes.set_xscale("symlog", linthresh=1)
        axes.set_xlim(-0.3, 1.1 * last)
        axes.xaxis.set_major_locator(FixedLocator([0, *(10.0**power for power in range(int(np.log10(last)) + 1))]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    figure.subplots_adjust(
        left=0.8 / (4.4 * len(runs)), right=0.985, top=1 - top / height, bottom=0.45 / height, wspace=0.06, hspace=0.14
    )
    return figure


def _draw(axes: Axes, panel: Panel) -> None:
    for place, (name, values) in enumerate(list(panel.values.items())[:MOST_LAYERS]):
        color, dash = CYCLE[place % len(CYCLE)], DASHES[place % len(DASHES)]
        shown = below_explosion(values, values[0]) if panel.title == "cost" else values
        axes.plot(panel.steps, shown, dash, color=color, label=entry(name, 20), linewidth=1.4, marker=".", markersize=3)
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


def _entries(row: Sequence[Axes]) -> tuple[list[object], list[str]]:
    """The legend of a row: of all of its panels, each name once."""
    found = {name: handle for axes in row for handle, name in zip(*axes.get_legend_handles_labels(), strict=True)}
    return list(found.values()), list(found)
