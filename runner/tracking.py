"""Writing to MLflow: the only file that imports it, used by one process.

A run is created when its result is there, with all its numbers in one batch; nothing is ever RUNNING but the sweep.
"""

import json
import logging
import os
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import yaml

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

import mlflow.pyfunc
import numpy as np
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.models import Model, ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types import Schema, TensorSpec

from runner.errors import UserError
from runner.identity import environment
from runner.results import RunResult, weights_archive
from runner.spec import flatten, to_plain

DEFAULT_URI = "sqlite:///mlflow.db"
MAX_METRICS, MAX_PARAMS, MAX_VALUE = 1000, 100, 6000
STATUS = {"failed": "FAILED", "killed": "KILLED"}
PARENT = "mlflow.parentRunId"


def tracking_uri() -> str:
    """`MLFLOW_TRACKING_URI` where that is set, else a SQLite file in the working directory."""
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI


class Tracker:
    """One experiment in one store. Raises UserError when the store cannot be opened or written."""

    def __init__(self, experiment: str) -> None:
        self.uri = tracking_uri()
        for name in ("mlflow.store.db.utils", "mlflow.tracking.fluent", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        try:
            self._client = MlflowClient(self.uri)
            found = self._client.get_experiment_by_name(experiment)
            self.experiment_id = found.experiment_id if found else self._client.create_experiment(experiment)
            if found and found.lifecycle_stage == "deleted":
                raise UserError(
                    f"the MLflow experiment {experiment!r} is deleted; restore it or set tracking.experiment"
                )
            _use_write_ahead_log(self.uri)
        except (MlflowException, OSError, sqlite3.Error) as error:
            raise UserError(f"the MLflow store {self.uri} cannot be used: {_reason(error)}") from error

    def start_sweep(self, name: str, tags: Mapping[str, str], note: str) -> str:
        """Create the parent run of a sweep and return its id."""
        all_tags = environment() | dict(tags) | {"mlflow.note.content": note, "mlflow.user": _user()}
        return str(self._client.create_run(self.experiment_id, run_name=name, tags=all_tags).info.run_id)

    def write_run(self, result: RunResult, name: str, parent: str | None, tags: Mapping[str, str], model: bool) -> str:
        """Write one run with everything it has, and return its id."""
        started = int(result.started * 1000) or int(time.time() * 1000)
        all_tags = environment() | dict(tags) | _tags_of(result) | ({PARENT: parent} if parent else {})
        run = self._client.create_run(self.experiment_id, started, {**all_tags, "mlflow.user": _user()}, name)
        run_id = str(run.info.run_id)
        self._log_batches(run_id, result)
        if result.task:
            self._client.log_inputs(run_id, _dataset_inputs(result))
        self._write_artifacts(run_id, run.info.artifact_uri, artifacts_of(result))
        if model and result.scaling is not None:
            self._log_model(run_id, result)
        ended = started + int(result.seconds * 1000)
        self._client.set_terminated(run_id, STATUS.get(result.outcome, "FINISHED"), max(ended, started + 1))
        return run_id

    def log_model(self, run_id: str, result: RunResult) -> None:
        """Give a run that is already written a model that `mlflow.pyfunc.load_model` can load."""
        self._log_model(run_id, result)

    def finish_sweep(
        self,
        run_id: str,
        status: str,
        files: Mapping[str, bytes],
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
    ) -> None:
        """Write the comparison to the parent run and end it."""
        now = int(time.time() * 1000)
        rows = [Metric(key, value, now, 0) for key, value in metrics.items() if np.isfinite(value)]
        self._client.log_batch(run_id, rows, tags=[RunTag(key, value[:5000]) for key, value in tags.items()])
        self._write_artifacts(run_id, self._client.get_run(run_id).info.artifact_uri, files)
        self._client.set_terminated(run_id, status)

    def _log_batches(self, run_id: str, result: RunResult) -> None:
        params = [Param(key, str(value)[:MAX_VALUE]) for key, value in _params_of(result).items()]
        metrics = _metrics_of(result)
        for start in range(0, max(len(params), 1), MAX_PARAMS):
            self._client.log_batch(run_id, params=params[start : start + MAX_PARAMS])
        for start in range(0, len(metrics), MAX_METRICS):
            self._client.log_batch(run_id, metrics=metrics[start : start + MAX_METRICS])

    def _write_artifacts(self, run_id: str, artifact_uri: str, files: Mapping[str, bytes]) -> None:
        """Into the run's folder where that is on this machine, which is ten times faster; else through the client."""
        parsed = urlparse(artifact_uri)
        with tempfile.TemporaryDirectory() as scratch:
            local = parsed.scheme in ("", "file")
            folder = Path(unquote(parsed.path)) if local else Path(scratch)
            for name, content in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            if not local and files:
                self._client.log_artifacts(run_id, scratch)

    def _log_model(self, run_id: str, result: RunResult) -> None:
        outputs = result.sizes[-1]
        signature = ModelSignature(
            Schema([TensorSpec(np.dtype(np.float64), (-1, result.sizes[0]))]),
            Schema([TensorSpec(np.dtype(np.float64), (-1, outputs))]),
        )
        mlflow.set_tracking_uri(self.uri)
        mlflow.set_experiment(experiment_id=self.experiment_id)
        with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*input example.*")
            weights = Path(scratch) / "weights.npz"
            weights.write_bytes(weights_archive(result))
            Model.log(
                artifact_path=None,
                name="model",
                flavor=mlflow.pyfunc,
                run_id=run_id,
                loader_module="runner.model",
                data_path=str(weights),
                signature=signature,
                pip_requirements=[f"numpy=={np.__version__}"],
            )


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


def _metrics_of(result: RunResult) -> list[Metric]:
    """Every series with its steps; final values once more as `final/...`."""
    now = int((result.started + result.seconds) * 1000)
    steps = [int(step) for step in result.history.get("step", [])]
    rows = [
        Metric(name, value, now, step)
        for name, values in result.history.items()
        if name != "step"
        for step, value in zip(steps, values, strict=True)
    ]
    finals = [Metric(f"final/{name.replace('/', '_')}", value, now, 0) for name, value in result.finals.items()]
    return rows + finals


def _params_of(result: RunResult) -> dict[str, Any]:
    params = flatten(result.spec)
    if result.scaling is not None:
        params["scaling.target_shift"] = result.scaling.y_shift
        params["scaling.target_scale"] = result.scaling.y_scale
        if dict(result.spec.data)["standardize"]:
            params["scaling.input_shift"] = result.scaling.x_shift.tolist()
            params["scaling.input_scale"] = result.scaling.x_scale.tolist()
    return params


def _tags_of(result: RunResult) -> dict[str, str]:
    tags = {"run_key": result.key, "outcome": result.outcome, "last_step": str(result.last_step)}
    if result.data_digest:
        tags["data_digest"] = result.data_digest
    if result.error:
        tags["error"] = result.error.partition("\n")[0][:5000]
    if result.outcome == "diverged":
        tags["mlflow.note.content"] = (
            f"Diverged: cost or weights were no longer finite after step {result.last_step}. "
            "The numbers are the last finite ones."
        )
    return tags


def _dataset_inputs(result: RunResult) -> list[DatasetInput]:
    data = result.spec.data
    source = json.dumps(data.model_dump(mode="json") | {"seed": result.spec.data_seed})
    profile = json.dumps({"train samples": result.n_samples[0], "test samples": result.n_samples[1]})
    digest = (result.data_digest or result.key)[:36]
    contexts = ("train", "test") if result.n_samples[1] else ("train",)
    return [
        DatasetInput(
            Dataset(data.name, digest, "code", source[:65000], profile=profile), [InputTag("mlflow.data.context", one)]
        )
        for one in contexts
    ]


def _use_write_ahead_log(uri: str) -> None:
    """Switch a local SQLite file to its write-ahead log: writers are faster and readers never wait."""
    if uri.startswith("sqlite:///") and (path := uri.removeprefix("sqlite:///")) not in ("", ":memory:"):
        connection = sqlite3.connect(path)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _reason(error: BaseException) -> str:
    """The first line of an error that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__
