"""One picture of a fit for each of several runs, with common axes: MLflow shows them in a grid of its own."""

import io
from collections.abc import Sequence

from PIL import Image

from runner.findings.figures.fit import contents_of, frame_of
from runner.findings.figures.fits import common_frames
from runner.findings.figures.painting import paint_panel
from runner.findings.figures.palette import png_of
from runner.findings.figures.panel import Frame
from runner.findings.figures.shapes import Shape
from runner.findings.figures.style import our_style, without_glyph_warnings
from runner.findings.numbers.fits import Fit

SMALL = 256  # pixels, as MLflow's own client makes them


@our_style()
def draw_grid(fits: Sequence[Fit]) -> list[tuple[bytes, bytes]]:
    """The fits as PNG, and as small WebP."""
    with without_glyph_warnings():
        frames = common_frames([frame_of(fit) for fit in fits])
        return [_pictures_of(frame, contents_of(fit, frame)) for fit, frame in zip(fits, frames, strict=True)]


def _pictures_of(frame: Frame, shapes: Sequence[Shape]) -> tuple[bytes, bytes]:
    panel = paint_panel(frame, shapes)
    return png_of(panel, shapes), _small(panel)


def _small(panel: Image.Image) -> bytes:
    buffer, small = io.BytesIO(), panel.copy()
    small.thumbnail((SMALL, SMALL))
    small.save(buffer, "webp")
    return buffer.getvalue()
