"""Fits of every kind, and what is found in pictures of them."""

import io

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

from runner.findings.figures import draw_grid
from runner.findings.figures.fit import frame_of
from runner.findings.figures.panel import surroundings
from runner.findings.numbers.fits import Fit

AXIS = np.linspace(-1, 1, 81)
ACROSS, UP = np.meshgrid(AXIS, AXIS)
PARTS = np.repeat(["train", "validation", "test"], [40, 10, 10])
SAMPLES = np.column_stack([np.cos(np.arange(60)), np.sin(1.7 * np.arange(60))]) * 0.9
FITS = {
    "curve": Fit("curve", np.sin(3 * AXIS), AXIS, truth=AXIS, samples=SAMPLES[:, :1], targets=SAMPLES[:, 1:],
                 part=PARTS, input_names=("a",)),
    "regions": Fit("regions", 1 / (1 + np.exp(-6 * ACROSS - 3 * UP)), AXIS, AXIS, samples=SAMPLES,
                   targets=(SAMPLES[:, 0] > 0).astype(float), part=PARTS, input_names=("a", "b"), classes=("n", "y")),
    "regions of three": Fit("regions", np.clip(np.round(1.5 * UP + 1), 0, 2), AXIS, AXIS, samples=SAMPLES,
                            targets=np.arange(60) % 3, part=PARTS, input_names=("a", "b"), classes=("p", "q", "r")),
    "surface": Fit("surface", ACROSS + UP, AXIS, AXIS, truth=ACROSS - UP, samples=SAMPLES,
                   targets=SAMPLES[:, :1], part=PARTS, input_names=("a", "b")),
    "scatter": Fit("scatter", 0.9 * SAMPLES[:, 0], SAMPLES[:, 0], samples=SAMPLES, targets=SAMPLES[:, :1], part=PARTS),
    "confusion": Fit("confusion", np.array([[5.0, 2.0], [0.0, 7.0]]), np.arange(2.0), classes=("n", "y")),
}  # fmt: skip


def pixels_of(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "P"
        return np.asarray(image.convert("RGB")).astype(int)


def panel_of(fit: Fit) -> np.ndarray:
    ((content, _),) = draw_grid([fit])
    return pixels_of(content)


def places_of(color, pixels: np.ndarray, within: int = 2) -> np.ndarray:
    """The rows and columns `(n, 2)` that have a colour."""
    wanted = np.round(255 * np.array(to_rgb(color)))
    return np.argwhere(np.abs(pixels - wanted).max(axis=2) <= within)


def inside(fit: Fit) -> tuple[slice, slice]:
    """The rows and columns within the box of a fit's panel, without its edges."""
    left, bottom, right, top = np.round(surroundings(frame_of(fit)).box.extents).astype(int)
    return slice(350 - top + 2, 350 - bottom - 2), slice(left + 2, right - 2)
