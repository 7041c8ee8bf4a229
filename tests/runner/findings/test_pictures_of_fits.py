"""A fit in pixels: what is shown and where, and that it looks as matplotlib's own artists would draw it."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from runner.findings.figures.fit import contents_of, draw_fit, frame_of
from runner.findings.figures.painting import paint_panel
from runner.findings.figures.palette import png_of
from runner.findings.figures.panel import SIZE, colors_of, surroundings
from runner.findings.figures.shapes import Line
from runner.findings.figures.style import (
    BLUE,
    CLASSES,
    COUNTS,
    DARK,
    GREEN,
    GREY,
    INK,
    ORANGE,
    RED,
    SHARES,
    new_figure,
    our_style,
    rgb_of,
    without_glyph_warnings,
)
from tests.runner.findings.painted import ACROSS, FITS, PARTS, SAMPLES, UP, inside, panel_of, pixels_of, places_of

SHOWN = {
    "curve": (BLUE, GREY, GREEN, ORANGE, INK),
    "regions": (BLUE, RED, DARK, SHARES(0), SHARES(255)),
    "regions of three": (BLUE, RED, GREEN, DARK, *map(CLASSES, range(3))),
    "surface": ("white", *colors_of(tuple(np.linspace(-2, 2, 11)))[2:-2]),
    "scatter": (BLUE, GREEN, RED, INK),
    "confusion": (COUNTS(0), COUNTS(255)),
}


@pytest.mark.parametrize("kind", FITS)
def test_a_panel_has_the_colours_of_what_it_shows(kind) -> None:
    pixels = panel_of(FITS[kind])
    missing = [color for color in SHOWN[kind] if len(places_of(color, pixels[inside(FITS[kind])])) < 4]
    assert missing == []


@pytest.mark.parametrize("kind", FITS)
def test_a_panel_looks_as_artists_of_matplotlib_draw_it(kind) -> None:
    fit = FITS[kind]
    with our_style(), without_glyph_warnings():
        frame = frame_of(fit)
        painted = np.asarray(paint_panel(frame, contents_of(fit, frame))).astype(int)
        figure = new_figure(*SIZE)
        axes = figure.subplots()
        draw_fit(axes, fit)
        if frame.scale:  # whose bar takes room of the axes
            figure.axes[-1].remove()
        axes.set_position(surroundings(frame).box.transformed(figure.transFigure.inverted()))
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        drawn = rgb_of(canvas).astype(int)
    apart = np.abs(painted - drawn).max(axis=2)[inside(fit)]
    assert apart.mean() < (3 if kind == "surface" else 0.3), "bands have their own edges"
    assert (apart > 60).mean() < 0.01


@pytest.mark.parametrize("kind", FITS)
def test_nothing_is_drawn_around_the_box_of_a_panel(kind) -> None:
    """Legend, labels and ticks are those of the frame, whatever lies beyond the axes."""
    fit = FITS[kind]
    with our_style():
        far = fit if fit.samples is None else replace(fit, samples=1.2 * fit.samples)
        frame = frame_of(fit)
        painted, empty = (np.array(paint_panel(frame, shapes)) for shapes in (contents_of(far, frame), []))
    left, bottom, right, top = np.round(surroundings(frame).box.extents).astype(int)
    for pixels in (painted, empty):
        pixels[350 - top - 1 : 350 - bottom + 2, left - 1 : right + 2] = 0
    assert np.array_equal(painted, empty)


def test_regions_lie_where_their_values_are_and_the_boundary_between_them() -> None:
    for values, axis in ((ACROSS, 1), (UP, 0)):
        one = {"samples": SAMPLES[:1], "targets": np.zeros(1), "part": PARTS[:1]}
        fit = replace(FITS["regions"], prediction=1 / (1 + np.exp(-6 * values)), **one)
        pixels = panel_of(fit)[inside(fit)]
        no, yes = (places_of(SHARES(end), pixels, 3).mean(axis=0) for end in (0, 255))
        assert (no[axis] < yes[axis]) == (axis == 1), "rows count from the top"
        boundary = places_of(DARK, pixels, 60)[:, axis]
        assert np.abs(boundary - pixels.shape[axis] / 2).max() <= 2
        assert len(boundary) >= pixels.shape[1 - axis]


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_network_that_is_as_sure_everywhere_has_one_colour_and_no_boundary(share) -> None:
    fit = replace(FITS["regions"], prediction=np.full((81, 81), share), samples=SAMPLES[:1], part=PARTS[:1])
    pixels = panel_of(replace(fit, targets=np.zeros(1)))[inside(fit)]
    assert len(places_of(SHARES(share), pixels)) > 0.98 * pixels[..., 0].size
    assert len(places_of(DARK, pixels, 40)) == 0


def test_rows_of_a_confusion_are_true_classes_from_the_top() -> None:
    fit = FITS["confusion"]
    pixels = panel_of(fit)[inside(fit)]
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    quarters = [[pixels[row : row + height, column : column + width] for column in (0, width)] for row in (0, height)]
    for row, column in np.ndindex(2, 2):
        share = fit.prediction[row, column] / fit.prediction[row].sum()
        found = places_of(COUNTS(share), quarters[row][column], 4)
        assert len(found) > 0.8 * height * width
        number = np.abs(quarters[row][column][height // 2 - 8 : height // 2 + 8] - quarters[row][column][4, 4]).max()
        assert number > 150, "its number stands in the middle of each cell"


NAN, INFINITY = float("nan"), float("inf")
EXTREME = [NAN, INFINITY, -INFINITY, 1e300, -1e300]


@pytest.mark.parametrize("value", EXTREME)
@pytest.mark.parametrize("where", ["everywhere", "somewhere"])
@pytest.mark.parametrize("kind", ["curve", "regions", "surface", "scatter"])
def test_predictions_that_overflow_are_drawn_without_a_warning(kind, where, value) -> None:
    fit = FITS[kind]
    prediction = fit.prediction.copy()
    prediction[: len(prediction) // 2 if where == "somewhere" else None] = value
    shares = np.clip(prediction, 0, 1) if kind == "regions" else prediction
    pixels = panel_of(replace(fit, prediction=shares))[inside(fit)]
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 5


def test_where_there_is_no_number_a_panel_stays_white_and_infinity_has_the_last_colour() -> None:
    for kind in ("regions", "surface"):
        fit = replace(FITS[kind], samples=SAMPLES[:1], targets=np.zeros((1, 1)), part=PARTS[:1], truth=None)
        prediction = np.zeros((81, 81))
        prediction[:, :20], prediction[:, 60:] = NAN, 1.0 if kind == "regions" else INFINITY
        fit = replace(fit, prediction=prediction, targets=np.zeros(1) if kind == "regions" else fit.targets)
        pixels = panel_of(fit)[inside(fit)]
        width = pixels.shape[1]
        last = SHARES(255) if kind == "regions" else colors_of(frame_of(fit).scale)[-1]
        assert len(places_of("white", pixels[:, : width // 4 - 6], 0)) > 0.95 * pixels[:, : width // 4 - 6, 0].size
        assert len(places_of(last, pixels[:, -(width // 4 - 6) :])) > 0.95 * pixels[:, -(width // 4 - 6) :, 0].size


@pytest.mark.parametrize("kind", FITS)
def test_a_file_of_256_colours_has_those_of_all_that_is_shown(kind) -> None:
    """Blends along edges give way where there is no room for all; colours of lines and of areas do not."""
    fit, line = FITS[kind], Line(np.linspace(-1, 1, 50), np.zeros(50), {"color": "#123456", "linewidth": 9})
    with our_style():
        frame = frame_of(fit)
        shapes = [*contents_of(fit, frame), line]
        image = paint_panel(frame, shapes)
    painted, kept = np.asarray(image).astype(int), pixels_of(png_of(image, shapes))
    for color in ("white", "#123456"):
        there = places_of(color, painted, 0)
        assert len(there) > 100 and np.array_equal(kept[*there.T], painted[*there.T])
    apart = np.abs(kept - painted).max(axis=2)
    assert apart.mean() < 1 and (apart > 24).mean() < 0.005
