"""Pictures of the best run on a table: its errors, and the columns that it needs."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from nn.registry import Array
from runner.base.texts import short
from runner.findings.figures.drawing import Drawing, Plot
from runner.findings.figures.fit import SCATTER, draw_fit
from runner.findings.figures.style import BLACK, BLUE, keep_inside, new_figure, tidy
from runner.findings.numbers.fits import Fit, confusion_of, predictor_of, shown_of
from runner.findings.numbers.importance import Importance, Importances
from runner.runs.data import Prepared
from runner.runs.result import RunResult


def draw_errors(result: RunResult, data: Prepared, title: str) -> Drawing:
    """Of a classification the confusion matrix, of a regression the residuals over the predictions, of tested rows."""
    if data.samples.classes:
        return Drawing(title, [Plot("", partial(_confusion, confusion_of(result, data)))])
    X, Y = data.tested
    keep = shown_of(len(X))
    predicted = predictor_of(result)(X[keep])[:, 0]
    residuals = np.asarray(Y, dtype=np.float64)[keep, 0] - predicted
    name = short(data.samples.target_name, 30)
    return Drawing(title, [Plot("", partial(_residuals, predicted, residuals, result.reported_on, name))])


def _confusion(fit: Fit) -> Figure:
    size = min(9.0, max(4.2, 2.2 + 0.45 * len(fit.classes)))
    figure = new_figure(size + 0.6, size - 0.4)
    draw_fit(figure.subplots(), fit)
    keep_inside(figure)
    return figure


def _residuals(predicted: Array, residuals: Array, part: str, name: str) -> Figure:
    figure = new_figure(5.6, 3.8)
    axes = figure.subplots()
    axes.plot(predicted, residuals, **SCATTER[part])
    axes.axhline(0, color=BLACK, linewidth=1, linestyle="--")
    axes.set(xlabel=f"prediction of {name}", ylabel="target - prediction")
    tidy(axes)
    keep_inside(figure)
    return figure


def draw_importances(found: Importances, shown: Sequence[Importance], title: str) -> Drawing:
    """A bar per column, as long as the score is worse without it, and a line of one standard deviation."""
    return Drawing(title, [Plot("", partial(_importances, found, shown))])


def _importances(found: Importances, shown: Sequence[Importance]) -> Figure:
    height = 0.9 + 0.26 * len(shown)
    figure = new_figure(6.4, height)
    axes = figure.subplots()
    places = np.arange(len(shown))
    axes.barh(places, [one.drop for one in shown], color=BLUE, height=0.7)
    axes.errorbar(
        [one.drop for one in shown], places, xerr=[one.spread for one in shown], linestyle="", color=BLACK, linewidth=1
    )
    axes.set_yticks(places, [short(one.column, 30) for one in shown], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel(f"{found.score}: how much worse without the column", fontsize=9)
    axes.tick_params(labelsize=8)
    tidy(axes)
    figure.subplots_adjust(top=1 - 0.1 / height, bottom=0.55 / height, left=0.2, right=0.97)
    keep_inside(figure)
    return figure
