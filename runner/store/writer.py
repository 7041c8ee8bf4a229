"""Writing to MLflow, by one process.

`reader.py` reads, `client.py` writes single runs, `models.py` their models; what MLflow does not promise is in
`mlflow_private.py`. No other file imports MLflow.

A run is created when its result is there, with all its numbers in one batch; only the sweep is ever RUNNING.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import numpy as np
from mlflow.entities import Experiment, Metric, RunTag
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from runner.base.threads import in_flight
from runner.base.version import __version__
from runner.runs.environment import user
from runner.runs.result import RunResult
from runner.store import sqlite
from runner.store.address import (
    DEFAULT_URI,
    alone_with,
    anywhere,
    check_file,
    check_own,
    check_place,
    fold_log_in,
    folder_of,
    in_sight,
    is_server,
    probe,
    sqlite_file,
    tracking_uri,
    use_write_ahead_log,
)
from runner.store.client import ClientWriter
from runner.store.errors import StoreError, shown, store_errors
from runner.store.models import ModelWriter
from runner.store.new_store import make_tables
from runner.store.reader import PARENT, Reader
from runner.store.records import MAX_TAG, ParentRecord, RunRecord
from runner.store.stored_run import StoredRun

WRITTEN_BY = "runner.version"  # a tag of an experiment: the version of this program that wrote to it last
AT_ONCE, ROUNDS = 200, 2  # runs in one transaction, and how many of these until a Ctrl-C is heard
# Runs written through a client at a time: more keep no server busier; a run takes 2 of a database's 15 connections.
TO_SERVER, TO_DATABASE, TO_SQLITE = 8, 4, 1


class Tracker:
    """One experiment in one store, which `is_new` where it was made here. Raises StoreError."""

    def __init__(self, experiment: str) -> None:
        self.uri = tracking_uri()
        probe(self.uri)
        check_file(self.uri)
        named = " (MLFLOW_TRACKING_URI names it)" if self.uri != DEFAULT_URI else ""
        with store_errors(f"the MLflow store {shown(self.uri)}{named} cannot be used: "), alone_with(self.uri):
            make_tables(self.uri)
            self._client = MlflowClient(anywhere(self.uri))
            known = self._client.get_experiment_by_name(experiment)
            found, self.is_new = known or self._new_experiment(experiment), known is None
            if found.lifecycle_stage == "deleted":
                raise StoreError(f"the experiment {experiment!r} is deleted; restore it or set tracking.experiment")
            self.experiment_id, self._artifacts = found.experiment_id, found.artifact_location
            check_place(experiment, self._artifacts)
            if is_server(self.uri):  # whoever may not write runs there may not do this either: an early error
                self._client.set_experiment_tag(self.experiment_id, WRITTEN_BY, __version__)
            use_write_ahead_log(self.uri)
        self.reader, self._run_ids = Reader(self._client), sqlite.run_ids()
        self._writer = ClientWriter(self._client, self.uri, self.experiment_id)
        self._models = ModelWriter(self._client, self.experiment_id)

    def _new_experiment(self, name: str) -> Experiment:
        try:
            return self._client.get_experiment(self._client.create_experiment(name))
        except MlflowException:
            found = self._client.get_experiment_by_name(name)
            if found is None:
                raise
            return found  # someone else has made it, or our own request, whose answer was lost

    @store_errors()
    def start_sweep(self, name: str, tags: Mapping[str, str]) -> str:
        """Create the parent run of a sweep and return its id."""
        cut = {key: value[:MAX_TAG] for key, value in tags.items()} | {"mlflow.user": user()}
        return str(self._client.create_run(self.experiment_id, run_name=name, tags=cut).info.run_id)

    @store_errors()
    def resume_sweep(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Have a parent run again that an earlier process left."""
        self._client.update_run(run_id, status="RUNNING")
        self._client.log_batch(run_id, tags=[RunTag(key, value[:MAX_TAG]) for key, value in tags.items()])

    @store_errors()
    def tag(self, run_id: str, key: str) -> str:
        """What a run's tag says now; empty without it."""
        file = self._bulk_file()
        found = (sqlite.tags_of(file, run_id) if file else None) or self._client.get_run(run_id).data.tags
        return str(found.get(key, ""))

    @store_errors()
    def tag_runs(self, tags: Mapping[str, Mapping[str, str]], stale: Mapping[str, Iterable[str]]) -> None:
        """Give runs more tags, by run id, instead of those with `stale` keys."""
        cut = {run_id: {key: value[:MAX_TAG] for key, value in found.items()} for run_id, found in tags.items()}
        left = {run_id: set(keys) - set(cut.get(run_id, ())) for run_id, keys in stale.items()}
        if file := self._bulk_file():
            sqlite.tag(file, cut, left)
            return
        changes = [(run_id, cut.get(run_id, {}), left.get(run_id, ())) for run_id in {**cut, **left}]
        list(in_flight(self._writer.tag_run, changes, self._in_flight))

    @store_errors()
    def remove(self, runs: Sequence[StoredRun]) -> None:
        """End runs that are still running, and move all of them to MLflow's bin."""
        for run in runs:
            if run.status == "RUNNING":
                self._client.set_terminated(run.run_id, "KILLED")
            self._client.delete_run(run.run_id)

    @store_errors()
    def registered(self, runs: Sequence[StoredRun]) -> list[str]:
        """The registered models that are of these runs."""
        return self._models.registered([run.run_id for run in runs])

    @store_errors()
    def forget(self, runs: Sequence[StoredRun], views: Iterable[str]) -> bool:
        """Delete runs with their models, and saved views; returns whether they are gone for good, not in a bin."""
        for view in views:
            with suppress(MlflowException):  # it was never there
                self._client.delete_experiment_tag(self.experiment_id, view)
        ids, file = {run.run_id for run in runs}, self._bulk_file()
        if file is None:
            if not all(run.is_setting for run in runs):
                self._models.remove(ids)
            self.remove(runs)
            return False
        check_own(file, self._artifacts)
        places = [*sqlite.remove(file, ids), *(run.artifacts for run in runs)]
        for folder in map(Path, filter(None, map(folder_of, places))):
            is_usual = folder.parent.name in ids or folder.parent.name.startswith("m-")  # of a run, or of a model
            rmtree(folder.parent if is_usual else folder, ignore_errors=True)
        return True

    def write_runs(self, records: Sequence[RunRecord], parent: str = "") -> Iterator[tuple[int, str]]:
        """Write runs, each with everything it has; give the place of each with its id, as they come.

        Many go in one transaction where that is possible. A run that cannot be written whole does not appear, or is
        FAILED. After a failure no other is begun, and what the store raised is raised when all in flight have ended.
        """
        more = {"mlflow.user": user()} | ({PARENT: parent} if parent else {})
        complete = [replace(record, tags=dict(record.tags) | more) for record in records]
        file = self._bulk_file()
        with store_errors():
            if file is not None:
                yield from enumerate(self._write_bulk(file, complete))
            else:
                yield from in_flight(self._writer.write_run, complete, self._in_flight)

    @property
    def at_once(self) -> int:
        """How many runs to hand to `write_runs`."""
        return AT_ONCE if self._bulk_file() else ROUNDS * self._in_flight

    @property
    def can_lose_answers(self) -> bool:
        """Whether a request may be sent twice, because it was done and nobody heard of it."""
        return is_server(self.uri)

    @property
    def _in_flight(self) -> int:
        return TO_SERVER if is_server(self.uri) else TO_SQLITE if sqlite_file(self.uri) else TO_DATABASE

    @store_errors()
    def settle(self) -> None:
        """Leave a store that is whole in one file, where it is one."""
        fold_log_in(self.uri)

    def _bulk_file(self) -> str | None:
        """The SQLite file that runs can be inserted into without the client; None for any other store."""
        file = sqlite_file(self.uri)
        return file if file and sqlite.knows(file) and folder_of(self._artifacts) else None

    def _write_bulk(self, file: str, records: Sequence[RunRecord]) -> list[str]:
        """Write runs in one transaction; their files are there before they appear."""
        rows = []
        try:
            for record in records:
                run_id = next(self._run_ids)
                rows.append((run_id, self._artifacts_of(run_id), record))
                self._writer.write_files(*rows[-1][:2], record.files)
            sqlite.insert(file, self.experiment_id, rows)
        except Exception:
            for _, artifact_uri, _ in rows:
                rmtree(Path(str(folder_of(artifact_uri))).parent, ignore_errors=True)
            raise
        return [run_id for run_id, _, _ in rows]

    def fail(self, run_id: str, error: BaseException) -> None:
        """End a run that could not be written whole, if the store still can."""
        self._writer.fail(run_id, error)

    @store_errors()
    def add_files(self, run_id: str, files: Mapping[str, bytes]) -> None:
        """Give a run more files."""
        place = self._artifacts_of(run_id)
        place = place if folder_of(place) else self._client.get_run(run_id).info.artifact_uri
        self._writer.write_files(run_id, place, files)

    def local_file(self, run_id: str, name: str) -> str | None:
        """Where a run's artifact is, if on this machine."""
        return in_sight(self._artifacts_of(run_id), name)

    def _artifacts_of(self, run_id: str) -> str:
        return f"{self._artifacts.rstrip('/')}/{run_id}/artifacts"

    @store_errors()
    def finish_sweep(self, run_id: str, status: str, record: ParentRecord) -> None:
        """Write the comparison to the parent run and end it."""
        self.describe_sweep(run_id, record)
        self.add_files(run_id, record.files)
        self._client.set_terminated(run_id, status)

    @store_errors()
    def describe_sweep(self, run_id: str, record: ParentRecord) -> None:
        """Write to a parent run all but files; the views of its runs are kept with the experiment."""
        now = int(1000 * time.time())
        rows = [Metric(key, value, now, 0) for key, value in record.metrics.items() if np.isfinite(value)]
        self._client.log_batch(run_id, rows, tags=[RunTag(key, value[:MAX_TAG]) for key, value in record.tags.items()])
        self._writer.log_batches(run_id, record.params)
        for key, state in record.views.items():
            with suppress(StoreError), store_errors():  # nothing is missing without it
                self._client.set_experiment_tag(self.experiment_id, key, state)

    @store_errors()
    def end_sweep(self, run_id: str, status: str) -> None:
        """End the parent run as it is, if the store answers."""
        probe(self.uri)  # one that has gone would be waited for once more
        self._client.set_terminated(run_id, status)

    @store_errors()
    def log_model(self, run_id: str, result: RunResult) -> None:
        """Give a run a model that `mlflow.pyfunc.load_model` can load; one that has it keeps it."""
        self._models.write(run_id, result)
