"""Pictures of a sweep: cost curves over seeds, and fits side by side."""

import math
import textwrap
from collections.abc import Sequence

from runner.base.texts import short
from runner.findings.figures.fit import draw_fit, frame_of
from runner.findings.figures.panel import handles_of
from runner.findings.figures.style import (
    CYCLE,
    DASHES,
    below_explosion,
    entry,
    log_axis,
    new_figure,
    our_style,
    tidy,
    to_png,
)
from runner.findings.numbers.curves import Band
from runner.findings.numbers.fits import Fit


@our_style()
def draw_bands(bands: Sequence[Band], cost: str, note: str) -> bytes:
    """Cost curves of a sweep, one line per setting: the mean over its runs and the range of the middle 80 %."""
    rows = math.ceil(len(bands) / 2)
    figure = new_figure(8.0, 4.6 + 0.2 * rows)
    axes = figure.subplots()
    start = max(float(band.high[0]) for band in bands)
    for place, band in enumerate(bands):
        color, dash = CYCLE[place % len(CYCLE)], DASHES[place // len(CYCLE) % len(DASHES)]
        axes.plot(
            band.steps, below_explosion(band.mean, start), dash, color=color, label=entry(band.label, 60), linewidth=1.8
        )
        if band.count > 1:
            axes.fill_between(
                band.steps,
                below_explosion(band.low, start),
                below_explosion(band.high, start),
                color=color,
                alpha=0.15,
                linewidth=0,
            )
    low = min(float(band.low.min()) for band in bands)
    if low > 0:
        log_axis(axes, low, float(max(below_explosion(band.high, start).max() for band in bands)))
    axes.set(xlabel="step (updates of the weights)", ylabel=cost)
    axes.set_title(note, fontsize=10)
    tidy(axes)
    figure.legend(loc="lower center", ncols=2 if len(bands) > 1 else 1, fontsize=8, frameon=False)
    figure.subplots_adjust(left=0.11, right=0.97, top=0.92, bottom=(0.62 + 0.2 * rows) / (4.6 + 0.2 * rows))
    return to_png(figure)


@our_style()
def draw_fits(fits: Sequence[tuple[str, Fit]], note: str) -> bytes:
    """Small multiples: one fit per setting, side by side."""
    columns = min(4, len(fits))
    rows = math.ceil(len(fits) / columns)
    figure = new_figure(max(4.0, 2.9 * columns), 2.75 * rows + 0.7)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel, (label, fit) in zip(panels, fits, strict=False):
        draw_fit(panel, fit)
        panel.set_title("\n".join(textwrap.wrap(short(label, 72), 38)), fontsize=8)
        if fit.kind == "confusion":  # whose axes nobody could tell apart
            panel.xaxis.label.set_size(7)
            panel.yaxis.label.set_size(7)
        else:
            panel.set(xlabel="", ylabel="")
        panel.tick_params(labelsize=7)
    for panel in panels[len(fits) :]:
        panel.set_visible(False)
    legend = dict(entry for _, fit in fits for entry in frame_of(fit).legend)
    if legend:
        handles = handles_of(tuple(legend.items()))
        figure.legend(handles=handles, loc="lower center", ncols=2 * columns, fontsize=8, frameon=False)
    has_scale = any(fit.kind == "surface" for _, fit in fits)
    legend_room = 0.4 + 0.2 * math.ceil(len(legend) / (2 * columns))
    height = figure.get_figheight()
    figure.suptitle(note, fontsize=9, y=1 - 0.1 / height, va="top")
    figure.subplots_adjust(
        left=0.4 / figure.get_figwidth(), right=0.94 if has_scale else 0.985, top=1 - 0.7 / height,
        bottom=legend_room / height, wspace=0.22, hspace=0.38,
    )  # fmt: skip
    return to_png(figure)
