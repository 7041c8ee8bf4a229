"""Areas of a panel in pixels: colours for values on a grid, by tables of colours."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import ListedColormap
from numpy.typing import NDArray

from nn.registry import Array
from runner.findings.figures.panel import Surroundings, colors_of
from runner.findings.figures.shapes import Bands, Cells
from runner.findings.figures.style import Pixels


def fill_bands(pixels: Pixels, bands: Bands, around: Surroundings) -> None:
    """Fill the box of a panel with the colours of smooth values on a scale."""
    low, high = _ends(bands.scale)
    colors = ListedColormap(colors_of(bands.scale))
    fill_cells(pixels, Cells(bands.x, bands.y, bands.values, colors, low, high, is_smooth=True), around)


def steps_along(scale: Sequence[float], values: Array) -> NDArray[np.intp]:
    """Which of the colours of a scale values have."""
    return _steps(_shares(values, *_ends(scale)), len(scale) + 1)


def _ends(scale: Sequence[float]) -> tuple[float, float]:
    """Where a scale ends with the steps below and above it, which have colours of their own."""
    step = scale[1] - scale[0]
    return scale[0] - step, scale[-1] + step


def _shares(values: Array, low: float, high: float) -> Array:
    """How far values are from one end, 0, to the other, 1; values far outside end just beyond."""
    room = high - low
    return np.asarray((np.clip(values, low - room, high + room) - low) / room)


def _steps(shares: Array, n: int) -> NDArray[np.intp]:
    """Which of n equal steps from 0 to 1 shares are in, or nearest to."""
    return np.asarray(np.clip(shares * n, 0, n - 1).astype(np.intp))


def fill_cells(pixels: Pixels, cells: Cells, around: Surroundings) -> None:
    """Fill the box with colours; what is no number stays as the surroundings have it."""
    (left, bottom, right, top), height = around.box.extents, len(pixels)
    corners = np.array([[cells.x[0], cells.y[0]], [cells.x[-1], cells.y[-1]]])
    (x_first, y_first), (x_last, y_last) = around.to_pixels.transform(corners)
    columns, across = _places(_pixels_from(left, right), x_first, x_last, len(cells.x))
    rows, up = _places(_pixels_from(height - top, height - bottom), height - y_first, height - y_last, len(cells.y))
    nearest = np.ix_(up.round().astype(int), across.round().astype(int))
    shares, are_there = np.nan_to_num(_shares(cells.values, cells.low, cells.high)), ~np.isnan(cells.values)
    shown = _interpolated(shares, up, across) if cells.is_smooth else shares[nearest]
    colors = cells.colors(np.arange(cells.colors.N), bytes=True).take(_steps(shown, cells.colors.N), axis=0)
    box = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if are_there.all():
        box[:] = colors
    else:
        box[are_there[nearest]] = colors[are_there[nearest]]


def _pixels_from(low: float, high: float) -> NDArray[np.intp]:
    """The pixels from a spine on, which is where the renderer puts it."""
    first, last = np.floor(np.round([low, high], 6) + 0.5).astype(int)
    return np.arange(first, last)


def _places(pixels: NDArray[np.intp], first: float, last: float, points: int) -> tuple[NDArray[np.intp], Array]:
    """Those of a row of pixels that cells cover, and their places between the first point, 0, and the last."""
    places = (pixels + 0.5 - first) * ((points - 1) / (last - first))
    inside = (places >= -0.5) & (places <= points - 0.5)
    return pixels[inside], np.clip(places[inside], 0, points - 1)


def _interpolated(values: Array, up: Array, across: Array) -> Array:
    """Values `(rows, columns)` at places between them, in single precision: a picture has few colours."""
    return _between_rows(_between_rows(values.astype(np.float32).T, across).T, up)


def _between_rows(values: Array, places: Array) -> Array:
    before = np.minimum(places.astype(int), len(values) - 2)
    share = (places - before).astype(values.dtype)[:, np.newaxis]
    return np.asarray(values[before] * (1 - share) + values[before + 1] * share)
