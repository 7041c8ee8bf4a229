"""Shapes as pixels, drawn by matplotlib's own renderer: its artists would take four fifths of the time of a picture."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from matplotlib import rcParamsDefault
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform
from PIL import Image

from runner.findings.figures.filling import fill_bands, fill_cells, steps_along
from runner.findings.figures.panel import SIZE, Frame, Surroundings, colors_of, surroundings
from runner.findings.figures.shapes import WORDS_SIZE, Bands, Cells, Dots, Line, Shape, Words
from runner.findings.figures.style import DPI, STYLE, Style
from runner.findings.figures.words import write

WIDTH, HEIGHT = (round(inches * DPI) for inches in SIZE)
PATTERNS = {"--": rcParamsDefault["lines.dashed_pattern"], "-.": rcParamsDefault["lines.dashdot_pattern"]}
SPINE: Style = {"color": STYLE["axes.edgecolor"], "linewidth": STYLE["axes.linewidth"]}


def paint_panel(frame: Frame, shapes: Sequence[Shape]) -> Image.Image:
    """A panel as a picture: its surroundings, and on them the shapes, the first at the bottom."""
    around, renderer = surroundings(frame), _renderer()
    pixels = np.asarray(renderer.buffer_rgba())
    pixels[:] = around.pixels
    for shape in shapes:
        match shape:
            case Line():
                _paint_line(renderer, shape, around)
            case Dots():
                for line in _lines_of(shape):
                    _paint_line(renderer, line, around, are_sharp=False)
            case Cells():
                fill_cells(pixels, shape, around)
            case Bands():
                fill_bands(pixels, shape, around)
    _paint_spines(renderer, frame, around.box)
    image = Image.frombytes("RGB", (WIDTH, HEIGHT), renderer.buffer_rgba(), "raw", "RGBX")
    for shape in shapes:
        if isinstance(shape, Words):
            x, y = around.to_pixels.transform((shape.x, shape.y))
            write(image, (x, HEIGHT - y), shape.text, WORDS_SIZE, shape.color)
    return image


@cache
def _renderer() -> RendererAgg:
    """What all panels are drawn with, one after the other."""
    return RendererAgg(WIDTH, HEIGHT, DPI)


def _paint_line(renderer: RendererAgg, line: Line, around: Surroundings, are_sharp: bool = True) -> None:
    """Draw the line and its marks; large sharp ones have their edges on pixels."""
    look = _look(tuple(line.style.items()))
    path = Path(np.column_stack([line.x, np.log10(line.y) if around.is_log else line.y]))
    if look.get_linestyle() != "None":
        renderer.draw_path(_line_context(renderer, look, around.box), path, around.to_pixels)
    if look.get_marker() != "None":
        shape, size = MarkerStyle(look.get_marker()), renderer.points_to_pixels(look.get_markersize())
        context, threshold = _mark_context(renderer, look, shape, around.box), shape.get_snap_threshold()
        context.set_snap(are_sharp and threshold is not None and size >= threshold)
        to_mark = Affine2D(shape.get_transform().get_matrix()).scale(size)
        face = to_rgba(look.get_markerfacecolor())
        renderer.draw_markers(context, shape.get_path(), to_mark, path, around.to_pixels, face)


@lru_cache(256)
def _look(style: tuple[tuple[str, Any], ...]) -> Line2D:
    """What a style and matplotlib's defaults make of a line, which is never drawn itself."""
    return Line2D([], [], **dict(style))


def _line_context(renderer: RendererAgg, look: Line2D, clip: Bbox | None = None) -> GraphicsContextBase:
    context, width = renderer.new_gc(), look.get_linewidth()
    context.set_foreground(to_rgba(look.get_color()), isRGBA=True)
    context.set_linewidth(width)
    if look.is_dashed():
        context.set_dashes(0, [width * length for length in PATTERNS[str(look.get_linestyle())]])
    context.set_capstyle(look.get_dash_capstyle() if look.is_dashed() else look.get_solid_capstyle())
    context.set_joinstyle(look.get_solid_joinstyle())
    context.set_clip_rectangle(clip)
    return context


def _mark_context(renderer: RendererAgg, look: Line2D, shape: MarkerStyle, clip: Bbox) -> GraphicsContextBase:
    context = renderer.new_gc()
    context.set_foreground(to_rgba(look.get_markeredgecolor()), isRGBA=True)
    context.set_linewidth(look.get_markeredgewidth())
    context.set_capstyle(shape.get_capstyle())
    context.set_joinstyle(shape.get_joinstyle())
    context.set_clip_rectangle(clip)
    return context


def _paint_spines(renderer: RendererAgg, frame: Frame, box: Bbox) -> None:
    """The lines along the sides once more: what was drawn covers their inner half."""
    left, bottom, right, top = box.extents
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    sides = [(0, 1), (0, 3)] if frame.has_grid else [(0, 1), (1, 2), (2, 3), (3, 0)]
    context = _line_context(renderer, _look(tuple(SPINE.items())))
    for one, other in sides:
        renderer.draw_path(context, Path([corners[one], corners[other]]), IdentityTransform())


def _lines_of(dots: Dots) -> list[Line]:
    """Marks of one colour each."""
    colors, steps = colors_of(dots.scale), steps_along(dots.scale, dots.values)
    marks: Style = {"marker": dots.marker, "linestyle": "", "markersize": dots.size} | dots.edge
    return [
        Line(dots.x[steps == step], dots.y[steps == step], marks | {"color": tuple(colors[step])})
        for step in np.unique(steps)
    ]
