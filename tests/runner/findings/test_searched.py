"""What a search has tried, as numbers: scores on seeds, how they came, and which keys matter."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from runner.findings.numbers.key_importance import FEWEST, importances
from runner.findings.numbers.scores import dropped, survivors
from runner.findings.numbers.searched import Searched, searched
from tests.runner.findings.searches import SPACE, cost_of, race, texts, trained_on

KEYS = ["learning_rate", "network.hidden"]


def search(n: int = 8, over: str = "mean") -> Searched:
    return searched(race(n), KEYS, SPACE, over)


def test_a_setting_has_a_score_for_each_of_its_rungs_over_all_seeds_that_it_had_until_then() -> None:
    best = search().tried[3]
    assert best.values == {"learning_rate": "0.03", "network.hidden": "[2]"}
    assert [(point.runs, point.seeds) for point in best.points] == [(4, 1), (9, 2), (14, 4)]
    for point in best.points:
        assert point.score == pytest.approx(np.mean([cost_of(3, seed) for seed in range(point.seeds)]))
    assert (best.seeds, best.score) == (4, best.points[-1].score)


@pytest.mark.parametrize(("over", "worth"), [("median", np.median), ("worst", np.max)])
def test_what_counts_of_the_seeds_is_what_the_search_counts(over: str, worth) -> None:
    assert search(over=over).tried[3].score == pytest.approx(worth([cost_of(3, seed) for seed in range(4)]))


def test_the_best_so_far_is_that_on_most_seeds_whatever_luck_others_had_on_fewer() -> None:
    found = search()
    steps = [(point.runs, point.seeds) for point in found.best_so_far]
    assert steps == [(1, 1), (2, 1), (3, 1), (4, 1), (9, 2), (14, 4)]
    lucky = trained_on(20, "data=xor learning_rate=0.5 network.hidden=[2]", 0, 0.001)
    assert searched([*race(), lucky], KEYS, SPACE, "mean").best_so_far == found.best_so_far


def test_rungs_say_how_many_settings_had_how_many_seeds() -> None:
    assert search().rungs == {1: 8, 2: 4, 4: 2}
    assert dropped(race(), KEYS) == "6 settings dropped on fewer seeds"
    assert {one.overrides[1] for one in survivors(race(), KEYS)} == {"learning_rate=0.03", "learning_rate=0.01"}
    grid = [replace(one, rung=0) for one in race()]
    assert survivors(grid, KEYS) == grid and dropped(grid, KEYS) == ""


def test_keys_are_intervals_and_choices_as_they_were_typed() -> None:
    rate, hidden = search().keys
    assert (rate.name, rate.typed, rate.is_number, rate.is_log) == ("lr", "tag(log,interval(0.001,1))", True, True)
    assert (rate.low, rate.high, rate.place("0.03")) == (0.001, 1.0, 0.03)
    assert (hidden.choices, hidden.is_number, hidden.place("[4]")) == (("[2]", "[4]"), False, 1.0)


def test_many_numbers_that_are_choices_lie_along_an_axis_and_few_beside_each_other() -> None:
    for space, is_number in (("network.hidden=range(1,13)", True), ("network.hidden=2,4,8", False)):
        results = [trained_on(i, f"network.hidden={size}", 0, 1.0) for i, size in enumerate((8, 2, 4))]
        (key,) = searched(results, ["network.hidden"], [space], "mean").keys
        assert key.is_number is is_number


def test_keys_of_a_zip_have_the_values_that_were_drawn() -> None:
    named = ["optimizer=sgd learning_rate=0.5", "optimizer=momentum learning_rate=0.1"]
    results = [trained_on(i, text, 0, 1.0) for i, text in enumerate(named)]
    space = ["pair=zip(optimizer=[sgd,momentum],learning_rate=[0.5,0.1])"]
    found = searched(results, ["optimizer", "learning_rate"], space, "mean").keys
    assert [one.choices for one in found] == [("sgd", "momentum"), ("0.1", "0.5")]


def test_a_key_that_an_option_lacks_is_not_among_its_settings() -> None:
    named = ["optimizer=sgd", "optimizer=momentum optimizer.momentum=0.9"]
    results = [trained_on(i, text, 0, 1.0) for i, text in enumerate(named)]
    space = ["optimizer=sgd,momentum", "optimizer.momentum=interval(0.5,0.95)"]
    found = searched(results, ["optimizer", "optimizer.momentum"], space, "mean")
    assert [len(found.having(key)) for key in found.keys] == [2, 1]


def without_optuna(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("optuna", "optuna.importance"):
        monkeypatch.setitem(sys.modules, name, None)


def test_the_key_that_decides_matters_most_with_optuna_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("optuna")
    found = search(32)
    with_optuna = importances(found)
    without_optuna(monkeypatch)
    without = importances(found)
    assert with_optuna and without
    assert (with_optuna.by_optuna, without.by_optuna) == (True, False)
    for one in (with_optuna, without):
        assert [key.name for key, _ in one.shares] == ["lr", "hidden"] and one.shares[0][1] > 0.5
    assert sum(share for _, share in with_optuna.shares) == pytest.approx(1)
    assert importances(found) == without


def test_without_optuna_a_share_is_that_of_the_variance_less_what_chance_explains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_optuna(monkeypatch)
    costs = [0.1, 0.2, 0.3, 0.2, 0.3, 0.9, 0.8, 1.0, 0.8, 0.9]
    pairs = [("tanh" if i < 5 else "relu", "he" if i % 2 else "glorot") for i in range(10)]
    named = [f"activation={one} init={other} learning_rate={i}" for i, (one, other) in enumerate(pairs)]
    results = [trained_on(i, text, 0, cost) for i, (text, cost) in enumerate(zip(named, costs, strict=True))]
    space = ["activation=tanh,relu", "init=he,glorot", "learning_rate=range(10)"]
    found = importances(searched(results, ["activation", "init", "learning_rate"], space, "mean"))
    assert found
    shares = {key.name: share for key, share in found.shares}
    whole, within = np.var(costs) * 10, (np.var(costs[:5]) + np.var(costs[5:])) * 5
    assert shares["activation"] == pytest.approx((whole - within - within / 8) / (whole + within / 8))
    assert shares["init"] == 0


def test_nothing_is_said_of_few_settings_of_one_key_and_of_equal_scores() -> None:
    assert importances(search(FEWEST - 2)) is None
    equal = [trained_on(i, text, 0, 1.0) for i, text in enumerate(texts(16))]
    assert importances(searched(equal, KEYS, SPACE, "mean")) is None
    assert importances(searched(race(16), KEYS[:1], SPACE, "mean")) is None
