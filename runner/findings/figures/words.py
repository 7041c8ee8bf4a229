"""Text in a picture of pixels, in matplotlib's font: its own renderer takes 4 ms for a line, Pillow 0.3."""

from functools import cache
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from runner.base.texts import short
from runner.findings.figures.style import DPI

FONT = "fonts/ttf/DejaVuSans.ttf"


def write(image: Image.Image, center: tuple[float, float], text: str, size: float, color: str) -> None:
    """A line of text around a point, `size` in points; what the font lacks shows as boxes."""
    ImageDraw.Draw(image).text(center, text, color, _font(size), "mm")


def cut(text: str, room: float, size: float) -> str:
    """As much of a text, in one line, as fits into `room` pixels."""
    text = short(text, len(text))
    while (length := _font(size).getlength(text)) > room:
        text = short(text, int(len(text) * room / length))
    return text


@cache
def _font(size: float) -> ImageFont.FreeTypeFont:
    path = Path(matplotlib.get_data_path(), FONT)
    return ImageFont.truetype(path, size * DPI / 72, layout_engine=ImageFont.Layout.BASIC)
