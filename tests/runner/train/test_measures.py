"""What is measured once at the end, against sums worked out by hand; and under which names it is written."""

import math

import numpy as np
import pytest

from runner.runs.data import make_samples, prepare
from runner.runs.model import model_of
from runner.store.records import metric_rows
from runner.train.logistic import MOST_ROWS, logistic
from tests.runner.building import spec_of, trained

QUICK = ("training.epochs=2", "training.evaluations=1", "tracking.plots=none")
SETS = {
    "held out": (), "grid": ("test.set=grid", "test.margin=1", "test.points=50"), "no test": ("data.test_fraction=0",),
    "fresh": ("test.set=fresh", "test.points=40", "data.standardize=true", "network.output=tanh"),
    "surface": ("data=surface", "data.noise=0.2", "network.output=sigmoid", "network.target_range=[-9,9]"),
    "float32": ("dtype=float32", "data=identity", "data.noise=0.3"),
}  # fmt: skip


def rms(values: np.ndarray) -> float:
    return math.sqrt(float((np.asarray(values) ** 2).mean()))


@pytest.mark.parametrize("overrides", SETS.values(), ids=SETS)
def test_measures_of_a_regression_are_those_worked_out_from_its_samples(overrides):
    result = trained(*overrides, *QUICK)
    data = prepare(result.spec)
    X, Y = data.samples.X[data.split.train], data.samples.Y[data.split.train]
    (X_test, Y_test), part = data.tested, "test" if len(data.X_test) else "train"
    slopes = np.polyfit(X[:, 0], Y[:, 0], 1) if X.shape[1] == 1 else None
    outputs = model_of(result).predict(X_test)
    found = result.measures
    assert found["baseline/constant_rmse"] == pytest.approx(rms(Y_test - Y.mean()), rel=1e-12)
    if slopes is not None:
        assert found["baseline/linear_rmse"] == pytest.approx(
            rms(Y_test - np.polyval(slopes, X_test)), rel=1e-9, abs=1e-12
        )
    assert found[f"{part}/max_error"] == pytest.approx(np.abs(outputs - Y_test).max(), rel=1e-12)
    assert found[f"{part}/output_range"] == pytest.approx(outputs.max() - outputs.min(), rel=1e-12)
    assert found[f"{part}/mae"] == pytest.approx(np.abs(outputs - Y_test).mean(), rel=1e-12)
    assert found[f"{part}/r2"] == pytest.approx(1 - ((outputs - Y_test) ** 2).mean() / Y_test.var(), rel=1e-9)
    final = {f"{part}/{name}" for name in ("max_error", "mae", "r2", "output_range")}
    assert set(found) == {"baseline/constant_rmse", "baseline/linear_rmse"} | final
    assert result.finals[f"{part}/rmse"] == pytest.approx(
        rms(outputs - Y_test), rel=1e-5 if "dtype=float32" in overrides else 1e-12
    )


def test_a_straight_line_is_learned_from_the_training_samples_and_judged_on_the_test_set():
    """Y = x^2 on [0, 1]: the best line is x - 1/6 with error sqrt(1/180); the best constant 1/3 with sqrt(4/45)."""
    fine = ("data=square", "data.sampling=grid", "data.samples=20000", "test.set=grid", "test.points=20001")
    found = trained(*fine, "training.mode=full", *QUICK).measures
    assert found["baseline/linear_rmse"] == pytest.approx(math.sqrt(1 / 180), rel=1e-3)
    assert found["baseline/constant_rmse"] == pytest.approx(math.sqrt(4 / 45), rel=1e-3)
    outside = trained(*fine, "test.margin=1", "training.mode=full", *QUICK).measures
    x = np.linspace(-1, 2, 20001)
    assert outside["baseline/linear_rmse"] == pytest.approx(rms(x**2 - x + 1 / 6), rel=1e-3)


def test_a_line_through_a_plane_of_two_inputs_is_a_plane():
    found = trained("data=surface", "data.function=saddle", "data.noise=0", "test.set=grid", *QUICK).measures
    spec = spec_of("data=surface", "data.function=saddle", "test.set=grid")
    data = prepare(spec)
    design = np.column_stack([data.samples.X, np.ones(len(data.samples.X))])
    weights = np.linalg.solve(design.T @ design, design.T @ data.samples.Y)
    X, Y = data.tested
    plane = np.column_stack([X, np.ones(len(X))]) @ weights
    assert found["baseline/linear_rmse"] == pytest.approx(rms(plane - Y), rel=1e-9)


def test_the_constant_of_a_classification_is_the_most_frequent_class_of_the_training_samples(csv_file):
    rows = "".join(f"{i},{(7 * i) % 5},{'xyz'[0 if i % 4 else 1 + i % 3 % 2]}\n" for i in range(40))
    result = trained("data=csv", csv_file("a,b,kind\n" + rows), "seed=2", *QUICK)
    data = prepare(result.spec)
    train, test = data.samples.Y[data.split.train].tolist(), data.samples.Y[data.split.test].tolist()
    most = max(set(train), key=train.count)
    assert result.measures["baseline/constant_accuracy"] == test.count(most) / len(test)
    assert "baseline/bayes_accuracy" not in result.measures
    assert 0 < result.measures["baseline/constant_accuracy"] < 1


