"""The score of a run: its series, when it stops, what it ranks, and what it is part of."""

import math
from dataclasses import replace

import numpy as np
import pytest

from nn.metrics import METRICS
from runner.findings.numbers.answer import answer
from runner.findings.numbers.scores import best_result, order_of
from runner.findings.numbers.tables import scores_in, seed_table
from runner.plan.inequalities import _worst
from runner.runs.data import prepare
from runner.runs.identity import run_key
from runner.runs.model import model_of
from runner.runs.spec import from_plain, to_plain
from tests.runner.building import spec_of, trained
from tests.runner.finished import SPEC, run

QUICK = ("training.epochs=6", "training.evaluations=6", "tracking.plots=none")


@pytest.mark.parametrize("score", ["mae", "r2", "max_error", "rmse"])
def test_the_series_of_a_score_ends_with_its_value_in_the_units_of_the_data(score):
    scaled = ("data=surface", "network.output=tanh", "network.target_range=[-9,9]", *QUICK)
    result, usual = trained(*scaled, f"score={score}"), trained(*scaled)
    data = prepare(result.spec)
    a, t = model_of(result).predict(data.tested[0]), data.tested[1]
    expected = {
        "mae": np.abs(a - t).mean(), "max_error": np.abs(a - t).max(), "rmse": math.sqrt(((a - t) ** 2).mean()),
        "r2": 1 - ((a - t) ** 2).mean() / t.var(),
    }  # fmt: skip
    assert result.history[f"test/{score}"][-1] == pytest.approx(expected[score], rel=1e-9)
    assert {name: result.finals[f"test/{name}"] for name in expected} == pytest.approx(expected, rel=1e-9)
    assert result.objective == result.history[f"test/{score}"][-1]
    assert result.network.parameters.tobytes() == usual.network.parameters.tobytes()
    assert f"baseline/constant_{score}" in result.measures


def test_a_metric_of_any_unit_is_taken_in_the_units_of_the_data(monkeypatch):
    """Cubes of errors do not scale with the targets, which are trained as a tenth here."""

    def cubes(a, t):
        return (np.abs(a - t) ** 3).mean(axis=(1, 2))

    for kept in ("_components", "_metrics"):
        monkeypatch.setattr(METRICS, kept, dict(getattr(METRICS, kept)))
    METRICS.register(cubes)
    result = trained("data=surface", "network.output=tanh", "network.target_range=[-9,9]", "score=cubes", *QUICK)
    data = prepare(result.spec)
    expected = (np.abs(model_of(result).predict(data.tested[0]) - data.tested[1]) ** 3).mean()
    assert result.history["test/cubes"][-1] == pytest.approx(expected, rel=1e-9)


def test_a_named_score_decides_when_patience_is_over_and_the_cost_where_none_is_named():
    """The accuracy of XOR is 0.5 or 0.75 for long while its cost falls: it loses patience at once."""
    slow = ("data=quadrants", "learning_rate=0.01", "training.epochs=20", "training.patience=2", "tracking.plots=none")
    by_cost, by_score = (
        trained(*slow, "training.evaluations=20"),
        trained(*slow, "training.evaluations=20", "score=accuracy"),
    )
    series = by_score.history["test/accuracy"]
    steps = by_score.history["step"]
    assert by_score.last_step == steps[-1] < by_cost.last_step
    best = series.index(max(series))
    assert best == len(series) - 1 - 2  # two epochs after the best one, each of which was evaluated
    assert by_cost.history["test/cost"][: len(steps)] == by_score.history["test/cost"]


def test_a_score_is_in_the_run_key_only_where_it_decides_when_the_run_stops():
    for patience, same in (("null", True), ("3", False)):
        kept = "data=quadrants", f"training.patience={patience}"
        keys = {run_key(spec_of(*kept, f"score={score}"), "") for score in ("auto", "accuracy", "macro_f1")}
        assert (len(keys) == 1) == same


def test_a_stored_spec_does_not_say_auto_and_one_from_before_is_read():
    plain = to_plain(spec_of("data=xor"))
    assert "score" not in plain
    assert from_plain(plain) == spec_of("data=xor")
    named = spec_of("data=xor", "score=macro_f1")
    assert to_plain(named)["score"] == "macro_f1"
    assert from_plain(to_plain(named)) == named


def test_a_score_that_is_not_defined_is_absent_and_the_run_is_as_good_as_any_other(csv_file):
    """All test rows are of one class, so there is no area under a curve."""
    table = csv_file("a,kind\n" + "".join(f"{i},{'xy'[i == 2]}\n" for i in range(12)))
    result = trained("data=csv", table, "score=roc_auc", "data.test_fraction=0.25", "seed=1", *QUICK)
    assert set(prepare(result.spec).tested[1]) == {0}
    assert result.outcome == "stopped"
    assert "test/roc_auc" not in result.finals
    assert math.isnan(result.objective)
    assert "test/accuracy" in result.finals
    assert "roc_auc is not defined for 1 of 1 run" in " ".join(answer([result], []))
    assert best_result([result]) is result


def test_settings_are_ranked_by_the_named_score_whichever_way_it_is_better():
    def setting(index, name, score, cost, value, outcome="stopped"):
        one = run(index, f"init={name}", outcome, cost=cost, **{score: value})
        task = "classification" if score == "macro_f1" else "regression"
        return replace(
            one, data=one.data and replace(one.data, task=task), spec=SPEC.model_copy(update={"score": score})
        )

    for score, good, bad in (("macro_f1", 0.9, 0.5), ("mae", 0.1, 0.4), ("r2", -1.0, -3.0)):
        results = [setting(0, "he", score, 0.1, bad), setting(1, "glorot", score, 0.7, good)]
        table = seed_table(results, ["init"])
        assert list(table["init"]) == ["glorot", "he"]
        assert scores_in(table) == [score, "cost"]
        assert best_result(results).index == 1
        assert answer(results, ["init"])[0].startswith(f"The best of 2 settings is glorot: {score} {good:g}, ")


def test_unfinished_runs_count_as_the_worst_where_there_is_one_and_else_their_share_comes_first():
    assert order_of("roc_auc", 0.9, 0.5, 0.0) > order_of("roc_auc", 0.6, 1.0, 0.0)
    for score, good, bad in (("r2", 0.9, -5.0), ("mae", 0.1, 9.0), ("cost", 0.1, 9.0)):
        assert order_of(score, good, 0.5, 0.0) > order_of(score, bad, 1.0, 0.0) > order_of(score, good, 1.0, 0.0)


@pytest.mark.parametrize(
    ("metric", "worst"),
    [
        ("test/mae", math.inf), ("r2", -math.inf), ("balanced_accuracy", 0.0), ("baseline/constant_accuracy", 0.0),
        ("train/online_cost", math.inf), ("probe/3", None),
    ],
)  # fmt: skip
def test_expectations_know_the_worst_value_of_every_metric(metric, worst):
    assert _worst(metric) == worst
