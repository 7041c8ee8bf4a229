"""What of a table is fitted to its training rows: gaps, inputs and targets. Nothing else is looked at."""

import numpy as np
import pandas as pd
import pytest

from runner.runs.data import prepare
from runner.runs.model import model_of
from runner.runs.weights import write_weights
from tests.runner.building import refusal, spec_of, trained

ROWS = 60


def rows_of(gaps=(), targets=lambda i: 3.0 * (i % 11) + 1):
    colours = ["red", "blue", "red", "green", "red"]
    return [
        ["" if ("size", i) in gaps else f"{(i * 7) % 13}", "" if ("colour", i) in gaps else colours[i % 5], targets(i)]
        for i in range(ROWS)
    ]


@pytest.fixture
def spec(tmp_path, monkeypatch):
    """The spec of a table with these rows and overrides."""
    monkeypatch.chdir(tmp_path)

    def made(rows, *overrides):
        lines = "".join(",".join(map(str, row)) + "\n" for row in rows)
        (tmp_path / "t.csv").write_text("size,colour,y\n" + lines)
        return spec_of("data=table", "data.path=t.csv", "data.target=y", *overrides)

    return made


GAPS = {("size", 3), ("size", 20), ("size", 41), ("colour", 8), ("colour", 33)}


@pytest.mark.parametrize("impute", ["median", "mean", "most_frequent"])
def test_gaps_are_filled_by_what_the_training_rows_have(spec, impute):
    data = prepare(spec(rows_of(GAPS), f"data.impute={impute}"))
    sizes = data.samples.X[data.split.train, 0]
    known = sizes[~np.isnan(sizes)]
    values, counts = np.unique(known, return_counts=True)
    expected = {"median": np.median(known), "mean": known.mean(), "most_frequent": values[counts.argmax()]}[impute]
    assert data.scaling.x_fill[0] == expected
    assert data.samples.input_names == ("size", "colour=blue", "colour=green", "colour=red")
    assert data.scaling.x_fill[1:].tolist() == [0, 0, 1]
    for part in (data.X_train, data.X_validation, data.X_test):
        assert np.isfinite(part).all()


@pytest.mark.parametrize("seed", range(3))
def test_other_rows_than_those_of_training_change_no_scaling(spec, seed):
    before = prepare(spec(rows_of(GAPS), f"seed={seed}"))
    rows = rows_of(GAPS)
    for place in np.concatenate([before.split.validation, before.split.test]):
        rows[place] = [rows[place][0] and 1000 + place, rows[place][1], 5000.5 + place]
    after = prepare(spec(rows, f"seed={seed}"))
    assert after.split.train.tolist() == before.split.train.tolist()
    for name in ("x_shift", "x_scale", "x_fill", "y_shift", "y_scale"):
        assert np.array_equal(getattr(before.scaling, name), getattr(after.scaling, name))
    assert before.X_train.tobytes() == after.X_train.tobytes()


def test_a_column_that_is_constant_in_training_alone_keeps_its_scale(spec):
    """The deviation of equal numbers is 1e-17 where their mean is rounded: another one was 1e15 of it away."""
    tested = prepare(spec(rows_of())).split.test
    rows = [[row[0], 0.1, row[2]] for row in rows_of()]
    for place in tested:
        rows[place][1] = 0.3
    data = prepare(spec(rows))
    assert np.ptp(data.samples.X[data.split.train, 1]) == 0
    assert np.abs(data.X_test[:, 1]).max() < 1
    targets = prepare(spec([[row[0], row[1], 0.3 if place in tested else 0.1] for place, row in enumerate(rows_of())],
                           "data.task=regression"))  # fmt: skip
    assert np.abs(targets.Y_test).max() < 1


@pytest.mark.parametrize("output", ["identity", "tanh", "sigmoid"])
def test_targets_are_standardised_or_mapped_onto_the_bounds_of_the_output(spec, output):
    data = prepare(spec(rows_of(), f"network.output={output}"))
    low, high = {"identity": (None, None), "tanh": (-1, 1), "sigmoid": (0, 1)}[output]
    if output == "identity":
        assert abs(data.Y_train.mean()) < 1e-12 and abs(data.Y_train.std() - 1) < 1e-12
    else:
        np.testing.assert_allclose([data.Y_train.min(), data.Y_train.max()], [low, high])
    Y = data.samples.Y[data.split.train]
    np.testing.assert_allclose(data.scaling.outputs(data.Y_train), Y)


