"""Data sets over several inputs: formula and domain of a surface; geometry, levels and classes of the bars."""

import math

import numpy as np
import pytest

from runner.datasets import DATASETS, Samples, Streams

FORMULAE = {
    "bowl": lambda x, y: x**2 + y**2,
    "saddle": lambda x, y: x**2 - y**2,
    "waves": lambda x, y: np.cos(1.2 * x) * np.cos(1.2 * y),
}
N = 4000


def make(name: str, seed: int = 0, **settings) -> Samples:
    streams = Streams(np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2]))
    return DATASETS[name](streams, **settings)


@pytest.mark.parametrize("function", FORMULAE)
def test_a_surface_without_noise_is_its_formula(function):
    samples = make("surface", function=function, samples=300)
    x, y = samples.X.T
    np.testing.assert_allclose(samples.Y[:, 0], FORMULAE[function](x, y), rtol=1e-15, atol=1e-15)
    assert samples.truth(samples.X).tobytes() == samples.Y.tobytes()
    assert samples.input_names == ("x", "y") and samples.Y.shape == (300, 1)


def test_the_plane_and_the_hills_of_the_playground_have_their_values():
    """By hand: 0.5 away from a hill's top is 1 - 0.25; the valley at (0, 2.5) is 1 away from (0, 1.5), hence -0.5."""
    X = np.array([[2.0, 0.0], [-4.0, 2.0], [0.0, 1.5], [0.0, 0.0], [0.0, -2.5], [4.0, -2.5]])
    assert make("plane").truth(X)[:, 0] == pytest.approx([0.2, -0.2, 0.15, 0.0, -0.25, 0.15], abs=1e-15)
    assert make("hills").truth(X)[:, 0] == pytest.approx([0.0, 0.75, -0.5, 0.0, 1.0, -1.0], abs=1e-15)


@pytest.mark.parametrize("name", ["plane", "hills"])
def test_their_samples_are_the_truth_and_the_noise_within_the_square(name):
    samples = make(name, samples=N, noise=0.1)
    assert np.abs(samples.X).max() <= 6 and samples.domain == ((-6.0, 6.0), (-6.0, 6.0))
    error = samples.Y - samples.truth(samples.X)
    assert 0.09 < np.abs(error).max() <= 0.1 * (1 + 1e-12)


def test_a_surface_is_sampled_evenly_over_a_square_around_the_origin():
    samples = make("surface", samples=N, half_width=3.0)
    assert samples.domain == ((-3.0, 3.0), (-3.0, 3.0))
    counts = np.histogram2d(*samples.X.T, bins=4, range=samples.domain)[0]
    assert counts.sum() == N
    assert counts / N == pytest.approx(np.full((4, 4), 1 / 16), abs=5 * math.sqrt(1 / 16 / N))


def test_the_noise_of_a_surface_is_uniform_and_moves_no_point():
    quiet, loud = (make("surface", samples=N, noise=noise) for noise in (0.0, 0.5))
    error = loud.Y - quiet.Y
    assert np.array_equal(quiet.X, loud.X)
    assert np.abs(error).max() <= 0.5 * (1 + 1e-12)
    assert abs(error.mean()) < 5 * 0.5 / math.sqrt(3 * N)
    assert error.var() == pytest.approx(0.25 / 3, rel=0.06)


@pytest.fixture(scope="module", params=[8, 12, 20])
def bars(request) -> Samples:
    return make("bars", samples=N, size=request.param)


def images_of(samples: Samples) -> np.ndarray:
    """The images in grey levels, vertical bars turned into horizontal ones."""
    size = math.isqrt(samples.X.shape[1])
    levels = ((samples.X + 1) * 128).reshape(-1, size, size)
    return np.where((samples.Y == 0)[:, np.newaxis, np.newaxis], levels, levels.swapaxes(1, 2))


def test_pixels_are_eight_bit_levels(bars):
    levels = (bars.X + 1) * 128
    assert np.array_equal(levels, np.round(levels))
    assert levels.min() >= 0 and levels.max() <= 255
    assert levels.max() > 200  # background 96 and up to 130 for the bar


