"""A sweep as a saved view of MLflow's page: its runs alone, best first, with the columns and charts that matter.

Runs that diverged have no final values and are left out, which the filter above the table says: without it they are
there, with their outcome. A sweep in which no run finished shows them all.

It is the state that MLflow's own "Save as new view" keeps in a tag of the experiment; pages that do not know a part of
it leave that part out.
"""

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any

from nn.metrics import METRICS
from runner.base.texts import short
from runner.findings.findings import Findings
from runner.findings.numbers.scores import common_score
from runner.runs.outcome import Outcome
from runner.runs.spec import flatten

MAX_COLUMNS, MAX_NAME = 8, 100


def saved_view(sweep: Findings, now: int) -> tuple[str, str]:
    """A sweep's view as the key and value of a tag of the experiment; `now` in milliseconds."""
    view = {"name": short(sweep.about.name, MAX_NAME), "createdAt": now, "updatedAt": now, "state": view_of(sweep)}
    return f"mlflow.sharedViewState.{sweep.about.sweep_id}", json.dumps(view)


def view_of(sweep: Findings) -> str:
    """The state of the page, compressed as MLflow's page does it."""
    state = json.dumps(_state(sweep), sort_keys=True).encode()
    return f"deflate;{base64.b64encode(zlib.compress(state, 9)).decode()}"


def _state(sweep: Findings) -> dict[str, Any]:
    finished = [result for result in sweep.results if result.has_finished]
    params = set(flatten(sweep.results[0].spec))
    columns = ["tags.`outcome`", *(f"params.`{key}`" for key in sweep.keys if key in params)]
    query, order, is_rising = f"tags.sweep_id = '{sweep.about.sweep_id}'", "attributes.start_time", False
    charts: list[dict[str, Any]] = []
    if finished:
        scores = list(dict.fromkeys((common_score(finished), "cost")))
        held_out = {part for result in finished for part in (result.reported_on, result.scored_on)} - {"train"}
        is_shared = all(result.scored_on != "train" for result in finished)
        parts = ["train", *sorted(held_out)] if is_shared else ["train"]  # the part that chooses is the last one
        columns = [f"metrics.`final/{part}_{score}`" for part in parts[:0:-1] or parts for score in scores] + columns
        order, is_rising = columns[0], METRICS.metric(scores[0]).better == "lower"
        query += f" AND tags.outcome != '{Outcome.DIVERGED}'"
        charts = [_line(f"{part}/{score}") for score in reversed(scores) for part in parts]
    return {
        "searchFilter": query,
        "orderByKey": order, "orderByAsc": is_rising, "startTime": "ALL", "lifecycleFilter": "Active",
        "modelVersionFilter": "All Runs", "datasetsFilter": [], "selectedColumns": columns[:MAX_COLUMNS],
        "runsExpanded": {}, "runsPinned": [], "runsHidden": [],
        "compareRunCharts": charts, "compareRunSections": _sections(["curves"]), "isAccordionReordered": True,
    }  # fmt: skip


def _sections(names: Sequence[str]) -> list[dict[str, Any]]:
    fixed = {"display": True, "isReordered": False, "deleted": False, "isGenerated": False}
    return [{"uuid": name, "name": name, **fixed} for name in names]


def _line(metric: str) -> dict[str, Any]:
    """A chart of a metric over the steps, with the ten best runs."""
    return {
        "uuid": metric, "type": "LINE", "metricSectionId": "curves", "metricKey": metric, "displayName": "",
        "selectedMetricKeys": [metric], "runsCountToCompare": 10, "xAxisKey": "step", "xAxisScaleType": "linear",
        "selectedXAxisMetricKey": "", "yAxisKey": "metric", "yAxisExpressions": [], "scaleType": "linear", "range": {},
        "lineSmoothness": 0, "ignoreOutliers": False, "useGlobalXaxisKey": False, "useGlobalLineSmoothing": False,
        "deleted": False, "isGenerated": False,
    }  # fmt: skip
