"""A picture as panels: PNG bytes for files, or SVG for a page that arranges the panels itself."""

import hashlib
import io
import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from runner.base.texts import short, visible
from runner.findings.figures.style import (
    DIGIT,
    DPI,
    INK,
    SOFT,
    WIDTH,
    Legend,
    Pixels,
    handles_of,
    new_figure,
    our_style,
    rgb_of,
    without_glyph_warnings,
)
from runner.findings.figures.svg import svg_of
from runner.findings.sketch import Drawn

TITLE, NOTE = 82, 104  # signs a line
LETTER, PANEL_LETTER = 0.068, 0.062  # inches: of an entry of a legend, and of a panel's title
SIGN = 0.32  # inches, of a line or a mark of a legend
LINE_HEIGHT = 0.145  # inches, of a panel's title


@dataclass(frozen=True)
class Plot:
    """A panel of a picture: its description, and the function that draws it."""

    label: str
    draw: Callable[[], Figure]


@dataclass(frozen=True, eq=False)
class Drawing:
    """A picture of panels, `columns` per row, under a title that states its question, a note and a legend.

    Nothing is drawn until a form of it is requested, and then everything is: building a figure takes as long as drawing
    it.
    """

    title: str
    plots: Sequence[Plot]
    note: str = ""
    legend: Legend = ()
    columns: int = 1

    @property
    def png(self) -> bytes:
        """The whole picture as PNG bytes, on white."""
        return self._forms[0]

    @property
    def panels(self) -> list[str]:
        """An `<svg>` element for each panel."""
        return self._forms[1]

    @property
    def drawn(self) -> Drawn:
        """The whole picture as plain data."""
        return Drawn(self.title, self.note, self.columns, self.png, self.panels, self.entries)

    @cached_property
    def _forms(self) -> tuple[bytes, list[str]]:
        with our_style(), without_glyph_warnings():
            cells, panels = [], []
            for place, plot in enumerate(self.plots):
                figure, label = plot.draw(), f"{self.title}: {plot.label}" if plot.label else self.title
                cells.append(_pixels_of(figure))  # before SVG, which has what is dense embedded as pictures
                panels.append(svg_of(figure, label, self._salt(place)))
            rows = [_beside(cells[start : start + self.columns]) for start in range(0, len(cells), self.columns)]
            width = max(WIDTH * DPI, *(row.shape[1] for row in rows))
            head = _pixels_of(head_of(self, width / DPI))
            buffer = io.BytesIO()
            whole = np.vstack([_widened(part, width) for part in (head, *rows)])
            Image.fromarray(whole).save(buffer, "png", compress_level=4)
            return buffer.getvalue(), panels

    @cached_property
    def entries(self) -> list[tuple[str, str]]:
        """The legend for a page: a sign as an `<svg>` element, and its meaning."""
        with our_style():
            return [
                (svg_of(_sign(handle), str(handle.get_label()), self._salt(-1)), str(handle.get_label()).strip())
                for handle in handles_of(self.legend)
            ]

    def _salt(self, place: int) -> str:
        """Another one for each panel of a page, the same for each time that it is made."""
        return hashlib.sha256(f"{visible(self.title)} {visible(self.note)} {place}".encode()).hexdigest()


def _pixels_of(figure: Figure) -> Pixels:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return rgb_of(canvas)


def _beside(cells: Sequence[Pixels]) -> Pixels:
    """Panels in a row, white below those that are lower than others."""
    height = max(cell.shape[0] for cell in cells)
    return np.hstack(
        [np.pad(cell, ((0, height - cell.shape[0]), (0, 0), (0, 0)), constant_values=255) for cell in cells]
    )


def _widened(part: Pixels, width: float) -> Pixels:
    """White on the right of what is narrower than the picture."""
    return np.pad(part, ((0, 0), (0, round(width) - part.shape[1]), (0, 0)), constant_values=255)


def head_of(drawing: Drawing, width: float) -> Figure:
    """Title, note and legend, left-aligned, above the panels of a picture of this width."""
    titles = textwrap.wrap(short(drawing.title, 2 * TITLE), TITLE)
    notes = textwrap.wrap(visible(drawing.note, kept=""), NOTE)
    handles = handles_of(drawing.legend)
    longest = max((len(str(handle.get_label())) for handle in handles), default=0)
    columns = max(1, min(len(handles), int(width / (0.5 + LETTER * longest))))
    lines = math.ceil(len(handles) / columns)
    height = 0.14 + 0.22 * len(titles) + 0.17 * len(notes) + (0.08 + 0.2 * lines if handles else 0)
    figure = new_figure(width, height)
    figure.text(0.06 / width, 1 - 0.1 / height, "\n".join(titles), fontsize=11, color=INK, ha="left", va="top")
    below = 1 - (0.12 + 0.22 * len(titles)) / height
    figure.text(0.06 / width, below, "\n".join(notes), fontsize=9, color=SOFT, ha="left", va="top")
    for place, handle in enumerate(handles):
        row, column = divmod(place, columns)
        x, y = 0.06 + (0.5 + LETTER * longest) * column, 0.17 + 0.2 * (lines - 1 - row)
        _add_sign(figure, handle, x / width, y / height)
        text = str(handle.get_label())
        figure.text((x + SIGN + 0.08) / width, y / height, text, fontsize=9, va="center_baseline")
    return figure


def _sign(handle: Line2D) -> Figure:
    """A line or a mark of a legend, alone."""
    figure = new_figure(SIGN, 0.17)
    _add_sign(figure, handle, 0.0, 0.5)
    return figure


def _add_sign(figure: Figure, handle: Line2D, x: float, y: float) -> None:
    """A line or a mark, from the left; matplotlib's own legends take a third of the time of a small picture."""
    width = SIGN / figure.get_figwidth()
    handle.set_data([x, x + width / 2, x + width], [y] * 3)
    handle.set(markevery=[1], transform=figure.transSubfigure)
    figure.add_artist(handle)


@dataclass(frozen=True)
class Title:
    """The title of a panel: a name and a remark; `room` is for the longest title of a picture."""

    name: str
    said: str
    room: float

    def above(self, axes: Axes) -> None:
        """Write it above axes, from the left edge of the panel."""
        figure: Any = axes.figure
        width, height = figure.get_size_inches()
        top = 1 - self.room / height
        numbers = axes.yaxis.get_major_formatter().format_ticks(axes.get_yticks().tolist())
        left = max(0.3, 0.17 + DIGIT * max(map(len, numbers), default=0)) + (0.14 if axes.get_ylabel() else 0.0)
        figure.subplots_adjust(left=left / width, right=1 - 0.14 / width, top=top, bottom=0.4 / height)
        place: dict[str, Any] = {"x": 0.06 / width, "fontsize": 8, "ha": "left", "va": "bottom", "linespacing": 1.15}
        figure.text(y=top + 0.05 / height, s=self.said, color=SOFT, **place)
        under = LINE_HEIGHT * (self.said.count("\n") + 1) if self.said else 0
        figure.text(y=top + (0.05 + under) / height, s=self.name, color=INK, **place)


def titles_of(texts: Sequence[tuple[str, str]], width: float) -> list[Title]:
    """Titles of panels of this width, from a name and what is said of it."""
    signs = int((width - 0.1) / PANEL_LETTER)
    wrapped = [
        [textwrap.wrap(short(text, 200), signs, max_lines=2, placeholder="…") for text in pair] for pair in texts
    ]
    lines = max(sum(map(len, pair)) for pair in wrapped)
    return [Title("\n".join(name), "\n".join(said), 0.1 + LINE_HEIGHT * lines) for name, said in wrapped]
