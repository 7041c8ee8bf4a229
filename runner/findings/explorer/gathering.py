"""Everything that a page shows of a sweep, as plain data and numbers."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nn.metrics import METRICS
from runner.base.texts import brief
from runner.findings.explorer.runs import Content, causes_of, plain_run
from runner.findings.explorer.samples import Learned, View, shown_samples, truth_of, view_of
from runner.findings.findings import Findings
from runner.findings.numbers.scores import in_order
from runner.findings.numbers.solved import rule_of, threshold_of
from runner.runs.commands import Command, commands_of
from runner.runs.data import Prepared
from runner.runs.overrides import NONE, REPLICATES, settings_in, short_names, values_of
from runner.runs.result import RunResult

FORMAT, VERSION = "small-network-runner.explore", 1
MOST_FRAMES = 101
WIDE, TALL, LARGE, MOST_IN_CELL = 1200, 560, 132, 5  # pixels of a wall and of a picture in it; runs of a cell
FEW_COLOURS = 6  # that people can tell apart
SPARSE = 3  # times as many cells as there are settings in them: of a search, which draws its settings
SIGNALS = ("gradient_norm", "weight_norm", "moved", "dead", "saturated")
PART_NAMES = {"train": "training"}
NO_WEIGHTS = "No run has stored weights, so there are no pictures. To retrain all runs for them: {again} --retrain"


@dataclass(frozen=True)
class Diet:
    """What a page leaves out to stay small: half of the digits of weights, or the weights of all runs but `of`."""

    width: int = 4
    of: Collection[int] | None = None


def gathered(sweep: Findings, again: str, diet: Diet, learned: Learned) -> tuple[dict[str, Any], Content]:
    """The page's plain data, and its numbers; `again` is the command that makes this page again, `learned` has
    the data that were read so far.
    """
    content, command = Content(), commands_of(sweep.about.command)
    causes, of_runs = causes_of(sweep.account)
    parts = [_part(one, command, content, learned, diet) | {"causes": causes} for one in sweep.parts]
    for part in parts:
        if not any(run["snapshots"] for run in part["runs"]):
            part |= {"kind": "none", "why": NO_WEIGHTS.format(again=again)}
    for run in (run for part in parts for run in part["runs"]):
        run["cause"], run["ill_step"] = of_runs.get(run["index"], (-1, None))
    meta = {
        "format": FORMAT, "version": VERSION, "title": sweep.about.name, "question": sweep.about.question,
        "command": sweep.about.command, "again": again, "encoding": {
            "deflated": True, "weights": diet.width, "curves": content.curves.width, "samples": content.samples.width,
        },
        "nets": content.nets.items, "steps": content.steps.items, "inputs": content.inputs.items,
        "splits": content.splits.items, "parts": parts,
    }  # fmt: skip
    return meta, content


def _part(sweep: Findings, command: Command, content: Content, learned: Learned, diet: Diet) -> dict[str, Any]:
    """What is shown of one data set."""
    results, keys = sweep.results, _keys(sweep)
    trained = [one for one in results if one.outcome.is_trained]
    found = {one.index: learned.of(one) for one in trained}
    prepared = {index: data for index, data in found.items() if isinstance(data, Prepared)}
    unique = list({id(data): data for data in prepared.values()}.values())
    view = view_of(unique, [data for data in found.values() if isinstance(data, str)])
    series = list(dict.fromkeys(name for one in results for name in one.history if name != "step"))
    signals = [name for name in SIGNALS if any(name in one.signals for one in results)]
    runs = []
    for one in results:
        values = [key["values"].index(key["of"][one.index]) for key in keys]
        with_weights = diet.of is None or one.index in diet.of
        name, run_id = sweep.name_of(one), sweep.run_ids.get(one.index, "")
        run = plain_run(one, values, name, run_id, command, series, signals, content, with_weights)
        runs.append(run | _data_of(prepared.get(one.index), content))
    return {
        "label": sweep.label or _data_name(results[0]), "series": series, "signals": signals, "runs": runs,
        "keys": [{name: value for name, value in key.items() if name != "of"} for key in keys],
        "layout": _layout(keys, runs), "colour": _colour(keys), "frames": _frames(runs, content),
        **_of_view(view, unique, content), **_of_score(trained), "solved": _solved(trained),
    }  # fmt: skip


def _data_name(result: RunResult) -> str:
    """What a person calls the only data set of a sweep: a file by its name."""
    data = result.spec.data
    path = data.settings().get("path")
    return Path(str(path)).name if path else data.name


def _keys(sweep: Findings) -> list[dict[str, Any]]:
    """The settings that differ, replicates last: the values of each in their order, and `of` which run has which."""
    names, given = short_names(sweep.keys), {one.index: values_of(one.overrides, sweep.keys) for one in sweep.results}
    keys = []
    for key in [*settings_in(sweep.keys), *(one for one in REPLICATES if one in sweep.keys)]:
        of = {index: brief(values[key]) for index, values in given.items()}
        keys.append({"key": key, "name": names[key], "values": _ordered(of.values()), "replicate": key in REPLICATES})
        keys[-1]["of"] = of
    return keys


def _ordered(values: Iterable[str]) -> list[str]:
    """Each value once: numbers ascending, all others as they came."""
    distinct = list(dict.fromkeys(values))
    try:
        return sorted(distinct, key=lambda value: np.inf if value == NONE else float(value))
    except ValueError:
        return distinct


def _layout(keys: Sequence[dict[str, Any]], runs: Sequence[dict[str, Any]]) -> list[int]:
    """The keys of rows and of columns, -1 for none: the first two settings, so that pictures are large; none where most
    cells would be empty.
    """
    swept = _swept(keys)
    if len(swept) < 2:
        in_all = sum(
            min(MOST_IN_CELL, n) for n in Counter(tuple(run["k"][key] for key in swept) for run in runs).values()
        )
        return [*swept, -1, -1][:2] if LARGE * in_all > WIDE else [-1, *swept, -1][:2]
    one, other = swept[:2]
    cells = Counter((run["k"][one], run["k"][other]) for run in runs)
    n = {place: len(keys[place]["values"]) for place in (one, other)}
    if n[one] * n[other] > SPARSE * len(cells):
        return [-1, -1]
    in_cell = min(MOST_IN_CELL, max(cells.values()))

    def size(rows: int, columns: int) -> tuple[float, int]:
        return min(LARGE, WIDE / (n[columns] * in_cell), TALL / n[rows]), n[rows]

    return list(max((one, other), (other, one), key=lambda pair: size(*pair)))


def _colour(keys: Sequence[dict[str, Any]]) -> int:
    """The key that colours lines: the first setting with few values, -1 for none."""
    swept = _swept(keys)
    few = [place for place in swept if len(keys[place]["values"]) <= FEW_COLOURS]
    return next(iter(few or swept), -1)


def _swept(keys: Sequence[dict[str, Any]]) -> list[int]:
    return [place for place, key in enumerate(keys) if not key["replicate"]]


def _frames(runs: Sequence[dict[str, Any]], content: Content) -> list[int]:
    """The steps that the slider has: those at which anything was measured, some of very many."""
    grids = {run[what]["steps"] for run in runs for what in ("history", "snapshots") if run[what]}
    steps = sorted({step for grid in grids for step in content.steps.items[grid]}) or [0]
    kept = np.unique(np.linspace(0, len(steps) - 1, min(MOST_FRAMES, len(steps))).round().astype(int))
    return [steps[place] for place in kept]


def _data_of(data: Prepared | None, content: Content) -> dict[str, int]:
    """Which samples a run has, and how they are parted; -1 where they are gone."""
    if data is None:
        return {"input": -1, "split": -1}
    X, Y, part = shown_samples(data)
    at = content.samples.add(np.concatenate([X.ravel(), Y]), *X.T, Y)
    inputs = {"n": len(X), "d": X.shape[1], "at": at}
    split = {"n": len(X), "at": content.samples.add(part)}
    return {"input": content.inputs.place(inputs), "split": content.splits.place(split)}


def _of_view(view: View, unique: Sequence[Prepared], content: Content) -> dict[str, Any]:
    samples = unique[0].samples if unique else None
    return {
        "kind": view.kind, "why": view.why, "axes": view.axes, "choices": view.choices, "base": view.base,
        "domain": [view.domains[axis] for axis in view.axes], "domains": view.domains, "range": view.range,
        "inputs": _in_common(one.samples.input_names for one in unique),
        "target": samples.target_name if samples else "",
        "classes": samples.classes if samples else (), "levels": samples.levels if samples else (0.0, 1.0),
        "truth": truth_of(unique[0], view, content.samples) if unique else None,
    }  # fmt: skip


def _in_common(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The names of inputs that all data sets have; none where they differ."""
    distinct = set(names)
    return distinct.pop() if len(distinct) == 1 else ()


