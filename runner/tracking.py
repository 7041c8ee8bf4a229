"""Writing to MLflow: the only file that imports it, used by one process.

A run is created when its result is there, with all its numbers in one batch; nothing is ever RUNNING but the sweep.
"""

import logging
import os
import sqlite3
import tempfile
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlparse

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

import mlflow.pyfunc
import numpy as np
from filelock import FileLock
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from mlflow.models import Model, ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types import Schema, TensorSpec
from mlflow.utils.uri import append_to_uri_path

from runner import bulk
from runner.errors import UserError
from runner.identity import environment
from runner.records import MAX_TAG, DataRecord, RunRecord
from runner.results import RunResult, weights_archive

DEFAULT_URI = "sqlite:///mlflow.db"
MAX_ENTRIES, MAX_PARAMS = 1000, 100
PROBE_SECONDS = 10
PARENT = "mlflow.parentRunId"


def tracking_uri() -> str:
    """`MLFLOW_TRACKING_URI` where that is set, else a SQLite file in the working directory."""
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI


def weights_of(run_id: str) -> bytes:
    """The `weights.npz` of a run in the store."""
    _probe(tracking_uri())
    with tempfile.TemporaryDirectory() as folder:
        return Path(MlflowClient(tracking_uri()).download_artifacts(run_id, "weights.npz", folder)).read_bytes()


class Tracker:
    """One experiment in one store. Raises UserError when the store cannot be opened or written."""

    def __init__(self, experiment: str) -> None:
        self.uri = tracking_uri()
        for name in ("mlflow.store.db.utils", "mlflow.tracking.fluent", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        _probe(self.uri)
        _check_file(self.uri)
        try:
            with _alone_with(self.uri):
                self._client = MlflowClient(self.uri)
                found = self._client.get_experiment_by_name(experiment)
                if found and found.lifecycle_stage == "deleted":
                    raise UserError(f"the experiment {experiment!r} is deleted; restore it or set tracking.experiment")
                if found is None:
                    found = self._client.get_experiment(self._client.create_experiment(experiment))
                self.experiment_id, self._artifacts = found.experiment_id, found.artifact_location
                _use_write_ahead_log(self.uri)
        except UserError:
            raise
        except Exception as error:  # each kind of store raises what its own driver raises
            named = " (MLFLOW_TRACKING_URI names it)" if self.uri != DEFAULT_URI else ""
            raise UserError(f"the MLflow store {self.uri}{named} cannot be used: {reason(error)}") from error

    def start_sweep(self, name: str, tags: Mapping[str, str], note: str) -> str:
        """Create the parent run of a sweep and return its id."""
        all_tags = environment() | dict(tags) | {"mlflow.note.content": note, "mlflow.user": _user()}
        return str(self._client.create_run(self.experiment_id, run_name=name, tags=all_tags).info.run_id)

    def write_runs(self, records: Sequence[RunRecord], parent: str | None) -> Iterator[str]:
        """Write runs, each with everything it has, and give their ids: many in one transaction where that is possible.

        A run that cannot be written whole does not appear, or is FAILED.
        """
        links = {PARENT: parent} if parent else {}
        complete = [
            replace(record, tags={**environment(), **record.tags, **links, "mlflow.user": _user()})
            for record in records
        ]
        file = _sqlite_file(self.uri)
        if file is not None and bulk.knows(file) and _folder(self._artifacts) is not None:
            run_ids = [bulk.new_id() for _ in complete]
            for run_id, record in zip(run_ids, complete, strict=True):
                self._write_artifacts(run_id, self._artifacts_of(run_id), record.files)
            bulk.insert(file, self.experiment_id, {run_id: self._artifacts_of(run_id) for run_id in run_ids}, complete)
            yield from run_ids
        else:
            for record in complete:
                yield self._write_run(record)

    def _write_run(self, record: RunRecord) -> str:
        """Write one run through MLflow's client."""
        run = self._client.create_run(self.experiment_id, record.started, dict(record.tags), record.name)
        run_id = str(run.info.run_id)
        try:
            self._log_batches(run_id, record)
            self._write_artifacts(run_id, run.info.artifact_uri, record.files)
            if record.data:
                self._client.log_inputs(run_id, [_dataset_input(data) for data in record.data])
        except BaseException as error:
            self.fail(run_id, error)
            raise
        self._client.set_terminated(run_id, record.status, record.ended)
        return run_id

    def fail(self, run_id: str, error: BaseException) -> None:
        """End a run that could not be written whole, if the store still can."""
        with suppress(Exception):
            self._client.set_terminated(run_id, "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED")

    def add_files(self, run_id: str, files: Mapping[str, bytes]) -> None:
        """Give a run more files."""
        self._write_artifacts(run_id, self._client.get_run(run_id).info.artifact_uri, files)

    def _artifacts_of(self, run_id: str) -> str:
        return str(append_to_uri_path(self._artifacts, run_id, "artifacts"))  # type: ignore[no-untyped-call]

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
        self._client.log_batch(run_id, rows, tags=[RunTag(key, value[:MAX_TAG]) for key, value in tags.items()])
        self.add_files(run_id, files)
        self._client.set_terminated(run_id, status)

    def end_sweep(self, run_id: str, status: str) -> None:
        """End the parent run as it is."""
        self._client.set_terminated(run_id, status)

    def _log_batches(self, run_id: str, record: RunRecord) -> None:
        params = [Param(key, value) for key, value in record.params.items()]
        metrics = [Metric(*row) for row in record.metrics]
        while params or metrics:
            now, params = params[:MAX_PARAMS], params[MAX_PARAMS:]
            room = MAX_ENTRIES - len(now)
            self._client.log_batch(run_id, metrics=metrics[:room], params=now)
            metrics = metrics[room:]

    def _write_artifacts(self, run_id: str, artifact_uri: str, files: Mapping[str, bytes]) -> None:
        """Into the run's folder where that is on this machine, which is ten times faster; else through the client."""
        folder = _folder(artifact_uri)
        with nullcontext(folder) if folder else tempfile.TemporaryDirectory() as into:
            for name, content in files.items():
                path = Path(into) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            if folder is None and files:
                self._client.log_artifacts(run_id, into)

    def log_model(self, run_id: str, result: RunResult) -> None:
        """Give a run a model that `mlflow.pyfunc.load_model` can load."""
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


def _dataset_input(data: DataRecord) -> DatasetInput:
    dataset = Dataset(data.name, data.digest, "code", data.source, profile=data.profile)
    return DatasetInput(dataset, [InputTag("mlflow.data.context", data.context)])


def _folder(artifact_uri: str) -> str | None:
    """The path of artifacts on this machine; None for those elsewhere."""
    parsed = urlparse(artifact_uri)
    return unquote(parsed.path) if parsed.scheme in ("", "file") else None


def _probe(uri: str) -> None:
    """A server that is not there is noticed in seconds; MLflow's client would try for minutes."""
    if not uri.startswith(("http://", "https://")):
        return
    try:
        with urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=PROBE_SECONDS):
            pass
    except urllib.error.HTTPError:
        return  # something answers; whether it will have us, MLflow's client finds out
    except OSError as error:
        raise UserError(f"no MLflow server answers at {uri} ({reason(error)}); MLFLOW_TRACKING_URI names it") from error


