"""The settings of a sweep: their runs, and statistics over these, for tables, reports and MLflow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.registry import Array
from runner.base.moments import mean, quantiles, spread
from runner.findings.numbers.baselines import has_learned, not_beaten
from runner.findings.numbers.scores import Column, by_setting, columns_of, rank_of
from runner.findings.numbers.solved import share_solved
from runner.runs.outcome import counted
from runner.runs.overrides import REPLICATES, label_of, settings_in
from runner.runs.result import RunResult

ALONE = "all runs"  # the label of the only setting of a sweep
TAILS = {"low": 10, "high": 90}  # percent of the runs that are below


@dataclass(frozen=True)
class Setting:
    """One setting: its typed value for each key, its runs, and statistics over them.

    `numbers` are named as in `comparison.csv`; `rank` is its place among the settings, from 1.
    """

    label: str
    values: dict[str, str]
    members: list[RunResult]
    numbers: dict[str, Any]
    rank: int


def ranked(results: Sequence[RunResult], keys: Sequence[str]) -> list[Setting]:
    """The settings of these runs, best first: see `order_of`.

    Only finished runs enter a mean; all others are counted, never hidden.
    """
    settings, columns = settings_in(keys), columns_of(results)
    outcomes = counted(result.outcome for result in results)
    groups = sorted(by_setting(results, settings).items(), key=lambda group: rank_of(group[1]))
    return [
        Setting(
            setting_label(members[0].overrides, keys),
            dict(zip(settings, values, strict=True)),
            members,
            _numbers(members, columns)
            | {outcome.value: sum(result.outcome is outcome for result in members) for outcome in outcomes},
            place,
        )
        for place, (values, members) in enumerate(groups, 1)
    ]


def setting_label(overrides: Sequence[str], keys: Sequence[str]) -> str:
    """The name of a setting of a sweep over these keys."""
    return label_of(overrides, settings_in(keys)) or ALONE


def are_repeated(results: Sequence[RunResult], keys: Sequence[str]) -> bool:
    """Whether settings have several runs."""
    groups = by_setting(results, settings_in(keys)).values()
    return bool(set(REPLICATES) & set(keys)) and any(len(members) > 1 for members in groups)


def _numbers(members: Sequence[RunResult], columns: Sequence[Column]) -> dict[str, Any]:
    """`success` is the share of runs that finished better than what needs no network: the best constant prediction and,
    where it is known, a straight line or logistic regression. `no_better_than` says which of them a setting does not
    beat. `solved` is the share of runs that solve their data set, where it is known when one does.
    """
    found: dict[str, Any] = {"runs": len(members)}
    ended = [result for result in members if result.has_finished]
    for column in reversed(columns):
        values = [value for one in ended if not np.isnan(value := column.of(one))]
        found[column.name] = mean(values) if values else np.nan
        found[f"{column.name}_std"] = spread(values)
        median, *tails = _quantiles(values)
        found[f"{column.name}_median"] = median
        found |= {f"{column.name}_{name}": value for name, value in zip(TAILS, tails, strict=True)}
    found["no_better_than"] = not_beaten(members)
    found["success"] = sum(map(has_learned, ended)) / len(members)
    share = share_solved(members)
    found["solved"] = share[0] / share[1] if share else np.nan
    return found


def _quantiles(values: Sequence[float]) -> list[float]:
    """The median and the tails; NaN without values."""
    if len(values) < 2:
        return [*values, np.nan][:1] * (1 + len(TAILS))
    return [float(one) for one in quantiles(values, list(TAILS.values()))]


def curve_over(members: Sequence[RunResult], series: str, points: int) -> tuple[Array, dict[str, Array]]:
    """A series of a setting's finished runs at no more than `points` of their steps `(points,)`: `mean`, `median`,
    `low` and `high`, each `(points,)`. A run that has stopped before counts with its last value.
    """
    drawn = [one.history for one in members if one.has_finished and series in one.history]
    if not drawn:
        return np.empty(0), {}
    steps = np.unique(np.concatenate([history["step"] for history in drawn]))
    places = np.unique(np.linspace(0, len(steps) - 1, min(points, len(steps))).round().astype(int))
    steps = steps[places].astype(np.float64)
    values = np.array([np.interp(steps, history["step"], history[series]) for history in drawn])
    median, *tails = quantiles(values, list(TAILS.values()))
    return steps, {"mean": np.mean(values, axis=0), "median": median} | dict(zip(TAILS, tails, strict=True))
