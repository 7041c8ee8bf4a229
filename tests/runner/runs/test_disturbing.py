"""What is wrong with the rows that a network learns from: how much, where, and that rows for tests stay as they are."""

import numpy as np
import pytest

from runner.runs.data import Prepared, find_facts, prepare
from runner.runs.disturbing import DISTANCE
from runner.runs.spec import from_plain, to_plain
from tests.runner.building import plan_of, refusal, spec_of, trained, trained_all

QUICK = ("training.epochs=2", "training.evaluations=1", "tracking.plots=none")
DRAWN = ["moons", "blobs", "sine", "surface"]
WRONG = {
    "moons": ("data.label_noise=0.2", "data.imbalance=4", "data.input_noise=0.5"),
    "blobs": ("data.label_noise=0.2", "data.imbalance=2.5", "data.input_noise=0.5"),
    "sine": ("data.outliers=0.2", "data.input_noise=0.5"),
    "surface": ("data.outliers=0.2", "data.input_noise=0.5"),
}


def prepared(*overrides: str) -> Prepared:
    return prepare(spec_of(*overrides))


@pytest.mark.parametrize("part", ["data.validation_fraction=0", "data.validation_fraction=0.2", "data.folds=4"])
def test_exactly_the_share_of_labels_is_wrong_and_none_of_a_test_row(part):
    clean, noisy = (prepared("data=blobs", "data.classes=4", part, f"data.label_noise={p}") for p in (0, 0.2))
    rows = np.concatenate([clean.split.train, clean.split.validation])
    wrong = clean.samples.Y != noisy.samples.Y
    assert wrong.sum() == wrong[rows].sum() == round(0.2 * len(rows))
    assert np.array_equal(clean.samples.X, noisy.samples.X) and np.array_equal(clean.test[1], noisy.test[1])
    moved = (noisy.samples.Y - clean.samples.Y)[wrong] % 4
    assert set(moved.tolist()) == {1, 2, 3}, "each other class is as likely"


def test_more_wrong_labels_are_the_same_ones_and_some_more():
    clean, few, many = (prepared("data=moons", f"data.label_noise={share}").samples.Y for share in (0, 0.1, 0.4))
    assert ((few != clean) <= (many != clean)).all()


def test_outliers_are_as_far_away_as_is_said_on_both_sides():
    clean, far = (prepared("data=sine", "data.samples=400", f"data.outliers={share}") for share in (0, 0.1))
    away = (far.samples.Y - clean.samples.Y)[:, 0] / clean.samples.Y[clean.split.train].std()
    moved = away[away != 0]
    assert len(moved) == 30 and not away[clean.split.test].any()
    np.testing.assert_allclose(np.abs(moved), DISTANCE, rtol=1e-12)
    assert 5 <= (moved > 0).sum() <= 25


def test_noise_on_inputs_has_its_size_in_the_spread_of_each_and_leaves_tests_alone():
    clean, noisy = (prepared("data=surface", "data.samples=4000", f"data.input_noise={s}") for s in (0, 0.3))
    rows = clean.split.train
    error = (noisy.samples.X - clean.samples.X)[rows] / clean.samples.X[rows].std(axis=0)
    assert error.std(axis=0) == pytest.approx(0.3, rel=0.05) and error.mean(axis=0) == pytest.approx(0, abs=0.03)
    assert np.array_equal(clean.X_test, noisy.X_test) and np.array_equal(clean.samples.Y, noisy.samples.Y)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_last_class_becomes_rarer_where_it_is_learned_and_not_where_it_is_tested(seed):
    clean, rare = (
        prepared("data=blobs", "data.samples=600", f"data.imbalance={factor}", f"seed={seed}") for factor in (1, 5)
    )
    before, after = (np.bincount(one.samples.Y[one.split.train]) for one in (clean, rare))
    assert after.tolist() == [*before[:2], round(before[2] / 5)]
    assert np.array_equal(clean.test[0], rare.test[0]) and np.array_equal(clean.test[1], rare.test[1])
    assert len(rare.samples.X) == len(rare.X_train) + len(rare.X_test), "rows that nobody uses are in no picture"
    facts = find_facts(spec_of("data=blobs", "data.samples=600", "data.imbalance=5").data, rare_test(), seed)
    assert facts.sizes == (len(rare.X_train), 0, len(rare.X_test))


def rare_test():
    return spec_of("data=blobs").test


