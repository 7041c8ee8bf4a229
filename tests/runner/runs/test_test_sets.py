"""What a run is tested on: held-out samples, a noise-free grid, or fresh samples; and the range of its targets."""

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from runner.runs.data import prepare
from tests.runner.building import spec_of, trained

CURVES = {
    "sine": np.sin, "square": np.square, "identity": np.array, "tanh": np.tanh,
    "tanh_sine": lambda x: np.tanh(np.sin(x)), "step": lambda x: np.heaviside(x, 1.0),
    "sinc": lambda x: np.sinc(x / np.pi),
}  # fmt: skip
QUICK = ("training.epochs=2", "training.evaluations=1", "tracking.plots=none")
DRAWN = [
    *CURVES, "quadrants", "gauss", "blobs", "moons", "circles", "spirals", "checkerboard", "surface", "plane", "hills",
    "bars", "function",
]  # fmt: skip


@pytest.mark.parametrize("margin", [0.0, 1.5])
@pytest.mark.parametrize("data", CURVES)
def test_a_grid_is_even_covers_the_domain_with_its_margin_and_has_no_noise(data, margin):
    overrides = (f"data={data}", "data.domain=[-2,3]", "data.noise=1", "test.points=51", f"test.margin={margin}")
    prepared = prepare(spec_of(*overrides, "test.set=grid"))
    x = prepared.X_test[:, 0]
    np.testing.assert_allclose(x, np.linspace(-2 - margin, 3 + margin, 51), rtol=0, atol=1e-14)
    assert prepared.Y_test[:, 0].tolist() == CURVES[data](x).tolist()
    assert np.abs(prepared.Y_train - CURVES[data](prepared.X_train)).max() > 0.5


@pytest.mark.parametrize(("points", "along"), [(100, 10), (40401, 201), (90, 9), (2, 2), (30, 5)])
def test_a_grid_over_two_inputs_is_the_middles_of_about_as_many_cells(points, along):
    overrides = ("data=surface", "data.function=saddle", "data.half_width=2", "data.noise=1")
    spec = spec_of(*overrides, "test.set=grid", f"test.points={points}", "test.margin=0.5")
    X, Y = prepare(spec).tested
    axis = np.linspace(-2.5, 2.5, 2 * along + 1)[1::2]
    assert len(X) == along**2 == len(np.unique(X, axis=0))
    for column in X.T:
        np.testing.assert_allclose(np.unique(column), axis, rtol=0, atol=1e-14)
    np.testing.assert_allclose(Y[:, 0], X[:, 0] ** 2 - X[:, 1] ** 2, rtol=1e-15, atol=1e-14)


@pytest.mark.parametrize(("function", "deviation"), [("bowl", 1.6865), ("saddle", 1.6865), ("waves", 0.38823)])
def test_an_error_on_a_grid_over_two_inputs_is_that_of_the_whole_square(function, deviation):
    """By integration, over [-2, 2]^2: the variance of x^2 +- y^2 is 128/45; that of cos(1.2 x) cos(1.2 y) 0.150726."""
    overrides = ("data=surface", f"data.function={function}", "data.half_width=2", "test.set=grid", "test.points=2601")
    Y = prepare(spec_of(*overrides)).tested[1]
    assert Y.std() == pytest.approx(deviation, rel=1.5e-3)


@pytest.mark.parametrize("data", DRAWN)
def test_fresh_test_samples_are_neither_those_of_training_nor_those_of_the_steps(data):
    prepared = prepare(spec_of(f"data={data}", "test.set=fresh", "test.points=200", "seed=3"))
    assert len(prepared.X_test) == len(prepared.Y_test) == 200
    rows = {row.tobytes() for row in prepared.X_test}
    assert len(rows) == 200
    assert not rows & {row.tobytes() for row in prepared.X_train}
    assert not rows & {row.tobytes() for row in prepared.draw(1024)[0]}


@pytest.mark.parametrize("data", ["sine", "surface"])
def test_fresh_test_samples_and_their_noise_are_independent_of_the_others(data):
    prepared = prepare(spec_of(f"data={data}", "data.noise=1", "data.samples=800", "test.set=fresh", "test.points=800"))
    truth, fresh = prepared.samples.truth, prepared.draw(800)
    sets = [(prepared.X_train, prepared.Y_train), (prepared.X_test, prepared.Y_test), fresh]
    columns = [np.column_stack([X[:, :1], Y - truth(X)]).T for X, Y in sets]
    correlations = np.corrcoef(np.concatenate(columns))
    assert np.abs(correlations - np.eye(6)).max() < 5 / np.sqrt(800)


