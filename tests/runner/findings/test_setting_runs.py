"""A setting as MLflow lists it: its numbers are those of the comparison, its curves those of its runs."""

import math
from dataclasses import replace

import numpy as np
import pytest

from runner.findings.findings import Findings
from runner.findings.mlflow_pages import runs_page
from runner.findings.numbers.settings import curve_over, ranked
from runner.findings.numbers.tables import seed_table
from runner.findings.parent_run import parent_record
from runner.findings.setting_runs import COLOURS, Listed, listed
from runner.runs.about import About
from runner.runs.account import Account, Cause
from runner.runs.overrides import swept_keys
from runner.runs.result import RunResult
from tests.runner.finished import CLASSES, run

PAGES = "http://127.0.0.1:5000/#/experiments/7/runs/"


def findings_of(results: list[RunResult], account: Account | None = None) -> Findings:
    keys = swept_keys([result.overrides for result in results])
    ids = {one.index: f"run{one.index}" for one in results}
    return Findings(
        About("name", "Why?", "2026_a", "python -m runner"), results, ids, "p", keys, {}, (), account, None, PAGES
    )


def settings_of(results: list[RunResult], account: Account | None = None) -> list[Listed]:
    return listed(findings_of(results, account), 1000, with_pictures=False)


def finals(one: Listed) -> dict[str, float]:
    return {name: value for name, value, _, step in one.record.metrics if step == 0 and "/" not in name}


def test_the_numbers_of_a_setting_are_those_of_its_row_in_the_comparison() -> None:
    table = seed_table(CLASSES, ["activation", "seed"])
    for place, one in enumerate(settings_of(CLASSES)):
        row = table.iloc[place]
        assert one.record.name == row["activation"] and finals(one)["rank"] == place + 1
        numbers = {name: value for name, value in finals(one).items() if name != "rank"}
        assert numbers == {
            name: float(value)
            for name, value in row.items()
            if isinstance(value, int | float | np.number) and math.isfinite(value)
        }


def test_what_is_read_has_the_score_with_its_name_its_spread_and_how_many_runs_it_is_of() -> None:
    relu, tanh, gelu = settings_of(CLASSES)
    assert relu.texts == {
        "score": "accuracy 0.88 ± 0.18",
        "cost": "0.20 ± 0.14",
        "success": "0 of 3",
        "finished": "2 of 3",
    }
    assert tanh.texts["score"] == "accuracy 0.75 ± 0.35"
    assert gelu.texts == {"score": "no finished run", "success": "0 of 3", "finished": "0 of 3"}
    assert relu.record.tags["score"] == relu.texts["score"]


def test_the_best_is_the_newest_and_each_of_twelve_has_a_colour_of_its_own() -> None:
    many = [
        run(2 * n + seed, f"init={n} seed={seed}", cost=n + 1.0, accuracy=1 - n / 20)
        for n in range(14)
        for seed in (0, 1)
    ]
    found = settings_of(many)
    assert [one.record.started for one in found] == [1000 - place for place in range(14)]
    colours = [one.record.tags.get("mlflow.runColor") for one in found]
    assert colours == [*COLOURS, None, None] and len(set(COLOURS)) == 12


def test_a_setting_says_whose_it_is_and_no_command_takes_it_for_a_run_of_its_sweep() -> None:
    tags = settings_of(CLASSES)[0].record.tags
    assert (tags["level"], tags["settings_of"], tags["setting"]) == ("setting", "2026_a", "relu")
    assert not {"sweep_id", "run_key", "sweep_index", "outcome"} & set(tags)


def test_a_sweep_without_seeds_or_without_an_end_has_no_settings() -> None:
    assert settings_of([run(0, "init=he", cost=1.0), run(1, "init=normal", cost=2.0)]) == []
    assert settings_of([run(0, "init=he seed=0", "failed"), run(1, "init=he seed=1", "failed")]) == []
    assert settings_of([run(0, "init=he seed=0", cost=1.0), run(1, "init=normal seed=1", cost=2.0)]) == []


