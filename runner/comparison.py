"""Laying the runs of a sweep side by side: tables, curves over seeds, and the effect of each swept key."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from nn.registry import Array
from runner.leftovers import lacks
from runner.results import OUTCOMES, RunResult
from runner.scaled import mean, scaled
from runner.spec import Spec, flatten
from runner.texts import short

if TYPE_CHECKING:
    import pandas as pd

NONE = "-"  # the value of a key that a run's option does not have
MAX_LABEL = 250  # what stores other than SQLite take as a run's name
MAX_LINES = 12
MAX_FITS = 16
SCORES = ("cost", "accuracy", "rmse")


@dataclass(frozen=True)
class Band:
    """Cost over the steps for one setting, over its seeds: mean, and the 10th and 90th percentile."""

    label: str
    steps: Array
    mean: Array
    low: Array
    high: Array
    count: int


@dataclass(frozen=True)
class Strip:
    """Final values of one setting's finished runs, how many others there are, and the trivial predictors' values."""

    label: str
    values: list[float]
    unfinished: int
    baselines: dict[str, float]


def settings_of(overrides: Sequence[str]) -> dict[str, str]:
    """Override keys and values, as typed: `["activation=tanh", "seed=3"]` -> `{"activation": "tanh", "seed": "3"}`."""
    pairs = (override.partition("=") for override in overrides)
    return {key.lstrip("+~"): value for key, _, value in pairs if not key.startswith("hydra")}


def swept_keys(all_overrides: Sequence[Sequence[str]]) -> list[str]:
    """The keys whose value is not the same in all jobs, in the order they were given; the seed last."""
    settings = [settings_of(overrides) for overrides in all_overrides]
    keys = list(dict.fromkeys(key for one in settings for key in one))
    varying = [key for key in keys if len({one.get(key, "") for one in settings}) > 1]
    return sorted(varying, key=lambda key: key == "seed")


def config_of(spec: Spec, overrides: Sequence[str]) -> dict[str, Any]:
    """The flattened spec, and what was given beside it and is not part of it, such as the name of a case."""
    return settings_of(overrides) | flatten(spec)


def values_of(overrides: Sequence[str], keys: Sequence[str]) -> dict[str, str]:
    """What a run has for each of some keys: what was typed, or `default`; `-` where its option has no such key."""
    settings = settings_of(overrides)
    values = {key: settings.get(key, "default") for key in keys}
    return {key: NONE if key not in settings and lacks(settings, key) else value for key, value in values.items()}


def label_of(overrides: Sequence[str], keys: Sequence[str]) -> str:
    """What differs, in a few words: `tanh lr=0.1 seed=3`. A component stands for itself."""
    from runner.components import REGISTRIES

    names, values = short_names(keys), values_of(overrides, keys)
    shown = {key: value for key, value in values.items() if value != NONE}
    label = " ".join(value if key in REGISTRIES else f"{names[key]}={value}" for key, value in shown.items())
    return short(label, MAX_LABEL)


def short_names(keys: Sequence[str]) -> dict[str, str]:
    """The last part of each key, or the whole key where two would be called the same; `lr` for the learning rate."""
    last = [key.rpartition(".")[2] for key in keys]
    short = {key: key if last.count(part) > 1 else part for key, part in zip(keys, last, strict=True)}
    return {key: "lr" if name == "learning_rate" else name for key, name in short.items()}


def scores_of(result: RunResult) -> dict[str, float]:
    """Final cost and accuracy or RMSE: on test samples where the run has some, else on training samples."""
    part = "test" if result.n_samples[1] else "train"
    finals = result.finals
    return {name: finals[f"{part}/{name}"] for name in SCORES if f"{part}/{name}" in finals}


def has_learned(result: RunResult) -> bool:
    """Whether a finished run is better than the best constant prediction."""
    for name, is_better in (("accuracy", operator.gt), ("rmse", operator.lt)):
        if f"baseline/constant_{name}" in result.measures:
            return bool(is_better(scores_of(result)[name], result.measures[f"baseline/constant_{name}"]))
    return False


def seed_table(results: Sequence[RunResult], keys: Sequence[str]) -> "pd.DataFrame":
    """One row per setting, best first: mean, spread, median and count over the seeds, and how many had which outcome.

    `success` is the share of runs that finished better than the best constant prediction.

    The order is that of `order_of`. Only finished runs enter a mean; all others are counted, never hidden.
    """
    import pandas as pd

    settings = [key for key in keys if key != "seed"]
    groups = by_setting(results, settings)
    rows: list[dict[str, Any]] = []
    for values, members in groups.items():
        row: dict[str, Any] = dict(zip(settings, values, strict=True)) | {"runs": len(members)}
        ended = [result for result in members if result.has_finished]
        for score in SCORES:
            numbers = [scores_of(result)[score] for result in ended if score in scores_of(result)]
            row[score] = mean(numbers) if numbers else np.nan
            row[f"{score}_std"] = float(scaled(partial(np.std, ddof=1), numbers)) if len(numbers) > 1 else np.nan
            row[f"{score}_median"] = float(np.median(numbers)) if numbers else np.nan
        row["success"] = sum(map(has_learned, ended)) / len(members)
        row |= {outcome: sum(result.outcome == outcome for result in members) for outcome in OUTCOMES}
        rows.append(row)
    rows.sort(key=_order_of_row)
    return pd.DataFrame(rows)


def _order_of_row(row: dict[str, Any]) -> tuple[float, ...]:
    share = (row["converged"] + row["stopped"]) / row["runs"]
    score = next((name for name in ("accuracy", "rmse") if not np.isnan(row[name])), "cost")
    return order_of(score, row[score], share, row["cost"])


def order_of(score: str, mean: float, finished: float, cost: float) -> tuple[float, ...]:
    """A key that sorts settings, the best first; `finished` is the share of their runs that did.

    A run that did not finish counts as an accuracy of 0. Errors and costs have no worst value: there the setting that
    finished more of its runs is better. Equal ones are sorted by cost; without a finished run a setting is last.
    """
    if not finished or np.isnan(mean):
        return 2, 0.0, 0.0, 0.0
    return (0, -mean * finished, 0.0, cost) if score == "accuracy" else (1, -finished, mean, cost)


def by_setting(results: Sequence[RunResult], settings: Sequence[str]) -> dict[tuple[str, ...], list[RunResult]]:
    """Runs that differ in nothing but the seed, together."""
    groups: dict[tuple[str, ...], list[RunResult]] = {}
    for result in sorted(results, key=lambda result: result.index):
        groups.setdefault(tuple(values_of(result.overrides, settings).values()), []).append(result)
    return groups


def best_result(results: Sequence[RunResult]) -> RunResult | None:
    """The finished run with the best final score; None when no run finished."""
    finished = [result for result in results if result.has_finished]

    def rank(result: RunResult) -> tuple[float, ...]:
        scores = scores_of(result)
        numbers = (-scores.get("accuracy", 0.0), scores.get("rmse", scores["cost"]), scores["cost"])
        return *(np.inf if np.isnan(number) else number for number in numbers), result.index

    return min(finished, key=rank, default=None)


def bands(results: Sequence[RunResult], keys: Sequence[str]) -> tuple[list[Band], int]:
    """Training cost by setting, for at most MAX_LINES settings, best first; and how many settings there are."""
    settings = [key for key in keys if key != "seed"]
    groups = [
        (values, [result for result in members if result.history.get("step")])
        for values, members in by_setting(results, settings).items()
    ]
    groups = [(values, members) for values, members in groups if members]
    groups.sort(key=lambda group: np.median([result.last["train/cost"] for result in group[1]]))
    drawn = []
    for _, members in groups[:MAX_LINES]:
        steps = np.unique(np.concatenate([result.history["step"] for result in members]))
        costs = np.array([np.interp(steps, one.history["step"], one.history["train/cost"]) for one in members])
        low, high = np.percentile(costs, [10, 90], axis=0)
        label = label_of(members[0].overrides, settings) or "all runs"
        label += f" ({len(members)} seeds)" if len(members) > 1 else ""
        drawn.append(Band(label, steps, scaled(partial(np.mean, axis=0), costs), low, high, len(members)))
    return drawn, len(groups)


def common_score(results: Sequence[RunResult]) -> str:
    """Accuracy or RMSE where all finished runs have the same one, else the cost."""
    names = {name for result in results if result.has_finished for name in scores_of(result)} - {"cost"}
    return names.pop() if len(names) == 1 else "cost"


def strips(results: Sequence[RunResult], keys: Sequence[str]) -> tuple[list[Strip], str]:
    """The final score of every run, by setting, in the sweep's order; and the score's name."""
    score, settings = common_score(results), [key for key in keys if key != "seed"]
    found = []
    for members in by_setting(results, settings).values():
        finished = [result for result in members if result.has_finished]
        baselines: dict[str, list[float]] = {}
        for result in finished:
            for name, value in result.measures.items():
                if name.startswith("baseline/") and name.endswith(f"_{score}"):
                    baselines.setdefault(name[len("baseline/") : -len(score) - 1], []).append(value)
        found.append(
            Strip(
                label_of(members[0].overrides, settings) or "all runs",
                [scores_of(result)[score] for result in finished],
                len(members) - len(finished),
                {name: float(np.median(values)) for name, values in baselines.items()},
            )
        )
    return found, score


def typical_runs(results: Sequence[RunResult], keys: Sequence[str]) -> tuple[list[tuple[str, RunResult]], int]:
    """For each setting the run with the median training cost, so that a picture shows neither luck nor bad luck.

    At most MAX_FITS of them; and how many settings there are.
    """
    settings = [key for key in keys if key != "seed"]
    chosen = []
    for members in by_setting(results, settings).values():
        shown = [result for result in members if result.has_finished]
        if shown:
            shown.sort(key=lambda result: result.finals["train/cost"])
            middle = shown[len(shown) // 2]
            chosen.append((label_of(middle.overrides, settings) or "run", middle))
    return chosen[:MAX_FITS], len(chosen)