def test_the_test_set_does_not_change_what_is_trained_on():
    held_out, grid, fresh = (prepare(spec_of(f"test.set={name}")) for name in ("held_out", "grid", "fresh"))
    assert len(held_out.X_train) == 150 and len(held_out.X_test) == 50
    assert len(grid.X_train) == len(fresh.X_train) == 200
    assert len(grid.X_test) == len(fresh.X_test) == 1001
    assert grid.X_train.tobytes() == fresh.X_train.tobytes() == grid.samples.X.tobytes()
    assert grid.split.test.tolist() == fresh.split.test.tolist() == []
    assert [part.tobytes() for part in grid.draw(9)] == [part.tobytes() for part in fresh.draw(9)]


@pytest.mark.parametrize("setting", ["grid", "fresh"])
def test_test_inputs_and_targets_are_scaled_like_those_of_training(setting):
    overrides = ("data=sine", "data.standardize=true", "network.output=tanh", f"test.set={setting}")
    prepared = prepare(spec_of(*overrides))
    X, Y = prepared.tested
    np.testing.assert_allclose(prepared.scaling.outputs(prepared.Y_test), Y, rtol=0, atol=1e-14)
    assert prepared.X_test.tobytes() == ((X - prepared.scaling.x_shift) / prepared.scaling.x_scale).tobytes()
    assert prepared.scaling.x_shift.tolist() == prepared.samples.X.mean(axis=0).tolist()


def test_without_a_test_set_a_run_is_measured_on_what_it_was_trained_on():
    prepared = prepare(spec_of("data.test_fraction=0"))
    assert len(prepared.X_test) == 0
    assert prepared.tested[0].tobytes() == prepared.samples.X.tobytes()
    assert prepared.tested[1].tobytes() == prepared.samples.Y.tobytes()


@pytest.mark.parametrize(("overrides", "n"), [(("test.set=grid",), 31), (("test.set=fresh",), 31), ((), 50)])
def test_a_result_says_on_how_many_samples_it_was_trained_and_tested(overrides, n):
    result = trained(*overrides, "test.points=31", *QUICK)
    assert result.data.n_samples == (200 if overrides else 150, n)
    assert {"test/cost", "test/rmse"} <= set(result.history)


@pytest.mark.parametrize("output", ["sigmoid", "tanh"])
@pytest.mark.parametrize(("low", "high"), [(-2.0, 3.0), (-1.1, 1.1)])
def test_a_target_range_is_mapped_onto_the_range_of_the_output(output, low, high):
    scaling = prepare(spec_of(f"network.output={output}", f"network.target_range=[{low},{high}]")).scaling
    bounds = np.array(ACTIVATIONS[output]().output_range)
    assert scaling.outputs(bounds) == pytest.approx([low, high], abs=1e-15)
    assert scaling.targets(np.array([low, high])) == pytest.approx(bounds, abs=1e-15)


@pytest.mark.parametrize("setting", ["null", "auto"])
def test_targets_of_an_unbounded_output_stay_as_they_are_unless_a_range_is_given(setting):
    prepared = prepare(spec_of(f"network.target_range={setting}"))
    assert (prepared.scaling.y_shift, prepared.scaling.y_scale) == (0.0, 1.0)


@pytest.mark.parametrize("output", ["identity", "relu", "softplus"])
def test_targets_of_an_unbounded_output_are_mapped_onto_the_range_and_outputs_back(output):
    prepared = prepare(spec_of(f"network.output={output}", "network.target_range=[-3,5]"))
    rows = prepared.samples.Y[prepared.split.train]
    assert (prepared.Y_train.min(), prepared.Y_train.max()) == pytest.approx((-3, 5), abs=1e-14)
    np.testing.assert_allclose(prepared.scaling.outputs(prepared.Y_train), rows, rtol=0, atol=1e-14)


def test_without_a_target_range_targets_stay_as_they_are():
    prepared = prepare(spec_of("network.output=tanh", "network.target_range=null"))
    assert prepared.Y_train.tobytes() == prepared.samples.Y[prepared.split.train].tobytes()


@pytest.mark.parametrize(
    ("chosen", "expected", "threshold"), [("null", [0, 1], 0.5), ("auto", [-1, 1], 0), ("[0.2,0.9]", [0.2, 0.9], 0.55)]
)
@pytest.mark.parametrize("levels", ["[0,1]", "[-1,1]"])
def test_labels_are_trained_as_the_two_numbers_of_the_target_range(chosen, expected, threshold, levels):
    overrides = ("data=xor", f"data.targets={levels}", "network.output=tanh", f"network.target_range={chosen}")
    prepared = prepare(spec_of(*overrides))
    if chosen == "null":
        no, yes = prepared.samples.levels
        expected, threshold = [no, yes], (no + yes) / 2
    assert sorted(set(prepared.Y_train.ravel().tolist())) == pytest.approx(expected, abs=1e-15)
    assert prepared.threshold == pytest.approx(threshold, abs=1e-15)
