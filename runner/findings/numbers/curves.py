"""What is drawn over seeds: bands of histories, strips of final values, and typical runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from nn.registry import Array
from runner.base.moments import scaled
from runner.findings.numbers.scores import by_setting, common_score, in_words, replicate_of, reported_of
from runner.runs.overrides import label_of, settings_in
from runner.runs.result import RunResult

MAX_LINES = 12
MAX_FITS = 16


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


def bands(results: Sequence[RunResult], keys: Sequence[str]) -> tuple[list[Band], int]:
    """Training cost by setting, for at most MAX_LINES settings, best first; and how many settings there are."""
    settings = settings_in(keys)
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
        label += f" ({in_words([replicate_of(one) for one in members])})" if len(members) > 1 else ""
        drawn.append(Band(label, steps, scaled(partial(np.mean, axis=0), costs), low, high, len(members)))
    return drawn, len(groups)


def strips(results: Sequence[RunResult], keys: Sequence[str]) -> tuple[list[Strip], str]:
    """The final score of every run that is reported, by setting, in the sweep's order; and the score's name."""
    score, settings = common_score(results), settings_in(keys)
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
                [reported_of(result)[score] for result in finished if score in reported_of(result)],
                len(members) - len(finished),
                {name: float(np.median(values)) for name, values in baselines.items()},
            )
        )
    return found, score


def typical_runs(results: Sequence[RunResult], keys: Sequence[str]) -> tuple[list[tuple[str, RunResult]], int]:
    """For each setting the run with the median training cost, so that a picture shows neither luck nor bad luck.

    At most MAX_FITS of them; and how many settings there are.
    """
    settings = settings_in(keys)
    chosen = []
    for members in by_setting(results, settings).values():
        shown = [result for result in members if result.has_finished]
        if shown:
            shown.sort(key=lambda result: result.finals["train/cost"])
            middle = shown[len(shown) // 2]
            chosen.append((label_of(middle.overrides, settings) or "run", middle))
    return chosen[:MAX_FITS], len(chosen)