def _sqlite_file(uri: str) -> str | None:
    """The file of a local SQLite store; None for any other store."""
    path = uri.removeprefix("sqlite:///") if uri.startswith("sqlite:///") else ""
    return path if path not in ("", ":memory:") else None


def _check_file(uri: str) -> None:
    """MLflow tries for minutes to open a folder as a database, and forgets what it writes to no file."""
    file = _sqlite_file(uri)
    if uri.startswith("sqlite:") and file is None:
        raise UserError(f"the MLflow store {uri} (MLFLOW_TRACKING_URI names it) is not a file: nothing would be kept")
    if file is not None and Path(file).is_dir():
        raise UserError(f"the MLflow store {uri} cannot be used: {file} is a folder")
    if file is not None and Path(file).exists() and not os.access(file, os.W_OK):
        raise UserError(f"the MLflow store {uri} cannot be used: {file} may not be written")


def _alone_with(uri: str) -> AbstractContextManager[object]:
    """MLflow's creation of a store's tables fails when two programs do it at once; one waits for the other."""
    file = _sqlite_file(uri)
    return nullcontext() if file is None else FileLock(f"{file}.lock", timeout=120)


def _use_write_ahead_log(uri: str) -> None:
    """Switch a local SQLite file to its write-ahead log: writers are faster and readers never wait."""
    file = _sqlite_file(uri)
    if file is None:
        return
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def reason(error: BaseException) -> str:
    """What went wrong in one line, from the long errors of a store."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith("(raised as")]
    return lines[0][:300] if lines else type(error).__name__
