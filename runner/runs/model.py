"""Loading a trained network, directly or through `mlflow.pyfunc.load_model`."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn.classes import chosen, tie_of
from nn.network import Network
from nn.registry import Array
from runner.base.files import contents_of
from runner.datasets.samples import DataError
from runner.datasets.tables.encoding import Encoding
from runner.runs.data import gives_probabilities
from runner.runs.result import RunResult, network_of
from runner.runs.scaling import Scaling
from runner.runs.structure import build_network
from runner.runs.weights import Weights, read_weights

if TYPE_CHECKING:
    import pandas as pd

PROBABILITIES = "probabilities"  # the parameter of a prediction that asks for them


@dataclass(frozen=True)
class Model:
    """A trained network with the scaling of its inputs and targets and, for a table, the encoding of its columns.

    `output` is the name of the output activation.
    """

    network: Network
    parameters: Array
    scaling: Scaling
    classes: tuple[str, ...] = ()
    encoding: Encoding | None = None
    output: str = "identity"

    def __repr__(self) -> str:
        """The size of the network: its numbers would fill a notebook page."""
        layers = "-".join(map(str, self.network.sizes))
        classes = f", {len(self.classes)} classes" if self.classes else ""
        return f"Model({layers}{classes}, {self.parameters.size} parameters)"

    def predict(self, model_input: Any, params: Mapping[str, Any] | None = None) -> Any:
        """The predictions for an array `(n, d_in)` or a DataFrame, in the units of the data.

        A model of a table returns a DataFrame with one column named after the target, holding numbers or class names;
        with `params={"probabilities": True}` it also has a column `target=class` for each class. Any other model
        returns `outputs`. Raises ValueError for invalid inputs.
        """
        if self.encoding is None:
            return self.outputs(np.asarray(model_input, dtype=np.float64))
        return self.answers(self.inputs(model_input), bool((params or {}).get(PROBABILITIES)))

    def inputs(self, table: Any) -> Array:
        """The inputs `(n, d_in)` from a DataFrame, with columns found by name; an array is returned unchanged.

        Warns about columns and values that training did not see. Raises ValueError for missing columns, for text where
        a number is needed, and for missing values that cannot be imputed.
        """
        if self.encoding is None or not hasattr(table, "columns"):
            return np.asarray(table, dtype=np.float64)
        from runner.datasets.tables.encoded import encode

        try:
            X, notes = encode(self.encoding, table)
        except DataError as error:
            raise ValueError(f"the table {error}") from error
        for note in notes:
            warnings.warn(f"the table {note}" if note.startswith("has") else note, stacklevel=2)
        return X

    def answers(self, X: Array, with_probabilities: bool = False) -> "pd.DataFrame":
        """The predictions of a table's model for inputs `(n, d_in)`, with the names of the table."""
        import pandas as pd

        assert self.encoding is not None
        outputs, target = self.outputs(X), self.encoding.target
        if not self.classes:
            if with_probabilities:
                raise ValueError(f"{target!r} is a number: there are no classes with probabilities")
            return pd.DataFrame({target: outputs[:, 0]})
        answers: dict[str, Any] = {target: self._names[self.class_numbers(X)]}
        if with_probabilities:
            if not gives_probabilities(self.output, outputs.shape[1]):
                raise ValueError(f"this model has no probabilities: its output is {self.output}")
            shares = self.scaling.targets(outputs)  # with labels trained as 0.1 and 0.9 outputs reach beyond 0 and 1
            shares = np.column_stack([1 - shares, shares]) if shares.shape[1] == 1 else shares
            answers |= {f"{target}={name}": share for name, share in zip(self.classes, shares.T, strict=True)}
        return pd.DataFrame(answers)

    def class_numbers(self, X: Array) -> NDArray[np.intp]:
        """The class numbers `(n,)` that a table's model predicts for inputs `(n, d_in)`."""
        tie = tie_of(1.0, np.dtype(self.network.dtype).name)
        return np.asarray(chosen(self.outputs(X).T[np.newaxis], 0.5, tie)[0])

    @property
    def _names(self) -> Any:
        """The classes `(classes,)`, as integers if all of them are."""
        if all(name.removeprefix("-").isdecimal() and str(int(name)) == name for name in self.classes):
            return np.array([int(name) for name in self.classes])
        return np.array(self.classes, dtype=object)

    def outputs(self, X: Array) -> Array:
        """The outputs `(n, d_out)`, in the units of the targets, for inputs `(n, d_in)`.

        Raises ValueError for inputs of another shape, and for missing values that cannot be imputed.
        """
        d_in = self.network.sizes[0]
        if X.ndim != 2 or X.shape[1] != d_in:
            raise ValueError(f"this model takes inputs of shape (n, {d_in}), got {X.shape}")
        if self.encoding is not None and self.scaling.x_fill is None and np.isnan(X).any():
            holes, names = np.isnan(X), self.encoding.input_names
            first = {names[place]: int(holes[:, place].argmax()) + 1 for place in np.flatnonzero(holes.any(axis=0))}
            found = "; ".join(f"{name!r} is missing in row {row}" for name, row in first.items())
            raise ValueError(f"{found}, and the model was trained with data.impute=none")
        outputs = self.network.predict(self.parameters[np.newaxis], self.scaling.inputs(X)[np.newaxis])
        return self.scaling.outputs(outputs[0].astype(np.float64))


def model_of(result: RunResult) -> Model:
    """The model of a trained run. Raises ValueError for a run without a network."""
    return model_with(network_of(result))


def load_model(path: str | Path) -> Model:
    """Load the model from a run's `weights.npz`. Loading never executes code from the file.

    If the model uses your own component, import its module first; otherwise ValueError names the component.
    """
    content = contents_of(Path(path))
    try:
        weights = read_weights(content)
    except ValueError as error:
        raise ValueError(f"{path} is not the weights.npz of a run: {error}") from error
    return model_with(weights)


def model_with(weights: Weights) -> Model:
    """The model with these weights. Raises ValueError for a component that is not registered."""
    network, output = build_network(weights.structure), str(weights.structure["output"])
    return Model(network, weights.parameters, weights.scaling, weights.classes, weights.encoding, output)


def _load_pyfunc(data_path: str) -> Model:
    """Called by MLflow for a model that was logged with `loader_module="runner.model"`."""
    return load_model(data_path)
