"""From samples to what a network sees: split, encodings and scalings, and their inverses."""

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from runner.runs.data import PURPOSES, generator, make_samples, prepare
from tests.runner.building import spec_of, trained

BOUNDED = [name for name in ACTIVATIONS if ACTIVATIONS[name]().is_bounded]
BOUNDED_ELEMENTWISE = [name for name in BOUNDED if ACTIVATIONS[name]().derivative is not None]
UNBOUNDED = [name for name in ACTIVATIONS if name not in BOUNDED]
THREE = "a,b,kind\n" + "".join(f"{i},{(7 * i) % 5},{'xyz'[i % 3]}\n" for i in range(24))


@pytest.mark.parametrize(
    ("overrides", "n", "n_test"),
    [
        ((), 200, 50),
        (("data.test_fraction=0",), 200, 0),
        (("data.test_fraction=0.5", "data.samples=11"), 11, 6),
        (("data.test_fraction=0.1",), 200, 20),
        (("data=xor", "data.test_fraction=0.25"), 4, 1),
        (("data=quadrants",), 400, 100),
    ],
)
def test_the_split_is_complete_disjoint_and_of_the_asked_size(overrides, n, n_test):
    data = prepare(spec_of(*overrides))
    assert len(data.split.test) == n_test
    assert sorted([*data.split.train, *data.split.test]) == list(range(n))
    assert list(data.split.train) == sorted(data.split.train)
    assert list(data.split.test) == sorted(data.split.test)


def test_the_split_is_the_same_for_the_same_seed_and_another_for_another():
    rows = {seed: prepare(spec_of(f"seed={seed}")).split.test.tolist() for seed in (0, 1, 2)}
    assert rows[0] == prepare(spec_of("seed=0")).split.test.tolist()
    assert len({tuple(one) for one in rows.values()}) == 3


def test_every_row_is_tested_about_as_often_as_every_other():
    spec = spec_of("data.samples=20")
    counts = np.zeros(20)
    for seed in range(400):
        counts[prepare(spec.model_copy(update={"seed": seed})).split.test] += 1
    assert counts == pytest.approx(100, abs=5 * np.sqrt(400 * 0.25 * 0.75))


def inputs_of(*overrides: str) -> bytes:
    return prepare(spec_of(*overrides)).X_train.tobytes()


def test_the_data_seed_alone_decides_about_the_data_where_it_is_given():
    first, second, other = (
        prepare(spec_of(f"data.seed={seed}", f"seed={run}")) for seed, run in ((0, 1), (0, 2), (5, 1))
    )
    assert first.X_train.tobytes() == second.X_train.tobytes()
    assert first.split.test.tolist() == second.split.test.tolist()
    assert first.X_train.tobytes() != other.X_train.tobytes()
    assert inputs_of("seed=7") == inputs_of("data.seed=7", "seed=1")


def test_a_data_seed_of_zero_is_a_seed_and_not_the_absence_of_one():
    assert spec_of("data.seed=0", "seed=3").data_seed == 0
    assert spec_of("data.seed=null", "seed=3").data_seed == 3


def test_every_purpose_has_its_own_stream_of_random_numbers():
    first = {purpose: generator(0, purpose).random() for purpose in PURPOSES}
    assert len(set(first.values())) == len(PURPOSES)
    assert {purpose: generator(0, purpose).random() for purpose in reversed(PURPOSES)} == first
    assert generator(1, PURPOSES[0]).random() != first[PURPOSES[0]]


@pytest.mark.parametrize("data", ["sine", "square"])
@pytest.mark.parametrize("output", BOUNDED_ELEMENTWISE)
def test_targets_of_a_regression_fill_the_range_of_a_bounded_output(output, data):
    prepared = prepare(spec_of(f"data={data}", f"network.output={output}"))
    trained_on = prepared.Y_train
    assert (trained_on.min(), trained_on.max()) == pytest.approx(ACTIVATIONS[output]().output_range, abs=1e-12)


