"""What a sweep is expected to show: refused when it cannot be read, else judged; numbers are worked out by hand."""

import math
import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner import expectations
from runner.comparison import config_of
from runner.errors import Problem
from runner.expectations import Verdict, judge
from runner.inequalities import FUNCTIONS, STATISTICS
from runner.results import RunResult
from runner.spec import NetworkSpec, Spec, TrainingSpec, component_model
from tests.runner.building import QUICK, plan_of, trained_all

KEYS = ["network.hidden", "seed"]


def spec(activation: str = "tanh", data: str = "sine", training: dict[str, Any] | None = None, **single: Any) -> Spec:
    """The keys that tests select by, and no others; what a whole spec has may change."""
    network = {"hidden": single.pop("hidden", (6,)), "bias": single.pop("bias", True)}
    defaults = {"learning_rate": 0.1, "seed": 0, "fault": ()}
    return Spec.model_construct(
        **defaults | single,
        data=component_model("data", data)(name=data),
        activation=component_model("activation", activation)(name=activation),
        network=NetworkSpec.model_construct(**network),
        training=TrainingSpec.model_construct(**{"l2": 0.0, "patience": None} | (training or {})),
    )


def run(finals: dict[str, float], outcome: str = "stopped", **config: Any) -> RunResult:
    history = {name: [9.0, value] for name, value in finals.items()}
    return RunResult(0, "key", spec(**config), outcome, history=history)


def check(expect: dict[Any, Any], specs: list[Spec], keys: list[str]) -> list[Problem]:
    """What is refused before training, and what is told not to be judged."""
    configs = [config_of(one, ()) for one in specs]
    refused, skipped = expectations.check(expect, configs, keys), expectations.not_judged(expect, configs, keys)
    assert all("no run" in problem.message for problem in skipped)
    assert not any("no run of the sweep has" in problem.message for problem in refused)
    return refused + skipped


def verdict(text: Any, results: list[RunResult], keys: list[str] = KEYS) -> Verdict:
    (only,) = judge({"so it is": text}, results, keys)
    assert (only.sentence, only.inequality) == ("so it is", str(text))
    return only


def told(text: Any, *specs: Spec, keys: list[str] = KEYS) -> str:
    """The only problem, without the expectation's own sentence, which it must quote."""
    (problem,) = check({"so it is": text}, specs or [spec()], keys)
    assert problem.key == "expect" and problem.message.startswith("'so it is': ")
    assert str(problem).startswith("expect 'so it is': ")
    return problem.message.removeprefix("'so it is': ")


WIDTHS = [
    run({"test/rmse": 0.25, "train/rmse": 4.0, "train/cost": 1.0, "probe/-2": -3.0}, hidden=(2,), seed=0),
    run({"test/rmse": 0.75, "train/rmse": 4.0, "train/cost": 2.0, "probe/-2": -1.0}, hidden=(2,), seed=1),
    run({"test/rmse": 0.125, "train/rmse": 4.0, "train/cost": 3.0, "probe/-2": 5.0}, hidden=(8,), seed=0),
    run({"test/rmse": 0.5, "train/rmse": 4.0, "train/cost": 4.0, "probe/-2": 7.0}, hidden=(8,), seed=1),
]
CLASSES = [
    run({"test/accuracy": share, "test/cost": 1 - share}, data="xor", seed=s) for s, share in enumerate((1, 0.5))
]
CLASSES += [run({}, outcome, data="xor", seed=2 + i) for i, outcome in enumerate(("diverged", "failed"))]


