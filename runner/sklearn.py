"""The network as scikit-learn estimators: `from runner.sklearn import NetworkClassifier, NetworkRegressor`.

They train exactly as `python -m runner data=table` does: the same settings and rows give bit-identical weights. Nothing
is written, neither files nor MLflow runs.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import Tags, check_random_state, column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from nn.registry import Array
from runner.base.errors import UserError
from runner.datasets.samples import Samples, Target, Task
from runner.datasets.tables.encoding import Column, Encoding
from runner.runs.data import gives_probabilities
from runner.runs.model import Model, model_with
from runner.runs.result import network_of
from runner.train.fitting import fit

__all__ = ["NetworkClassifier", "NetworkRegressor"]

# The parameters that are settings of the program, by their keys there; `settings` may have any other of these.
KEYS = {
    "hidden": "network.hidden", "activation": "activation", "activations": "network.activations",
    "output": "network.output", "loss": "loss", "init": "init", "optimizer": "optimizer",
    "learning_rate": "learning_rate", "schedule": "schedule", "mode": "training.mode",
    "batch_size": "training.batch_size", "epochs": "training.epochs", "l2": "training.l2",
    "dropout": "training.dropout", "patience": "training.patience", "validation_fraction": "data.validation_fraction",
}  # fmt: skip
OTHERS = ("network.", "training.", "cost", "score", "fault", "dtype", "data.standardize", "data.target_scale")
LARGEST_SEED = 2**31 - 1


class _Network(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """What both estimators share: their parameters and their fitted attributes."""

    def __init__(
        self,
        hidden: Any = (8,),
        *,
        activation: Any = "auto",
        activations: Sequence[str] | None = None,
        output: str = "auto",
        loss: Any = "auto",
        init: Any = "normal",
        optimizer: Any = "auto",
        learning_rate: Any = "auto",
        schedule: Any = "constant",
        mode: str = "minibatch",
        batch_size: int | None = None,
        epochs: int | None = None,
        l2: Any = "auto",
        dropout: float = 0.0,
        patience: int | None = None,
        validation_fraction: float = 0.2,
        settings: Mapping[str, Any] | None = None,
        random_state: Any = 0,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.activations = activations
        self.output = output
        self.loss = loss
        self.init = init
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.mode = mode
        self.batch_size = batch_size
        self.epochs = epochs
        self.l2 = l2
        self.dropout = dropout
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.settings = settings
        self.random_state = random_state

    def _train(self, X: Any, Y: Target, task: Task, classes: tuple[str, ...] = ()) -> None:
        names = tuple(map(str, getattr(self, "feature_names_in_", [f"x{place}" for place in range(X.shape[1])])))
        encoding = Encoding(tuple(map(Column, names)), "y")
        samples = Samples(X, Y, task, names, classes=classes, encoding=encoding)
        try:
            result, shape = fit(samples, self._changes(), {key: name for name, key in KEYS.items()})
        except UserError as error:
            raise ValueError(str(error)) from error
        self.weights_ = network_of(result)
        self.history_ = {name: list(values) for name, values in result.history.items()}
        self.loss_curve_ = self.history_["train/cost"]
        self.n_iter_ = -(-result.last_step // shape.steps_of_epoch)
        layers = self._model.network.layers(self.weights_.parameters[np.newaxis])
        self.coefs_ = [W[0].copy() for W, _ in layers]
        self.intercepts_ = [b[0].copy() for _, b in layers if b is not None]

    def _changes(self) -> dict[str, Any]:
        """The parameters as settings of the program, by key."""
        found = {key: getattr(self, name) for name, key in KEYS.items()}
        others = {} if self.settings is None else self.settings
        if not isinstance(others, Mapping):
            raise UserError(f"settings must map keys to values, such as {{'training.l1': 0.01}}, got {others!r}")
        for key in others:
            if not isinstance(key, str) or key in KEYS.values() or not key.startswith(OTHERS):
                names = {key: name for name, key in KEYS.items()}
                told = f"is the parameter {names[key]}" if key in names else "is not a setting of an estimator"
                raise UserError(f"settings: {key} {told}")
        stops = self.patience is not None
        found |= {"training.restore_best": stops, "data.test_fraction": 0.0, "seed": _seed(self.random_state), **others}
        return found if stops else found | {"data.validation_fraction": 0.0}

    @property
    def _model(self) -> Model:
        """The model, rebuilt from plain data on demand, because its functions cannot be pickled."""
        return model_with(self.weights_)

    def _outputs(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        return self._model.outputs(validate_data(self, X, dtype=np.float64, reset=False))


def _seed(random_state: Any) -> int:
    """An integer is the seed itself, as in the program; anything else draws one, as in scikit-learn."""
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(check_random_state(random_state).randint(LARGEST_SEED))


def _has_probabilities(classifier: "NetworkClassifier") -> bool:
    """Whether the outputs are probabilities; before fitting, only an explicitly named output can rule this out."""
    if hasattr(classifier, "weights_"):
        return gives_probabilities(str(classifier.weights_.structure["output"]), classifier.weights_.sizes[-1])
    return classifier.output == "auto" or gives_probabilities(classifier.output, 1)


class NetworkClassifier(ClassifierMixin, _Network):  # type: ignore[misc]  # scikit-learn has no types
    """A small neural network for classification.

    Parameters are settings of the program (see `docs/reference.md`); `auto` chooses what suits a table. A component
    with settings of its own is a mapping: `activation={"name": "leaky_relu", "slope": 0.1}`. With `patience`, the share
    `validation_fraction` of the rows decides when to stop, and the weights of the best epoch are kept. `settings`
    passes any other setting by its key: `{"training.class_weights": "balanced"}`.

    Fitted attributes: `classes_`, `coefs_`, `intercepts_`, `n_iter_` (epochs), `loss_curve_`, `history_` (every series
    by name), `weights_`.
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on inputs `(n, d_in)` and class labels `(n,)` of any type. Raises ValueError for invalid input."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y has one class only, {self.classes_.tolist()[0]!r}, so there is nothing to classify")
        self._train(X, numbers.astype(np.int64), "classification", tuple(map(str, self.classes_)))
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The predicted class of each row, `(n,)`, for inputs `(n, d_in)`."""
        check_is_fitted(self)
        return np.asarray(
            self.classes_[self._model.class_numbers(validate_data(self, X, dtype=np.float64, reset=False))]
        )

    def decision_function(self, X: ArrayLike) -> Array:
        """The score of each class, `(n, n_classes)`; with two classes that of the second, `(n,)`, predicted above 0."""
        outputs = self._outputs(X)
        if len(self.classes_) > 2:
            return outputs
        return np.asarray(outputs[:, 0] - 0.5 if outputs.shape[1] == 1 else outputs[:, 1] - outputs[:, 0])

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def predict_proba(self, X: ArrayLike) -> Array:
        """The probability of each class, `(n, n_classes)`. Not available if the outputs are not probabilities."""
        outputs = self._outputs(X)
        return np.column_stack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs


class NetworkRegressor(RegressorMixin, _Network):  # type: ignore[misc]  # scikit-learn has no types
    """A small neural network for regression, with one or several targets.

    Parameters and fitted attributes are those of `NetworkClassifier`, except `classes_`. Several targets share one
    scale, as in a table: if their units differ, wrap the estimator in a TransformedTargetRegressor.
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on inputs `(n, d_in)` and targets `(n,)` or `(n, d_out)`. Raises ValueError for invalid input."""
        fewest = 1 if self.patience is None else 2  # one to train on, one to watch
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, ensure_min_samples=fewest)
        targets = np.asarray(y, dtype=np.float64)
        self._is_single = targets.ndim == 1
        self._train(X, targets.reshape(len(targets), -1), "regression")
        return self

    def predict(self, X: ArrayLike) -> Array:
        """Predictions `(n,)`, or `(n, d_out)` for several targets, in their units, for inputs `(n, d_in)`."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._is_single else outputs

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
