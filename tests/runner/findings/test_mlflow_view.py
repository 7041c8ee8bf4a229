"""What a sweep's saved view of MLflow's page shows; `tests/end_to_end/browser` looks at the page."""

import base64
import json
import zlib
from dataclasses import replace
from typing import Any

from runner.findings.findings import Findings
from runner.findings.mlflow_view import saved_view, view_of
from runner.runs.about import About
from runner.runs.overrides import swept_keys
from runner.runs.result import RunResult
from tests.runner.finished import CLASSES, run


def findings_of(results: list[RunResult], name: str = "name") -> Findings:
    keys = swept_keys([result.overrides for result in results])
    return Findings(About(name, "", "2026_a"), results, {}, "parent", keys, {})


def state_of(results: list[RunResult]) -> dict[str, Any]:
    kind, _, content = view_of(findings_of(results)).partition(";")
    assert kind == "deflate"
    return dict(json.loads(zlib.decompress(base64.b64decode(content))))


def test_accuracies_fall_and_the_swept_keys_that_are_params_are_columns_after_the_scores() -> None:
    state = state_of([*CLASSES, run(9, "case=c1 activation=tanh seed=0", cost=0.1, accuracy=1.0)])
    assert state["selectedColumns"] == [
        "metrics.`final/train_accuracy`", "metrics.`final/train_cost`", "tags.`outcome`", "params.`activation`",
        "params.`seed`",
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
    assert failed["selectedColumns"] == ["tags.`outcome`", "params.`init`"]
    assert failed["orderByKey"] == "attributes.start_time" and failed["compareRunCharts"] == []


def test_the_tag_has_the_name_of_the_sweep_and_fits() -> None:
    sweep = findings_of([run(0, "init=he")], "x" * 500)
    key, value = saved_view(sweep, 7)
    assert key == "mlflow.sharedViewState.2026_a"
    view = json.loads(value)
    assert len(view["name"]) == 100 and view["state"] == view_of(sweep) and view["createdAt"] == 7