@pytest.mark.parametrize(
    ("text", "holds", "numbers"),
    [
        ("median(rmse) >= 0.375", True, "0.375 >= 0.375"),
        ("median(rmse) > 0.375", False, "0.375 > 0.375"),
        ("median(test/rmse, hidden=[2]) == 0.5", True, "0.5 == 0.5"),
        ("mean(train/cost, hidden=[8], seed=0) < mean(train/cost, seed=1)", False, "3 < 3"),
        ("lowest(train/cost) <= 1 and highest(train/cost) >= 4", True, "1 <= 1 and 4 >= 4"),
        ("lowest(train/cost) <= 1 and highest(train/cost) < 4", False, "1 <= 1 and 4 < 4"),
        ("(1 < 2 and 2 < 3) and (3 < 3)", False, "1 < 2 and 2 < 3 and 3 < 3"),
        ("0.01 <= median('test/rmse', hidden=[8], fault=none) <= 0.3125", True, "0.01 <= 0.3125 <= 0.3125"),
        ("1 < 2 < 2", False, "1 < 2 < 2"),
        ("median(rmse, hidden=[2]) * 2 >= 1 / 3 + 4 - -1", False, "1 >= 5.333"),
        ("-(1 + 2) * 3 == -9", True, "-9 == -9"),
        ("max(median(rmse, seed=0), median(rmse, seed=1)) / min(1, 2, 3) < 1.25", True, "0.625 < 1.25"),
        ("abs(median(probe/-2, hidden=[2])) == 2", True, "2 == 2"),
        ("mean( probe / -2 ) == 2", True, "2 == 2"),
        ("share(rmse <= 0.25) == 0.5", True, "0.5 == 0.5"),
        ("share(0.2 <= rmse < 0.75) == 0.5", True, "0.5 == 0.5"),
        ("share(rmse < 0.6 and train/cost > 2, hidden=[8]) == 1", True, "1 == 1"),
        ("count(test/rmse < train/rmse) == count()", True, "4 == 4"),
        ("count(rmse > median(rmse)) == 2", True, "2 == 2"),
        ("count(hidden=[8]) + count(rmse < 0.5, hidden=[2]) == 3", True, "3 == 3"),
        ("123456 < 0.000123456", False, "1.235e+05 < 0.0001235"),
        ("\n  count() ==\n 4\n", True, "4 == 4"),
    ],
)
def test_an_inequality_is_worked_out_over_the_selected_runs(text, holds, numbers):
    found = verdict(text, WIDTHS)
    assert (found.holds, found.numbers) == (holds, numbers)
    assert check({"a": text}, [result.spec for result in WIDTHS], KEYS) == []


def test_verdicts_come_in_the_order_of_the_expectations():
    texts = {"b": "count() == 4", "a": "count() == 3", "c": "nonsense"}
    assert [(one.sentence, one.holds) for one in judge(texts, WIDTHS, KEYS)] == [
        ("b", True),
        ("a", False),
        ("c", False),
    ]
    assert judge({}, WIDTHS, KEYS) == [] and check({}, [spec()], KEYS) == []


def test_a_bare_metric_is_the_score_on_test_samples_or_else_on_training_samples():
    mixed = [run({"train/rmse": 1.0, "test/rmse": 3.0}), run({"train/rmse": 5.0})]
    assert verdict("mean(rmse) == 4", mixed).numbers == "4 == 4"
    assert verdict("mean(train/rmse) == 3", mixed).numbers == "3 == 3"


@pytest.mark.parametrize("name", ["probe/0_0", "probe/-2", "probe/3", "probe/7/b"])
def test_a_metric_is_named_as_it_is_written_not_as_the_number_it_could_be(name):
    results = [run({"probe/0": 8.0, "probe/7": 8.0, name: 2.0})]
    assert verdict(f"median({name}) == 2", results).holds
    assert verdict(f'median("{name}") == 2', results).holds


def test_a_run_that_diverged_counts_as_the_worst_there_is():
    results = [
        run({"test/rmse": 0.5, "test/accuracy": 0.75}), run({"test/rmse": 0.0, "test/accuracy": 1.0}, "diverged")
    ]  # fmt: skip
    assert verdict("highest(rmse) < 1e300", results) == Verdict(
        "so it is", "highest(rmse) < 1e300", False, "inf < 1e+300"
    )
    assert verdict("mean(test/rmse) > 1 and lowest(rmse) == 0.5", results).holds
    assert verdict("lowest(accuracy) == 0 and mean(test/accuracy) == 0.375", results).holds
    assert verdict("share(accuracy >= 0.7) == 0.5 and share(rmse < 1) == 0.5", results).holds


def test_the_median_of_runs_that_all_diverged_is_infinite_and_not_nan():
    results = [run({"test/rmse": 0.1}, "diverged"), run({}, "diverged")]
    found = verdict("median(rmse) >= 0.8 and median(rmse) <= median(rmse)", results)
    assert (found.holds, found.numbers) == (True, "inf >= 0.8 and inf <= inf")


@pytest.mark.parametrize("metric", ["probe/-2", "test/output_range", "baseline/constant_rmse_of_mine"])
def test_a_metric_without_a_worst_value_cannot_be_judged_over_runs_that_diverged(metric):
    found = verdict(f"median('{metric}') > -5", [run({metric: 1.0}), run({metric: 9.0}, "diverged")])
    assert (found.holds, found.numbers) == (False, f"1 of 2 runs diverged and have no {metric}")


@pytest.mark.parametrize("outcome", ["failed", "killed"])
@pytest.mark.parametrize("text", ["median(rmse) >= 0.8", "lowest(rmse) < 0.8", "share(rmse > 0.5) < 1"])
def test_nothing_is_concluded_where_a_run_was_not_trained(text, outcome):
    found = verdict(text, [run({"test/rmse": 1.0}), run({}, outcome)])
    assert (found.holds, found.numbers) == (None, "1 of 2 runs failed or were killed")