@pytest.mark.parametrize("output", [*BOUNDED_ELEMENTWISE, *UNBOUNDED])
def test_scaled_targets_come_back_as_they_were(output):
    prepared = prepare(spec_of("data=sine", f"network.output={output}"))
    for Y, rows in ((prepared.Y_train, prepared.split.train), (prepared.Y_test, prepared.split.test)):
        back = prepared.scaling.outputs(Y)
        np.testing.assert_allclose(back, prepared.samples.Y[rows], rtol=0, atol=1e-15)


@pytest.mark.parametrize("output", UNBOUNDED)
def test_targets_are_left_alone_for_an_unbounded_output(output):
    prepared = prepare(spec_of("data=sine", f"network.output={output}"))
    assert prepared.Y_train.tobytes() == prepared.samples.Y[prepared.split.train].tobytes()
    assert prepared.Y_test.tobytes() == prepared.samples.Y[prepared.split.test].tobytes()


def test_the_scale_of_targets_comes_from_the_training_rows_alone():
    spec = spec_of("network.output=tanh", "data.samples=8", "data.test_fraction=0.5", "seed=3")
    prepared = prepare(spec)
    Y = prepared.samples.Y[prepared.split.train]
    assert prepared.scaling.outputs(np.array([-1.0, 1.0])) == pytest.approx([Y.min(), Y.max()], abs=1e-15)
    assert np.abs(prepared.Y_test).max() > 1  # a seed at which a test target lies outside


def test_rmse_is_given_in_the_units_of_the_targets(csv_file):
    """A hundred times larger targets give a hundred times larger errors, whatever the scaling inside."""
    small = "a,y\n" + "".join(f"{i / 8},{(i * i % 17) / 8}\n" for i in range(40))
    large = "a,y\n" + "".join(f"{i / 8},{(i * i % 17) * 12.5}\n" for i in range(40))
    fixed = ("data=csv", "network.output=sigmoid", "training.epochs=2", "tracking.plots=none", "data.task=regression")
    finals = [trained(csv_file(table), *fixed).finals["train/rmse"] for table in (small, large)]
    assert finals[1] == pytest.approx(100 * finals[0], rel=1e-9)


@pytest.mark.parametrize("data", ["sine", "quadrants"])
def test_standardised_inputs_have_mean_0_and_deviation_1_over_the_training_rows_alone(data):
    prepared = prepare(spec_of(f"data={data}", "data.standardize=true"))
    trained_on, raw = prepared.X_train, prepared.samples.X[prepared.split.train]
    assert trained_on.mean(axis=0) == pytest.approx(0, abs=1e-14)
    assert trained_on.std(axis=0) == pytest.approx(1, abs=1e-14)
    assert prepared.scaling.x_shift.tolist() == raw.mean(axis=0).tolist()
    assert prepared.scaling.x_scale.tolist() == raw.std(axis=0).tolist()
    assert np.abs(prepared.X_test.mean(axis=0)).max() > 1e-6


def test_a_feature_that_is_constant_in_the_training_rows_is_only_shifted(csv_file):
    rows = [f"{i},{int(i == 0)},{i * 0.37 % 1}\n" for i in range(8)]
    rows_by_seed = "data.test_fraction=0.5", "data.split_seed=null"
    overrides = ("data=csv", csv_file("a,rare,y\n" + "".join(rows)), *rows_by_seed)
    seed = next(s for s in range(50) if 0 in prepare(spec_of(*overrides, f"seed={s}")).split.test)
    prepared = prepare(spec_of(*overrides, f"seed={seed}"))
    assert prepared.scaling.x_scale[1] == 1.0
    assert prepared.X_train[:, 1].tolist() == [0.0] * 4
    assert np.isfinite(prepared.X_train).all() and np.isfinite(prepared.X_test).all()


def test_inputs_are_left_alone_without_standardisation():
    prepared = prepare(spec_of("data=quadrants"))
    assert prepared.X_train.tobytes() == prepared.samples.X[prepared.split.train].tobytes()
    assert prepared.X_test.tobytes() == prepared.samples.X[prepared.split.test].tobytes()


