"""Reading runs from MLflow, whoever wrote them; nothing in a store can run code."""

import json
import sys
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path

import yaml
from mlflow.entities import Run, ViewType
from mlflow.tracking import MlflowClient

from runner.base.errors import UserError, one_line
from runner.base.files import contents_of
from runner.base.formats import read_history, read_yaml
from runner.runs.environment import machine
from runner.runs.history import History, series_of
from runner.runs.origin import DataUsed, Provenance
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from runner.runs.signals import Signals, signals_of
from runner.runs.spec import Spec, from_plain
from runner.runs.structure import structure_of
from runner.runs.weights import Weights, read_weights
from runner.store.address import check_file, folder_of, for_reading, in_sight, probe, sqlite_file, tracking_uri
from runner.store.errors import StoreError, reason, shown, store_errors
from runner.store.records import SETTING, SETTINGS_OF
from runner.store.run_ids import BEGINNING, RUN_ID, SHORTEST, WHOLE
from runner.store.stored_run import StoredRun

PARENT = "mlflow.parentRunId"
PAGE = 250  # runs that MLflow hands over at a time: each takes a quarter of a megabyte until it is read
AMBIGUOUS = 3  # ids that are shown


class Reader:
    """Runs of a store. Raises StoreError if the store cannot be read."""

    def __init__(self, client: MlflowClient) -> None:
        self._client = client

    def run(self, name: str) -> StoredRun:
        """The run with this id, or the only one whose id begins with it. Raises StoreError if there is none."""
        if not BEGINNING.fullmatch(name):
            raise StoreError(
                f"MLflow has no run {one_line(name)}; of the {WHOLE} letters of an id the first {SHORTEST} are enough"
            )
        if RUN_ID.fullmatch(name):
            with store_errors(f"MLflow has no run {name}: "):
                return _stored(self._client.get_run(name))
        found = list(self._search(f"attributes.run_id LIKE '{name}%'"))
        if not found:
            raise StoreError(f"MLflow has no run whose id begins with {name}")
        if len(found) > 1:
            shown = ", ".join(sorted(run.run_id for run in found)[:AMBIGUOUS])
            raise StoreError(f"the ids of {len(found)} runs begin with {name}: {shown}; type more letters")
        return found[0]

    def of_sweep(self, sweep_id: str) -> list[StoredRun]:
        """A sweep's parent and all its runs that are not deleted."""
        return list(self.each_of_sweep(sweep_id))

    def each_of_sweep(self, sweep_id: str) -> Iterator[StoredRun]:
        """The same, one by one: for very many runs, all at once would take more memory than their results."""
        return self._search(f"tags.sweep_id = '{_quoted(sweep_id)}'")

    def members(self, name: str) -> list[StoredRun]:
        """The runs of a sweep in order, by its id or its parent's; or those of a setting, by its id."""
        one = None if (found := self.of_sweep(name)) else self.run(name)
        found = found if one is None else self.of_sweep(one.sweep_id)
        label = one.tags[SETTING] if one is not None and one.is_setting else None
        runs = (run for run in found if not run.is_parent and label in (None, run.tags.get(SETTING)))
        return sorted(runs, key=lambda run: run.index)

    def settings_of(self, sweep_id: str) -> list[StoredRun]:
        """The runs that represent a sweep's settings and are not deleted."""
        return list(self._search(f"tags.{SETTINGS_OF} = '{_quoted(sweep_id)}'"))

    def in_bin(self, sweep_id: str) -> list[StoredRun]:
        """The runs of a sweep, and of its settings, in MLflow's bin."""
        queries = (f"tags.{key} = '{_quoted(sweep_id)}'" for key in ("sweep_id", SETTINGS_OF))
        return [run for query in queries for run in self._search(query, view=ViewType.DELETED_ONLY)]

    def with_key(self, key: str) -> StoredRun | None:
        """The newest trained run with this run key."""
        found = self._search(f"tags.run_key = '{_quoted(key)}' AND attributes.status = 'FINISHED'")
        return next(found, None)

    def file(self, run: StoredRun, name: str) -> bytes:
        """A run's artifact. Raises StoreError if it does not exist."""
        folder = folder_of(run.artifacts)
        with store_errors(f"run {run.run_id} has no {name}: "):
            if folder is not None:
                return contents_of(Path(folder) / name)
            with tempfile.TemporaryDirectory() as into:
                return Path(self._client.download_artifacts(run.run_id, name, into)).read_bytes()

    def experiment_of(self, run: StoredRun) -> str:
        """The name of a run's experiment."""
        with store_errors("the MLflow store cannot be read: "):
            return str(self._client.get_experiment(run.experiment_id).name)

    def newest(self) -> StoredRun | None:
        """The sweep or single run that started last."""
        return next(self._search("tags.sweep_id != ''", at_once=1), None)

    def spec(self, run: StoredRun) -> Spec:
        """The spec of a run, unless it was killed. Raises UserError if it is missing or not of this version."""
        try:
            return from_plain(read_yaml(self.file(run, "config.yaml")))
        except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(f"the config of run {run.run_id} cannot be read: {reason(error)}") from error

    def result(self, run: StoredRun) -> RunResult:
        """A run's result with all numbers unchanged, but without `overrides` and pictures.

        Raises UserError if something is missing or not in this version's format.
        """
        try:
            spec = self.spec(run)
            weights = self._weights(run)
            found = read_history(self.file(run, "history.parquet"))
            history = {name: series_of(array("d", values)) for name, values in found.items()}
            if weights.structure != json.loads(json.dumps(structure_of(spec, weights.sizes, weights.classes))):
                raise ValueError("weights.npz is not of the network in config.yaml")
            environment = {name: run.tags[name] for name in ENVIRONMENT if name in run.tags}
            samples = int(run.tags["train_samples"]), int(run.tags["test_samples"])
            task, engine = "classification" if weights.classes else "regression", run.tags.get("engine", "")
            return RunResult(
                index=run.index,
                key=run.tags["run_key"],
                spec=spec,
                outcome=Outcome(run.tags["outcome"]),
                error=run.tags.get("error", ""),
                network=weights,
                data=DataUsed(task, samples, run.tags["data_digest"], int(run.tags.get("validation_samples", 0))),
                last_step=int(run.tags["last_step"]),
                restored=int(run.tags["restored_step"]) if "restored_step" in run.tags else None,
                history=history,
                signals=self._signals(run),
                measures=_measures(run, history),
                provenance=Provenance(run.started, run.seconds, environment, engine=engine).with_code({}),
            )
        except UserError:
            raise
        except KeyError as error:
            raise UserError(f"run {run.run_id} has no {error.args[0]}: another version wrote it") from error
        except Exception as error:  # archives, YAML and Parquet each raise their own
            raise UserError(f"run {run.run_id} cannot be read: {reason(error)}") from error

    def _weights(self, run: StoredRun) -> Weights:
        try:
            return read_weights(self.file(run, "weights.npz"))
        except ValueError as error:
            raise ValueError(f"weights.npz is not that of a run: {error}") from error

    def _signals(self, run: StoredRun) -> Signals:
        """None where an earlier version wrote the run."""
        name = "signals.parquet"
        return signals_of(read_history(self.file(run, name), name)) if self.has_file(run, name) else {}

    def has_file(self, run: StoredRun, name: str) -> bool:
        """Whether a run has this artifact; looked up first, because a server takes long to fail."""
        folder = folder_of(run.artifacts)
        if folder is not None:
            return (Path(folder) / name).exists()
        with store_errors(f"the files of run {run.run_id} cannot be listed: "):
            above = name.rpartition("/")[0] or None
            return name in {file.path for file in self._client.list_artifacts(run.run_id, above)}

    def local_file(self, run: StoredRun, name: str) -> str | None:
        """The path of a run's artifact, if on this machine."""
        return in_sight(run.artifacts, name)

    def changed(self, run: StoredRun, result: RunResult) -> list[str]:
        """The digests that no longer match the files of a stored run."""
        return [name for name, digest in result.digests.items() if run.tags.get(name) != digest]

    def has_files(self, run: StoredRun) -> bool:
        """Whether a run's folder exists, if it is on this machine; otherwise True without a request."""
        folder = folder_of(run.artifacts)
        return folder is None or (Path(folder) / "config.yaml").exists()

    def _search(self, query: str, at_once: int = PAGE, view: int = ViewType.ACTIVE_ONLY) -> Iterator[StoredRun]:
        token = None
        with store_errors("the MLflow store cannot be read: "):
            experiments = [one.experiment_id for one in self._client.search_experiments()]
            while True:
                page = self._client.search_runs(experiments, query, view, at_once, page_token=token)
                yield from map(_stored, page)
                token = page.token
                if not token:
                    return