def _of_score(trained: Sequence[RunResult]) -> dict[str, Any]:
    """The score that is shown, of the rows that choose, and which series have it and the cost."""
    first = trained[0] if trained else None
    name, on = (first.score, first.scored_on) if first else ("cost", "test")
    metric = METRICS.metric(name)
    constants = [one.measures[key] for one in trained if (key := f"baseline/constant_{name}") in one.measures]
    score = {
        "name": name, "label": f"{PART_NAMES.get(on, on)} {name.replace('_', ' ')}", "higher": metric.sign > 0,
        "worst": metric.worst if np.isfinite(metric.worst) else None, "share": metric.unit == "share", "on": on,
    }  # fmt: skip
    series = {"score_series": f"{on}/{name}", "cost_series": f"{on}/cost"}
    return {"score": score, "constant": float(np.median(constants)) if constants else None, **series}


def _solved(trained: Sequence[RunResult]) -> dict[str, Any] | None:
    """What a run must reach, and the series that must: that of the samples whose scores are reported. Of runs with
    different samples it is the middle one, as each has its own.
    """
    found = [(one, result) for result in trained if (one := threshold_of(result))]
    if not found:
        return None
    one, result = found[0]
    series = f"{result.reported_on}/{one.score}"
    return {"value": float(np.median([one.value for one, _ in found])), "words": rule_of(trained), "series": series}


def standing_for_all(sweep: Findings) -> set[int]:
    """Of each setting the best, the middle and the worst run by score, for a page that has no room for all."""
    chosen = set[int]()
    for part in sweep.parts:
        for members in in_order(part.results, settings_in(part.keys)):
            ordered = sorted(members, key=lambda one: (not one.has_finished, -_worth(one), one.index))
            chosen |= {ordered[place].index for place in (0, len(ordered) // 2, -1)}
    return chosen


def _worth(result: RunResult) -> float:
    score = result.objective
    return -np.inf if np.isnan(score) else METRICS.metric(result.score).sign * score
