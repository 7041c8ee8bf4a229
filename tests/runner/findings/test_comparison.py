"""Laying runs side by side: tables worked out by hand, and labels that say what differs."""

import math
from dataclasses import replace

import numpy as np
import pytest

from runner.base.moments import scaled
from runner.findings.numbers.answer import answer
from runner.findings.numbers.scores import best_of, best_result, scores_of
from runner.findings.numbers.tables import seed_table
from runner.runs.outcome import Outcome
from runner.runs.overrides import label_of, settings_of, swept_keys
from runner.runs.result import RunResult
from tests.runner.finished import CLASSES, SPEC, data_of, run


def test_swept_keys_are_those_whose_value_differs_in_the_order_given_with_the_seed_last():
    jobs = ["seed=1 data=xor activation=tanh", "seed=2 data=xor activation=tanh", "seed=1 data=xor activation=relu"]
    assert swept_keys([job.split() for job in jobs]) == ["activation", "seed"]


@pytest.mark.parametrize(
    ("jobs", "keys"),
    [
        ([], []),
        (["data=xor"], []),
        (["data=xor", "data=xor"], []),
        (["a=1", ""], ["a"]),
        (["b=1 a=1", "b=2 a=2"], ["b", "a"]),
        (["+a=1", "a=2"], ["a"]),
        (["hydra.job.chdir=true", "hydra.job.chdir=false"], []),
        (["network.hidden=[1,2]", "network.hidden=[3]"], ["network.hidden"]),
    ],
)
def test_swept_keys_of_small_sweeps(jobs, keys):
    assert swept_keys([job.split() for job in jobs]) == keys


def test_settings_are_the_keys_and_values_as_typed():
    texts = ["activation=tanh", "+new=a=b", "seed=3", "hydra.verbose=true", "~training.l2", "seed=4"]
    assert settings_of(texts) == {"activation": "tanh", "new": "a=b", "seed": "4", "training.l2": ""}


@pytest.mark.parametrize(
    ("text", "keys", "label"),
    [
        ("activation=tanh learning_rate=0.1 seed=3", ["activation", "learning_rate", "seed"], "tanh lr=0.1 seed=3"),
        ("data=xor network.hidden=[6,4]", ["data", "network.hidden"], "xor hidden=[6,4]"),
        ("seed=3", ["activation", "seed"], "default seed=3"),
        ("training.clip_norm=null", ["training.clip_norm"], "clip_norm=null"),
        ("data.seed=1 seed=2", ["data.seed", "seed"], "data.seed=1 seed=2"),
        ("seed=3", [], ""),
        ("learning_rate=0.30000000000000004", ["learning_rate"], "lr=0.3"),
        ("training.l2=1.0000000000000002e-06", ["training.l2"], "l2=1e-06"),
        ("network.hidden=[6,4] seed=12345678901234", ["network.hidden", "seed"], "hidden=[6,4] seed=12345678901234"),
    ],
)
def test_a_label_says_what_differs_in_a_few_words(text, keys, label):
    assert label_of(text.split(), keys) == label


def test_scores_are_taken_on_test_samples_where_there_are_some():
    untested = run(0, "", cost=0.5, accuracy=0.75)
    assert scores_of(untested) == {"cost": 0.5, "accuracy": 0.75}
    history = untested.history | {"test/cost": [3.0, 2.0], "test/accuracy": [0.1, 0.25]}
    tested = replace(untested, data=data_of(history, n_test=1), history=history)
    assert scores_of(tested) == {"cost": 2.0, "accuracy": 0.25}
    assert scores_of(run(0, "", "failed")) == {}


def test_the_table_over_seeds_has_means_spreads_and_counts_worked_out_by_hand():
    """tanh: mean 0.75, std 0.5/sqrt(2); relu: mean 0.875, std 0.25/sqrt(2); gelu: nothing finished."""
    table = seed_table(CLASSES, ["activation", "seed"])
    assert list(table["activation"]) == ["relu", "tanh", "gelu"]
    assert list(table["accuracy"][:2]) == [0.875, 0.75]
    assert list(table["accuracy_std"][:2]) == pytest.approx([0.25 / math.sqrt(2), 0.5 / math.sqrt(2)], rel=1e-15)
    assert list(table["cost"][:2]) == pytest.approx([0.2, 0.3], rel=1e-15)
    assert list(table["cost_std"][:2]) == pytest.approx([0.2 / math.sqrt(2)] * 2, rel=1e-15)
    assert table["rmse"].isna().all()
    assert table.loc[2, ["accuracy", "accuracy_std", "cost", "cost_std"]].isna().all()
    assert list(table["runs"]) == [3, 3, 3]
    counts = table[["converged", "stopped", "diverged", "failed", "killed"]].to_numpy().tolist()
    assert counts == [[1, 1, 0, 1, 0], [0, 2, 1, 0, 0], [0, 0, 1, 1, 1]]