def test_a_run_that_stopped_early_counts_in_the_curves_with_its_last_value() -> None:
    long, short = (
        run(n, f"seed={n}", cost=[4.0, 2.0, 1.0][: 3 - n], accuracy=[0.0, 1.0, 1.0][: 3 - n]) for n in (0, 1)
    )
    steps, curves = curve_over([long, short], "train/cost", 17)
    assert steps.tolist() == [0, 1, 2] and curves["mean"].tolist() == [4, 2, 1.5]
    assert curves["low"].tolist() == pytest.approx([4, 2, 1.1]) and curves["high"].tolist() == pytest.approx(
        [4, 2, 1.9]
    )
    diverged = replace(short, outcome=CLASSES[2].outcome)
    assert curve_over([long, diverged], "train/cost", 17)[1]["mean"].tolist() == [4, 2, 1], "only runs that finished"
    assert curve_over([diverged], "train/cost", 17)[1] == {}


def test_a_long_curve_has_seventeen_points_with_both_ends() -> None:
    members = [run(n, f"seed={n}", cost=[float(value) for value in range(101)], accuracy=[0.5] * 101) for n in (0, 1)]
    rows = [row for row in settings_of(members)[0].record.metrics if row[0] == "train/cost/median"]
    assert len(rows) == 17 and (rows[0][3], rows[-1][3]) == (0, 100)
    names = {row[0] for row in settings_of(members)[0].record.metrics if "/" in row[0]}
    scores, costs = ("mean", "low", "high"), ("median", "low", "high")
    assert names == {f"train/accuracy/{one}" for one in scores} | {f"train/cost/{one}" for one in costs}


def test_the_diagnosis_of_a_setting_is_the_cause_that_most_of_its_runs_have() -> None:
    account = Account(
        9, 9, 3, 3, causes=(Cause((0, 1, 8), "too short (likely, D505)"), Cause((2,), "too fast (likely, D506)"))
    )
    relu, tanh, gelu = settings_of(CLASSES, account)
    assert "diagnosis" not in relu.texts
    assert tanh.texts["diagnosis"] == "2 runs: too short (likely, D505)"
    assert gelu.texts["diagnosis"] == "1 run: too short (likely, D505)"
    left = Account(9, 9, 3, 0, left=(3, 4))
    assert settings_of(CLASSES, left)[0].texts["diagnosis"] == "2 runs not looked into"


def test_the_page_of_a_setting_leads_to_its_runs_and_names_those_without_an_end() -> None:
    note = settings_of(CLASSES)[0].record.tags["mlflow.note.content"]
    assert note.startswith("Rank 1 in [name](") and "): 2 of 3 finished; mean and spread are over seeds." in note
    assert "Did not finish: relu seed=2." in note
    assert "#/experiments/7/runs?workflowType=machine_learning&searchFilter=tags.setting%20%3D%20%27relu%27" in note
    assert "(#/experiments/7/runs/p?workflowType=machine_learning)" in note


def test_a_label_with_quotes_is_found_by_a_pattern() -> None:
    (one,) = ranked([run(n, f"data.path=it's seed={n}", cost=1.0) for n in (0, 1)], ["data.path", "seed"])
    assert "tags.setting%20LIKE%20%27path%3Dit_s%27" in runs_page(findings_of(CLASSES), one)


def test_the_sweep_has_what_its_runs_have_in_common_and_a_table_that_leads_to_settings() -> None:
    sweep = findings_of(CLASSES)
    settings = listed(sweep, 1000, with_pictures=False)
    record = parent_record(sweep, False, 1000, settings, {"relu": "abc"})
    assert record.params["data"] == "xor" and record.params["network.hidden"] == "[6]"
    note = record.tags["mlflow.note.content"]
    assert "| rank | setting | score | success | finished | cost |" in note
    link = "[relu](#/experiments/7/runs/abc?workflowType=machine_learning)"
    assert f"| 1 | {link} | accuracy 0.88 ± 0.18 | 0 of 3 | 2 of 3 | 0.20 ± 0.14 |" in note
    assert "viewStateShareKey=2026_a.bands&compareRunsMode=CHART" in note
    assert "[the best run](#/experiments/7/runs/run3?workflowType=machine_learning)" in note
