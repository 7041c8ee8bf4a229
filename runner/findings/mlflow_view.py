"""A sweep as saved views of MLflow's page: what is listed, best first, with the relevant columns and charts.

A sweep with seeds or folds lists its settings, and a second view draws the mean curves of the best with bands; any
other sweep lists its runs. A view of runs leaves out diverged runs, which have no final values. The filter above the
table shows this; without the filter they appear, with their outcome.

The format is the state that MLflow's own "Save as new view" keeps in a tag of the experiment; pages that do not know a
part of it ignore that part.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nn.metrics import METRICS
from runner.base.console import count
from runner.base.texts import short
from runner.findings.findings import Findings
from runner.findings.numbers.scores import common_score
from runner.findings.setting_runs import Listed, in_bands
from runner.runs.account import TAG
from runner.runs.flat import flatten
from runner.runs.outcome import Outcome
from runner.runs.overrides import values_of
from runner.store.records import BAND, SETTING, SETTINGS_OF

MAX_COLUMNS, MAX_NAME, IN_CHARTS = 12, 100, 10
# Pixels of a column: of a letter, of what stands beside the text, and the least and most.
LETTER, BESIDE, NARROW, WIDE, OF_DIAGNOSES = 8, 42, 80, 240, 320
BEFORE_NAMES = 60  # a colour and a button
VIEW = "mlflow.sharedViewState."  # begins the tag of a view
BANDS = ".bands"  # ends the key of the second view
BEFORE = ["2_0", "3_0", "4_0", "0", "attributes.`Run Name`"]  # the columns without a name, and that of names
AFTER = ["runDateAndNestInfo", "duration"]

State = dict[str, Any]
Columns = Mapping[str, int]  # their ids and widths, in their order


def saved_views(sweep: Findings, settings: Sequence[Listed], now: int) -> dict[str, str]:
    """A sweep's views as tags of the experiment; `now` in milliseconds."""
    name, sweep_id = sweep.about.name, sweep.about.sweep_id
    views = {sweep_id: (name, _of_settings(sweep, settings) if settings else _of_runs(sweep))}
    if bands := in_bands(settings):
        views[sweep_id + BANDS] = (
            f"{name}: {len(bands)} of {count(len(settings), 'setting')}, with bands",
            _of_bands(sweep, bands),
        )
    return {
        f"{VIEW}{key}": json.dumps(
            {"name": short(title, MAX_NAME), "createdAt": now, "updatedAt": now, "state": _compressed(state)}
        )
        for key, (title, state) in views.items()
    }


def _compressed(state: State) -> str:
    """As MLflow's page does it."""
    content = json.dumps(state, sort_keys=True).encode()
    return f"deflate;{base64.b64encode(zlib.compress(content, 9)).decode()}"


def _of_settings(sweep: Findings, settings: Sequence[Listed]) -> State:
    """The settings alone, best first; of several data sets one after the other, as the best of each is the newest."""
    texts = list(dict.fromkeys(name for one in settings for name in one.texts))
    scores = [name for name in texts if name != TAG]
    keys = settings[0].setting.values
    columns = {f"params.`{key}`": _width(key, (one.setting.values[key] for one in settings)) for key in keys}
    columns |= {f"tags.`{name}`": _width(name, (one.texts.get(name, "") for one in settings)) for name in scores}
    columns |= {f"tags.`{TAG}`": OF_DIAGNOSES} if TAG in texts else {}
    curves = list(
        dict.fromkeys(name for one in settings for name in _names(one) if name.endswith(("/mean", "/median")))
    )
    charts = [_line(name) for name in sorted(curves, key=lambda name: name.startswith("train/"))]  # it says least
    charts += [_images()] if any(one.record.files for one in settings) else []
    query = f"tags.{SETTINGS_OF} = '{sweep.about.sweep_id}'"
    apart = _apart(sweep, settings)
    order = f"params.`{apart}`" if apart else "metrics.`rank`"  # by time MLflow would fold them into their sweep
    of_names = BEFORE_NAMES + _width("Run Name", (one.record.name for one in settings))
    return _state(query, columns, charts, order, is_rising=True, of_names=of_names)


def _apart(sweep: Findings, settings: Sequence[Listed]) -> str:
    """The key that tells the data sets of a sweep apart; empty where there is one, or no such key."""
    groups = [[one.overrides for one in part.results] for part in sweep.parts]
    for key in settings[0].setting.values if len(groups) > 1 else ():
        found = [{values_of(one, [key])[key] for one in group} for group in groups]
        if all(len(some) == 1 for some in found) and len(set.union(*found)) == len(groups):
            return key
    return ""


def _names(one: Listed) -> list[str]:
    return list(dict.fromkeys(row[0] for row in one.record.metrics))


