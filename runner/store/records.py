"""A run in the store as plain data: params, metric rows, tags, data sets and files."""

import io
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import yaml

from nn.faults import FAULTS
from nn.registry import Array
from runner.runs.flat import flatten
from runner.runs.origin import DataUsed
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from runner.runs.role import Role
from runner.runs.signals import columns_of
from runner.runs.snapshots import FILE, write_snapshots
from runner.runs.spec import to_plain
from runner.runs.weights import write_weights

MAX_TAG, MAX_PARAM, MAX_DIGEST = 5000, 6000, 36
# Tags that tell apart what MLflow lists as runs: `level` is sweep, setting or run. A setting has its sweep's id in
# `settings_of`, a run its setting's label in `setting`; a `band` marks the few runs whose means are drawn with a band.
LEVEL, SETTING, SETTINGS_OF, BAND = "level", "setting", "settings_of", "band"
PICTURE = "plots/cost_and_fit.png"  # of a run
YAML = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # ten times faster where libyaml is there

MOST_ENTRIES = 4096  # of configs, that are remembered as YAML
MetricRow = tuple[str, float, int, int]


@dataclass(frozen=True)
class DataRecord:
    """A run's data in one role, `train`, `validation` or `test`: its source and contents."""

    name: str
    digest: str
    source: str
    profile: str
    context: str


@dataclass(frozen=True)
class RunRecord:
    """Everything of one run that goes into a store. Metric rows are (key, value, time, step); times are in ms."""

    name: str
    status: str
    started: int
    ended: int
    params: Mapping[str, str]
    metrics: list[MetricRow]
    tags: Mapping[str, str]
    data: tuple[DataRecord, ...]
    files: Mapping[str, bytes]


def record_of(result: RunResult, name: str, tags: Mapping[str, str], points: int) -> RunRecord:
    """A result as it is written; of what never ran there is nothing to say but which run it would have been, which its
    params say.
    """
    started = int(result.provenance.started * 1000) or int(time.time() * 1000)
    ended = started + max(1, round(result.provenance.seconds * 1000))
    was_killed = result.outcome is Outcome.KILLED
    return RunRecord(
        name=name,
        status=result.outcome.mlflow_status,
        started=started,
        ended=ended,
        params={key: str(value)[:MAX_PARAM] for key, value in params_of(result).items()},
        metrics=[] if was_killed else metric_rows(result, points),
        tags=dict(tags) | tags_of(result),
        data=_data_of(result, result.data) if result.data else (),
        files={} if was_killed else artifacts_of(result),
    )


def params_of(result: RunResult) -> dict[str, Any]:
    """The flattened spec, and the scaling of targets and inputs that the data led to."""
    params = flatten(result.spec)
    if result.network:
        scaling = result.network.scaling
        params["scaling.target_shift"] = scaling.y_shift
        params["scaling.target_scale"] = scaling.y_scale
        if dict(result.spec.data)["standardize"]:
            params["scaling.input_shift"] = scaling.x_shift.tolist()
            params["scaling.input_scale"] = scaling.x_scale.tolist()
        if scaling.x_fill is not None:
            params["scaling.input_fill"] = scaling.x_fill.tolist()
    return params


def metric_rows(result: RunResult, points: int) -> list[MetricRow]:
    """Every series at no more than `points` of its points, including both ends; final values again as `final/...`.

    A series that never changes, such as a constant learning rate, has only its ends. `history.parquet` has all points.
    """
    now = int((result.provenance.started + result.provenance.seconds) * 1000)
    steps = [int(step) for step in result.history.get("step", [])]
    kept = np.unique(np.linspace(0, len(steps) - 1, min(points, len(steps))).round().astype(int)).tolist()
    rows = [
        (name, values[place], now, steps[place])
        for name, values in result.history.items()
        if name != "step"
        for place in (kept if len(set(values)) > 1 else [*kept[:1], *kept[1:][-1:]])
    ]
    finals = {f"final/{name.replace('/', '_')}": value for name, value in result.finals.items()}
    named = {name: value for name, value in result.measures.items() if name.startswith(("baseline/", "probe"))}
    for name in named:
        del finals[f"final/{name.replace('/', '_')}"]
    return rows + [(name, value, now, 0) for name, value in (finals | named).items()]


