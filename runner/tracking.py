"""Writing to MLflow, by one process; `reading.py` reads. No other file imports it.

A run is created when its result is there, with all its numbers in one batch; nothing is ever RUNNING but the sweep.
"""

import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import mlflow.pyfunc
import numpy as np
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelStatus, Metric, Param, RunTag
from mlflow.models import Model, ModelSignature
from mlflow.store.db.utils import _initialize_tables, create_sqlalchemy_engine
from mlflow.tracking import MlflowClient
from mlflow.types import Schema, TensorSpec
from mlflow.utils.uri import append_to_uri_path

from runner import bulk
from runner.about import About
from runner.errors import UserError
from runner.identity import user
from runner.parent import ParentRecord
from runner.reading import PARENT, Reader, StoredRun
from runner.records import MAX_TAG, DataRecord, RunRecord
from runner.results import RunResult, weights_archive
from runner.stores import (
    DEFAULT_URI,
    alone_with,
    check_file,
    check_place,
    fold_log_in,
    folder_of,
    in_sight,
    probe,
    reason,
    shown,
    sqlite_file,
    tracking_uri,
    use_write_ahead_log,
)
from runner.views import saved_view

MAX_ENTRIES, MAX_PARAMS = 1000, 100
AT_ONCE = 50  # runs in one transaction


class Tracker:
    """One experiment in one store. Raises UserError when the store cannot be opened or written."""

    def __init__(self, experiment: str) -> None:
        self.uri = tracking_uri()
        probe(self.uri)
        check_file(self.uri)
        try:
            with alone_with(self.uri):
                make_tables(self.uri)
                self._client = MlflowClient(self.uri)
                found = self._client.get_experiment_by_name(experiment)
                if found and found.lifecycle_stage == "deleted":
                    raise UserError(f"the experiment {experiment!r} is deleted; restore it or set tracking.experiment")
                if found is None:
                    found = self._client.get_experiment(self._client.create_experiment(experiment))
                self.experiment_id, self._artifacts = found.experiment_id, found.artifact_location
                check_place(experiment, self._artifacts)
                use_write_ahead_log(self.uri)
            self.reader = Reader(self._client)
        except UserError:
            raise
        except Exception as error:  # each kind of store raises what its own driver raises
            named = " (MLFLOW_TRACKING_URI names it)" if self.uri != DEFAULT_URI else ""
            raise UserError(f"the MLflow store {shown(self.uri)}{named} cannot be used: {reason(error)}") from error

    def start_sweep(self, name: str, tags: Mapping[str, str]) -> str:
        """Create the parent run of a sweep and return its id."""
        all_tags = {key: value[:MAX_TAG] for key, value in tags.items()} | {"mlflow.user": user()}
        return str(self._client.create_run(self.experiment_id, run_name=name, tags=all_tags).info.run_id)

    def resume_sweep(self, run_id: str) -> None:
        """Have a parent run again that an earlier process left."""
        self._client.update_run(run_id, status="RUNNING")

    def remove(self, runs: Sequence[StoredRun]) -> None:
        """End runs that are still running, and move all of them to MLflow's bin."""
        for run in runs:
            if run.status == "RUNNING":
                self._client.set_terminated(run.run_id, "KILLED")
            self._client.delete_run(run.run_id)

    def write_runs(self, records: Sequence[RunRecord], parent: str | None) -> Iterator[str]:
        """Write runs, each with everything it has, and give their ids: many in one transaction where that is possible.

        A run that cannot be written whole does not appear, or is FAILED.
        """
        more = {"mlflow.user": user()} | ({PARENT: parent} if parent else {})
        complete = [replace(record, tags=dict(record.tags) | more) for record in records]
        file = self._bulk_file()
        yield from map(self._write_run, complete) if file is None else self._write_bulk(file, complete)

    @property
    def at_once(self) -> int:
        """How many runs to hand to `write_runs`: through the client each is a matter of its own."""
        return AT_ONCE if self._bulk_file() else 1

    def settle(self) -> None:
        """Leave a store that is whole in one file, where it is one."""
        fold_log_in(self.uri)

    def _bulk_file(self) -> str | None:
        """The SQLite file that runs can be inserted into without the client; None for any other store."""
        file = sqlite_file(self.uri)
        return file if file and bulk.knows(file) and folder_of(self._artifacts) else None

    def _write_bulk(self, file: str, records: Sequence[RunRecord]) -> list[str]:
        """Write runs in one transaction; their files are there before they appear."""
        rows = []
        try:
            for record in records:
                run_id = bulk.new_id()
                rows.append((run_id, self._artifacts_of(run_id), record))
                self._write_artifacts(*rows[-1][:2], record.files)
            bulk.insert(file, self.experiment_id, rows)
        except Exception:
            for _, artifact_uri, _ in rows:
                rmtree(Path(str(folder_of(artifact_uri))).parent, ignore_errors=True)
            raise
        return [run_id for run_id, _, _ in rows]

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

    def local_file(self, run_id: str, name: str) -> str | None:
        """Where a run's artifact is, if on this machine."""
        return in_sight(self._artifacts_of(run_id), name)

    def _artifacts_of(self, run_id: str) -> str:
        return str(append_to_uri_path(self._artifacts, run_id, "artifacts"))

    def finish_sweep(self, run_id: str, status: str, record: ParentRecord, about: About) -> None:
        """Write the comparison to the parent run and end it; the view of its runs is kept with the experiment."""
        now = int(1000 * time.time())
        rows = [Metric(key, value, now, 0) for key, value in record.metrics.items() if np.isfinite(value)]
        self._client.log_batch(run_id, rows, tags=[RunTag(key, value[:MAX_TAG]) for key, value in record.tags.items()])
        self.add_files(run_id, record.files)
        self._client.set_terminated(run_id, status)
        with suppress(Exception):  # nothing is missing without it
            self._client.set_experiment_tag(self.experiment_id, *saved_view(about, record.view, now))

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
        folder = folder_of(artifact_uri)
        with nullcontext(folder) if folder else tempfile.TemporaryDirectory() as into:
            for name, content in files.items():
                path = Path(into) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            if folder is None and files:
                self._client.log_artifacts(run_id, into)

    def log_model(self, run_id: str, result: RunResult) -> None:
        """Give a run a model that `mlflow.pyfunc.load_model` can load; one that has it keeps it."""
        had = self._client.get_run(run_id).outputs
        models = [self._client.get_logged_model(one.model_id) for one in had.model_outputs] if had else []
        if any(model.status == LoggedModelStatus.READY for model in models):
            return
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


def make_tables(uri: str) -> None:
    """Make a new SQLite store under another name first: one that was left half-made can never be used again."""
    file = sqlite_file(uri)
    if file is None or (Path(file).exists() and Path(file).stat().st_size):
        return
    partial = Path(f"{file}.partial")
    partial.unlink(missing_ok=True)
    engine = create_sqlalchemy_engine(f"sqlite:///{partial}")
    _initialize_tables(engine)
    engine.dispose()
    partial.replace(file)


def _dataset_input(data: DataRecord) -> DatasetInput:
    dataset = Dataset(data.name, data.digest, "code", data.source, profile=data.profile)
    return DatasetInput(dataset, [InputTag("mlflow.data.context", data.context)])
