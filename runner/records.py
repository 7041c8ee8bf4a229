"""What a run looks like in the store, as plain data: params, metric rows, tags and files."""

from typing import Any

import yaml

from nn.faults import FAULTS
from runner.results import RunResult, weights_archive
from runner.spec import flatten, to_plain

MAX_TAG = 5000

MetricRow = tuple[str, float, int, int]


def params_of(result: RunResult) -> dict[str, Any]:
    """The flattened spec, and the scaling of targets and inputs that the data led to."""
    params = flatten(result.spec)
    if result.scaling is not None:
        params["scaling.target_shift"] = result.scaling.y_shift
        params["scaling.target_scale"] = result.scaling.y_scale
        if dict(result.spec.data)["standardize"]:
            params["scaling.input_shift"] = result.scaling.x_shift.tolist()
            params["scaling.input_scale"] = result.scaling.x_scale.tolist()
    return params


def metric_rows(result: RunResult) -> list[MetricRow]:
    """Every series as (key, value, milliseconds, step); final values once more as `final/...`."""
    now = int((result.started + result.seconds) * 1000)
    steps = [int(step) for step in result.history.get("step", [])]
    rows = [
        (name, value, now, step)
        for name, values in result.history.items()
        if name != "step"
        for step, value in zip(steps, values, strict=True)
    ]
    finals = {f"final/{name.replace('/', '_')}": value for name, value in result.finals.items()}
    named = {name: value for name, value in result.measures.items() if name.startswith(("baseline/", "probe"))}
    for name in named:
        del finals[f"final/{name.replace('/', '_')}"]
    return rows + [(name, value, now, 0) for name, value in (finals | named).items()]


def tags_of(result: RunResult) -> dict[str, str]:
    """Identity and outcome; what went wrong, if something did."""
    tags = {"run_key": result.key, "outcome": result.outcome, "last_step": str(result.last_step)}
    if result.data_digest:
        tags["data_digest"] = result.data_digest
    if result.error:
        tags["error"] = result.error.partition("\n")[0][:MAX_TAG]
    notes = [f"Made on purpose: {fault}. {FAULTS.summary(fault)}" for fault in result.spec.fault]
    if result.outcome == "diverged":
        notes.append(
            f"Diverged: cost or weights were no longer finite after step {result.last_step}. "
            "The numbers are the last finite ones."
        )
    if notes:
        tags["mlflow.note.content"] = "\n\n".join(notes)
    return tags


def artifacts_of(result: RunResult) -> dict[str, bytes]:
    """The files of a run: its config, its weights and history, its pictures, and the error of a failed one."""
    files = {"config.yaml": yaml.safe_dump(to_plain(result.spec), sort_keys=False).encode()}
    files |= {f"plots/{name}": content for name, content in result.pictures.items()}
    if result.scaling is not None:
        files["weights.npz"] = weights_archive(result)
    if result.history.get("step"):
        import pandas as pd

        files["history.parquet"] = pd.DataFrame(result.history).to_parquet(index=False)
    if result.error:
        files["error.txt"] = result.error.encode()
    return files
