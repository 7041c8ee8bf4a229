"""The answer of a sweep at a glance: every run's final score, one row per setting, beside the trivial predictors."""

from collections.abc import Sequence

import numpy as np

from runner.base.texts import short
from runner.findings.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PINK,
    RED,
    new_figure,
    our_style,
    plain_numbers,
    tidy,
    to_png,
)
from runner.findings.numbers.curves import Strip

MAX_ROWS = 40
BASELINES = {
    "constant": ("constant predictor", GREY),
    "linear": ("best line or plane", PINK),
    "bayes": ("Bayes", GREEN),
}


@our_style()
def draw_strips(strips: Sequence[Strip], score: str) -> bytes:
    """A dot per run, a bar at each setting's median, and a tick at what a predictor reaches that learned nothing."""
    shown = list(strips)[:MAX_ROWS]
    height = max(2.6, 1.25 + 0.3 * len(shown))
    room = min(5.8, 0.35 + 0.068 * max(len(_label(strip)) for strip in shown))
    figure = new_figure(5.6 + room, height)
    axes = figure.subplots()
    every = [value for strip in shown for value in (*strip.values, *strip.baselines.values())]
    for place, strip in enumerate(shown):
        for name, value in strip.baselines.items():
            told, color = BASELINES.get(name, (name, BLACK))
            axes.plot([value, value], [place - 0.42, place + 0.42], "--", color=color, linewidth=1.6, label=told)
        jitter = 0.26 * np.sin(2.4 * np.arange(len(strip.values)))  # apart, and the same in every drawing
        axes.plot(strip.values, place + jitter, "o", color=BLUE, markersize=3.4, alpha=0.45, markeredgewidth=0)
        if strip.values:
            middle = float(np.median(strip.values))
            axes.plot([middle, middle], [place - 0.4, place + 0.4], color=RED, linewidth=3, label="median")
    positive = [value for value in every if value > 0]
    if positive and len(positive) == len(every) and max(every) > 20 * min(every):
        axes.set_xscale("log")
        plain_numbers(axes.xaxis, min(every), max(every))
    axes.set_yticks(range(len(shown)), [_label(strip) for strip in shown], fontsize=8)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    more = f" (the first {len(shown)} of {len(strips)} settings)" if len(strips) > len(shown) else ""
    axes.set_xlabel(f"final {score}{more}")
    tidy(axes)
    named = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    figure.legend(
        named.values(), named.keys(), loc="upper right", bbox_to_anchor=(0.985, 1), ncols=4, fontsize=8, frameon=False
    )
    figure.subplots_adjust(left=room / (5.6 + room), right=0.97, top=1 - 0.32 / height, bottom=0.55 / height)
    return to_png(figure)


def _label(strip: Strip) -> str:
    told = f" ({strip.unfinished} not finished)" if strip.unfinished else ""
    return short(strip.label, 84) + told
