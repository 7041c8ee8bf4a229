"""One picture of a fit for each of several runs, with common axes: MLflow shows them in a grid of its own."""

import io
from collections.abc import Sequence
from functools import partial

from PIL import Image

from runner.findings.figures.fit import draw_contents, frame_of
from runner.findings.figures.fits import common_frames
from runner.findings.figures.panel import draw_panel
from runner.findings.figures.style import Pixels, our_style, pixels_to_png, without_glyph_warnings
from runner.findings.numbers.fits import Fit

SMALL = 256  # pixels, as MLflow's own client makes them


@our_style()
def draw_grid(fits: Sequence[Fit]) -> list[tuple[bytes, bytes]]:
    """The fits as PNG, and as small WebP."""
    with without_glyph_warnings():
        frames = common_frames([frame_of(fit) for fit in fits])
        panels = [
            draw_panel(frame, partial(draw_contents, fit=fit, frame=frame))
            for fit, frame in zip(fits, frames, strict=True)
        ]
    return [(pixels_to_png(pixels), _small(pixels)) for pixels in panels]


def _small(pixels: Pixels) -> bytes:
    buffer, image = io.BytesIO(), Image.fromarray(pixels)
    image.thumbnail((SMALL, SMALL))
    image.save(buffer, "webp")
    return buffer.getvalue()
