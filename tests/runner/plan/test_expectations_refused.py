"""An expectation that cannot be read, or means nothing, is refused before training, and never holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.base.errors import Problem
from runner.plan.inequalities import FUNCTIONS
from tests.runner.expecting import KEYS, WIDTHS, check, run, spec, told, verdict


def test_a_key_that_stays_ambiguous_is_refused_with_its_meanings(monkeypatch):
    flat = {"data.std": 1.0, "init.std": 1.0}
    monkeypatch.setattr("runner.runs.overrides.flatten", lambda spec: flat)
    assert "'std' can mean data.std or init.std" in told("count(std=1) == 1", keys=[])
    assert "'std' can mean data.std or init.std" in told("count(std=1) == 1", keys=["data.std", "init.std"])
    assert check({"a": "count(std=1) == 1"}, [spec()], ["init.std"]) == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (3, "must be an inequality in text, such as median("),
        (None, "must be an inequality in text"),
        (["a < b"], "must be an inequality in text"),
        (True, "must be an inequality in text"),
        ("", "cannot be read"),
        ("median(rmse) => 3", "cannot be read"),
        ("median(rmse < 3", "cannot be read"),
        ("1 < '\\d'", "cannot be read"),
        ("1 < 2 # and 2 < 1", "comment"),
        ("1 <\x00 2", "null bytes"),
        ("1 < 2\ud800", "surrogates"),
        ("median(rmse)", "'median(rmse)' is not a comparison; allowed are < <= > >= ==, joined by 'and'"),
        ("median(rmse) != 3", "is not a comparison"),
        ("1 < 2 or 2 < 3", "is not a comparison"),
        ("not 1 < 2", "is not a comparison"),
        ("1 < 2 in 3", "is not a comparison"),
        ("rmse < 3", "'rmse' is a metric, not a number: write median(rmse)"),
        ("1 < test/rmse / 2", "'test/rmse/2' is a metric"),
        ("max(rmse) < 3", "'rmse' is a metric"),
        ("2 % 3 < 3", "'2 % 3' is not understood; allowed are numbers, + - * / **, median"),
        ("true < 3", "'true' is a metric"),
        ("True < 3", "'True' is not understood"),
        ("1j < 3", "is not understood"),
        ("+1 < 3", "is not understood"),
        ("[x for x in y] < 3", "is not understood"),
        ("median(rmse)[0] < 3", "is not understood"),
        ("(lambda: 3)() < 3", "is not a function"),
        ("meadian(rmse) < 3", "'meadian' is not a function (did you mean median, mean or min?); allowed are median, "),
        ("os.system('ls') < 3", "'os.system' is not a function"),
        ("__import__('os') < 3", "'__import__' is not a function"),
        ("median() < 3", "median(...) takes one metric"),
        ("median(rmse, cost) < 3", "median(...) takes one metric"),
        ("median(rmse, hidden==[6]) < 3", "then key=value to select runs"),
        ("median(*rmse) < 3", "median(...) takes one metric"),
        ("median(rmse < 3) < 3", "median(...) takes one metric"),
        ("median(2) < 3", "median(...) takes one metric"),
        ("median(1 / rmse) < 3", "median(...) takes one metric"),
        ("median(probe/True) < 3", "median(...) takes one metric"),
        ("share() < 3", "share(...) takes one comparison of a metric"),
        ("share(accuracy) < 3", "'accuracy' is not a comparison"),
        ("share(1 < 2) < 3", "compares no metric"),
        ("share(2 * rmse < 2) < 3", "'2 * rmse < 2' compares no metric of each run"),
        ("count(rmse > 1, cost > 1) < 3", "count(...) takes one comparison of a metric"),
        ("min() < 3", "takes numbers alone"),
        ("abs(1, 2) < 3", "abs takes one number"),
        ("max(1, 2, key=3) < 3", "takes numbers alone"),
        ("count(hiden=[6]) < 3", "'hiden' is not a key of the config (did you mean hidden?); python -m runner "),
        ("count(**hidden) < 3", "a selection is key=value"),
        ("count(lr=0.1, learning_rate=0.1) < 3", "each key once"),
        ("count(hidden=[9]) < 3", "no run of the sweep has hidden=[9]; network.hidden is [6]"),
        ("count(activation=1 + 1) < 3", "'1 + 1' is not a value"),
        ("count(data=houses.csv) < 3", "'houses.csv' is not a value; put a text in quotes"),
        ("count(activation=f(x)) < 3", "'f(x)' is not a value"),
        ("count(seed=-true) < 3", "is not a value"),
        (f"1{'0' * 400} < 3", "too large"),
        (f"count(seed=1{'0' * 400}) < 3", "too large"),
        (f"{'-' * 3000}1 < 3", "nested too deeply"),
        (f"{'1+' * 3000}1 < 3", "nested too deeply"),
        (f"{'(' * 3000}1{')' * 3000} < 3", "too many nested parentheses"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_reported_before_training_and_does_not_hold_after_it(text, part):
    assert part in told(text)
    found = verdict(text, [run({"train/cost": 1.0})])
    assert not found.holds and part in found.numbers


def test_values_that_no_run_has_together_are_reported_together():
    specs = [spec(seed=0, activation="relu"), spec(seed=1)]
    message = told("count(seed=0, activation=tanh) == 1", *specs)
    assert message == "no run of the sweep has seed=0 and activation=tanh"


def test_values_that_there_are_are_listed_once_and_not_for_ever():
    message = told("count(seed=-1) == 1", *[spec(seed=seed // 2) for seed in range(1000)])
    assert "; seed is 0, 1, 2, 3," in message and "[...]" in message
    assert len(message) < 150


def test_all_expectations_with_a_problem_are_reported():
    problems = check({"a": "1 < 2", "b": 3, "c": "rmse < 1", 4: "x"}, [spec()], KEYS)
    assert [problem.message[:4] for problem in problems] == ["'b':", "'c':", "'4':"]
    assert all(isinstance(problem, Problem) and problem.key == "expect" for problem in problems)


def test_a_sweep_without_runs_has_nothing_that_could_hold():
    assert verdict("count() == 0", []).numbers == "there is no run"
    assert [problem.message for problem in check({"a": "count() == 0"}, [], [])] == ["'a': there is no run"]


PIECES = (*FUNCTIONS, "rmse", "cost", "hidden", "seed", "lr", "none", "true", "and", "or", "not", "if", "lambda")
SIGNS = (*"()[]{}.,=<>+-*/:'\"#\\@ \n_é", "==", ">=", "**", "0", "1e9", "8", "0_0", "1_", "0x", "5j")


@given(st.lists(st.sampled_from(PIECES + SIGNS), max_size=12).map("".join) | st.text() | st.none() | st.integers())
def test_nothing_that_a_user_writes_raises_and_what_is_refused_before_does_not_hold_after(text):
    problems = check({"a": text}, [result.spec for result in WIDTHS], KEYS)
    found = verdict(text, WIDTHS)
    assert isinstance(found.holds, bool) and found.numbers
    assert not (problems and found.holds)
