"""The picture of one run: its cost over the steps, and its fit."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from nn.registry import Array
from runner.findings.figures.fit import contents_of, frame_of
from runner.findings.figures.painting import HEIGHT, WIDTH, paint_panel
from runner.findings.figures.palette import png_of
from runner.findings.figures.panel import Frame, Limits
from runner.findings.figures.shapes import Line, Shape
from runner.findings.figures.style import (
    BLUE,
    DPI,
    EDGE,
    GREEN,
    INK,
    RED,
    Style,
    below_explosion,
    legend_of,
    our_style,
    without_glyph_warnings,
)
from runner.findings.figures.words import cut, write
from runner.findings.numbers.fits import fit_of, rounded
from runner.findings.numbers.units import cost_named, cost_unit
from runner.runs.data import Prepared
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult, network_of

HEADLINE, MIDDLE = 30, 17  # pixels: how high it is, and where its text is
HEADLINE_SIZE = 10  # points
NEAR = 30.0
Curves = list[tuple[str, Array]]
STYLES: dict[str, Style] = {
    "train": {"color": BLUE, "linewidth": 1.6},
    "validation": {"color": GREEN, "linewidth": 1.6, "linestyle": "-."},
    "test": {"color": RED, "linewidth": 1.6, "linestyle": "--"},
}
POINT: Style = {"marker": "o", "markersize": 4}  # of a run that was evaluated once


@our_style()
def draw_run(result: RunResult, data: Prepared) -> RunResult:
    """Add the picture of a run: its cost over the steps, and its fit."""
    if not result.history.get("step"):
        return result
    with without_glyph_warnings():
        return replace(result, pictures={"cost_and_fit.png": _picture(result, data)})


def _picture(result: RunResult, data: Prepared) -> bytes:
    fit = fit_of(result, data)
    frame = frame_of(fit)
    panels = [_cost_of(result), (frame, contents_of(fit, frame))]
    picture = Image.new("RGB", (WIDTH * len(panels), HEADLINE + HEIGHT), "white")
    for place, (around, shapes) in enumerate(panels):
        picture.paste(paint_panel(around, shapes), (place * WIDTH, HEADLINE))
    headline = cut(_summary(result), picture.width - 2 * EDGE * DPI, HEADLINE_SIZE)
    write(picture, (picture.width / 2, MIDDLE), headline, HEADLINE_SIZE, INK)
    return png_of(picture, [shape for _, shapes in panels for shape in shapes])


def _cost_of(result: RunResult) -> tuple[Frame, list[Shape]]:
    steps, curves = np.array(result.history["step"]), _curves(result)
    unit = cost_unit(result)
    label = f"cost ({cost_named(result.spec)}{f' of {unit}' if unit else ''})"
    point = {} if len(steps) > 1 else POINT
    return _frame_of_cost(steps, curves, label), [Line(steps, values, STYLES[name] | point) for name, values in curves]


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


def _summary(result: RunResult) -> str:
    spec = result.spec
    scores = [f"{part}/{result.score}" for part in ("train", "validation", "test")]
    finals = ", ".join(f"{name.replace('/', ' ')} {value:.4g}" for name, value in result.last.items() if name in scores)
    sizes = "-".join(str(size) for size in network_of(result).sizes)
    what = f"{spec.data.name}, {sizes} {spec.activation.name}, learning rate {spec.learning_rate:g}, seed {spec.seed}"
    return f"{what}: {finals}" + (
        f" ({result.outcome} at step {result.last_step})" if result.outcome is not Outcome.STOPPED else ""
    )
