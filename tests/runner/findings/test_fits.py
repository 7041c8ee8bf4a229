"""The numbers behind the picture of a fit, compared with the model's own predictions."""

import tracemalloc

import numpy as np
import pytest

from runner.findings.numbers.fits import CURVE_POINTS, GRID_POINTS, MARGIN, MAX_SAMPLES, fit_of, shown_of
from runner.runs.data import prepare
from runner.runs.model import model_of
from tests.runner.building import QUICK, trained
from tests.runner.tables import SYNTHETIC, TABLES, table, train_on


@pytest.fixture
def on_table(csv_file):
    def on_table(name: str):
        result, data = train_on("data=csv", csv_file(table(*TABLES[name])))
        return fit_of(result, data), model_of(result), data

    return on_table


def on(name: str):
    result, data = train_on(*SYNTHETIC[name])
    return fit_of(result, data), model_of(result), data


def grid_of(fit) -> np.ndarray:
    """Every point of the grid, `y` row by row, as `prediction[row, column]` means it."""
    return np.array([[x, y] for y in fit.y for x in fit.x])


def assert_spans(axis: np.ndarray, values: np.ndarray, points: int) -> None:
    low, high = values.min(), values.max()
    assert len(axis) == points
    assert low - 0.36 * (high - low) <= axis[0] <= low - MARGIN * (high - low)
    assert high + MARGIN * (high - low) <= axis[-1] <= high + 0.36 * (high - low)
    assert np.diff(axis) == pytest.approx(np.diff(axis)[0], rel=1e-9)


@pytest.mark.parametrize(("name", "truth"), [("sine", np.sin), ("square", np.square)])
def test_a_curve_is_what_the_model_predicts_beside_the_truth(name, truth):
    fit, model, data = on(name)
    assert fit.kind == "curve"
    assert_spans(fit.x, data.samples.X[:, 0], CURVE_POINTS)
    assert np.array_equal(fit.prediction, model.outputs(fit.x[:, np.newaxis])[:, 0])
    assert np.array_equal(fit.truth, truth(fit.x))


def test_a_curve_over_a_table_has_no_truth(on_table):
    fit, model, _ = on_table("curve")
    assert (fit.kind, fit.truth) == ("curve", None)
    assert np.array_equal(fit.prediction, model.outputs(fit.x[:, np.newaxis])[:, 0])


@pytest.mark.parametrize("name", ["xor", "quadrants", "xor by tanh"])
def test_regions_of_two_classes_are_the_share_of_yes_at_every_grid_point(name):
    fit, model, data = on(name)
    assert fit.kind == "regions"
    assert fit.prediction.shape == (GRID_POINTS, GRID_POINTS)
    assert_spans(fit.x, data.samples.X[:, 0], GRID_POINTS)
    assert_spans(fit.y, data.samples.X[:, 1], GRID_POINTS)
    answers = model.outputs(grid_of(fit))[:, 0].reshape(GRID_POINTS, GRID_POINTS)
    shares = (answers + 1) / 2 if name == "xor by tanh" else answers
    np.testing.assert_allclose(fit.prediction, shares, rtol=0, atol=1e-15)
    assert 0 <= fit.prediction.min() < fit.prediction.max() <= 1


