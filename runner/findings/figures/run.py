"""The picture of one run: its cost over the steps, and its fit."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from nn.registry import Array
from runner.findings.figures.fit import draw_contents, frame_of
from runner.findings.figures.panel import SIZE, Frame, Limits, draw_panel
from runner.findings.figures.style import (
    BLUE,
    GREEN,
    RED,
    Pixels,
    Style,
    below_explosion,
    legend_of,
    new_figure,
    our_style,
    pixels_to_png,
    rgb_of,
    without_glyph_warnings,
)
from runner.findings.numbers.fits import fit_of, rounded
from runner.findings.numbers.units import cost_unit
from runner.runs.data import Prepared
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult, network_of

HEADLINE = (2 * SIZE[0], 0.3)  # inches
NEAR = 30.0
Curves = list[tuple[str, Array]]
STYLES: dict[str, Style] = {
    "train": {"color": BLUE, "linewidth": 1.6},
    "validation": {"color": GREEN, "linewidth": 1.6, "linestyle": "-."},
    "test": {"color": RED, "linewidth": 1.6, "linestyle": "--"},
}


@our_style()
def draw_run(result: RunResult, data: Prepared) -> RunResult:
    """Add the picture of a run: its cost over the steps, and its fit."""
    if not result.history.get("step"):
        return result
    with without_glyph_warnings():
        return replace(result, pictures={"cost_and_fit.png": pixels_to_png(_pixels(result, data))})


def _pixels(result: RunResult, data: Prepared) -> Pixels:
    steps, curves = np.array(result.history["step"]), _curves(result)
    unit = cost_unit(result)
    cost_label = f"cost ({result.spec.loss.name.replace('_', ' ')}{f' of {unit}' if unit else ''})"
    cost = draw_panel(_frame_of_cost(steps, curves, cost_label), lambda axes: _draw_cost(axes, steps, curves))
    fit = fit_of(result, data)
    frame = frame_of(fit)
    shown = draw_panel(frame, lambda axes: draw_contents(axes, fit, frame))
    return np.vstack([_headline(_summary(result)), np.hstack([cost, shown])])


def _curves(result: RunResult) -> Curves:
    history = result.history
    names = [name for name in STYLES if f"{name}/cost" in history]
    return [(name, below_explosion(np.array(history[f"{name}/cost"]), history[f"{name}/cost"][0])) for name in names]


def _frame_of_cost(steps: Array, curves: Curves, label: str) -> Frame:
    shown = np.concatenate([values for _, values in curves])
    low, high, last = float(shown.min()), float(shown.max()), rounded(0.0, float(steps[-1]))[1]
    is_log = low > 0 and high > 5 * low
    y = _rounded_log(low, high) if is_log else rounded(min(low, 0.0), high)
    x = (-0.02 * last, 1.02 * last)
    legend = legend_of({name: STYLES[name] for name, _ in curves})
    return Frame(x, y, "step (updates of the weights)", label, legend, is_log=is_log)


def _rounded_log(low: float, high: float) -> Limits:
    """Limits around two positive values: powers of ten, or 1, 2 or 5 times one where they are near each other."""
    digits = (1, 2, 5) if high < NEAR * low else (1,)
    below = [rung for rung in _rungs(low, digits) if rung < low]
    above = [rung for rung in _rungs(high, digits) if rung > high]
    return (below[-1] if below else low, above[0] if above else high)


def _rungs(value: float, digits: Sequence[int]) -> list[float]:
    """These digits times the powers of ten around a value."""
    exponent = int(np.floor(np.log10(value)))
    return [float(f"{digit}e{place}") for place in (exponent - 1, exponent, exponent + 1) for digit in digits]


def _draw_cost(axes: Axes, steps: Array, curves: Curves) -> None:
    for name, values in curves:
        axes.plot(steps, values, **STYLES[name])


def _headline(text: str) -> Pixels:
    """A line of text in pixels, over both panels."""
    canvas, line = _empty_headline()
    line.set_text(text)
    canvas.draw()
    return rgb_of(canvas)


@cache
def _empty_headline() -> tuple[FigureCanvasAgg, Text]:
    figure = new_figure(*HEADLINE)
    return FigureCanvasAgg(figure), figure.text(0.5, 0.4, "", fontsize=10, ha="center", va="center")


def _summary(result: RunResult) -> str:
    spec = result.spec
    scores = [f"{part}/{result.score}" for part in ("train", "validation", "test")]
    finals = ", ".join(f"{name.replace('/', ' ')} {value:.4g}" for name, value in result.last.items() if name in scores)
    sizes = "-".join(str(size) for size in network_of(result).sizes)
    what = f"{spec.data.name}, {sizes} {spec.activation.name}, learning rate {spec.learning_rate:g}, seed {spec.seed}"
    return f"{what}: {finals}" + (
        f" ({result.outcome} at step {result.last_step})" if result.outcome is not Outcome.STOPPED else ""
    )