def test_logarithms_of_targets_are_standardised_and_come_back(spec):
    data = prepare(spec(rows_of(targets=lambda i: 10.0 ** (i % 4)), "data.target_scale=log"))
    logs = np.log(data.samples.Y[data.split.train])
    np.testing.assert_allclose(data.Y_train, (logs - logs.mean()) / logs.std())
    np.testing.assert_allclose(data.scaling.outputs(data.Y_test), data.test[1])


@pytest.mark.parametrize("scale", ["standardize", "none", "log"])
def test_scores_are_in_the_units_of_the_table_however_targets_are_scaled(spec, scale):
    one = spec(rows_of(), f"data.target_scale={scale}", "network.hidden=[4]", "training.epochs=3")
    data = prepare(one)
    result = trained(
        "data=table", "data.path=t.csv", "data.target=y", f"data.target_scale={scale}", "network.hidden=[4]",
        "training.epochs=3", "tracking.plots=none",
    )  # fmt: skip
    for part, (X, Y) in data.parts.items():
        rmse = np.sqrt(((model_of(result).outputs(X) - Y) ** 2).mean())
        np.testing.assert_allclose(result.last[f"{part}/rmse"], rmse, rtol=1e-9)


def test_a_regression_answers_under_the_name_of_its_target_and_gaps_that_nothing_fills_are_named(spec):
    spec(rows_of())
    result = trained(
        "data=table", "data.path=t.csv", "data.target=y", "data.impute=none", "network.hidden=[4]",
        "training.epochs=3", "tracking.plots=none",
    )  # fmt: skip
    model = model_of(result)
    answered = model.predict(pd.DataFrame({"colour": ["red", "blue"], "size": ["4", "5"]}))
    X = np.array([[4.0, 0, 0, 1], [5.0, 1, 0, 0]])
    assert answered.to_dict("list") == {"y": model.outputs(X)[:, 0].tolist()}
    assert model.predict(X).equals(answered)
    with pytest.raises(ValueError, match=r"^'size' is missing in row 2, and .* data.impute=none$"):
        model.predict(pd.DataFrame({"colour": ["red", "blue"], "size": [4, None]}))
    with pytest.raises(ValueError, match=r"^the table has no column 'size', 'colour'"):
        model.predict(pd.DataFrame({"x": [1]}))
    with pytest.raises(ValueError, match="'y' is a number: there are no classes with probabilities"):
        model.predict(X, params={"probabilities": True})


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_probabilities_are_those_of_the_network_whatever_numbers_labels_are_trained_as(spec, output):
    rows = [[one[0], one[1], "high" if one[2] > 16 else "low"] for one in rows_of()]
    result = trained_on(spec, rows, f"network.output={output}", "network.target_range=[0.4,0.6]", "score=log_loss")
    data = prepare(result.spec)
    shares = model_of(result).predict(data.samples.X, params={"probabilities": True})[["y=high", "y=low"]].to_numpy()
    assert shares.min() >= 0 and shares.max() <= 1
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    right = shares[np.arange(ROWS), np.asarray(data.samples.Y, dtype=int)][data.split.train]
    np.testing.assert_allclose(-np.log(right).mean(), result.last["train/log_loss"])


def test_weights_of_other_columns_are_no_start(spec, tmp_path):
    first = trained_on(spec, rows_of(), "data.standardize=false", "data.target_scale=none")
    (tmp_path / "weights.npz").write_bytes(write_weights(first.network))
    same = ("network.hidden=[4]", "training.epochs=1", "data.standardize=false", "data.target_scale=none")
    start = ("data=table", "data.path=t.csv", "data.target=y", "network.start=weights.npz", *same)
    assert spec_of(*start).network.start == "weights.npz"
    lines = (tmp_path / "t.csv").read_text().replace("colour", "paint").replace("size", "width")
    (tmp_path / "t.csv").write_text(lines)
    told = refusal(*start)
    assert "weights for the inputs 'size', 'colour=blue', 'colour=green', 'colour=red'" in told
    assert "this run has 'width', 'paint=blue', 'paint=green', 'paint=red'" in told


def test_bounds_of_logarithms_are_above_zero(spec):
    spec(rows_of())
    told = refusal(
        "data=table", "data.path=t.csv", "data.target=y", "data.target_scale=log", "network.output=tanh",
        "network.target_range=[0,50]",
    )  # fmt: skip
    assert told.startswith("network.target_range must be above 0 with data.target_scale=log, got [0.0, 50.0]")


def trained_on(spec, rows, *overrides):
    """The result of a short training on these rows."""
    spec(rows)
    table = "data=table", "data.path=t.csv", "data.target=y"
    return trained(*table, "network.hidden=[4]", "training.epochs=1", "tracking.plots=none", *overrides)
