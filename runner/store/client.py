"""Writing one run to MLflow through its client, as a sequence of requests.

Each request may be repeated if its answer was lost, without duplicates, except that a created run may stay unknown.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from runner.store.address import folder_of, probe
from runner.store.mlflow_private import ABSENT, CONFLICT, upload
from runner.store.records import DataRecord, MetricRow, RunRecord

MAX_ENTRIES, MAX_PARAMS = 1000, 100
DATA_TRIES = 4


class ClientWriter:
    """Writes complete runs to one experiment; several threads may do so at a time."""

    def __init__(self, client: MlflowClient, uri: str, experiment_id: str) -> None:
        self._client, self._uri, self._experiment_id = client, uri, experiment_id

    def write_run(self, record: RunRecord) -> str:
        """Write a run and return its id; if it cannot be written completely, it is FAILED if the store allows it."""
        run = self._client.create_run(self._experiment_id, record.started, dict(record.tags), record.name)
        run_id = str(run.info.run_id)
        try:
            self.log_batches(run_id, record.params, record.metrics)
            self.write_files(run_id, run.info.artifact_uri, record.files)
            if record.data:
                self._log_data(run_id, record.data)
        except BaseException as error:
            self.fail(run_id, error)
            raise
        self._client.set_terminated(run_id, record.status, record.ended)
        return run_id

    def tag_run(self, change: tuple[str, Mapping[str, str], Iterable[str]]) -> None:
        """Add tags to a run and remove others, given its id, the tags, and the keys to remove."""
        run_id, tags, stale = change
        self._client.log_batch(run_id, tags=[RunTag(key, value) for key, value in tags.items()])
        for key in stale:
            try:
                self._client.delete_tag(run_id, key)
            except MlflowException as error:  # it may be gone: a request is sent again when its answer was lost
                if error.error_code != ABSENT:
                    raise

    def fail(self, run_id: str, error: BaseException) -> None:
        """End a run that could not be written completely, if the store still allows it."""
        with suppress(Exception):
            probe(self._uri)  # one that has gone would be waited for once more
            self._client.set_terminated(run_id, "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED")

    def write_files(self, run_id: str, artifact_uri: str, files: Mapping[str, bytes]) -> None:
        """Write into the run's folder if it is on this machine, which is ten times faster; else through MLflow."""
        folder = folder_of(artifact_uri)
        with nullcontext(folder) if folder else tempfile.TemporaryDirectory() as into:
            for above in {name.rpartition("/")[0] for name in files}:
                (Path(into) / above).mkdir(parents=True, exist_ok=True)
            for name, content in files.items():
                Path(into, name).write_bytes(content)
            if folder is None and files:
                upload(self._client, self._uri, run_id, artifact_uri, into)

    def log_batches(self, run_id: str, some: Mapping[str, str], rows: Sequence[MetricRow] = ()) -> None:
        """Write params, which can be repeated but not changed, and metrics of a run."""
        params, metrics = [Param(*pair) for pair in some.items()], [Metric(*row) for row in rows]
        while params or metrics:
            now, params = params[:MAX_PARAMS], params[MAX_PARAMS:]
            room = MAX_ENTRIES - len(now)
            self._client.log_batch(run_id, metrics=metrics[:room], params=now)
            metrics = metrics[room:]

    def _log_data(self, run_id: str, data: Sequence[DataRecord]) -> None:
        """A data set that two runs bring at once is refused to one of them, and is known when that one asks again."""
        inputs = [_dataset_input(one) for one in data]
        for tries_left in reversed(range(DATA_TRIES)):
            try:
                self._client.log_inputs(run_id, inputs)
            except MlflowException as error:
                if not tries_left or error.error_code != CONFLICT:
                    raise
            else:
                break


def _dataset_input(data: DataRecord) -> DatasetInput:
    dataset = Dataset(data.name, data.digest, "code", data.source, profile=data.profile)
    return DatasetInput(dataset, [InputTag("mlflow.data.context", data.context)])
