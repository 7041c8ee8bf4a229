"""Which runs an expectation is about: those whose config has the values that it names."""

import pytest

from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from tests.runner.expecting import check, run, spec, told, verdict


@pytest.mark.parametrize(
    ("config", "selection"),
    [
        ({"hidden": (4, 2)}, "hidden=[4, 2]"),
        ({"hidden": (4, 2)}, "hidden=(4, 2)"),
        ({"hidden": ()}, "hidden=[]"),
        ({"hidden": ()}, "hidden=none"),
        ({"activation": "relu"}, "activation=relu"),
        ({"activation": "relu"}, "activation='relu'"),
        ({"activation": "leaky_relu"}, "slope=1e-2"),
        ({"data": "xor"}, "data=xor"),
        ({"bias": False}, "bias=false"),
        ({"bias": False}, "bias=False"),
        ({"learning_rate": 1.0}, "lr=1"),
        ({"learning_rate": 0.25}, "learning_rate=2.5e-1"),
        ({"seed": 3}, "seed=3.0"),
        ({"fault": ("missing_factor",)}, "fault=missing_factor"),
        ({"fault": ("missing_factor",)}, "fault=[missing_factor]"),
        ({"fault": ("one", "two")}, "fault=['one', two]"),
        ({"training": {"patience": 3}}, "patience=3"),
        ({"training": {"l2": -0.5}}, "l2=-0.5"),
    ],
)
def test_runs_are_selected_by_the_values_of_their_config(config, selection):
    results = [run({"train/cost": 1.0}), run({"train/cost": 2.0}, **config)]
    assert verdict(f"highest(cost, {selection}) == lowest(cost, {selection})", results).numbers == "2 == 2"
    assert verdict(f"count({selection}) == 1", results).holds


@pytest.mark.parametrize(
    "selection", ["fault=none", "patience=null", "patience=none", "patience=None", "bias=true", "bias=True"]
)
def test_words_for_nothing_and_for_yes_select_what_hydra_would_read_from_them(selection):
    chosen, other = spec(), spec(fault=("a",), bias=False, training={"patience": 3})
    results = [RunResult(0, "k", one, Outcome.STOPPED) for one in (chosen, other)]
    assert verdict(f"count({selection}) == 1", results).holds


@pytest.mark.parametrize(
    "selection",
    [
        "bias=1", "bias='true'", "seed=false", "seed='0'", "l2=false", "hidden=6", "hidden=[6, 6]", "hidden=[true]",
        "patience=0", "fault=null", "fault=''", "fault='none'", "activation=none", "hidden=[]",
    ],
)  # fmt: skip
def test_a_value_of_another_kind_selects_nothing_and_that_is_reported(selection):
    assert "no run of the sweep has" in told(f"count({selection}) > 0")


def test_a_key_with_several_meanings_is_the_swept_one_or_the_one_without_dots():
    specs = [spec(seed=seed, data="sine") for seed in (0, 1)]
    assert check({"a": "count(seed=1) == 1"}, specs, ["seed"]) == []
    assert "no run of the sweep has seed=1; data.seed is null" in told("count(seed=1) == 1", *specs, keys=["data.seed"])
    assert check({"a": "count(seed=1) == 1"}, specs, ["seed", "data.seed"]) == []
    assert check({"a": "count(seed=1) == 1"}, specs, []) == []
