"""Data sets made by a formula: shapes, ranges, formulae, balance, noise and sampling laws."""

import math

import numpy as np
import pytest

from runner.datasets import DATASETS, Samples, Streams
from runner.runs.data import find_facts, make_samples
from runner.runs.spec import component_model
from tests.runner.building import BUNDLED, spec_of

CURVES = {
    "sine": np.sin, "square": np.square, "identity": lambda x: 1.0 * x, "tanh": np.tanh,
    "tanh_sine": lambda x: np.tanh(np.sin(x)), "step": lambda x: np.heaviside(x, 1.0),
    "sinc": lambda x: np.sinc(x / np.pi),
}  # fmt: skip
SYNTHETIC = [name for name in DATASETS if name not in ("arrays", "csv", "table", "idx", *BUNDLED)]
MANY = 20_000


def streams(seed: int = 0) -> Streams:
    return Streams(np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2]))


def make(name: str, seed: int = 0, **settings) -> Samples:
    return DATASETS[name](streams(seed), **settings)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_samples_have_the_shapes_that_their_task_promises(name):
    samples = make(name)
    n, d_in = samples.X.shape
    assert samples.X.dtype == np.float64
    assert len(samples.input_names) == d_in
    if samples.task == "regression":
        assert samples.Y.shape == (n, 1)
        assert not samples.classes
    else:
        assert samples.Y.shape == (n,)
        assert set(samples.Y.tolist()) == set(range(len(samples.classes)))


@pytest.mark.parametrize("name", SYNTHETIC)
def test_samples_are_the_same_for_the_same_seed(name):
    data = component_model("data", name)(name=name)
    first, second = make_samples(data, 7), make_samples(data, 7)
    assert first.X.tobytes() == second.X.tobytes()
    assert first.Y.tobytes() == second.Y.tobytes()


@pytest.mark.parametrize("name", [name for name in SYNTHETIC if name not in ("xor", "parity")])
def test_samples_differ_from_seed_to_seed(name):
    data = component_model("data", name)(name=name)
    assert not np.array_equal(make_samples(data, 0).X, make_samples(data, 1).X)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_facts_do_not_depend_on_the_seed(name):
    spec = spec_of(f"data={name}")
    assert len({find_facts(spec.data, spec.test, seed) for seed in range(5)}) == 1


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_without_noise_is_its_formula(name):
    samples = make(name, samples=500, noise=0.0)
    assert np.array_equal(samples.Y, CURVES[name](samples.X))
    assert np.array_equal(samples.truth(samples.X), CURVES[name](samples.X))


@pytest.mark.parametrize("noise", [0.1, 2.0])
@pytest.mark.parametrize("name", CURVES)
def test_noise_is_uniform_up_to_its_amplitude(name, noise):
    samples = make(name, samples=MANY, noise=noise)
    error = (samples.Y - CURVES[name](samples.X))[:, 0]
    assert np.abs(error).max() <= noise * (1 + 1e-12)
    # U(-a, a): mean 0 with standard error a / sqrt(3 n), variance a^2 / 3; a fifth of the values in each fifth.
    assert abs(error.mean()) < 5 * noise / math.sqrt(3 * MANY)
    assert error.var() == pytest.approx(noise**2 / 3, rel=0.03)
    shares = np.histogram(error, bins=5, range=(-noise, noise))[0] / MANY
    assert shares == pytest.approx(0.2, abs=5 * math.sqrt(0.2 * 0.8 / MANY))


@pytest.mark.parametrize("sampling", ["uniform", "normal", "grid"])
@pytest.mark.parametrize("name", CURVES)
def test_noise_does_not_change_where_a_curve_is_sampled(name, sampling):
    quiet, loud = (make(name, noise=noise, sampling=sampling) for noise in (0.0, 1.0))
    assert np.array_equal(quiet.X, loud.X)
    assert not np.array_equal(quiet.Y, loud.Y)


@pytest.mark.parametrize("name", CURVES)
def test_uniform_sampling_fills_the_domain_evenly(name):
    x = make(name, domain=(-3.0, 5.0), samples=MANY, sampling="uniform").X[:, 0]
    assert x.min() >= -3 and x.max() < 5
    shares = np.histogram(x, bins=8, range=(-3, 5))[0] / MANY
    assert shares == pytest.approx(0.125, abs=5 * math.sqrt(0.125 * 0.875 / MANY))


