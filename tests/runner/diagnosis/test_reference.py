"""What the data of a run allow, measured without training: against brute force, and on odd data."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runner.diagnosis import reference
from runner.diagnosis.kernels import PENALTIES, gaussian, left_out, linear, scaled
from runner.diagnosis.reference import MOST_ROWS, reference_of
from runner.diagnosis.scores import scores_of, standard_error
from runner.runs.data import prepare
from tests.runner.building import spec_of, trained
from tests.runner.diagnosis.arrays import data_of


def noisy(n: int = 40, d: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and a curved target with noise."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    return X, np.sin(2 * X[:, :1]) + 0.3 * rng.standard_normal((n, 1))


def classes(n: int = 90, k: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and classes side by side along the first of them, with noise."""
    X, _ = noisy(n, seed=seed)
    ranks = (X[:, 0] + 0.3 * X[:, 1]).argsort().argsort()
    return X, ranks * k // n


@pytest.mark.parametrize("kernel", [gaussian, linear])
def test_leaving_one_out_in_closed_form_is_fitting_all_others_for_each(kernel):
    X, y = noisy(20)
    Y, Z = np.column_stack([y, X[:, 1] > 0]), scaled(X)
    for K in kernel(Z):
        for penalty, found in zip(PENALTIES, left_out(K, Y), strict=True):
            for one in range(20):
                others = np.arange(20) != one
                system = np.ones((20, 20))
                system[:19, :19] = K[np.ix_(others, others)] + penalty * np.eye(19)
                system[19, 19] = 0
                weights = np.linalg.solve(system, np.vstack([Y[others], np.zeros((1, 2))]))
                assert found[one] == pytest.approx(np.append(K[one, others], 1) @ weights, abs=1e-8)


@pytest.mark.parametrize("of", [noisy, classes])
def test_the_order_of_the_samples_changes_no_bit_and_their_units_nothing_that_matters(of, monkeypatch):
    monkeypatch.setattr(reference, "_known", {})
    X, Y = of()
    found, shuffled = reference_of(data_of(X, Y)), np.random.default_rng(1).permutation(len(X))
    assert 0.5 < found.score < 1 and found.is_known
    for again in (data_of(X[shuffled], Y[shuffled]), data_of(X, Y)):
        reference._known.clear()
        assert replace(reference_of(again), error=found.error) == found
    other = data_of(X * [1e6, 1e-6, 3] + [0, 5, -1e3], Y * 1e4 - 7 if Y.ndim > 1 else Y)
    assert reference_of(other).score == pytest.approx(found.score, abs=1e-6)
    assert reference_of(other).linear == pytest.approx(found.linear, abs=1e-6)


def test_runs_that_differ_in_scaling_alone_share_what_was_measured(monkeypatch):
    monkeypatch.setattr(reference, "_known", {})
    first = reference_of(prepare(spec_of("data=sine")))
    others = ("data.standardize=true", "network.output=tanh", "data.target_scale=standardize")
    assert {reference_of(prepare(spec_of("data=sine", one))).score for one in others} == {first.score}
    assert len(reference._known) == 1
    reference_of(prepare(spec_of("data=sine", "seed=1")))
    assert len(reference._known) == 2