@pytest.mark.parametrize(
    ("output", "expected", "threshold"),
    [
        ("sigmoid", [[0.0], [1.0], [1.0], [0.0]], 0.5),
        ("identity", [[0.0], [1.0], [1.0], [0.0]], 0.5),
        ("tanh", [[-1.0], [1.0], [1.0], [-1.0]], 0.0),
        ("softmax", [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]], 0.5),
    ],
)
@pytest.mark.parametrize("targets", ["[0,1]", "[-1,1]"])
def test_two_classes_are_one_column_or_one_hot_for_softmax(output, expected, threshold, targets):
    """Worked by hand. A bounded output is given its own bounds, an unbounded one the two levels of the data."""
    prepared = prepare(spec_of("data=xor", f"network.output={output}", f"data.targets={targets}"))
    if output == "identity" and targets == "[-1,1]":
        expected, threshold = [[-1.0], [1.0], [1.0], [-1.0]], 0.0
    assert prepared.Y_train.tolist() == expected  # xor is trained on as a whole
    assert prepared.threshold == threshold


@pytest.mark.parametrize("targets", [(0.0, 1.0), (-1.0, 1.0)])
@pytest.mark.parametrize("output", BOUNDED)
def test_the_bounds_of_an_output_mean_no_and_yes_in_the_units_of_the_data(output, targets):
    levels = f"data.targets=[{targets[0]:g},{targets[1]:g}]"
    scaling = prepare(spec_of("data=xor", f"network.output={output}", levels)).scaling
    assert scaling.outputs(np.array(ACTIVATIONS[output]().output_range)).tolist() == list(targets)


@pytest.mark.parametrize("output", ["softmax", "sigmoid", "identity", "tanh"])
def test_three_classes_are_one_hot_whatever_the_output(output, csv_file):
    spec = spec_of("data=csv", csv_file(THREE), f"network.output={output}")
    prepared = prepare(spec)
    no = -1.0 if output == "tanh" else 0.0
    for Y, rows in ((prepared.Y_train, prepared.split.train), (prepared.Y_test, prepared.split.test)):
        assert Y.shape == (len(rows), 3)
        assert Y.argmax(axis=1).tolist() == prepared.samples.Y[rows].tolist()
        assert sorted(set(Y.ravel().tolist())) == [no, 1.0]
        assert (np.sort(Y, axis=1) == [no, no, 1.0]).all()


@pytest.mark.parametrize("overrides", [("network.output=tanh",), ("data.standardize=true",), ("data=quadrants",)])
def test_fresh_samples_are_scaled_and_encoded_like_the_others(overrides):
    spec = spec_of(*overrides)
    prepared, again = prepare(spec), prepare(spec)
    X, Y = prepared.draw(64)
    raw = make_samples(spec.data, spec.data_seed).draw
    assert raw is not None
    assert X.shape == (64, prepared.X_train.shape[1]) and Y.shape == (64, prepared.Y_train.shape[1])
    assert [part.tobytes() for part in again.draw(64)] == [X.tobytes(), Y.tobytes()]
    truth = prepared.samples.truth
    if truth is not None:
        outside = prepared.scaling.outputs(Y) - truth(X * prepared.scaling.x_scale + prepared.scaling.x_shift)
        assert 0 < np.abs(outside).max() <= 0.1 + 1e-12


def test_fresh_noise_is_not_the_noise_of_the_samples():
    prepared = prepare(spec_of("data.noise=1"))
    X, Y = prepared.draw(len(prepared.X_train))
    fresh, known = Y - np.sin(X), prepared.Y_train - np.sin(prepared.X_train)
    assert abs(np.corrcoef(fresh[:, 0], known[:, 0])[0, 1]) < 0.41  # 5 / sqrt(150)
    assert abs(np.corrcoef(X[:, 0], prepared.X_train[:, 0])[0, 1]) < 0.41