def _of_runs(sweep: Findings) -> State:
    finished = [result for result in sweep.results if result.has_finished]
    params = set(flatten(sweep.results[0].spec))
    keys, given = [key for key in sweep.keys if key in params], [one.overrides for one in sweep.results]
    columns = {f"params.`{key}`": _width(key, (values_of(one, keys)[key] for one in given)) for key in keys}
    query, charts = f"tags.sweep_id = '{sweep.about.sweep_id}'", list[State]()
    if not finished:
        return _state(query, columns | {"tags.`outcome`": WIDE}, charts)
    scores, parts = _scores_and_parts(sweep)
    metrics = [f"final/{part}_{score}" for part in parts[:0:-1] or parts for score in scores]
    columns |= {f"metrics.`{name}`": _width(name, [""]) for name in metrics}
    charts = [_line(f"{part}/{score}") for score in reversed(scores) for part in parts]
    query += f" AND tags.outcome != '{Outcome.DIVERGED}'"
    is_rising = METRICS.metric(scores[0]).better == "lower"
    return _state(query, columns | {"tags.`outcome`": NARROW}, charts, f"metrics.`{metrics[0]}`", is_rising)


def _scores_and_parts(sweep: Findings) -> tuple[list[str], list[str]]:
    """The scores of all runs, and the parts of their data; the part that chooses is the last one."""
    finished = [result for result in sweep.results if result.has_finished]
    held_out = {part for result in finished for part in (result.reported_on, result.scored_on)} - {"train"}
    is_shared = all(result.scored_on != "train" for result in finished)
    scores = list(dict.fromkeys((common_score(finished), "cost")))
    return scores, ["train", *sorted(held_out)] if is_shared else ["train"]


def _of_bands(sweep: Findings, labels: Iterable[str]) -> State:
    """The runs of the best settings, in groups: so few that MLflow loads all of them, and its means are right."""
    scores, parts = _scores_and_parts(sweep)
    charts = [_line(f"{part}/{score}") for score in scores for part in reversed(parts)]
    key = f"metrics.`final/{parts[-1]}_{scores[0]}`"
    query = f"tags.sweep_id = '{sweep.about.sweep_id}' AND tags.{BAND} = '1'"
    groups = {"aggregateFunction": "average", "groupByKeys": [{"mode": "tag", "groupByData": SETTING}]}
    closed = {f"tag.{SETTING}.{label}": False for label in labels}
    state = _state(query, {key: WIDE}, charts, key, METRICS.metric(scores[0]).better == "lower")
    return state | {"groupBy": groups, "groupsExpanded": closed, "useGroupedValuesInCharts": True}


def _state(
    query: str,
    columns: Columns,
    charts: list[State],
    order: str = "attributes.start_time",
    is_rising: bool = False,
    of_names: int = WIDE,
) -> State:
    shown = dict(list(columns.items())[:MAX_COLUMNS])
    sections = list(dict.fromkeys(chart["metricSectionId"] for chart in charts))
    fixed = {"display": True, "isReordered": False, "deleted": False, "isGenerated": False}
    return {
        "searchFilter": query, "orderByKey": order, "orderByAsc": is_rising, "startTime": "ALL",
        "lifecycleFilter": "Active", "modelVersionFilter": "All Runs", "datasetsFilter": [],
        "selectedColumns": list(shown), "columnOrder": [*BEFORE, *shown, *AFTER],
        "columnWidths": {"attributes.`Run Name`": of_names, **shown},
        "runsExpanded": {}, "runsPinned": [], "runsHidden": [], "compareRunCharts": charts,
        "compareRunSections": [{"uuid": name, "name": name, **fixed} for name in sections],
        "isAccordionReordered": True,
    }  # fmt: skip


def _width(title: str, texts: Iterable[str]) -> int:
    """Pixels in which neither the heading nor any text is cut."""
    longest = max([len(title), *map(len, texts)])
    return min(max(NARROW, LETTER * longest + BESIDE), WIDE)


def _line(metric: str) -> State:
    """A chart of a metric over the steps; costs fall over decades."""
    scale = "log" if "cost" in metric.split("/") else "linear"
    return {
        "uuid": metric, "type": "LINE", "metricSectionId": "curves", "metricKey": metric, "displayName": "",
        "selectedMetricKeys": [metric], "runsCountToCompare": IN_CHARTS, "xAxisKey": "step",
        "xAxisScaleType": "linear", "selectedXAxisMetricKey": "", "yAxisKey": "metric", "yAxisExpressions": [],
        "scaleType": scale, "range": {}, "lineSmoothness": 0, "ignoreOutliers": False, "useGlobalXaxisKey": False,
        "useGlobalLineSmoothing": False, "deleted": False, "isGenerated": False, "displayPoints": False,
    }  # fmt: skip


def _images() -> State:
    """The pictures of the settings."""
    return {
        "uuid": "fit", "type": "IMAGE", "metricSectionId": "fits", "imageKeys": ["fit"], "step": 0,
        "showRunParams": False, "runsCountToCompare": IN_CHARTS, "deleted": False, "isGenerated": False,
    }  # fmt: skip