@pytest.mark.parametrize("name", CURVES)
def test_grid_sampling_is_evenly_spaced_with_both_ends(name):
    samples = make(name, domain=(-1.0, 3.0), samples=5, sampling="grid")
    assert samples.X[:, 0].tolist() == [-1.0, 0.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize("name", CURVES)
def test_normal_sampling_is_centred_on_the_domain_with_the_given_deviation(name):
    x = make(name, domain=(1.0, 5.0), samples=MANY, sampling="normal", std=0.5).X[:, 0]
    assert x.mean() == pytest.approx(3.0, abs=5 * 0.5 / math.sqrt(MANY))
    assert x.std() == pytest.approx(0.5, rel=0.03)
    within = np.mean(np.abs(x - 3) < 0.5)  # 0.6827 of a normal law lies within one standard deviation
    assert within == pytest.approx(0.6827, abs=5 * math.sqrt(0.68 * 0.32 / MANY))


@pytest.mark.parametrize("name", CURVES)
def test_a_grid_is_not_a_distribution_and_the_other_samplings_are(name):
    assert make(name, sampling="grid").draw is None
    assert make(name, sampling="uniform").draw is not None
    assert make(name, sampling="normal").draw is not None


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("targets", [(0.0, 1.0), (-1.0, 1.0)])
def test_xor_is_the_truth_table_whatever_the_seed(seed, targets):
    samples = make("xor", seed, targets=targets)
    table = {tuple(x): int(y) for x, y in zip(samples.X.tolist(), samples.Y.tolist(), strict=True)}
    assert table == {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}
    assert samples.levels == targets
    assert samples.draw is None


@pytest.mark.parametrize("bits", [2, 3, 12])
def test_parity_has_every_point_once_and_counts_ones(bits):
    samples = make("parity", bits=bits)
    assert len({tuple(row) for row in samples.X.tolist()}) == len(samples.X) == 2**bits
    assert samples.Y.tolist() == [int("".join(str(int(bit)) for bit in row), 2).bit_count() % 2 for row in samples.X]
    assert samples.draw is None and len(samples.input_names) == bits


def test_parity_of_two_bits_is_xor():
    parity, xor = make("parity", bits=2, targets=(-1.0, 1.0)), make("xor", targets=(-1.0, 1.0))
    assert np.array_equal(parity.X, xor.X) and np.array_equal(parity.Y, xor.Y) and parity.levels == xor.levels


def test_the_sinc_is_one_in_the_middle_and_the_step_begins_at_zero():
    x = np.array([[-np.pi / 2], [0.0], [np.pi]])
    assert make("sinc").truth(x)[:, 0] == pytest.approx([2 / np.pi, 1.0, 0.0], abs=1e-15)
    assert make("step").truth(np.array([[-1e-300], [0.0], [3.0]]))[:, 0].tolist() == [0.0, 1.0, 1.0]


def test_quadrants_have_four_equal_clusters_and_two_equal_classes():
    samples = make("quadrants", samples_per_cluster=50, std=0.01)
    signs = np.sign(samples.X)
    corners, counts = np.unique(signs, axis=0, return_counts=True)
    assert corners.tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    assert counts.tolist() == [50] * 4
    assert np.bincount(samples.Y).tolist() == [100, 100]
    opposite = (signs[:, 0] != signs[:, 1]).astype(int)
    assert np.array_equal(samples.Y, opposite)


def test_the_clusters_of_quadrants_are_gaussian_around_their_corners():
    samples = make("quadrants", samples_per_cluster=MANY // 4, center=3.0, std=0.5)
    for corner in ((-3, -3), (3, 3), (-3, 3), (3, -3)):
        X = samples.X[(np.sign(samples.X) == np.sign(corner)).all(axis=1)]
        assert X.mean(axis=0) == pytest.approx(corner, abs=5 * 0.5 / math.sqrt(len(X)))
        assert X.std(axis=0) == pytest.approx(0.5, rel=0.05)
        assert abs(np.corrcoef(X.T)[0, 1]) < 5 / math.sqrt(len(X))


@pytest.mark.parametrize("name", [name for name in SYNTHETIC if make(name).draw is not None])
def test_fresh_samples_come_from_the_law_of_the_samples_and_never_twice(name):
    samples = make(name)
    source = streams(3)
    X, Y = samples.draw(source, MANY)
    again_X, _ = samples.draw(source, MANY)
    assert X.shape == (MANY, samples.X.shape[1])
    assert Y.shape == (MANY, *samples.Y.shape[1:])
    assert not {row.tobytes() for row in X} & {row.tobytes() for row in again_X}
    size = "samples_per_cluster" if name == "quadrants" else "samples"
    many = make(name, 4, **{size: MANY // 4 if name == "quadrants" else MANY})
    for fresh, known in ((X, many.X), (Y, many.Y)):
        spread = 5 * np.std(known) * math.sqrt(2 / MANY)
        assert np.mean(fresh) == pytest.approx(np.mean(known), abs=spread)
        assert np.std(fresh) == pytest.approx(np.std(known), rel=0.05)


@pytest.mark.parametrize("name", [name for name in SYNTHETIC if make(name).draw is not None])
def test_fresh_samples_are_the_same_for_the_same_streams(name):
    samples = make(name)
    (X, Y), (again_X, again_Y) = samples.draw(streams(5), 100), samples.draw(streams(5), 100)
    assert X.tobytes() == again_X.tobytes()
    assert Y.tobytes() == again_Y.tobytes()


@pytest.mark.parametrize("name", CURVES)
def test_fresh_noise_does_not_change_where_fresh_samples_lie(name):
    quiet, loud = (make(name, noise=noise).draw(streams(5), 50)[0] for noise in (0.0, 1.0))
    assert np.array_equal(quiet, loud)


@pytest.mark.parametrize("name", [name for name in SYNTHETIC if make(name).draw is not None])
def test_fresh_samples_do_not_depend_on_how_many_are_asked_for_at_once(name):
    """Law 4: each kind of random number comes from a stream of its own, so a block boundary moves no number."""
    draw, source = make(name).draw, streams(5)
    parts = [draw(source, n) for n in (1, 20, 43)]
    whole = draw(streams(5), 64)
    for place in (0, 1):
        assert np.concatenate([part[place] for part in parts]).tobytes() == whole[place].tobytes()