def test_the_classes_of_the_bars_alternate(bars):
    assert bars.Y.tolist() == [0, 1] * (N // 2)
    assert bars.classes == ("horizontal", "vertical")
    size = math.isqrt(bars.X.shape[1])
    assert bars.input_names[:2] == ("p0_0", "p0_1") and len(bars.input_names) == size * size


def test_a_bar_is_two_pixels_thick_and_at_least_six_long(bars):
    """Bright pixels are those 55 above the background: beyond 2.75 deviations of noise, below the faintest bar's mean.

    Averaged over many images, the brightest pair of neighbouring rows lies 70 to 130 above the background over at
    least six columns in a row, and the rows beside it do not.
    """
    images = images_of(bars) - 96
    size = images.shape[1]
    pairs = images[:, :-1].mean(axis=2) + images[:, 1:].mean(axis=2)
    top = pairs.argmax(axis=1)
    assert set(top.tolist()) == set(range(size - 1))
    profile = np.stack([image[row : row + 2].mean(axis=0) for image, row in zip(images, top, strict=True)])
    beside = [image[row - 1] for image, row in zip(images, top, strict=True) if row > 0]
    beside += [image[row + 2] for image, row in zip(images, top, strict=True) if row + 2 < size]
    lengths = (profile > 45).sum(axis=1)
    assert np.mean(lengths >= 6) > 0.9
    assert np.mean(lengths < 5) < 0.02
    starts = (profile > 45).argmax(axis=1)
    assert np.mean(starts <= size - 6) > 0.99
    assert abs(np.concatenate(beside).mean()) < 2
    inside = profile[:, size // 2 - 1 : size // 2 + 1] if size <= 11 else profile[profile > 60]
    assert 85 < inside.mean() < 115


def test_background_and_brightness_of_the_bars_follow_their_laws():
    """Of all pixels of a 256 x 256 image few belong to the bar: the others are N(96, 20^2)."""
    images = images_of(make("bars", samples=40, size=128)) - 96
    background = images[np.abs(images) < 60]
    assert abs(background.mean()) < 0.5
    assert background.std() == pytest.approx(20, rel=0.03)
    rows = images.mean(axis=2).argmax(axis=1)
    brightness = [np.percentile(image[row], 50) for image, row in zip(images, rows, strict=True)]
    assert max(brightness) < 140


def design(X: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(X)), X])


def test_no_straight_line_tells_the_bars_apart_but_a_matched_filter_does(bars):
    train, test = slice(0, N // 2), slice(N // 2, N)
    line = np.linalg.lstsq(design(bars.X[train]), 2.0 * bars.Y[train] - 1, rcond=None)[0]
    by_line = np.mean((design(bars.X[test]) @ line > 0) == bars.Y[test])
    size = math.isqrt(bars.X.shape[1])
    images = bars.X.reshape(-1, size, size)

    def response(images: np.ndarray) -> np.ndarray:
        thick = images[:, :-1] + images[:, 1:]
        sums = np.cumsum(np.pad(thick, ((0, 0), (0, 0), (1, 0))), axis=2)
        return (sums[:, :, 6:] - sums[:, :, :-6]).max(axis=(1, 2))

    by_filter = np.mean((response(images.swapaxes(1, 2)) > response(images)) == bars.Y)
    assert by_line < 0.75
    assert by_filter > 0.97


@pytest.mark.parametrize("name", ["surface", "bars"])
def test_fresh_samples_are_other_samples_of_the_same_kind(name):
    samples = make(name)
    X, Y = samples.draw(Streams(np.random.default_rng(5), np.random.default_rng(6)), 500)
    assert X.shape == (500, samples.X.shape[1])
    assert not {row.tobytes() for row in X} & {row.tobytes() for row in samples.X}
    if name == "bars":
        assert abs(Y.mean() - 0.5) < 5 * 0.5 / math.sqrt(500)
        assert len(set(Y[::2].tolist())) == 2
