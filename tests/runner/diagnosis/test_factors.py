"""Which settings explain that runs fail: a planted rule is found, and chance is no rule."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from runner.diagnosis.factors import CHANCE, Factor, chances, corrected, explain

VALUES = {
    "activation": ["relu", "sigmoid", "tanh"],
    "learning_rate": ["0.01", "0.1", "1", "10"],
    "training.batch_size": ["1", "8"],
}
SEEDS = 10
GRID = list(itertools.product(*VALUES.values()))
RUNS = {key: [setting[place] for setting in GRID for _ in range(SEEDS)] for place, key in enumerate(VALUES)}


def failing(rule: str) -> NDArray[np.bool_]:
    """The runs of the grid for which a Python expression of a, r and b holds."""
    return np.array([eval(rule, {"a": a, "r": float(r), "b": b}) for a, r, b in zip(*RUNS.values(), strict=True)])


def rule_of(found: Factor | None) -> str:
    assert found is not None
    return found.rule


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("a == 'relu'", "activation=relu"),
        ("r >= 1", "learning_rate >= 1"),
        ("r <= 0.1", "learning_rate <= 0.1"),
        ("r == 10", "learning_rate=10"),  # and not >= 10, which says the same
        ("0.1 <= r <= 1", "0.1 <= learning_rate <= 1"),
        ("a == 'relu' and r >= 1", "activation=relu and learning_rate >= 1"),
        ("a == 'tanh' and b == '1'", "activation=tanh and training.batch_size=1"),
    ],
)
def test_a_planted_rule_is_found_and_said_as_a_person_would(rule: str, said: str) -> None:
    failed = failing(rule)
    found = explain(RUNS, failed)
    assert found is not None and found.rule == said and found.p < 1e-6
    assert (found.inside, found.outside) == ((failed.sum(), failed.sum()), (0, len(failed) - failed.sum()))


def test_runs_that_fail_by_chance_beside_a_rule_do_not_hide_it_and_are_counted() -> None:
    failed = failing("r >= 1")
    failed[:2], failed[-5:] = True, False
    found = explain(RUNS, failed)
    assert found is not None and found.rule == "learning_rate >= 1"
    assert (found.inside, found.outside) == ((115, 120), (2, 120))


def test_four_settings_are_enough_where_all_seeds_of_one_fail() -> None:
    two = {"activation": ["relu"] * 20 + ["tanh"] * 20, "learning_rate": (["0.1"] * 10 + ["10"] * 10) * 2}
    found = explain(two, np.arange(40) // 10 == 1)
    assert rule_of(found) == "activation=relu and learning_rate=10"


def test_what_fails_in_settings_drawn_by_chance_is_no_rule_although_all_their_seeds_fail() -> None:
    """Ten runs of one setting are not ten times the evidence where what decides is the setting and not the seed."""
    rng = np.random.default_rng(0)
    drawn = [np.repeat(rng.permutation(len(GRID)) < 5, SEEDS) for _ in range(100)]
    assert sum(explain(RUNS, failed) is not None for failed in drawn) <= 3


def test_a_rule_that_leaves_next_to_nothing_unexplained_is_said_although_another_setting_fails_too() -> None:
    also = failing("r >= 1") | failing("r == 0.1 and a == 'tanh' and b == '8'")
    found = explain(RUNS, also)
    assert rule_of(found) == "learning_rate >= 1" and found is not None and found.outside == (10, 120)
    scattered = failing("b == '8' and r >= 1") | failing("b == '1' and a == 'tanh' and r <= 0.1")
    assert explain(RUNS, scattered) is None


@pytest.mark.parametrize("of_seeds", [False, True])
def test_chance_finds_a_rule_no_more_often_than_it_may(of_seeds: bool) -> None:
    """Runs that fail by chance, and seeds that do: 300 sweeps, of which 3 may have a rule on average, and 9 hardly."""
    rng = np.random.default_rng(1)
    found = 0
    for share in rng.uniform(0.02, 0.6, 300):
        risk = np.tile(rng.beta(share, 1 - share, SEEDS), len(GRID)) if of_seeds else share
        found += explain(RUNS, rng.random(len(GRID) * SEEDS) < risk) is not None
    assert found <= 8


@st.composite
def sweeps(draw: st.DrawFn) -> tuple[dict[str, list[str]], NDArray[np.bool_]]:
    """A few settings of any values, some alike as numbers, and which runs failed."""
    n = draw(st.integers(2, 40))
    values = st.sampled_from(["0.1", "1e-1", "1", "1.0", "10", "null", "-", "relu", "[6,4]", "nan", "inf", "-3"])
    keys = draw(st.lists(st.sampled_from(["a", "b.c", "d"]), min_size=1, unique=True))
    columns = {key: draw(st.lists(values, min_size=n, max_size=n)) for key in keys}
    guide = draw(st.sampled_from(keys))
    wrong = draw(st.sets(st.integers(0, n - 1), max_size=2))
    return columns, np.array([(value in ("1", "10")) != (at in wrong) for at, value in enumerate(columns[guide])])


@given(sweeps(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_runs_and_keys_decides_nothing(
    sweep: tuple[dict[str, list[str]], NDArray[np.bool_]], random: Any
) -> None:
    columns, failed = sweep
    order, keys = list(range(len(failed))), list(columns)
    random.shuffle(order)
    random.shuffle(keys)
    shuffled = {key: [columns[key][at] for at in order] for key in keys}
    assert explain(shuffled, failed[order]) == explain(columns, failed)


@given(sweeps())
@settings(max_examples=60, deadline=None)
def test_what_is_counted_is_what_the_rule_says(sweep: tuple[dict[str, list[str]], NDArray[np.bool_]]) -> None:
    columns, failed = sweep
    if (found := explain(columns, failed)) is None:
        return
    meets = np.ones(len(failed), dtype=bool)
    for one in found.conditions:
        numbers = np.array([_number(value) for value in columns[one.key]])
        if one.sign == "=" and np.isfinite(_number(one.value)):
            meets &= numbers == _number(one.value)
        elif one.sign == "=":
            meets &= np.array(columns[one.key]) == one.value
        else:
            limit = float(one.value)
            meets &= np.isfinite(numbers) & (numbers >= limit if one.sign == ">=" else numbers <= limit)
    assert found.inside == (failed[meets].sum(), meets.sum())
    assert found.outside == (failed[~meets].sum(), (~meets).sum())
    assert found.p < CHANCE and all(one.value != "-" for one in found.conditions)


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        return np.nan
    return number if np.isfinite(number) else np.nan


def test_numbers_are_ordered_however_they_are_typed() -> None:
    typed = {"0.01": "1e-2", "0.1": "1E-1", "1": "1.0", "10": "10."}
    found = explain({"learning_rate": [typed[value] for value in RUNS["learning_rate"]]}, failing("r >= 1"))
    assert rule_of(found) == "learning_rate >= 1.0"
    assert rule_of(explain({"k": ["9", "10", "100"] * 10}, np.array([False, True, True] * 10))) == "k >= 10"


def test_any_number_is_a_condition_where_some_runs_have_none() -> None:
    columns = {"training.clip_norm": ["null", "0.001", "0.01"] * 10}
    assert rule_of(explain(columns, np.array([False, True, True] * 10))) == "training.clip_norm >= 0.001"
    lacking = {"activation.alpha": ["-"] * 10 + ["0.1"] * 10}
    assert rule_of(explain(lacking, np.arange(20) >= 10)) == "activation.alpha=0.1"
    assert explain(lacking, np.arange(20) < 10) is None  # that a run has no such key is nothing to type


def test_thousands_of_drawn_numbers_get_a_bound_that_is_short_and_true() -> None:
    rng = np.random.default_rng(2)
    rates = 10 ** rng.uniform(-4, 1, 5000)
    failed = rates > 0.5
    found = explain({"learning_rate": [repr(float(rate)) for rate in rates], "n": ["1", "2"] * 2500}, failed)
    assert found is not None and found.conditions[0].sign == ">=" and len(found.conditions[0].value) <= 6
    meets = rates >= float(found.conditions[0].value)
    assert found.inside == ((failed & meets).sum(), meets.sum()) and found.outside[0] == (failed & ~meets).sum()


def test_nothing_explains_where_there_is_nothing_to_compare() -> None:
    assert explain({}, np.array([True, False])) is None
    assert explain(RUNS, failing("True")) is None and explain(RUNS, failing("False")) is None
    assert explain({"a": ["x", "y"]}, np.array([True, False])) is None  # one run for each


def test_p_is_that_of_scipy() -> None:
    rng = np.random.default_rng(3)
    tables = rng.integers(0, 30, (200, 4))
    tables = tables[tables[:, 0] * tables[:, 3] > tables[:, 1] * tables[:, 2]]
    ours = chances(*tables.T.astype(float))
    peers = [fisher_exact(table.reshape(2, 2), alternative="greater").pvalue for table in tables]
    np.testing.assert_allclose(ours, peers, rtol=1e-9)


def test_correction_is_the_step_down_of_holm() -> None:
    np.testing.assert_allclose(corrected(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(corrected(np.array([0.5, 0.9])), [1, 1])
