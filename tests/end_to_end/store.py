"""What runs left behind, read the way anyone would: with MLflow's client, pandas and NumPy."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.entities import Run
    from mlflow.tracking import MlflowClient

PARENT = "mlflow.parentRunId"


@dataclass(frozen=True)
class Bits:
    """All numbers of a run as bytes: equal bits are equal runs."""

    parameters: bytes
    history: bytes
    signals: bytes
    series: tuple[str, ...]

    @classmethod
    def of(cls, parameters: Any, history: Mapping[str, Any], signals: Mapping[str, Any]) -> "Bits":
        tables = [[np.asarray(one[name], dtype=np.float64) for name in sorted(one)] for one in (history, signals)]
        for columns in tables:
            assert np.isfinite(columns).all()
            assert len(columns[0]) > 1
        content = (np.ascontiguousarray(values).tobytes() for values in (parameters, *tables))
        return cls(*content, (*sorted(history), *sorted(signals)))


class Store:
    """The default store in a working folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.database = folder, folder / "mlflow.db"
        assert self.database.is_file(), f"no store in {folder}"
        self.uri = f"sqlite:///{self.database}"

    @cached_property
    def client(self) -> "MlflowClient":
        from mlflow.tracking import MlflowClient

        return MlflowClient(self.uri)

    def runs(self, experiment: str = "runner") -> "list[Run]":
        """All runs but settings, parents and children, in the order in which they were created."""
        return [run for run in self._all(experiment) if run.data.tags.get("level") != "setting"]

    def _all(self, experiment: str = "runner") -> "list[Run]":
        found = self.client.get_experiment_by_name(experiment)
        assert found is not None, f"no experiment {experiment!r}"
        return list(reversed(self.client.search_runs([found.experiment_id], max_results=50_000)))

    def parents(self) -> "list[Run]":
        """Sweeps, and runs that stand alone."""
        return [run for run in self.runs() if PARENT not in run.data.tags]

    def only(self) -> "Run":
        """The single run or sweep of this store."""
        (run,) = self.parents()
        return run

    def children(self, parent: "Run") -> "list[Run]":
        return [run for run in self.runs() if run.data.tags.get(PARENT) == parent.info.run_id]

    def settings(self, parent: "Run") -> "list[Run]":
        """The runs that stand for the settings of a sweep."""
        return [run for run in self._all() if run.data.tags.get("settings_of") == parent.data.tags["sweep_id"]]

    def artifact(self, run: "Run", name: str) -> Path:
        """A run's file, or a folder of it."""
        return Path(unquote(urlparse(run.info.artifact_uri).path)) / name

    def metric(self, run: "Run", name: str) -> list[tuple[int, float]]:
        """A metric's (step, value) pairs by step."""
        return sorted((one.step, one.value) for one in self.client.get_metric_history(run.info.run_id, name))

    def history(self, run: "Run") -> "pd.DataFrame":
        return self.table(run, "history.parquet")

    def table(self, run: "Run", name: str) -> "pd.DataFrame":
        import pandas as pd

        return pd.read_parquet(self.artifact(run, name))

    def bits(self, run: "Run") -> Bits:
        history, signals = (dict(self.table(run, f"{name}.parquet").items()) for name in ("history", "signals"))
        with np.load(self.artifact(run, "weights.npz"), allow_pickle=False) as arrays:
            return Bits.of(arrays["parameters"], history, signals)

    def bits_by_key(self, parent: "Run") -> dict[str, Bits]:
        """The bits of a sweep's runs by their run keys."""
        return {run.data.tags["run_key"]: self.bits(run) for run in self.children(parent)}


def statuses(folder: Path) -> dict[str, int]:
    """How many runs, but for settings, have which status."""
    settings = "SELECT run_uuid FROM tags WHERE key = 'level' AND value = 'setting'"
    return dict(_ask(folder, f"SELECT status, COUNT(*) FROM runs WHERE run_uuid NOT IN ({settings}) GROUP BY status"))


def has_experiment(folder: Path) -> bool:
    """Whether a program has come so far that it can record a run."""
    return bool(_ask(folder, "SELECT name FROM experiments WHERE name = 'runner'"))


def _ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of the database itself, also while another process writes to it; none when there is no such table yet."""
    database = folder / "mlflow.db"
    if not database.exists():
        return []
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    except sqlite3.Error:
        return []
    finally:
        connection.close()


def nothing_was_trained(folder: Path) -> bool:
    """Whether a program left no result in a folder: none in the store, none on disk."""
    return not statuses(folder) and not any(folder.rglob("*.npz")) and not any(folder.rglob("*.png"))
