"""Loading a trained network again, by itself or through `mlflow.pyfunc.load_model`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array, Registry
from runner.preparation import Scaling
from runner.results import RunResult, structure_of

Part = TypeVar("Part")


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


def build_model(structure: dict[str, Any], parameters: Array, scaling: Scaling) -> Model:
    """A model from plain data. Raises ValueError when it needs a component that nobody has registered."""
    network = Network(
        sizes=tuple(structure["sizes"]),
        activation=_component(ACTIVATIONS, structure["activation"]),
        output=_component(ACTIVATIONS, {"name": structure["output"]}),
        loss=_component(LOSSES, structure["loss"]),
        bias=structure["bias"],
        dtype=np.float64 if structure["dtype"] == "float64" else np.float32,
    )
    return Model(network, parameters, scaling, tuple(structure["classes"]))


def _component(registry: Registry[Callable[..., Part]], config: dict[str, Any]) -> Part:
    settings = {key: value for key, value in config.items() if key != "name"}
    if config["name"] not in registry:
        raise ValueError(f"this model needs the {registry.kind} {config['name']!r}; import its module first")
    return registry[config["name"]](**settings)


def model_of(result: RunResult) -> Model:
    """The model of a run that has just been trained."""
    assert result.scaling is not None
    return build_model(structure_of(result), result.parameters, result.scaling)


def load_model(path: str | Path) -> Model:
    """The model in a run's `weights.npz`. Nothing in the file can run code.

    A model with a person's own component needs that component's module imported before.
    """
    with np.load(path, allow_pickle=False) as arrays:
        scaling = Scaling(arrays["x_shift"], arrays["x_scale"], float(arrays["y_shift"]), float(arrays["y_scale"]))
        return build_model(json.loads(str(arrays["structure"])), arrays["parameters"], scaling)


def _load_pyfunc(data_path: str) -> Model:
    """What MLflow calls for a model logged with `loader_module="runner.model"`."""
    return load_model(data_path)
