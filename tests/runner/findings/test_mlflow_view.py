"""What the saved views of a sweep show on MLflow's page; `tests/end_to_end/browser` looks at the page."""

import base64
import json
import zlib
from dataclasses import replace
from typing import Any

from runner.findings.findings import Findings
from runner.findings.mlflow_view import saved_views
from runner.findings.setting_runs import listed
from runner.runs.about import About
from runner.runs.overrides import swept_keys
from runner.runs.result import RunResult
from tests.runner.building import spec_of
from tests.runner.finished import CLASSES, run

SINE = spec_of("data=sine").data
PAGES = "http://127.0.0.1:5000/#/experiments/1/runs/"


def findings_of(results: list[RunResult], name: str = "name") -> Findings:
    keys = swept_keys([result.overrides for result in results])
    ids = {one.index: f"run{one.index}" for one in results}
    return Findings(About(name, "", "2026_a"), results, ids, "parent", keys, {}, pages=PAGES)


def views_of(results: list[RunResult], name: str = "name") -> dict[str, dict[str, Any]]:
    sweep = findings_of(results, name)
    found = saved_views(sweep, listed(sweep, 7, with_pictures=False), 7)
    return {key.removeprefix("mlflow.sharedViewState."): json.loads(value) for key, value in found.items()}


def state_of(results: list[RunResult], key: str = "2026_a") -> dict[str, Any]:
    kind, _, content = views_of(results)[key]["state"].partition(";")
    assert kind == "deflate"
    return dict(json.loads(zlib.decompress(base64.b64decode(content))))


def seeds(text: str, scores: list[float], first: int = 0) -> list[RunResult]:
    return [
        run(first + seed, f"{text} seed={seed}", cost=1 - score, accuracy=score) for seed, score in enumerate(scores)
    ]


def test_a_sweep_with_seeds_lists_its_settings_by_rank_the_swept_keys_first() -> None:
    state = state_of(CLASSES)
    assert state["searchFilter"] == "tags.settings_of = '2026_a'"
    assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`rank`", True)
    columns = ["params.`activation`", "tags.`score`", "tags.`success`", "tags.`finished`", "tags.`cost`"]
    assert state["selectedColumns"] == columns
    assert state["columnOrder"][-7:] == [*columns, "runDateAndNestInfo", "duration"]
    charts = ["train/accuracy/mean", "train/cost/median"]
    assert [chart["metricKey"] for chart in state["compareRunCharts"]] == charts
    assert [chart["scaleType"] for chart in state["compareRunCharts"]] == ["linear", "log"]


def test_no_heading_and_no_text_of_a_column_is_cut() -> None:
    widths = state_of(CLASSES)["columnWidths"]
    for column, texts in (("params.`activation`", "activation"), ("tags.`score`", "accuracy 0.88 ± 0.18")):
        assert widths[column] >= 8 * len(texts) + 30


def test_a_second_view_groups_the_runs_of_so_few_settings_that_mlflow_loads_all_of_them() -> None:
    few = [one for n in range(12) for one in seeds(f"learning_rate={n}", [0.5, 0.6, 0.7], 3 * n)]
    state = state_of(few, "2026_a.bands")
    assert state["searchFilter"] == "tags.sweep_id = '2026_a' AND tags.band = '1'"
    assert state["groupBy"]["groupByKeys"] == [{"mode": "tag", "groupByData": "setting"}]
    assert len(state["groupsExpanded"]) == 5 and set(state["groupsExpanded"].values()) == {False}
    assert next(iter(state["groupsExpanded"])) == "tag.setting.lr=0"
    many = [*seeds("learning_rate=1", [0.5] * 30), *seeds("learning_rate=2", [0.6] * 30, 30)]
    many += [*seeds("learning_rate=3", [0.5] * 30, 60), *seeds("learning_rate=4", [0.6] * 30, 90)]
    assert len(state_of(many, "2026_a.bands")["groupsExpanded"]) == 3, "at most 100 runs"
    hundreds = [*seeds("learning_rate=1", [0.5] * 101), *seeds("learning_rate=2", [0.6] * 101, 101)]
    assert set(views_of(hundreds)) == {"2026_a"}, "of more than 100 seeds MLflow would draw the best 100"


def test_settings_on_several_data_sets_are_listed_data_set_by_data_set() -> None:
    xor, sine = seeds("data=xor activation=tanh", [0.5, 1.0]), []
    for seed in range(2):
        one = run(2 + seed, f"data=sine activation=tanh seed={seed}", cost=1.0, rmse=2.0)
        sine.append(replace(one, spec=one.spec.model_copy(update={"data": SINE})))
    state = state_of([*xor, *sine])
    assert (state["orderByKey"], state["orderByAsc"]) == ("params.`data`", True)


def test_without_seeds_runs_are_listed_best_first_the_swept_keys_before_the_scores() -> None:
    state = state_of([one for one in CLASSES if one.overrides[1] == "seed=0"])
    assert state["selectedColumns"] == [
        "params.`activation`", "metrics.`final/train_accuracy`", "metrics.`final/train_cost`", "tags.`outcome`",
    ]  # fmt: skip
    assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`final/train_accuracy`", False)
    assert state["searchFilter"] == "tags.sweep_id = '2026_a' AND tags.outcome != 'diverged'"
    assert [chart["metricKey"] for chart in state["compareRunCharts"]] == ["train/cost", "train/accuracy"]


def test_errors_rise_and_test_scores_count_where_all_runs_have_them() -> None:
    tested = [
        run(place, f"init={name}", tested=True, cost=1.0, rmse=1.0) for place, name in enumerate(("he", "normal"))
    ]
    state = state_of(tested)
    assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`final/test_rmse`", True)
    assert len(state["compareRunCharts"]) == 4
    untested = replace(tested[1], data=replace(tested[1].data, n_samples=(4, 0)))
    assert state_of([tested[0], untested])["orderByKey"] == "metrics.`final/train_rmse`"


def test_mixed_tasks_are_ordered_by_cost_and_runs_without_an_end_by_time() -> None:
    mixed = [run(0, "data=xor", cost=1.0, accuracy=1.0), run(1, "data=sine", cost=2.0, rmse=2.0)]
    assert state_of(mixed)["orderByKey"] == "metrics.`final/train_cost`"
    failed = state_of([run(0, "init=he", "failed"), run(1, "init=normal", "failed")])
    assert failed["searchFilter"] == "tags.sweep_id = '2026_a'"
    assert failed["selectedColumns"] == ["params.`init`", "tags.`outcome`"]
    assert failed["orderByKey"] == "attributes.start_time" and failed["compareRunCharts"] == []


def test_the_tags_have_the_name_of_the_sweep_and_fit() -> None:
    views = views_of(CLASSES, "x" * 500)
    assert set(views) == {"2026_a", "2026_a.bands"}
    assert all(len(view["name"]) == 100 and view["createdAt"] == 7 for view in views.values())
    assert all(len(json.dumps(view)) < 5000 for view in views.values()), "what MLflow keeps of a tag"