ENVIRONMENT = (*machine(), "git.commit", "mlflow.source.git.commit", "git.dirty")


def open_reader() -> Reader:
    """A reader of the current store. Raises StoreError if there is none."""
    uri = tracking_uri()
    probe(uri)
    check_file(uri, is_read=True)
    file = sqlite_file(uri)
    if file is not None and not Path(file).exists():
        raise StoreError(f"there is no MLflow store {uri} here; MLFLOW_TRACKING_URI names another one")
    with store_errors(f"the MLflow store {shown(uri)} cannot be used: "):
        return Reader(MlflowClient(for_reading(uri)))


def weights_of(run_id: str) -> bytes:
    """The `weights.npz` of a run in the store."""
    reader = open_reader()
    return reader.file(reader.run(run_id), "weights.npz")


def _stored(run: Run) -> StoredRun:
    started, ended = (run.info.start_time or 0) / 1000, (run.info.end_time or 0) / 1000
    return StoredRun(
        run.info.run_id,
        run.info.run_name or "",
        run.info.status,
        dict(run.data.tags),
        dict(run.data.metrics),
        run.info.artifact_uri,
        run.info.experiment_id,
        started,
        max(0.0, round(ended - started, 3)),
    )


def _measures(run: StoredRun, history: History) -> dict[str, float]:
    """What was measured once: under its own name, or as `final/...` without being the end of a series."""
    finals = {f"final/{name.replace('/', '_')}" for name in history}
    found = {}
    for name, value in run.metrics.items():
        if name.startswith(("baseline/", "probe")):
            found[sys.intern(name)] = value
        elif name.startswith("final/") and name not in finals:
            found[sys.intern(name.removeprefix("final/").replace("_", "/", 1))] = value
    return found


def _quoted(text: str) -> str:
    """A name inside a search filter, which knows no escape: one with a quote can match none of our names."""
    return text.replace("'", "")