def test_a_rare_class_is_in_the_validation_part_too():
    data = prepared("data=moons", "data.imbalance=10", "data.validation_fraction=0.3", "data.samples=400")
    counts = [np.bincount(data.samples.Y[rows], minlength=2) for rows in (data.split.train, data.split.validation)]
    assert all(abs(count[1] / count[0] - 0.1) < 0.03 for count in counts)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_run_has_the_same_rare_rows_alone_and_beside_other_seeds(seed):
    jobs = [("data=gauss", "data.imbalance=3", *QUICK, f"seed={n}") for n in range(3)]
    beside, alone = trained_all(plan_of(*jobs))[seed], trained(*jobs[seed])
    assert beside.network and alone.network
    assert beside.network.parameters.tobytes() == alone.network.parameters.tobytes()
    assert beside.data == alone.data


@pytest.mark.parametrize("name", DRAWN)
def test_fresh_samples_have_the_same_wrong_with_them(name):
    """Law 4: what is drawn does not depend on how many are asked for at once; and tests on fresh samples are clean."""
    overrides = (f"data={name}", *WRONG[name], "training.mode=online")
    first, second = prepared(*overrides).draw, prepared(*overrides).draw
    assert first and second
    parts, whole = [first(n) for n in (1, 20, 43)], second(64)
    for place in (0, 1):
        assert np.concatenate([part[place] for part in parts]).tobytes() == whole[place].tobytes()
    clean = (f"data={name}", "test.set=fresh", "test.points=200")
    assert np.array_equal(prepared(*clean, *WRONG[name]).test[0], prepared(*clean).test[0])


def test_fresh_samples_are_as_wrong_and_as_rare_as_is_asked():
    draw = prepared("data=gauss", "data.std=0.01", "data.label_noise=0.1", "data.imbalance=4").draw
    assert draw
    X, Y = draw(20_000)
    is_rare = X[:, 0] > 0
    assert is_rare.mean() == pytest.approx(0.2, abs=0.02)
    assert (Y[:, 0] != is_rare).mean() == pytest.approx(0.1, abs=0.015)
    sine = prepared("data=sine", "data.noise=0", "data.outliers=0.1").draw
    assert sine
    X, Y = sine(20_000)
    assert (np.abs(Y - np.sin(X)) > 1).mean() == pytest.approx(0.1, abs=0.015)


@pytest.mark.parametrize("name", [*DRAWN, "xor"])
def test_a_run_without_is_as_it_was(name):
    """No generator of another purpose is touched."""
    zero = ("data.label_noise=0", "data.outliers=0", "data.imbalance=1", "data.input_noise=0")
    one, other = prepared(f"data={name}"), prepared(f"data={name}", *zero)
    assert one.X_train.tobytes() == other.X_train.tobytes() and one.Y_train.tobytes() == other.Y_train.tobytes()


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("data.label_noise=0.1",), "data.label_noise=0.1 is for a classification, and this is a regression"),
        (("data.imbalance=3",), "data.imbalance=3 is for a classification, and this is a regression"),
        (("data=xor", "data.outliers=0.1"), "data.outliers=0.1 is for a regression, and this is a classification"),
        (("data=square", "data.domain=[1,2]", "data.target_scale=log", "data.outliers=0.1"), "data.outliers=0.1 moves"),
        (("data.label_noise=1",), "data.label_noise must be < 1, got 1"),
        (("data=moons", "data.imbalance=0.5"), "data.imbalance must be >= 1, got 0.5"),
        (("data.input_noise=-1",), "data.input_noise must be >= 0, got -1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(overrides, said):
    assert refusal(*overrides).startswith(said)


def test_gaps_of_a_table_stay_gaps(tmp_path):
    path = tmp_path / "gaps.csv"
    path.write_text("a,b,y\n" + "".join(f"{n if n % 5 else ''},{n * n % 11},{n * 0.5}\n" for n in range(60)))
    clean, noisy = (
        prepared("data=table", f"data.path={path}", f"data.input_noise={size}", "data.outliers=0.1")
        for size in (0, 0.2)
    )
    assert np.array_equal(np.isnan(clean.samples.X), np.isnan(noisy.samples.X)) and np.isnan(noisy.samples.X).any()
    assert np.isfinite(noisy.X_train).all() and np.isfinite(noisy.Y_train).all()


def test_a_stored_run_reads_them_back():
    spec = spec_of("data=moons", *WRONG["moons"])
    assert from_plain(to_plain(spec)) == spec
