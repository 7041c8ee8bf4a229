"""What needs no network, beside the settings of a sweep: of the same rows, and for each way of preparing them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from runner.findings import terminal
from runner.findings.findings import Findings
from runner.findings.numbers.answer import answer
from runner.findings.numbers.baselines import rows_of, shortfall_of
from runner.findings.numbers.data_sets import not_comparable
from runner.findings.numbers.units import cost_in_words
from runner.findings.sections import data, settings
from runner.runs.about import About
from runner.runs.data import prepare
from runner.runs.outcome import Outcome
from runner.runs.overrides import swept_keys
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all
from tests.runner.tables import SHORT, table


def found(results: Sequence[RunResult], keys: Sequence[str]) -> Findings:
    return Findings(About("s", "", "id"), list(results), {}, "parent", list(keys), {})


def sweep_on(given: str, *jobs: str) -> tuple[list[RunResult], list[str]]:
    """Trained runs with these overrides, and the keys in which they differ."""
    overrides = [tuple(job.split()) for job in jobs]
    trained = trained_all(plan_of(*(("data=table", given, *one) for one in overrides), first=SHORT))
    results = [replace(one, overrides=typed) for one, typed in zip(trained, overrides, strict=True)]
    return results, swept_keys(overrides)


def test_settings_of_other_features_are_compared_each_with_a_line_of_its_own_over_folds_and_seeds(csv_file, capsys):
    repeated = ("data.fold=0 seed=0", "data.fold=1 seed=0", "data.fold=1 seed=1")
    jobs = [f"data.features=[{name}] data.folds=2 {some}" for name in ("x0", "x1") for some in repeated]
    results, keys = sweep_on(csv_file(table(2, "numbers")), *jobs)
    rows = dict(rows_of(results))
    lines = [f"straight line (features=[{name}])" for name in ("x0", "x1")]
    assert [*rows][1:] == lines and next(iter(rows)).startswith("always ")
    for line, members in zip(lines, (results[:3], results[3:]), strict=True):
        values = [one.measures["baseline/linear_rmse"] for one in members]
        assert (rows[line].value, rows[line].spread) == pytest.approx((np.mean(values), np.std(values, ddof=1)))
    assert answer(results, keys)[0].startswith("The best of 2 settings is features=[")
    assert not_comparable(results) == ""
    terminal.print_sweep(found(results, keys), "")
    shown = capsys.readouterr().out
    assert "mean ± standard deviation over folds and seeds; the validation score chooses" in shown
    assert f"{rows[lines[0]].shown[0]} ± {rows[lines[0]].shown[1]}" in shown
    assert "cost: half mse of standardized targets\n" in shown
    sweep = found(results, keys)
    (section,), used = settings(sweep), data(sweep)
    about = section.table
    assert about
    place = about.names.index("rmse, mean") if "rmse, mean" in about.names else about.names.index("test rmse, mean")
    (cells,) = (row for row in about.footer if row[0] == lines[0])
    line = rows[lines[0]]
    assert [float(one) for one in cells[place : place + 2]] == pytest.approx([line.value, line.spread], abs=6e-4)
    assert used and used.table and [row[2] for row in used.table.rows] == ["1"], "the same samples, of two columns"


def test_runs_without_test_rows_are_told_on_validation_rows(csv_file, capsys):
    jobs = [f"data.test_fraction=0 init={init} seed={seed}" for init in ("he", "glorot") for seed in (0, 1)]
    results, keys = sweep_on(csv_file(table(2, "numbers")), *jobs)
    terminal.print_sweep(found(results, keys), "")
    shown = capsys.readouterr().out
    assert "validation rmse" in shown and "on validation samples, as there are no test samples" in shown
    told = answer(results, keys)
    assert ": validation rmse " in told[0] and not any("test samples" in one for one in told)
    assert "The validation rows rank the settings too, so the score of the best one is optimistic." in told


def test_a_network_that_finds_rare_classes_has_not_learned_nothing(csv_file):
    results, _ = sweep_on(csv_file(table(2, "three")), "seed=0")
    measures = {"baseline/constant": 0.0, "baseline/constant_accuracy": 0.97}

    def said(balanced: float, area: float = 0.5) -> str:
        history = results[0].history | {"test/accuracy": [0.96] * len(results[0].history["step"])}
        found = {"test/balanced_accuracy": balanced, "test/roc_auc": area}
        one = replace(results[0], history=history, measures=measures | found)
        return shortfall_of([one])

    classes = results[0].network.classes
    chance = 1 / len(classes)
    assert said(chance).startswith("learned nothing: no better than always answering")
    assert said(chance + 0.2).startswith("is no better than always answering")
    assert "score=balanced_accuracy ranks by it" in said(chance + 0.2)
    assert "but its roc_auc is 0.9 (a constant answer has 0.5): score=roc_auc ranks by it" in said(chance, 0.9)


def test_what_differs_in_its_test_rows_stands_in_tables_of_its_own(csv_file, capsys):
    results, keys = sweep_on(csv_file(table(2, "numbers")), "data.test_fraction=0.2", "data.test_fraction=0.4")
    assert not_comparable(results) == "2 different data sets or test sets: their scores cannot be compared"
    terminal.print_sweep(found(results, keys), "")
    shown = capsys.readouterr().out
    assert shown.count("\nstraight line ") == 2 and shown.index("test_fraction=0.2") < shown.index("test_fraction=0.4")
    terminal.print_sweep(found([replace(one, outcome=Outcome.DIVERGED) for one in results], keys), "")
    assert "always" not in capsys.readouterr().out, "a row without a number says nothing"


def test_what_needs_no_network_stands_in_the_column_of_the_rows_that_it_is_measured_on(csv_file, capsys):
    """Without test rows that is the validation part, beside settings that have test rows."""
    results, keys = sweep_on(csv_file(table(2, "numbers")), "data.test_fraction=0", "data.test_fraction=0.25")
    untested, tested = (dict(rows_of([one]))["straight line"] for one in results)
    assert (untested.part, tested.part) == ("validation", "test")
    terminal.print_sweep(found(results, keys), "")
    lines = [line for line in capsys.readouterr().out.splitlines() if " rmse" in line or line[:8] == "straight"]
    heads, rows = lines[::2], lines[1::2]
    ends = [
        head.index(f"{part} rmse") + len(f"{part} rmse")
        for head, part in zip(heads, ("validation", "test"), strict=True)
    ]
    assert [row[:end].split()[-1] for row, end in zip(rows, ends, strict=True)] == [untested.shown[0], tested.shown[0]]
    sweep = found(results, keys)
    for section, part, one in zip(settings(sweep), ("validation", "test"), (untested, tested), strict=True):
        about = section.table
        assert about
        (cells,) = (row for row in about.footer if row[0] == "straight line")
        assert cells[about.names.index(f"{part} rmse, mean")] == one.shown[0]


def test_a_constant_that_differs_with_the_training_rows_says_with_which(csv_file):
    results, _ = sweep_on(csv_file(table(2, "numbers")), *(f"data.validation_fraction={one}" for one in (0.2, 0.4)))
    rows = [name for name, one in rows_of(results) if one.name == "constant"]
    assert [name.partition(" (")[2] for name in rows] == ["validation_fraction=0.2)", "validation_fraction=0.4)"]


def test_logistic_regression_has_the_class_weights_of_the_network_beside_it(csv_file):
    rows = table(2, "two").splitlines(keepends=True)
    rare = "".join(line for place, line in enumerate(rows) if '"q"' not in line or place % 5 == 0)
    weights = [f"training.class_weights={one} score=log_loss" for one in ("none", "balanced")]
    results, _ = sweep_on(csv_file(rare), *weights)
    used = prepare(results[0].spec)
    classes = used.samples.Y[used.split.train]
    for result, chosen in zip(results, (None, "balanced"), strict=True):
        fitted = LogisticRegression(max_iter=500, class_weight=chosen).fit(used.X_train, classes)
        answers = fitted.predict_proba(used.X_test)[np.arange(len(used.X_test)), used.samples.Y[used.split.test]]
        assert result.measures["baseline/logistic_log_loss"] == pytest.approx(-np.log(answers).mean(), rel=1e-6)
    assert [name for name, _ in rows_of(results)][-2:] == ["logistic regression", "balanced logistic regression"]
    assert cost_in_words(results) == "cost: binary cross entropy or class-weighted binary cross entropy"


def test_the_settings_of_a_loss_stand_beside_its_cost_where_they_are_not_the_usual_ones():
    jobs = [("data=sine", f"loss.delta={delta}") for delta in (1, 0.25)]
    results = trained_all(plan_of(*jobs, first=("loss=huber", "training.epochs=2", "tracking.plots=none")))
    assert cost_in_words(results) == "cost: huber or huber with delta=0.25"
    assert cost_in_words(results[:1]) == ""
