"""Classes in the plane: where their points are, how many of each there are, and what noise does."""

import numpy as np
import pytest

from runner.datasets import DATASETS, Samples, Streams

MANY = 4000
SHAPES = ("moons", "circles", "spirals", "blobs", "gauss")
NOISE = {"blobs": "std", "gauss": "std"}  # the setting, where it is not called noise


def streams(seed: int = 0) -> Streams:
    return Streams(np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2]))


def make(name: str, **settings) -> Samples:
    return DATASETS[name](streams(), samples=MANY, **settings)


def test_moons_without_noise_are_half_circles_of_radius_1():
    samples = make("moons", noise=0.0)
    centers = np.where((samples.Y == 0)[:, np.newaxis], [0.0, 0.0], [1.0, 0.5])
    from_center = samples.X - centers
    np.testing.assert_allclose(np.hypot(*from_center.T), 1, rtol=1e-12)
    assert (from_center[samples.Y == 0, 1] >= 0).all() and (from_center[samples.Y == 1, 1] <= 0).all()


def test_circles_without_noise_have_their_radii():
    samples = make("circles", noise=0.0, inner=0.3)
    np.testing.assert_allclose(np.hypot(*samples.X.T), np.where(samples.Y == 0, 1, 0.3), rtol=1e-12)


@pytest.mark.parametrize(("arms", "turns"), [(2, 1.0), (5, 2.5)])
def test_an_arm_of_a_spiral_turns_as_it_leaves_the_origin(arms, turns):
    samples = make("spirals", noise=0.0, arms=arms, turns=turns)
    radius = np.hypot(*samples.X.T)
    angle = 2 * np.pi * (turns * radius + samples.Y / arms)
    np.testing.assert_allclose(samples.X, np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), atol=1e-9)
    assert radius.max() <= 1 and samples.classes == tuple(f"arm {number}" for number in range(1, arms + 1))


@pytest.mark.parametrize("name", SHAPES)
def test_classes_are_as_many_and_fresh_samples_about_so(name):
    samples = make(name)
    assert np.ptp(np.bincount(samples.Y)) <= 1
    X, Y = samples.draw(streams(3), MANY)
    assert np.bincount(Y) / MANY == pytest.approx(1 / len(samples.classes), abs=0.05)
    assert X.mean(axis=0) == pytest.approx(samples.X.mean(axis=0), abs=0.1)
    assert X.std(axis=0) == pytest.approx(samples.X.std(axis=0), rel=0.1)


@pytest.mark.parametrize("name", [*SHAPES, "checkerboard"])
def test_noise_is_normal_with_its_standard_deviation(name):
    setting = NOISE.get(name, "noise")
    error = make(name, **{setting: 0.5}).X - make(name, **{setting: 1e-12}).X
    assert error.std(axis=0) == pytest.approx(0.5, rel=0.05) and error.mean(axis=0) == pytest.approx(0, abs=0.05)


def test_a_checkerboard_has_the_colours_of_its_cells_and_knows_the_best_rule_only_without_noise():
    samples = make("checkerboard", cells=3)
    assert (samples.X >= 0).all() and (samples.X <= 3).all()
    np.testing.assert_array_equal(samples.Y, np.floor(samples.X).sum(axis=1) % 2)
    np.testing.assert_array_equal(samples.bayes(samples.X), samples.Y)
    corners = np.array([[0.0, 0.0], [3.0, 3.0], [-1.0, 1.5], [2.999, 0.0]])
    assert samples.bayes(corners).tolist() == [0, 0, 1, 0]
    assert make("checkerboard", noise=0.1).bayes is None


def test_a_tiny_data_set_has_every_class():
    assert set(DATASETS["spirals"](streams(), samples=2, arms=5).Y) == set(range(5))


def test_blobs_are_around_even_places_of_a_circle_and_the_nearest_one_is_the_best_guess():
    samples = make("blobs", classes=4, radius=2.0, std=1e-9)
    centers = np.array([[2.0, 0.0], [0.0, 2.0], [-2.0, 0.0], [0.0, -2.0]])
    np.testing.assert_allclose(samples.X, centers[samples.Y], atol=1e-7)
    assert samples.bayes(np.array([[0.4, 0.3], [0.3, 0.4], [-9.0, 8.0], [0.1, -0.2]])).tolist() == [0, 1, 2, 3]
    assert samples.classes == ("blob 1", "blob 2", "blob 3", "blob 4")


def test_the_two_gaussians_overlap_as_much_as_their_distance_says():
    """By hand: the middles are 2 sqrt(2) from the best line, with std 2 sqrt(2) of them: Phi(-1.414) = 0.0786."""
    samples = make("gauss", std=2.0)
    wrong = np.mean(samples.bayes(samples.X) != samples.Y)
    assert wrong == pytest.approx(0.0786, abs=5 * np.sqrt(0.0786 * 0.9214 / MANY))
    assert samples.bayes(np.array([[-1.0, 0.9], [3.0, -2.9]])).tolist() == [0, 1]
