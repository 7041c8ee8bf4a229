"""A sweep as seen by anybody who has the store's address: with MLflow's client, and with `runner.load`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.end_to_end.store import PARENT

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.tracking import MlflowClient


def check_whole(env: Mapping[str, str], experiment: str, runs: int, monkeypatch: pytest.MonkeyPatch) -> "Run":
    """The sweep is stored once, with all runs, curves and files, and its best run is a model; returns the parent."""
    import mlflow
    from mlflow.tracking import MlflowClient

    for name, value in env.items():
        monkeypatch.setenv(name, value)
    client = MlflowClient(env["MLFLOW_TRACKING_URI"])
    found = client.get_experiment_by_name(experiment)
    assert found is not None
    there = without_settings(client.search_runs([found.experiment_id], max_results=50_000))
    assert Counter(run.info.status for run in there) == {"FINISHED": runs + 1}
    (parent,) = [run for run in there if PARENT not in run.data.tags]
    children = [run for run in there if run.data.tags.get(PARENT) == parent.info.run_id]
    assert sorted(int(run.data.tags["sweep_index"]) for run in children) == list(range(runs))
    for run in children:
        assert {"config.yaml", "weights.npz", "history.parquet", "signals.parquet"} <= files(client, run)
        curve = client.get_metric_history(run.info.run_id, "train/cost")
        assert [one.step for one in curve] == sorted({one.step for one in curve}) and len(curve) > 10
    assert {"plan.json", "comparison.csv", "report.html", "plots"} <= files(client, parent)
    (best,) = [run for run in children if run.outputs and run.outputs.model_outputs]
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(env["MLFLOW_TRACKING_URI"])
    model = mlflow.pyfunc.load_model(f"runs:/{best.info.run_id}/model")
    mlflow.set_tracking_uri(before)
    assert np.shape(model.predict(np.zeros((3, 2)))) == (3, 1)
    return parent


def without_settings(there: "Iterable[Run]") -> "list[Run]":
    """The runs of a sweep that has ended and its parent, after a look at its settings: each is there once."""
    runs: list[Run] = []
    settings: list[str] = []
    for run in there:
        if run.data.tags["level"] == "setting":
            settings.append(run.data.tags["setting"])
        else:
            runs.append(run)
    assert sorted(settings) == sorted({run.data.tags["setting"] for run in runs if "setting" in run.data.tags})
    return runs


def files(client: "MlflowClient", run: "Run") -> set[str]:
    return {file.path for file in client.list_artifacts(run.info.run_id)}


def numbers(env: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[bytes, list[float]]]:
    """Weights and costs of the newest sweep of a store, by run keys."""
    import runner

    with monkeypatch.context() as here:
        for name, value in env.items():
            here.setenv(name, value)
        loaded = runner.load()
    assert all(one.signals["dead"].shape == (len(one.signals["step"]), 1) for one in loaded.results)
    return {one.key: (one.network.parameters.tobytes(), list(one.history["train/cost"])) for one in loaded.results}