@pytest.mark.parametrize(
    "side", ["median(rmse)", "mean(rmse)", "lowest(rmse)", "highest(rmse)", "min(1, median(rmse))"]
)
@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "=="])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_not_a_number_never_holds(side, sign, place):
    values = [0.5, 1.0]
    values.insert(place, math.nan)
    found = verdict(f"{side} {sign} {side}", [run({"test/rmse": value}) for value in values])
    assert (found.holds, found.numbers) == (False, f"nan {sign} nan")
    assert verdict("share(rmse < 2) == 1", [run({"test/rmse": math.nan})]).holds is False


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1 / 0 > 5", "inf > 5"),
        ("-1 / 0 < 5", "-inf < 5"),
        ("1 / -0.0 < 5", "-inf < 5"),
        ("0 / 0 == 0 / 0", "nan == nan"),
        ("highest(cost) - highest(cost) == 0", "nan == 0"),
        ("highest(cost) / highest(cost) == 1", "nan == 1"),
    ],
)
def test_divisions_by_zero_and_infinities_are_numbers_like_others(text, numbers):
    found = verdict(text, [run({"test/cost": 1.0}, "diverged")])
    assert (found.holds, found.numbers) == ("nan" not in numbers, numbers)


def test_a_metric_that_no_run_has_is_told_with_those_that_there_are():
    found = verdict("median(test/rmse) < 1", [run({"train/cost": 1.0, "train/accuracy": 1.0}), run({}, "failed")])
    assert (found.holds, found.numbers) == (False, "no run has test/rmse; they have train/accuracy, train/cost")
    assert "no run has rnse; they have probe/-2, test/rmse, " in verdict("median(rnse) < 1", WIDTHS).numbers
    assert "no run has accuracy" in verdict("share(accuracy < 1) >= 0", WIDTHS).numbers


def test_a_metric_that_only_some_of_the_runs_have_is_not_about_fewer_runs_than_it_says():
    found = verdict("median(rmse) < 1", [*WIDTHS, *CLASSES])
    assert (found.holds, found.numbers) == (False, "2 of 8 runs do not have rmse; they have test/accuracy, test/cost")
    assert verdict("median(rmse, data=sine) < 1", [*WIDTHS, *CLASSES]).holds


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
    results = [RunResult(0, "k", one, "stopped") for one in (chosen, other)]
    assert verdict(f"count({selection}) == 1", results).holds


@pytest.mark.parametrize(
    "selection",
    [
        "bias=1", "bias='true'", "seed=false", "seed='0'", "l2=false", "hidden=6", "hidden=[6, 6]", "hidden=[true]",
        "patience=0", "fault=null", "fault=''", "fault='none'", "activation=none", "hidden=[]",
    ],
)  # fmt: skip
def test_a_value_of_another_kind_selects_nothing_and_that_is_told(selection):
    assert "no run of the sweep has" in told(f"count({selection}) > 0")


def test_a_key_with_several_meanings_is_the_swept_one_or_the_one_without_dots():
    specs = [spec(seed=seed, data="sine") for seed in (0, 1)]
    assert check({"a": "count(seed=1) == 1"}, specs, ["seed"]) == []
    assert "no run of the sweep has seed=1; data.seed is null" in told("count(seed=1) == 1", *specs, keys=["data.seed"])
    assert check({"a": "count(seed=1) == 1"}, specs, ["seed", "data.seed"]) == []
    assert check({"a": "count(seed=1) == 1"}, specs, []) == []


def test_a_key_that_stays_ambiguous_is_refused_with_its_meanings(monkeypatch):
    flat = {"data.std": 1.0, "init.std": 1.0}
    monkeypatch.setattr("runner.comparison.flatten", lambda spec: flat)
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
        ("2 ** 3 < 3", "'2 ** 3' is not understood; allowed are numbers, + - * /, median"),
        ("true < 3", "'true' is a metric"),
        ("True < 3", "'True' is not understood"),
        ("1j < 3", "is not understood"),
        ("+1 < 3", "is not understood"),
        ("[x for x in y] < 3", "is not understood"),
        ("median(rmse)[0] < 3", "is not understood"),
        ("(lambda: 3)() < 3", "is not a function"),
        ("meadian(rmse) < 3", "'meadian' is not a function (did you mean median?); known are median, mean"),
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
        ("abs(1, 2) < 3", "takes numbers alone"),
        ("max(1, 2, key=3) < 3", "takes numbers alone"),
        ("count(hiden=[6]) < 3", "'hiden' is not a key of the config (did you mean hidden?); known are activation"),
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
def test_what_cannot_be_meant_is_told_before_training_and_does_not_hold_after_it(text, part):
    assert part in told(text)
    found = verdict(text, [run({"train/cost": 1.0})])
    assert not found.holds and part in found.numbers


