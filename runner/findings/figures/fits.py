"""What networks learned, side by side, with common axes."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from matplotlib.figure import Figure

from runner.findings.figures.drawing import Drawing, Plot, Title, titles_of
from runner.findings.figures.fit import draw_contents, frame_of
from runner.findings.figures.panel import Frame, dress
from runner.findings.figures.style import DIGIT, cut_labels, grid_of, new_figure
from runner.findings.numbers.curves import Shown
from runner.findings.numbers.fits import Fit

FEW_TICKS = 3
MEANINGS = {
    "regions": "background: what the network answers",
    "surface": "background: what the network answers; colours of the marks: targets",
}


def draw_fits(fits: Sequence[tuple[Shown, Fit]], title: str, note: str, is_in_threes: bool = False) -> Drawing:
    """Small multiples: a panel for each run, or three for each setting."""
    frames = common_frames([frame_of(fit) for _, fit in fits])
    columns, width, height = grid_of(len(fits)) if not is_in_threes else grid_of(3)
    titles = titles_of([(one.label, one.told) for one, _ in fits], width)
    plots = [
        Plot(f"{one.label}, {one.told}", partial(_draw, fit, frame, name, (width, height + name.room)))
        for (one, fit), frame, name in zip(fits, frames, titles, strict=True)
    ]
    legend = dict(entry for frame in frames for entry in frame.legend)
    told = "; ".join(filter(None, [note, *dict.fromkeys(MEANINGS.get(fit.kind, "") for _, fit in fits)]))
    return Drawing(title, plots, told, tuple(legend.items()), columns)


def common_frames(frames: Sequence[Frame]) -> list[Frame]:
    """The same limits and the same colours for all that show the same quantities."""
    alike: dict[tuple[object, ...], list[Frame]] = {}
    for frame in frames:
        alike.setdefault(_shown_in(frame), []).append(frame)
    return [_spanning(frame, alike[_shown_in(frame)]) for frame in frames]


def _shown_in(frame: Frame) -> tuple[object, ...]:
    return frame.x_label, frame.y_label, frame.classes, bool(frame.scale)


def _spanning(frame: Frame, every: Sequence[Frame]) -> Frame:
    if frame.classes:
        return frame
    scale = max((one.scale for one in every), key=lambda scale: scale[-1] - scale[0] if scale else 0.0)
    return replace(
        frame,
        x=(min(one.x[0] for one in every), max(one.x[1] for one in every)),
        y=(min(one.y[0] for one in every), max(one.y[1] for one in every)),
        scale=scale,
    )


def _draw(fit: Fit, frame: Frame, title: Title, size: tuple[float, float]) -> Figure:
    figure = new_figure(*size)
    axes = figure.subplots()
    dress(axes, replace(frame, scale_label=""))
    draw_contents(axes, fit, frame)
    axes.tick_params(labelsize=7.5)
    if not frame.classes:
        axes.locator_params(nbins=FEW_TICKS)
    axes.set_xlabel(frame.x_label, fontsize=8, labelpad=1)
    axes.set_ylabel(frame.y_label, fontsize=8, labelpad=1)
    title.above(axes)
    if frame.scale:  # beside which its numbers stand
        figure.subplots_adjust(right=1 - (0.1 + DIGIT * max(len(f"{value:g}") for value in frame.scale)) / size[0])
    cut_labels(axes, has_title=True)
    return figure
