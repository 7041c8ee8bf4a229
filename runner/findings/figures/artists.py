"""Shapes as matplotlib artists, in axes with fixed limits."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from nn.registry import Array
from runner.findings.figures.panel import SCALE, norm_of
from runner.findings.figures.shapes import WORDS_SIZE, Bands, Cells, Dots, Line, Shape, Words


def draw_shapes(axes: Axes, shapes: Sequence[Shape]) -> None:
    """Draw into axes, the first shape at the bottom."""
    for shape in shapes:
        match shape:
            case Line():
                axes.plot(shape.x, shape.y, **shape.style)
            case Cells():
                _draw_cells(axes, shape)
            case Bands():
                axes.contourf(shape.x, shape.y, shape.values, levels=shape.scale, extend="both", **_colors(shape.scale))
            case Dots():
                axes.scatter(
                    shape.x, shape.y, c=shape.values, s=shape.size**2, marker=shape.marker,
                    edgecolors=shape.edge["markeredgecolor"], linewidths=shape.edge["markeredgewidth"],
                    **_colors(shape.scale),
                )  # fmt: skip
            case Words():
                axes.text(
                    shape.x, shape.y, shape.text, color=shape.color, fontsize=WORDS_SIZE, ha="center", va="center"
                )


def _draw_cells(axes: Axes, cells: Cells) -> None:
    axes.imshow(
        cells.values, origin="lower", extent=(*_edges(cells.x), *_edges(cells.y)), aspect="auto", cmap=cells.colors,
        vmin=cells.low, vmax=cells.high, interpolation="bilinear" if cells.is_smooth else "nearest",
    )  # fmt: skip


def _edges(points: Array) -> tuple[float, float]:
    """Where the cells around points begin and end."""
    half = (points[-1] - points[0]) / (len(points) - 1) / 2
    return float(points[0] - half), float(points[-1] + half)


def _colors(scale: Sequence[float]) -> dict[str, Any]:
    return {"cmap": SCALE, "norm": norm_of(scale)}
