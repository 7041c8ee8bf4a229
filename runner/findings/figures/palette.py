"""Pictures as PNG of 256 colours that their shapes decide: finding the best ones takes longer than drawing."""

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

from nn.registry import Array
from runner.findings.figures.panel import colors_of
from runner.findings.figures.shapes import EDGE_COLOR, Bands, Cells, Dots, Line, Shape, Words
from runner.findings.figures.style import GREY, INK, LINE, SOFT, Pixels

AROUND = ("white", INK, SOFT, LINE, GREY)  # the colours of surroundings
OF_LINES = ("color", "markerfacecolor", "markeredgecolor")
MOST = 256
CELL = 4  # shades of red, of green and of blue, of which Pillow looks up the darkest
MOST_SHADES = 96
QUARTERS = (1 / 2, 1 / 4, 3 / 4)
EIGHTHS = (*QUARTERS, 1 / 8, 3 / 8, 5 / 8, 7 / 8)
LEVEL = 3  # of zlib: higher ones take longer than they save


def png_of(image: Image.Image, shapes: Iterable[Shape]) -> bytes:
    """A picture of these shapes as PNG bytes."""
    found = [_colors_in(shape) for shape in shapes]
    names = dict.fromkeys(name for names, _ in found for name in names)
    tables = dict.fromkeys(table.tobytes() for _, table in found if table is not None)
    palette, of_cells = _palettes(tuple(names), tuple(tables))
    indexed, buffer = image.quantize(palette=of_cells, dither=Image.Dither.NONE), io.BytesIO()
    indexed.putpalette(palette)
    indexed.save(buffer, "png", compress_level=LEVEL)
    return buffer.getvalue()


def _colors_in(shape: Shape) -> tuple[list[str], Pixels | None]:
    """The colours of lines, marks and text, and those `(n, RGBA)` of what fills areas."""
    match shape:
        case Line():
            return [shape.style[name] for name in OF_LINES if name in shape.style], None
        case Words():
            return [shape.color], None
        case Dots():
            return [EDGE_COLOR], _bytes_of(colors_of(shape.scale))
        case Bands():
            return [], _bytes_of(colors_of(shape.scale))
        case Cells():
            return [], shape.colors(np.linspace(0, 1, min(shape.colors.N, MOST_SHADES)), bytes=True)


@lru_cache(64)
def _palettes(names: tuple[str, ...], tables: tuple[bytes, ...]) -> tuple[bytes, Image.Image]:
    """All of these colours, and as many blends of two of them as have room, at first with white; and their cells.

    Of many shades only the two ends are blended with other colours.
    """
    fills = [np.frombuffer(table, np.uint8).reshape(-1, 4)[:, :3] for table in tables]
    ends = [fill if len(fill) < MOST_SHADES else fill[[0, -1]] for fill in fills]
    plain = np.concatenate([[255 * np.array(to_rgb(name)) for name in (*AROUND, *names)], *ends])
    plain = plain[np.sort(np.unique(plain, axis=0, return_index=True)[1])]
    with_white, others = [(plain[0], color) for color in plain[1:]], list(combinations(plain[1:], 2))
    blends = [_blends(with_white, EIGHTHS), _blends(others, QUARTERS)]
    wanted = np.concatenate([plain, *fills, *blends]).round().astype(np.uint8)
    _, first = np.unique(wanted // CELL, axis=0, return_index=True)
    palette = wanted[np.sort(first)[:MOST]]
    of_cells = Image.new("P", (1, 1))
    of_cells.putpalette((palette // CELL * CELL).tobytes())
    return palette.tobytes(), of_cells


def _blends(pairs: Sequence[tuple[Array, Array]], shares: Sequence[float]) -> Array:
    return np.array([share * one + (1 - share) * other for share in shares for one, other in pairs])


def _bytes_of(colors: Array) -> Pixels:
    return (255 * colors).round().astype(np.uint8)