def tags_of(result: RunResult) -> dict[str, str]:
    """Identity and outcome; the error, if there was one."""
    tags = {LEVEL: "run", "run_key": result.key, "sweep_index": str(result.index), "outcome": result.outcome.value}
    tags |= {"last_step": str(result.last_step)} | result.provenance.environment
    if result.data:
        n_train, n_test = result.data.n_samples
        tags |= {"data_digest": result.data.digest} | result.digests
        tags |= {"train_samples": str(n_train), "test_samples": str(n_test)}
        tags |= {"validation_samples": str(result.data.n_validation)} if result.data.n_validation else {}
    if result.role is not Role.SEARCH or result.rung:
        tags |= {"role": result.role.value, "rung": str(result.rung)}
    if result.restored is not None:
        tags["restored_step"] = str(result.restored)
    if result.provenance.engine:
        tags["engine"] = result.provenance.engine[:MAX_TAG]
    if result.provenance.reused_from:
        tags["reused_from"] = result.provenance.reused_from
    if result.error:
        tags["error"] = result.error.partition("\n")[0][:MAX_TAG]
    notes = [f"Made on purpose: {fault}. {FAULTS.summary(fault)}" for fault in result.spec.fault]
    if result.outcome is Outcome.DIVERGED:
        notes.append(
            f"Diverged: after step {result.last_step} cost or weights were no longer finite, or the cost was hopelessly"
            " high. So it has no final values; its series end with the last finite ones."
        )
    if notes:
        tags["mlflow.note.content"] = "\n\n".join(notes)
    return tags


def artifacts_of(result: RunResult) -> dict[str, bytes]:
    """The files of a run: config, weights, history, signals and snapshots, pictures, and the error of a failed one."""
    files = {
        "config.yaml": "".join(_entry(key, json.dumps(part)) for key, part in to_plain(result.spec).items()).encode()
    }
    files |= pictures_in(result)
    if result.network:
        files["weights.npz"] = write_weights(result.network)
    if result.history:
        files["history.parquet"] = _parquet(result.history)
    if result.signals:
        files["signals.parquet"] = _parquet(columns_of(result.signals))
    if result.snapshots is not None:
        files[FILE] = write_snapshots(result.snapshots)
    if result.error:
        files["error.txt"] = result.error.encode()
    return files


@lru_cache(MOST_ENTRIES)
def _entry(key: str, part: str) -> str:
    """A key of a config and what it holds, given as JSON, as YAML; the runs of a sweep share nearly all of them."""
    return str(yaml.dump({key: json.loads(part)}, Dumper=YAML, sort_keys=False))


def pictures_in(result: RunResult) -> dict[str, bytes]:
    """The files of a run's pictures."""
    return {f"plots/{name}": content for name, content in result.pictures.items()}


def _parquet(columns: Mapping[str, Sequence[float] | Array]) -> bytes:
    """Without dictionaries and statistics, which take a third of the time and save nothing of so few numbers."""
    import pyarrow
    from pyarrow import parquet

    buffer = io.BytesIO()
    arrays = {
        name: pyarrow.array(values, None if len(values) else pyarrow.float64()) for name, values in columns.items()
    }
    parquet.write_table(pyarrow.table(arrays), buffer, use_dictionary=False, write_statistics=False)
    return buffer.getvalue()


def of_level(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags of a run that say how it is listed."""
    return {key: tags[key] for key in (LEVEL, SETTING, BAND) if key in tags}


def _data_of(result: RunResult, used: DataUsed) -> tuple[DataRecord, ...]:
    data, (n_train, n_test) = result.spec.data, used.n_samples
    source = json.dumps(data.model_dump(mode="json") | {"seed": result.spec.data_seed})[:65000]
    sizes = {"train": n_train, "validation": used.n_validation, "test": n_test}
    profile = json.dumps({f"{part} samples": n for part, n in sizes.items() if n or part != "validation"})
    split = "+".join(str(n) for part, n in sizes.items() if n or part != "validation")
    endings = {part: f"-{split}-{part}" for part, n in sizes.items() if n}
    # MLflow knows a data set by name and digest, and keeps the first profile: another split is another one.
    return tuple(
        DataRecord(data.name, used.digest[: MAX_DIGEST - len(ending)] + ending, source, profile, context)
        for context, ending in endings.items()
    )


@dataclass(frozen=True)
class ParentRecord:
    """Everything that a parent run gets at the end. `views` are tags of the experiment: saved pages of MLflow."""

    files: dict[str, bytes]
    metrics: dict[str, float]
    tags: dict[str, str]
    views: dict[str, str]
    params: dict[str, str]
