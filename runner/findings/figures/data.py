"""What the networks learn from: the samples of a data set, before any network."""

from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from runner.base.texts import short
from runner.findings.figures.drawing import Drawing, Plot
from runner.findings.figures.fit import CURVE, class_style, legend_of_classes, parts_of
from runner.findings.figures.panel import SCALE
from runner.findings.figures.style import (
    BLUE,
    Legend,
    crowded,
    cut_labels,
    grid_of,
    keep_inside,
    legend_of,
    new_figure,
    tidy,
)
from runner.findings.numbers.seen import Seen


def draw_data(seen: Seen, title: str, note: str = "") -> Drawing:
    """Targets over one input, classes or targets in the plane of two, else how targets spread."""
    return Drawing(title, [Plot("", partial(_figure_of, seen))], note, _legend(seen))


def _figure_of(seen: Seen) -> Figure:
    _, width, height = grid_of(1)
    figure = new_figure(width, height)
    panel = figure.subplots()
    _draw(panel, seen)
    tidy(panel)
    panel.tick_params(labelsize=8)
    figure.subplots_adjust(left=0.6 / width, right=0.97, top=1 - 0.1 / height, bottom=0.5 / height)
    cut_labels(panel)
    keep_inside(figure)
    return figure


def _legend(seen: Seen) -> Legend:
    if seen.kind == "classes":
        return legend_of_classes(seen.classes)
    if seen.parts is None:
        return ()
    target = {"without noise": CURVE["target"]} if seen.truth is not None else {}
    return legend_of({name: CURVE[name] for name, _ in parts_of(seen.parts)} | target)


def _draw(panel: Axes, seen: Seen) -> None:
    match seen.kind:
        case "curve":
            _draw_curve(panel, seen)
        case "classes":
            for label in range(len(seen.classes)):
                panel.plot(*seen.X[label == seen.Y].T, **class_style(label, 4 if len(seen.X) > 50 else 8))
        case "plane":
            dots = panel.scatter(seen.X[:, 0], seen.X[:, 1], c=seen.Y, s=9, cmap=SCALE)
            panel.figure.colorbar(dots, ax=panel, pad=0.02).set_label(short(seen.target, 24), fontsize=8)
        case "counts":
            names = [short(name, 12) for name in seen.classes]
            panel.bar(range(len(seen.Y)), seen.Y, color=BLUE)
            panel.set_xticks(range(len(names)), names, rotation=30 if crowded(names) else 0)
            panel.set(xlabel=f"class ({seen.d_in} inputs)", ylabel="samples")
        case "spread":
            panel.hist(seen.Y, bins=30, color=BLUE)
            panel.set(xlabel=f"{short(seen.target, 30)} ({seen.d_in} inputs)", ylabel="samples")
    if seen.names:
        panel.set(xlabel=short(seen.names[0], 40), ylabel=short(seen.names[1], 40))


def _draw_curve(panel: Axes, seen: Seen) -> None:
    for name, chosen in parts_of(seen.part) if seen.part is not None else ():
        panel.plot(seen.X[chosen], seen.Y[chosen], **CURVE[name])
    if seen.truth is not None:
        panel.plot(*seen.truth, **CURVE["target"])
