"""Which task a target is taken for, and why: on targets as they are in well-known tables."""

import numpy as np
import pytest

from runner.datasets.tables.cells import Gaps, cells_of
from runner.datasets.tables.numbers import Signs
from runner.datasets.tables.task import Goal, are_counts, goal_of, singles

C, R = "classification", "regression"


def goal(values: list, asked: str = "auto", may_doubt: bool = True) -> Goal:
    import pandas as pd

    column = pd.Series(values, dtype=object)
    return goal_of(cells_of("t", column, Signs(".", ","), Gaps()), asked, may_doubt)


def often(counts: dict) -> list[str]:
    return [str(value) for value, count in counts.items() for _ in range(count)]


TARGETS = {
    "classes 1 to 14": (often(dict.fromkeys(range(1, 15), 20)), C, "14 different whole numbers 1..14"),
    "glass, which has no type 4": (
        often({1: 70, 2: 76, 3: 17, 5: 13, 6: 9, 7: 29}),
        C,
        "6 different whole numbers 1..7",
    ),
    "digits": (
        often(dict(enumerate([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]))),
        C,
        "10 different whole numbers 0..9",
    ),
    "classes of passengers": (often({1: 216, 2: 184, 3: 491}), C, "3 different whole numbers 1..3"),
    "the rare class of a diagnosis": (often({0: 950, 1: 50}), C, "two whole numbers, 0 and 1"),
    "signs": (often({-1: 10, 1: 12}), C, "two whole numbers, -1 and 1"),
    "tips: guests at a table": (often({1: 4, 2: 156, 3: 38, 4: 37, 5: 5, 6: 4}), R, "that look like counts"),
    "children": (often({0: 60, 1: 90, 2: 100, 3: 40, 4: 12, 5: 3}), R, "that look like counts"),
    "quality of wine": (often({3: 10, 4: 53, 5: 681, 6: 638, 7: 199, 8: 18}), R, "6 different whole numbers 3..8"),
    "cylinders": (often({3: 4, 4: 199, 5: 3, 6: 83, 8: 103}), R, "5 different whole numbers 3..8"),
    "years": (often({2007: 110, 2008: 114, 2009: 120}), R, "3 different whole numbers 2007..2009"),
    "prices": ([f"${price:,}" for price in range(42_000, 90_000, 400)], R, "with a unit"),
    "two prices": (["$5", "$7"] * 20, R, "with a unit"),
    "shares": ([f"{share / 2}%" for share in range(40)], R, "not all whole"),
    "whole numbers without any order": ([str(k * 37 % 300) for k in range(200)], R, "200 different whole numbers"),
    "few rows for each": (often(dict.fromkeys(range(10), 2)), R, "10 different whole numbers 0..9 in 20 rows"),
    "names": (often({"red": 3, "blue": 4}), C, "text"),
    "truth": ([True, False, True, False], C, "true or false"),
    "two measured values": (often({"0.5": 6, "1.5": 6}), C, "two numbers, 0.5 and 1.5"),
}


@pytest.mark.parametrize(("values", "task", "why"), TARGETS.values(), ids=TARGETS)
def test_the_task_fits_the_target_and_says_why(values, task, why):
    found = goal(values)
    assert (found.wrong, found.task) == (None, task)
    assert why in found.why
    assert ("taken as classes" if task == C else "taken as a number") in found.why


@pytest.mark.parametrize("asked", [C, R])
def test_the_task_is_explained_also_where_it_was_asked_for(asked):
    """Planning asks for the task that it found out: what a person reads must not depend on that."""
    whole = often(dict.fromkeys(range(1, 15), 20))
    other = R if asked == C else C
    kind = "classes" if asked == C else "a number"
    assert goal(whole, asked).why == f"14 different whole numbers 1..14: taken as {kind}; data.task={other} otherwise"


def test_the_other_task_is_named_where_it_would_work():
    for values, task, _ in TARGETS.values():
        other = R if task == C else C
        named = f"data.task={other} otherwise" in goal(values).why
        assert named == (goal(values, other).wrong is None), values[:3]


def test_numbers_that_are_classes_are_in_the_order_of_numbers():
    found = goal(often(dict.fromkeys((10, 9, 2, 1), 6)), C)
    assert found.classes == ("1", "2", "9", "10")
    assert found.Y.tolist() == [3] * 6 + [2] * 6 + [1] * 6 + [0] * 6


def test_texts_that_are_classes_are_in_the_order_of_the_alphabet():
    found = goal(["no", "yes", "maybe", "no", "yes", "maybe"])
    assert (found.classes, found.Y.tolist()) == (("maybe", "no", "yes"), [1, 2, 0, 1, 2, 0])


def test_a_column_of_a_typed_table_has_the_classes_of_its_texts():
    assert goal([1.0, 2.0, 1.0, 2.0]).classes == goal(["1", "2", "1", "2"]).classes == ("1", "2")
    assert goal([True, False, False, True]).classes == ("False", "True")


@pytest.mark.parametrize(
    ("values", "asked", "said", "instead"),
    [
        (["red", "blue", "red", "blue"], R, "holds text, such as 'red', and a regression needs numbers", C),
        ([f"{k / 7}" for k in range(80)], C, "has 80 different numbers that are not integers", R),
        ([str(k) for k in range(40)], C, "has 40 different classes in 40 rows", R),
        ([f"name {k}x" for k in range(40)], "auto", "has 40 different classes in 40 rows", None),
        (["2.5"] * 5, "auto", "is 2.5 in every row: there is nothing to learn", None),
        (["x"] * 5, "auto", "has one class only, 'x'", None),
        (["1", "2", "inf", "4", "5"], "auto", "is infinite in row 3", None),
        (["1.5", "2", "two", "4", "5"], "auto", "holds numbers, but text in row 3: 'two'", None),
        (["1.5", "2.5", "-999", "4", "-999", "3"], "auto", "is -999 in 2 rows, and 1.5 to 4 elsewhere", None),
    ],
)
def test_a_target_that_cannot_be_learned_is_refused_in_words(values, asked, said, instead):
    found = goal(values, asked)
    assert found.wrong and said in found.wrong.said
    assert found.instead == instead


def test_a_number_that_stands_for_nothing_is_no_doubt_once_the_gaps_are_named():
    assert goal(["1.5", "2.5", "-999", "4", "-999", "3"], may_doubt=False).wrong is None


def test_classes_with_a_single_row_are_known():
    assert singles(goal(["x"] * 7 + ["y"])) == ["y"]
    assert singles(goal([f"{k / 3}" for k in range(20)])) == []


def test_targets_of_a_regression_are_the_numbers_themselves():
    found = goal(["(1,234)", "2.5", "1e3", "-7", "12"])
    assert found.Y.dtype == np.float64
    assert found.Y.tolist() == [[-1234.0], [2.5], [1000.0], [-7.0], [12.0]]


@pytest.mark.parametrize("mean", [1, 2, 5])
@pytest.mark.parametrize("seed", range(5))
def test_counts_that_chance_makes_uneven_are_counts(mean, seed):
    _, often = np.unique(np.random.default_rng(seed).poisson(mean, 300), return_counts=True)
    assert are_counts(often) is True


@pytest.mark.parametrize("often", [[70, 76, 17, 13, 9, 29], [50] * 10, [178, 182, 177, 183, 181], [59, 71, 48]])
def test_classes_of_well_known_tables_are_no_counts(often):
    assert are_counts(np.array(often)) is False
