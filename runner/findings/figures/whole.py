"""A picture as one matplotlib figure that a person can change: each panel is a subfigure of it."""

from collections.abc import Sequence
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, SubFigure
from matplotlib.gridspec import GridSpec
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

from runner.findings.figures.drawing import Drawing, head_of
from runner.findings.figures.style import DPI, WIDTH, our_style, placing, without_glyph_warnings

Size = tuple[float, float]  # inches


class Part(SubFigure):
    """A panel in a larger figure, with the size that it would have alone."""

    def get_size_inches(self) -> Size:
        """Width and height."""
        return self.bbox.width / self.dpi, self.bbox.height / self.dpi

    def get_figwidth(self) -> float:
        """The width."""
        return self.get_size_inches()[0]

    def get_tightbbox(self, *arguments: Any, **options: Any) -> Any:
        """In inches from its own lower left corner, as that of a figure."""
        box: Any = super().get_tightbbox(*arguments, **options)
        return box.frozen().translated(-self.bbox.x0, -self.bbox.y0).transformed(self.figure.dpi_scale_trans.inverted())


class Whole(Figure):
    """A figure that a notebook shows, whatever backend is chosen there; `suptitle` replaces its title."""

    def suptitle(self, t: str, **options: Any) -> Text:
        """Another title instead of the first, which no other text shares."""
        title = self.subfigs[0].texts[0]
        title.set(text=t, **options)
        return title

    def _repr_png_(self) -> bytes:
        import io

        buffer = io.BytesIO()
        with without_glyph_warnings():
            self.savefig(buffer, format="png")
        return buffer.getvalue()


def whole_of(drawing: Drawing) -> Whole:
    """All panels of a picture below its title, note and legend, as one figure."""
    with our_style(), without_glyph_warnings():
        sizes = [_size(plot.draw()) for plot in drawing.plots]  # a panel knows its size when it is drawn
        rows = [range(at, min(at + drawing.columns, len(sizes))) for at in range(0, len(sizes), drawing.columns)]
        width = max(WIDTH, *(sum(sizes[place][0] for place in row) for row in rows))
        head = _size(head_of(drawing, width))[1]
        heights = [head, *(max(sizes[place][1] for place in row) for row in rows)]
        figure = Whole(figsize=(width, sum(heights)), dpi=DPI)
        FigureCanvasAgg(figure)
        places = [(0.0, 0.0, (width, head))]
        top = head
        for row, height in zip(rows, heights[1:], strict=True):
            left = 0.0
            for place in row:
                places.append((left, top, sizes[place]))
                left += sizes[place][0]
            top += height
        parts = iter([_part(figure, *place) for place in places])
        with placing(lambda _width, _height: next(parts)):
            head_of(drawing, width)
            for plot in drawing.plots:
                plot.draw()
        _allow_powers(figure)
        return figure


def _allow_powers(figure: Figure) -> None:
    """matplotlib writes ticks of an axis that a person makes logarithmic as formulas; names of settings stay text."""
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        if not isinstance(axis.get_major_locator(), FixedLocator):
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks(1)):
                tick.label1.set_parse_math(True)


def _size(figure: Figure) -> Size:
    width, height = figure.get_size_inches()
    return float(width), float(height)


def _part(figure: Figure, left: float, top: float, size: Size) -> Part:
    """A subfigure of this size, this far from the left and the top, all in inches."""
    width, height = _size(figure)
    across = _cut(left, size[0], width)
    down = _cut(top, size[1], height)
    widths, heights = ([length for length, _ in cuts] for cuts in (across, down))
    grid = GridSpec(len(down), len(across), figure, width_ratios=widths, height_ratios=heights)
    row, column = ([is_it for _, is_it in cuts].index(True) for cuts in (down, across))
    part = Part(figure, grid[row, column])
    figure.subfigs.append(part)
    return part


def _cut(start: float, length: float, whole: float) -> Sequence[tuple[float, bool]]:
    """A length cut into what is before a part, the part, and what is after it; nothing of no length."""
    rest = whole - start - length
    return [(size, is_it) for size, is_it in ((start, False), (length, True), (rest, False)) if size > 1e-9]
