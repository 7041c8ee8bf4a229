"""A run's model in MLflow, which `mlflow.pyfunc.load_model` can load.

Each request may be repeated if its answer was lost; `mlflow.pyfunc.log_model` would fail then, or log two models.
"""

import tempfile
import warnings
from collections.abc import Collection, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow.pyfunc
import numpy as np
from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus, Metric, Run
from mlflow.exceptions import MlflowException
from mlflow.models import Model, ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
from mlflow.types.schema import AnyType

from runner.runs.model import PROBABILITIES
from runner.runs.result import RunResult, network_of
from runner.runs.weights import Weights, write_weights
from runner.store.mlflow_private import CONFLICT
from runner.store.records import metric_rows

NAME = "model"
ASKED = 100  # runs that are asked about at once


class ModelWriter:
    """Adds models to runs of one experiment."""

    def __init__(self, client: MlflowClient, experiment_id: str) -> None:
        self._client, self._experiment_id = client, experiment_id

    def write(self, run_id: str, result: RunResult) -> None:
        """Add a run's model; an existing model is kept, and a half-written one is completed."""
        found = self._models_of(run_id)
        if any(model.status == LoggedModelStatus.READY for model in found):
            return
        run = self._client.get_run(run_id)
        model = found[0] if found else self._create(run)
        with tempfile.TemporaryDirectory() as scratch:
            _save(model, run_id, network_of(result), Path(scratch))
            self._client.log_model_artifacts(model.model_id, f"{scratch}/{NAME}")
        finals = [row for row in metric_rows(result, 2) if row[0].startswith("final/")]
        self._client.log_batch(run_id, [Metric(*row, model_id=model.model_id, run_id=run_id) for row in finals])
        self._link(run, model)
        self._client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
        for other in self._models_of(run_id):
            if other.model_id != model.model_id:  # created by a request whose answer was lost
                self._client.delete_logged_model(other.model_id)

    def registered(self, run_ids: Sequence[str]) -> list[str]:
        """The registered models of these runs, each with its version."""
        found = []
        for start in range(0, len(run_ids), ASKED):
            some = ", ".join(f"'{run_id}'" for run_id in run_ids[start : start + ASKED])
            found += [f"{one.name} {one.version}" for one in self._client.search_model_versions(f"run_id IN ({some})")]
        return found

    def remove(self, run_ids: Collection[str]) -> None:
        """Move the models of these runs to MLflow's bin."""
        for model in list(self._all()):  # before any goes: pages are counted
            if model.source_run_id in run_ids:
                self._client.delete_logged_model(model.model_id)

    def _all(self) -> Iterator[LoggedModel]:
        token = None
        while True:
            page = self._client.search_logged_models([self._experiment_id], page_token=token)
            yield from page
            token = page.token
            if not token:
                return

    def _models_of(self, run_id: str) -> list[LoggedModel]:
        return list(self._client.search_logged_models([self._experiment_id], f"source_run_id = '{run_id}'"))

    def _create(self, run: Run) -> LoggedModel:
        tags = {name: value for name, value in run.data.tags.items() if name in ("mlflow.user", "mlflow.source.name")}
        return self._client.create_logged_model(
            self._experiment_id, NAME, source_run_id=run.info.run_id, tags=tags, params=run.data.params
        )

    def _link(self, run: Run, model: LoggedModel) -> None:
        if run.outputs and model.model_id in [one.model_id for one in run.outputs.model_outputs]:
            return
        try:
            self._client.log_outputs(run.info.run_id, [LoggedModelOutput(model.model_id, step=0)])
        except MlflowException as error:
            if error.error_code != CONFLICT:  # it is linked: the answer was lost
                raise


def _save(model: LoggedModel, run_id: str, network: Weights, folder: Path) -> None:
    weights, signature = folder / "weights.npz", _signature(network)
    weights.write_bytes(write_weights(network))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*input example.*")
        mlflow.pyfunc.save_model(
            str(folder / NAME),
            mlflow_model=Model(
                artifact_path=model.artifact_location,
                model_uuid=model.model_id,
                run_id=run_id,
                model_id=model.model_id,
                signature=signature,
            ),
            loader_module="runner.model",
            data_path=str(weights),
            signature=signature,
            pip_requirements=_requirements(network),
        )


def _requirements(network: Weights) -> list[str]:
    """The packages that numbers depend on, and those that read the cells of a table, in their versions of now."""
    names = ["numpy"] if network.encoding is None else ["numpy", "pandas", "pyarrow"]
    return [f"{name}=={version(name)}" for name in names]


def _signature(network: Weights) -> ModelSignature:
    """Of a table its columns by name, whose cells may be of any type, or missing; of other data arrays."""
    if network.encoding is None:
        sizes = network.sizes[0], network.sizes[-1]
        inputs, outputs = (Schema([TensorSpec(np.dtype(np.float64), (-1, size))]) for size in sizes)
        return ModelSignature(inputs, outputs)
    target = network.encoding.target
    columns: list[Any] = [ColSpec(AnyType(), column.name) for column in network.encoding.columns]
    if not network.classes:
        return ModelSignature(Schema(columns), Schema([ColSpec(DataType.double, target)]))
    answer = Schema([ColSpec(AnyType(), target)])  # a text or a number
    return ModelSignature(Schema(columns), answer, ParamSchema([ParamSpec(PROBABILITIES, DataType.boolean, False)]))