def test_values_that_no_run_has_together_are_told_together():
    specs = [spec(seed=0, activation="relu"), spec(seed=1)]
    message = told("count(seed=0, activation=tanh) == 1", *specs)
    assert message == "no run of the sweep has seed=0 and activation=tanh"


def test_values_that_there_are_are_listed_once_and_not_for_ever():
    message = told("count(seed=-1) == 1", *[spec(seed=seed // 2) for seed in range(1000)])
    assert "; seed is 0, 1, 2, 3," in message and "[...]" in message
    assert len(message) < 150


def test_all_expectations_with_a_problem_are_told():
    problems = check({"a": "1 < 2", "b": 3, "c": "rmse < 1", 4: "x"}, [spec()], KEYS)
    assert [problem.message[:4] for problem in problems] == ["'b':", "'c':", "'4':"]
    assert all(isinstance(problem, Problem) and problem.key == "expect" for problem in problems)


def test_a_sweep_without_runs_has_nothing_that_could_hold():
    assert verdict("count() == 0", []).numbers == "there is no run"
    assert [problem.message for problem in check({"a": "count() == 0"}, [], [])] == ["'a': there is no run"]


finite = st.floats(-1e100, 1e100)
values = st.lists(finite, min_size=1, max_size=9)


@given(values, st.sampled_from(sorted(STATISTICS)), st.randoms())
def test_statistics_are_the_usual_ones_in_whatever_order_the_runs_come(numbers, name, random):
    usual = {"median": statistics.median, "mean": statistics.fmean, "lowest": min, "highest": max}[name](numbers)
    random.shuffle(numbers)
    found = verdict(f"{name}(cost) == 0", [run({"train/cost": value}) for value in numbers])
    size = max(map(abs, numbers))
    assert float(found.numbers.split()[0]) == pytest.approx(usual, rel=1e-3, abs=1e-12 * size)


@given(values, finite)
def test_shares_and_counts_are_of_all_runs_and_complement_each_other(numbers, limit):
    results = [run({"train/cost": value}) for value in numbers]
    below = sum(value < limit for value in numbers)
    assert verdict(
        f"count(cost < {limit!r}) == {below} and count(cost >= {limit!r}) == {len(numbers) - below}", results
    ).holds
    assert verdict(f"share(cost < {limit!r}) == {below} / count()", results).holds


arithmetic = st.recursive(
    st.integers(0, 9).map(str) | st.floats(0, 100).map(repr),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda text: f"-{text}"),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"max({', '.join(parts)}, 0)"),
    ),
    max_leaves=8,
)


@given(arithmetic, arithmetic, st.sampled_from(["<", "<=", ">", ">=", "=="]))
def test_arithmetic_is_that_of_python(left, right, sign):
    found = verdict(f"{left} {sign} {right}", WIDTHS)
    known = {"__builtins__": {}, "max": max}
    assert found.holds == eval(f"{left} {sign} {right}", known)
    assert found.numbers == f"{eval(left, known) + 0.0:.4g} {sign} {eval(right, known) + 0.0:.4g}"


PIECES = (*FUNCTIONS, "rmse", "cost", "hidden", "seed", "lr", "none", "true", "and", "or", "not", "if", "lambda")
SIGNS = (*"()[]{}.,=<>+-*/:'\"#\\@ \n_é", "==", ">=", "**", "0", "1e9", "8", "0_0", "1_", "0x", "5j")


@given(st.lists(st.sampled_from(PIECES + SIGNS), max_size=12).map("".join) | st.text() | st.none() | st.integers())
def test_nothing_that_a_person_writes_raises_and_what_is_refused_before_does_not_hold_after(text):
    problems = check({"a": text}, [result.spec for result in WIDTHS], KEYS)
    found = verdict(text, WIDTHS)
    assert isinstance(found.holds, bool) and found.numbers
    assert not (problems and found.holds)


def test_real_runs_are_judged_by_what_they_reached():
    first = (*QUICK, "data=sine", "data.test_fraction=0.25", "activation=tanh", "learning_rate=0.1")
    plan = plan_of(*[(*first, f"network.hidden=[{width}]", f"seed={seed}") for width in (2, 4) for seed in (0, 1, 2)])
    results = trained_all(plan)
    wide = sorted(result.finals["test/rmse"] for result in results if result.spec.network.hidden == (4,))
    expect = {
        "wide": f"median(rmse, hidden=[4]) == {wide[1]!r}",
        "all": "count(train/cost < 1e9, activation=tanh, lr=0.1) == 6 and share(rmse > 0) == 1",
        "order": "0 < median(rmse, hidden=[2]) < 0",
    }
    assert check(expect, [result.spec for result in results], KEYS) == []
    assert [one.holds for one in judge(expect, results, KEYS)] == [True, True, False]