@pytest.mark.parametrize(
    ("output", "loss"),
    [("sigmoid", "matching"), ("identity", "half_mse"), ("tanh", "half_mse"), ("softmax", "matching")],
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_network_that_cannot_tell_is_as_good_as_a_constant_and_its_picture_has_no_line(output, loss, dtype):
    """Without a hidden layer XOR ends where every output is on the threshold, up to a rounding."""
    run = ("data=xor", "data.test_fraction=0", "network.hidden=[]", f"network.output={output}", f"loss={loss}")
    long = ("training.mode=full", "training.epochs=3000", "learning_rate=1", "training.evaluations=1")
    result = trained(*run, *long, f"dtype={dtype}", "tracking.plots=none")
    data = prepare(result.spec)
    assert result.finals["train/accuracy"] == result.finals["baseline/constant_accuracy"] == 0.5
    answers = model_of(result).outputs(data.samples.X)
    assert set(data.classes_of(answers).tolist()) == ({0} if output == "softmax" else {1})
    assert set(fit_of(result, data).prediction.ravel().tolist()) == ({0.0} if output == "softmax" else {0.5})


def test_regions_by_softmax_are_the_number_of_the_likeliest_class():
    fit, model, _ = on("xor by softmax")
    answers = model.outputs(grid_of(fit))
    assert answers.shape[1] == 2
    assert np.array_equal(fit.prediction.ravel(), (answers[:, 1] > answers[:, 0]).astype(float))


def test_regions_of_three_classes_are_the_number_of_the_likeliest_class(on_table):
    fit, model, _ = on_table("regions of three")
    assert (fit.kind, fit.classes) == ("regions", ("p", "q", "r"))
    assert np.array_equal(fit.prediction.ravel(), model.outputs(grid_of(fit)).argmax(axis=1))


def test_regions_are_not_transposed():
    """Rows are y and columns are x: at a point off the diagonal the mirrored point has another answer."""
    fit, model, _ = on("quadrants")
    row, column = 3, 70
    right, mirrored = model.outputs(np.array([[fit.x[column], fit.y[row]], [fit.x[row], fit.y[column]]]))[:, 0]
    assert fit.prediction[row, column] == pytest.approx(right, rel=1e-12)
    assert abs(right - mirrored) > 1e-3


def test_a_surface_is_what_the_model_predicts_at_every_grid_point(on_table):
    fit, model, data = on_table("surface")
    assert (fit.kind, fit.truth) == ("surface", None)
    assert_spans(fit.x, data.samples.X[:, 0], GRID_POINTS)
    assert_spans(fit.y, data.samples.X[:, 1], GRID_POINTS)
    assert np.array_equal(fit.prediction.ravel(), model.outputs(grid_of(fit))[:, 0])


def test_a_scatter_has_target_and_prediction_of_every_sample(on_table):
    fit, model, data = on_table("scatter")
    rows = [*data.split.train, *data.split.validation, *data.split.test]
    assert fit.part.tolist() == ["train"] * 36 + ["validation"] * 9 + ["test"] * 15
    assert fit.kind == "scatter"
    assert np.array_equal(fit.x, data.samples.Y[rows, 0])
    assert np.array_equal(fit.prediction, model.outputs(data.samples.X[rows])[:, 0])


@pytest.mark.parametrize("name", ["confusion", "confusion of one feature"])
def test_a_confusion_counts_every_test_sample_by_its_class_and_the_predicted_one(on_table, name):
    fit, model, data = on_table(name)
    n = len(data.samples.classes)
    answers, Y = model.outputs(data.samples.X[data.split.test]), data.samples.Y[data.split.test]
    predicted = answers.argmax(axis=1) if answers.shape[1] > 1 else (answers[:, 0] > 0.5).astype(int)
    pairs = list(zip(Y.tolist(), predicted.tolist(), strict=True))
    expected = [[pairs.count((i, j)) for j in range(n)] for i in range(n)]
    assert fit.kind == "confusion"
    assert fit.prediction.tolist() == expected
    assert fit.prediction.sum() == len(data.split.test) < len(data.samples.Y)
    assert fit.tested_on == "test"


def test_a_confusion_is_of_fresh_test_samples_and_where_there_are_none_of_the_training_samples():
    bars, fresh_test = ("data=bars", "data.samples=40"), ("test.set=fresh", "test.points=50")
    fresh, none = fit_of(*train_on(*bars, *fresh_test)), fit_of(*train_on(*bars, "data.test_fraction=0"))
    assert (fresh.prediction.sum(), fresh.tested_on) == (50, "test")
    assert (none.prediction.sum(), none.tested_on) == (40, "training")


@pytest.mark.parametrize("name", ["sine", "xor", "quadrants"])
def test_a_fit_shows_the_samples_and_says_which_are_tested(name):
    fit, _, data = on(name)
    rows = [*data.split.train, *data.split.test]
    assert np.array_equal(fit.samples, data.samples.X[rows])
    assert np.array_equal(np.squeeze(fit.targets), np.squeeze(data.samples.Y[rows]))
    assert fit.part.tolist() == ["train"] * len(data.split.train) + ["test"] * len(data.split.test)
    assert (fit.input_names, fit.target_name, fit.classes) == (
        data.samples.input_names, data.samples.target_name, data.samples.classes,
    )  # fmt: skip


def test_no_more_samples_are_shown_than_a_picture_can_hold_from_both_sides_of_the_split():
    result, data = train_on("data.samples=5000", "training.mode=full")
    fit = fit_of(result, data)
    assert len(fit.samples) == len(fit.targets) == len(fit.part) == MAX_SAMPLES
    assert (fit.part == "test").mean() == pytest.approx(0.25, abs=0.01)
    known = {float(x): float(y) for x, y in zip(data.samples.X[:, 0], data.samples.Y[:, 0], strict=True)}
    assert all(known[float(x)] == float(y) for x, y in zip(fit.samples[:, 0], fit.targets[:, 0], strict=True))


def test_a_scatter_of_many_samples_shows_the_predictions_of_those_it_shows(csv_file):
    rows = "".join(f"{i},{i * i % 101},{i * 7 % 13},{(i * 31 % 97) / 9}\n" for i in range(1500))
    result, data = train_on("data=csv", csv_file("a,b,c,y\n" + rows), "training.mode=full")
    fit = fit_of(result, data)
    assert len(fit.prediction) == len(fit.x) == len(fit.samples) == MAX_SAMPLES
    assert np.array_equal(fit.prediction, model_of(result).outputs(fit.samples)[:, 0])


@pytest.mark.parametrize("n", [1000, 1001, 7919, 15838, 30_000])
def test_as_many_samples_are_shown_as_fit_from_all_over(n):
    """Of 7,919 samples, or twice as many, one or two were shown."""
    places = shown_of(n)
    assert len(places) == 1000 and (np.diff(places) > 0).all()
    assert places[0] < n / 100 and places[-1] > 0.99 * n - 1


def test_samples_whose_classes_alternate_are_shown_of_both_classes():
    result = trained("data=bars", "network.output=softmax", *QUICK)
    fit = fit_of(result, prepare(result.spec))
    shown = np.bincount(fit.targets.astype(int))
    assert 900 < shown.sum() <= 1000
    assert abs(shown[0] - shown[1]) < 0.1 * shown.sum()


def test_a_fit_is_the_same_when_the_grid_goes_through_the_network_in_parts(monkeypatch):
    whole, *_ = on("quadrants")
    monkeypatch.setattr("runner.findings.numbers.fits.AT_ONCE", 1000)
    in_parts, *_ = on("quadrants")
    assert in_parts.prediction == pytest.approx(whole.prediction, rel=1e-12)


def test_the_picture_of_a_wide_network_takes_little_memory():
    result, data = train_on("data=xor", "network.hidden=[20000]")
    tracemalloc.start()
    try:
        fit_of(result, data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2**29
