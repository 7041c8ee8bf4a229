"""What each swept key does to the final score."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from runner.base.moments import mean
from runner.base.texts import brief, short
from runner.findings.figures.drawing import Drawing, Plot, Title, titles_of
from runner.findings.figures.style import (
    RED,
    SKY,
    Style,
    grid_of,
    is_wide,
    keep_inside,
    legend_of,
    log_axis,
    new_figure,
    tidy,
)
from runner.findings.numbers.curves import thinned
from runner.findings.numbers.effects import Effect

MAX_TICKS = 30
MOST_VALUES, MOST_DOTS = 500, 2000  # of a key, and of a value, that are drawn
LENGTH = 16  # of a value's name
LETTERS = 34  # of level names below a small panel
TURNED: dict[str, Any] = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}
DOT: Style = {"color": SKY, "marker": "o", "linestyle": "", "markersize": 3.2, "markeredgewidth": 0}
MEAN: Style = {"color": RED, "linewidth": 2.4}


def draw_effects(effects: Sequence[Effect], score: str, told: str, title: str) -> Drawing:
    """The final score by swept value: a dot per run, the mean of each value, one panel per key."""
    every = [value for effect in effects for values in effect.values for value in values]
    limits = (min(every), max(every)) if every else None
    is_log = limits is not None and is_wide(score, *limits)
    columns, width, height = grid_of(len(effects))
    titles = titles_of([(effect.key, "") for effect in effects], width)
    sizes = [(width, height + name.room) for name in titles]
    plots = [
        Plot(f"{told} by {effect.key}", partial(_draw_effect, _dots_of(effect), limits, is_log, name, size))
        for effect, name, size in zip(effects, titles, sizes, strict=True)
    ]
    legend = legend_of({"a run": DOT, "mean of the runs with a value": MEAN})
    is_lost = any(n for effect in effects for n in effect.unfinished)
    is_uneven = any(effect.n_compared < effect.combinations for effect in effects)
    notes = ["In brackets: how many runs with a value did not finish"] * is_lost
    notes += [
        "means: over the combinations of other settings and seeds that finished with every value compared"
    ] * is_uneven
    if any(len(effect.values) > MOST_VALUES or max(map(len, effect.values)) > MOST_DOTS for effect in effects):
        notes.append(f"at most {MOST_VALUES} values of a key and {MOST_DOTS:,} runs of each are drawn, spread over all")
    return Drawing(title, plots, "; ".join(notes), legend, columns)


@dataclass(frozen=True)
class _Dots:
    """What is drawn of an effect: the runs of its values by their place among all `n`, means, and names below."""

    n: int
    runs: dict[int, Sequence[float]]
    means: dict[int, float]
    ticks: dict[int, str]


def _dots_of(effect: Effect) -> _Dots:
    """All of it where there are few values, else some from all over."""
    n = len(effect.names)
    shown = _spread(n, MOST_VALUES)
    names = {place: short(brief(effect.names[place]), LENGTH) for place in _spread(n, MAX_TICKS)}
    return _Dots(
        n,
        {place: thinned(effect.values[place], MOST_DOTS) for place in shown if effect.values[place]},
        {place: mean(effect.compared[place]) for place in shown if effect.compared[place]},
        {place: f"{name} ({lost})" if (lost := effect.unfinished[place]) else name for place, name in names.items()},
    )


def _spread(n: int, most: int) -> list[int]:
    """At most `most` of n places, from all over."""
    return [int(place) for place in np.unique(np.linspace(0, n - 1, min(n, most)).astype(int))]


def _draw_effect(
    dots: _Dots, limits: tuple[float, float] | None, is_log: bool, title: Title, size: tuple[float, float]
) -> Figure:
    """A dot per run around the place of its value, and a bar at their mean; the limits are those of all keys."""
    figure = new_figure(*size)
    panel = figure.subplots()
    spread = {n: 0.28 * np.linspace(-1, 1, n) if n > 1 else [0.0] for n in set(map(len, dots.runs.values()))}
    x = [place + offset for place, values in dots.runs.items() for offset in spread[len(values)]]
    y = [value for values in dots.runs.values() for value in values]
    crowd = max(map(len, dots.runs.values()), default=1)
    panel.plot(x, y, **DOT, alpha=min(0.65, max(0.06, 20 / crowd)))
    places = np.array(list(dots.means), dtype=float)
    panel.hlines(list(dots.means.values()), places - 0.32, places + 0.32, color=RED, linewidth=2.4)
    names = list(dots.ticks.values())
    turned = sum(len(name) + 2 for name in names) > LETTERS
    panel.set_xticks(list(dots.ticks), names, fontsize=8, **(TURNED if turned else {}))
    panel.set_xlim(-0.6, dots.n - 0.4)
    if is_log and limits:
        log_axis(panel, *limits)
    if limits:
        panel.set_ylim(*around(*limits, is_log))
    panel.tick_params(which="both", labelsize=8)
    tidy(panel)
    title.above(panel)
    if turned:
        keep_inside(figure)
    return figure


def around(low: float, high: float, is_log: bool) -> tuple[float, float]:
    """Limits with room around values."""
    if is_log:
        room = (high / low) ** 0.05
        return low / room, high * room
    room = 0.05 * ((high - low) or 1.0)
    return low - room, high + room
