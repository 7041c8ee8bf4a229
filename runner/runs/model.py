"""Loading a trained network again, by itself or through `mlflow.pyfunc.load_model`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nn.network import Network
from nn.registry import Array
from runner.base.files import contents_of
from runner.runs.result import RunResult, network_of
from runner.runs.scaling import Scaling
from runner.runs.structure import build_network
from runner.runs.weights import Weights, read_weights


@dataclass(frozen=True)
class Model:
    """A trained network with the scaling of its inputs and targets."""

    network: Network
    parameters: Array
    scaling: Scaling
    classes: tuple[str, ...] = ()

    def predict(self, model_input: Any) -> Array:
        """Outputs `(n, d_out)`, in the units of the targets, for inputs `(n, d_in)`: an array or a DataFrame.

        Raises ValueError for inputs of another shape.
        """
        X = np.asarray(model_input, dtype=np.float64)
        d_in = self.network.sizes[0]
        if X.ndim != 2 or X.shape[1] != d_in:
            raise ValueError(f"this model takes inputs of shape (n, {d_in}), got {X.shape}")
        outputs = self.network.predict(self.parameters[np.newaxis], self.scaling.inputs(X)[np.newaxis])
        return self.scaling.outputs(outputs[0].astype(np.float64))


def model_of(result: RunResult) -> Model:
    """The model of a run that was trained. Raises ValueError for a run without a network."""
    return _model(network_of(result))


def load_model(path: str | Path) -> Model:
    """The model in a run's `weights.npz`. Nothing in the file can run code.

    A model with a user's own component needs that component's module imported before; ValueError says which.
    """
    content = contents_of(Path(path))
    try:
        weights = read_weights(content)
    except ValueError as error:
        raise ValueError(f"{path} is not the weights.npz of a run: {error}") from error
    return _model(weights)


def _model(weights: Weights) -> Model:
    return Model(build_network(weights.structure), weights.parameters, weights.scaling, weights.classes)


def _load_pyfunc(data_path: str) -> Model:
    """What MLflow calls for a model logged with `loader_module="runner.model"`."""
    return load_model(data_path)