def test_the_best_rule_for_the_quadrants_is_right_where_both_signs_are_or_none_is():
    """A coordinate keeps its sign with p = Phi(2); the class is right with p^2 + (1 - p)^2 = 0.9555."""
    p = 0.5 * (1 + math.erf(2 / math.sqrt(2)))
    expected = p * p + (1 - p) ** 2
    assert expected == pytest.approx(0.9555, abs=1e-4)
    found = trained("data=quadrants", "test.set=fresh", "test.points=100000", *QUICK).measures
    assert found["baseline/bayes_accuracy"] == pytest.approx(expected, abs=5 * math.sqrt(0.9555 * 0.0445 / 1e5))
    assert found["baseline/constant_accuracy"] == pytest.approx(0.5, abs=5 * 0.5 / math.sqrt(1e5))
    samples = make_samples(spec_of("data=quadrants").data, 0)
    assert samples.bayes(np.array([[1.0, 2.0], [-1.0, 2.0], [-1.0, -0.1], [3.0, -4.0]])).tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    "scaled", [(), ("network.output=tanh", "data.standardize=true", "network.target_range=[-2,2]")]
)
def test_probes_are_the_outputs_at_the_points_and_their_errors(scaled):
    result = trained("test.probes=[3,-2,0.25]", *scaled, *QUICK)
    outputs = model_of(result).predict(np.array([[3.0], [-2.0], [0.25]]))[:, 0]
    probes = {name: value for name, value in result.measures.items() if name.startswith("probe")}
    names = ("3", "-2", "0.25")
    expected = {f"probe/{name}": value for name, value in zip(names, outputs, strict=True)}
    errors = np.abs(outputs - np.sin([3.0, -2.0, 0.25]))
    assert probes == pytest.approx(expected | {f"probe_error/{n}": e for n, e in zip(names, errors, strict=True)})


def test_probes_of_several_inputs_are_named_by_all_and_have_no_error_where_there_is_no_formula():
    result = trained("data=xor", "test.probes=[[0,1],[0.5,-1]]", *QUICK)
    outputs = model_of(result).predict(np.array([[0, 1], [0.5, -1]]))[:, 0]
    probes = {name: value for name, value in result.measures.items() if name.startswith("probe")}
    assert probes == {"probe/0_1": outputs[0], "probe/0.5_-1": outputs[1]}
    surface = trained("data=surface", "test.probes=[[1,2]]", *QUICK).measures
    assert surface["probe_error/1_2"] == pytest.approx(abs(surface["probe/1_2"] - 5), rel=1e-12)


@pytest.mark.parametrize("probes", ["[1000000]", "[-2.5e20,1e-7]", "[1.0000001,1.0000002]"])
def test_every_probe_has_a_name_of_its_own_that_the_store_takes(probes):
    """MLflow takes letters, digits and _-. :/ in the name of a metric."""
    names = [name for name in trained(f"test.probes={probes}", *QUICK).measures if name.startswith("probe/")]
    assert len(names) == probes.count(",") + 1
    assert all(not name.strip("abcdefghijklmnopqrstuvwxyz0123456789_-. /") for name in names)


def test_final_values_are_written_as_final_and_baselines_and_probes_under_their_own_names():
    result = trained("test.probes=[3]", "cost=absolute_error", *QUICK)
    rows = [row for row in metric_rows(result, 50) if row[0] not in result.history]
    values = {name: value for name, value, _, _ in rows}
    assert len(rows) == len(values)
    own = {"baseline/constant_rmse", "baseline/linear_rmse", "probe/3", "probe_error/3"}
    final = {"train_cost", "test_cost", "train_rmse", "test_rmse", "train_loss", "test_output_range"}
    final |= {"test_mae", "test_r2", "test_max_error"}
    assert set(values) == own | {f"final/{name}" for name in final}
    assert all(values[name] == result.measures[name] for name in own)
    assert values["final/test_max_error"] == result.measures["test/max_error"]
    assert values["final/train_loss"] == result.history["train/loss"][-1]


def test_a_run_whose_outputs_overflow_has_only_finite_measures():
    result = trained("learning_rate=1e300", "training.mode=full", *QUICK)
    assert result.outcome == "diverged"
    assert all(math.isfinite(value) for value in result.measures.values())
    assert {"baseline/constant_rmse", "baseline/linear_rmse"} <= set(result.measures)


def test_logistic_regression_is_the_same_yardstick_in_any_units_of_the_inputs():
    """On inputs as they are it did not converge, so that it was a worse one for runs with data.standardize=false."""
    rng = np.random.default_rng(0)
    X, at = rng.normal(size=(60, 3)), rng.normal(size=(20, 3))
    Y = (X @ [1.0, -2.0, 0.5] + 0.5 * rng.normal(size=60) > 0).astype(np.int64)
    shift, scale = np.array([5.0, 0.0, -3e4]), np.array([1e-3, 1.0, 1e4])
    plain, odd = logistic(X, Y, at, 2, False), logistic(X * scale + shift, Y, at * scale + shift, 2, False)
    np.testing.assert_allclose(odd, plain, rtol=1e-6)


def test_logistic_regression_on_a_part_of_many_rows_sees_alternating_classes_and_may_miss_a_rare_one():
    """Every second row of 40,000 was taken: all of one class, which scikit-learn refuses, so that the run failed."""
    Y = np.arange(2 * MOST_ROWS) % 2
    X = np.where(Y == 1, 1.0, -1.0)[:, np.newaxis]
    assert (logistic(X, Y, X[:50], 2, False).argmax(axis=0) == Y[:50]).all()
    rare = np.zeros_like(Y)
    rare[np.random.default_rng(0).permutation(len(Y))[-1]] = 1
    assert (logistic(X, rare, X[:50], 2, False) == [[1.0], [0.0]]).all()