def one_hot(n: int) -> np.ndarray:
    return np.eye(n // 2)[np.arange(n) // 2]


X, Y = noisy()
ODD = {
    "constant columns": data_of(np.column_stack([X, np.full(40, 7.0), np.full(40, 1e8)]), Y),
    "nothing but constant columns": data_of(np.ones((40, 2)), Y),
    "nothing but constant columns, classes": data_of(np.ones((40, 2)), np.arange(40) % 2),
    "one-hot columns": data_of(one_hot(40), Y),
    "every row twice": data_of(np.tile(X, (2, 1)), np.tile(Y, (2, 1))),
    "equal rows with different targets": data_of(np.vstack([X, X]), np.vstack([Y, -Y])),
    "equal rows with different classes": data_of(np.vstack([X, X]), np.arange(80) // 40),
    "huge and tiny numbers": data_of(X * [1e100, 1e-200, 1], Y * 1e100),
    "several targets, one of them constant": data_of(X, np.column_stack([Y, 2 * Y, np.ones(40)])),
    "more inputs than samples": data_of(np.random.default_rng(0).standard_normal((15, 60)), Y[:15]),
    "12 samples": data_of(X[:12], Y[:12]),
    "a class with one sample": data_of(X, np.append(np.zeros(20, dtype=int), [1] * 19 + [2])),
    "a class without a sample": data_of(X, np.arange(40) % 2 * 2),
    "a class for two samples": data_of(X, np.arange(40) // 2),
    "a rare class": data_of(X, np.append(np.zeros(38, dtype=int), [1, 1])),
}  # fmt: skip


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_odd_data_have_a_reference_between_0_and_1(data):
    found = reference_of(data)
    assert all(0 <= one <= 1 for one in (found.score, found.balanced, found.linear)), found
    assert found.is_known and not found.why_not and 0 < found.error < 1 and found.n == len(data.X_train)
    if "constant" in next(name for name, one in ODD.items() if one is data).split(" but "):
        assert found.score < 0.1


def test_columns_that_are_constant_or_there_twice_change_nothing():
    found = reference_of(data_of(X, Y))
    more = (ODD["constant columns"], data_of(np.column_stack([X, X]), Y))
    assert [reference_of(one).score for one in more] == pytest.approx([found.score] * 2, abs=1e-9)


def test_a_table_with_gaps_and_words_has_one(tmp_path: Path):
    words = [
        f"{'' if i % 7 == 0 else i % 10},{'red' if i % 3 else 'blue'},{i % 10 + 5 * (i % 3 > 0)}" for i in range(60)
    ]
    (tmp_path / "gaps.csv").write_text("\n".join(["size,colour,price", *words]))
    table = ("data=table", f"data.path={tmp_path}/gaps.csv", "data.task=regression")
    found = reference_of(prepare(spec_of(*table)))
    assert found.is_known and 0.7 < found.score <= 1 and found.n == 36
    logarithms = reference_of(
        prepare(spec_of(*table, "data.drop=[size]", "data.target_scale=log", "data.missing=['0']"))
    )
    assert 0 <= logarithms.score < found.score


NOT_KNOWN = {
    "4 training samples are too few": prepare(spec_of("data=xor")),
    "11 training samples are too few": data_of(X[:14], Y[:14], n_test=3),
    "All training targets are the same": data_of(X, np.ones((40, 1))),
    "All training targets are the same.": data_of(X, np.append(np.zeros(37, dtype=int), [1, 1, 1]), n_test=3),
    "Only one class has more than one": data_of(X, np.append(np.zeros(39, dtype=int), [1])),
    "There are 3,000 inputs": data_of(np.random.default_rng(0).standard_normal((20, 3000)), Y[:20]),
}


@pytest.mark.parametrize("why", NOT_KNOWN)
def test_it_says_so_where_it_cannot_tell(why):
    found = reference_of(NOT_KNOWN[why])
    assert not found.is_known and found.why_not.startswith(why) and found.why_not.endswith(".")
    assert (0 <= found.score < 1) if "inputs" in why else found.score == 1


@pytest.mark.parametrize(("answers", "line"), [([0, 1, 1, 0], 0), ([0, 0, 0, 1], 1), ([0, 1, 1, 1], 1)])
def test_of_four_points_everything_can_be_learned_and_a_line_separates_and_and_or_but_not_xor(answers, line):
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    found = reference_of(data_of(corners, np.array(answers)))
    assert (found.score, found.linear, found.error, found.n) == (1, line, 0, 4)
    numbers = reference_of(data_of(corners, np.array([[0.0], [1.0], [1.0], [2.0]])))
    assert (numbers.score, numbers.linear) == (1, pytest.approx(1))


def test_classes_in_a_row_are_separated_by_lines_which_least_squares_on_their_indicators_would_not_find():
    found = reference_of(data_of(*classes(150)))
    assert found.linear > 0.85 and found.score >= found.linear


SHIPPED = {
    "sine": ("data=sine",), "noisy sine": ("data=sine", "data.noise=1"), "square": ("data=square",),
    "quadrants": ("data=quadrants",), "waves": ("data=surface", "data.function=waves"),
    "saddle": ("data=surface", "data.function=saddle"),
}  # fmt: skip


@pytest.mark.parametrize("overrides", SHIPPED.values(), ids=SHIPPED)
def test_it_is_what_the_rule_that_made_the_data_reaches_and_nothing_where_the_targets_are_shuffled(overrides):
    data = prepare(spec_of(*overrides))
    found = reference_of(data)
    assert found.best is not None if "function=saddle" not in overrides else found.best == 1
    assert found.score == pytest.approx(found.best, abs=max(0.01, 2 * standard_error(data, found.best, "train")))
    rows = np.random.default_rng(0).permutation(data.split.train)
    shuffled = reference_of(data_of(data.samples.X[data.split.train], data.samples.Y[rows]))
    assert shuffled.score < 0.15 and shuffled.balanced < 0.15


def test_other_runs_on_the_same_data_raise_it_by_no_more_than_their_luck_leaves():
    data = data_of(*noisy(80), n_test=20)
    alone = reference_of(data)
    assert reference_of(data, [alone.score, 0.1, -math.inf, math.nan]) == alone
    better = reference_of(data, [0.5, 0.99])
    assert better.score == 0.99 - 2 * standard_error(data, 0.99, "test") > alone.score
    assert reference_of(data, [1.0]).score == 1


def test_the_error_is_that_of_both_drawings():
    X, Y = noisy(80)
    data = data_of(X, Y, n_test=20)
    found = reference_of(data)
    both = math.hypot(standard_error(data, found.score, "train"), standard_error(data, found.score, "test"))
    assert found.error == pytest.approx(both, rel=1e-12)
    untested = reference_of(data_of(X[:60], Y[:60])).error
    assert untested == pytest.approx(standard_error(data, found.score, "train"), rel=1e-12)


@pytest.mark.parametrize(("of", "n"), [(noisy, 15), (noisy, 40), (classes, 30), (classes, 60)])
def test_shuffled_targets_hardly_ever_exceed_what_luck_makes_of_few_samples(of, n):
    X, Y = of(n)
    found = reference_of(data_of(X, Y))
    shuffles = (np.random.default_rng(seed).permutation(n) for seed in range(20))
    reached = [reference_of(data_of(X, Y[rows])).balanced for rows in shuffles]
    assert np.mean(np.array(reached) > max(0.15, found.luck)) <= 0.1
    assert found.luck < found.balanced or n == 15


def test_of_an_imbalanced_classification_more_is_possible_than_is_learned_without_weights():
    rng = np.random.default_rng(0)
    Y = (np.arange(400) < 40).astype(int)
    X = rng.standard_normal((400, 2)) + 2 * Y[:, np.newaxis] * [1, 0]
    found, weighted = reference_of(data_of(X, Y)), reference_of(data_of(X, Y), weighted=True)
    assert found.score < 0.5 < 0.6 < found.balanced  # theory: 2 Phi(1) - 1 = 0.68
    assert weighted.score == weighted.balanced == found.balanced
    assert found.balanced == pytest.approx(2 * 0.841 - 1, abs=2 * found.error)


def test_of_many_samples_as_many_of_each_class_are_looked_at():
    rng = np.random.default_rng(0)
    Y = (rng.random(3000) < 0.2).astype(int)
    data = data_of(rng.standard_normal((3000, 1)) + 3 * Y[:, np.newaxis], Y)
    rows = reference._drawn(data)
    assert len(rows) == len(set(rows)) == MOST_ROWS and np.bincount(Y[rows]).tolist() == [500, 500]
    assert np.array_equal(rows, reference._drawn(data))
    numbers = data_of(rng.standard_normal((3000, 1)), Y[:, np.newaxis] * 1.0)
    assert len(set(reference._drawn(numbers))) == MOST_ROWS


def test_a_healthy_network_reaches_it_and_one_that_hardly_moved_does_not():
    settings = ("data=sine", "network.hidden=[8]", "tracking.plots=none", "training.evaluations=2")
    healthy, slow = trained(*settings), trained(*settings, "learning_rate=1e-6")
    data = prepare(healthy.spec)
    found = reference_of(data)
    assert scores_of(healthy, data).tested > found.score - 0.1 > 0.5 > scores_of(slow, data).tested