def test_the_table_of_a_regression_has_the_lowest_error_first():
    results = [run(i, f"learning_rate={i} seed=0", cost=c, rmse=r) for i, (c, r) in enumerate([(1, 3), (9, 1), (4, 2)])]
    table = seed_table(results, ["learning_rate", "seed"])
    assert list(table["learning_rate"]) == ["1", "2", "0"]
    assert list(table["rmse"]) == [1, 2, 3]
    assert table["rmse_std"].isna().all()


def test_equal_accuracy_is_decided_by_the_cost():
    results = [
        run(i, f"init={name}", cost=cost, accuracy=1.0) for i, (name, cost) in enumerate([("he", 2), ("normal", 1)])
    ]
    assert list(seed_table(results, ["init"])["init"]) == ["normal", "he"]


def test_the_same_scores_in_another_order_are_equal_and_decided_by_the_cost():
    """Added one after the other they differ in the last bit."""
    scores, results = [0.1, 0.2, 0.3], []
    for name, accuracies, cost in (("he", scores, 2), ("normal", scores[::-1], 1)):
        for seed, accuracy in enumerate(accuracies):
            results.append(run(len(results), f"init={name} seed={seed}", cost=cost, accuracy=accuracy))
    table = seed_table(results, ["init", "seed"])
    assert list(table["init"]) == ["normal", "he"]
    assert answer(results, ["init", "seed"])[0].startswith("The best of 2 settings is normal: ")


def test_means_and_deviations_of_costs_whose_squares_overflow_are_numbers_and_no_warnings():
    """The usual ones keep every bit: a power of two is all that they are scaled by."""
    costs = [1.7e308, 1.6e308, 1.5e308]
    results = [run(i, f"init=he seed={i}", cost=cost) for i, cost in enumerate(costs)]
    (row,) = seed_table(results, ["init", "seed"]).to_dict("records")
    assert (row["cost"], row["cost_std"]) == (pytest.approx(1.6e308), pytest.approx(1e307))
    usual = [0.1, 0.7, 0.3, 1e-9]
    assert scaled(np.mean, usual) == np.mean(usual)
    assert scaled(np.std, usual) == np.std(usual)
    assert scaled(np.std, [0.0, 0.0]) == 0


def test_the_best_run_has_the_highest_accuracy_then_the_lowest_error_then_comes_first():
    assert best_result(CLASSES).index == 3
    assert best_result([*CLASSES[:2], run(9, "", cost=0.39, accuracy=1.0)]).index == 9
    assert best_result([run(2, "", cost=1, rmse=1), run(1, "", cost=1, rmse=1), run(0, "", cost=0, rmse=2)]).index == 1


def test_the_best_run_is_one_of_the_best_setting_and_not_the_luckiest_of_another():
    accuracies = {"he": (0.8, 0.85, 0.9), "normal": (0.5, 0.6, 1.0)}
    results = [
        run(3 * place + seed, f"init={init} seed={seed}", cost=0.5, accuracy=accuracy)
        for place, (init, values) in enumerate(accuracies.items())
        for seed, accuracy in enumerate(values)
    ]
    assert best_result(results).index == 2
    assert best_of(results).index == 5
    assert answer(results, ["init", "seed"])[0].startswith("The best of 2 settings is he: ")


def test_the_best_run_is_judged_on_test_samples_where_there_are_some():
    history = {"step": [0.0], "train/cost": [0.0], "train/rmse": [0.0], "test/cost": [5.0], "test/rmse": [5.0]}
    overfitted = RunResult(0, "k", SPEC, Outcome.STOPPED, data=data_of(history, n_test=1), history=history)
    honest = replace(overfitted, index=1, history=history | {"test/rmse": [4.0]})
    assert best_result([overfitted, honest]).index == 1


@pytest.mark.parametrize("outcome", ["diverged", "failed", "killed"])
def test_a_run_that_did_not_finish_is_never_the_best(outcome):
    assert best_result([run(0, "", outcome, cost=0.0, accuracy=1.0)]) is None
    assert best_result([run(0, "", outcome, cost=0.0, accuracy=1.0), run(1, "", cost=5.0, accuracy=0.0)]).index == 1
    assert best_result([]) is None


@pytest.mark.parametrize("score", ["accuracy", "rmse"])
@pytest.mark.parametrize("place", [0, 2])
def test_a_score_that_is_not_a_number_never_ranks_as_best(score, place):
    values = [{"cost": 0.5, score: 0.5}, {"cost": 0.25, score: 0.5}]
    values.insert(place, {"cost": math.nan, score: math.nan})
    results = [run(i, f"init={i}", **finals) for i, finals in enumerate(values)]
    best = best_result(results)
    assert best is not None and best.finals["train/cost"] <= 0.5
    table = seed_table(results, ["init"])
    assert not math.isnan(table.loc[0, score])
    assert math.isnan(table.loc[2, score])


def test_nothing_finished_leaves_a_table_of_counts():
    failed = [run(0, "seed=0", "failed"), run(1, "seed=1", "killed")]
    assert best_result(failed) is None
    table = seed_table(failed, ["seed"])
    assert table[["runs", "failed", "killed"]].to_numpy().tolist() == [[2, 1, 1]]
    assert np.isnan(table["cost"]).all()
