"""The picture of one run: its cost over the steps, and its fit."""

from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes

from runner.figures.fit import draw_fit
from runner.figures.style import BLUE, RED, below_explosion, log_axis, new_figure, tidy, to_png
from runner.fits import fit_of
from runner.preparation import Prepared
from runner.results import RunResult


def draw_run(result: RunResult, data: Prepared) -> RunResult:
    """Add the picture of a run: its cost over the steps, and its fit."""
    if not result.history.get("step"):
        return result
    figure = new_figure(9.0, 3.8)
    left, right = figure.subplots(1, 2)
    _draw_cost(left, result)
    draw_fit(right, fit_of(result, data), legend=True)
    figure.suptitle(_headline(result), fontsize=10, x=0.5, y=0.975)
    figure.subplots_adjust(left=0.08, right=0.98, top=0.85, bottom=0.14, wspace=0.24)
    return replace(result, pictures={"cost_and_fit.png": to_png(figure)})


def _draw_cost(axes: Axes, result: RunResult) -> None:
    steps = np.array(result.history["step"])
    series = [("train", "train/cost", BLUE, "-"), ("test", "test/cost", RED, "--")]
    drawn = [
        (label, below_explosion(np.array(result.history[name]), result.history[name][0]), color, dash)
        for label, name, color, dash in series
        if name in result.history
    ]
    for label, values, color, dash in drawn:
        axes.plot(steps, values, dash, color=color, label=label, linewidth=1.6)
    shown = np.concatenate([values for _, values, _, _ in drawn])
    if shown.min() > 0 and shown.max() > 5 * shown.min():
        log_axis(axes, float(shown.min()), float(shown.max()))
    axes.set(xlabel="step (updates of the weights)", ylabel=f"cost ({result.spec.loss.name.replace('_', ' ')})")
    axes.legend(fontsize=8, frameon=False)
    tidy(axes)


def _headline(result: RunResult) -> str:
    spec = result.spec
    scores = [f"{part}/{name}" for part in ("train", "test") for name in ("accuracy", "rmse")]
    finals = ", ".join(
        f"{name.replace('/', ' ')} {value:.4g}" for name, value in result.finals.items() if name in scores
    )
    sizes = "-".join(str(size) for size in result.sizes)
    what = f"{spec.data.name}, {sizes} {spec.activation.name}, learning rate {spec.learning_rate:g}, seed {spec.seed}"
    return f"{what}: {finals}" + (
        f" ({result.outcome} at step {result.last_step})" if result.outcome != "stopped" else ""
    )
