"""What a sweep is expected to show is judged over its runs; numbers are worked out by hand."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.plan.expectations import Verdict, judge
from runner.plan.inequalities import STATISTICS
from tests.runner.building import QUICK, plan_of, trained_all
from tests.runner.expecting import KEYS, WIDTHS, check, run, spec, verdict

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


def test_a_mean_does_not_depend_on_the_order_of_runs_and_is_no_larger_than_they_are():
    costs = {2: (0.1, 0.2, 0.3), 8: (0.3, 0.2, 0.1)}
    runs = [run({"train/cost": cost}, hidden=(units,)) for units, some in costs.items() for cost in some]
    assert verdict("mean(cost, hidden=[2]) == mean(cost, hidden=[8])", runs).holds
    assert verdict("mean(cost) <= 1.5e308", [run({"train/cost": 1.5e308})] * 2).holds


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
@pytest.mark.parametrize(
    "text", ["median(rmse) >= 0.8", "lowest(rmse) < 0.8", "share(rmse > 0.5) < 1", "median(probe/0) > 0"]
)
def test_nothing_is_concluded_where_a_run_was_not_trained(text, outcome):
    found = verdict(text, [run({"test/rmse": 1.0, "probe/0": 1.0}), run({}, outcome)])
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


def test_a_metric_that_no_run_has_is_reported_with_those_that_exist():
    found = verdict("median(test/rmse) < 1", [run({"train/cost": 1.0, "train/accuracy": 1.0}), run({}, "failed")])
    assert (found.holds, found.numbers) == (False, "no run has test/rmse; they have train/accuracy, train/cost")
    assert "no run has rnse; they have probe/-2, test/rmse, " in verdict("median(rnse) < 1", WIDTHS).numbers
    assert "no run has accuracy" in verdict("share(accuracy < 1) >= 0", WIDTHS).numbers


def test_a_metric_that_only_some_of_the_runs_have_is_not_about_fewer_runs_than_it_says():
    found = verdict("median(rmse) < 1", [*WIDTHS, *CLASSES])
    assert (found.holds, found.numbers) == (False, "2 of 8 runs do not have rmse; they have test/accuracy, test/cost")
    assert verdict("median(rmse, data=sine) < 1", [*WIDTHS, *CLASSES]).holds


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
