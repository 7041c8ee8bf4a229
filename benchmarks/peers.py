"""What scikit-learn's models answer on the rows of a run, and how one set of answers compares with another."""

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.datasets.samples import Target
from runner.runs.data import Prepared

NAMES = ("constant", "line", "MLP")


@dataclass(frozen=True)
class Answers:
    """What one model answers on the test rows, with each seed: `wrong (seeds, n)`.

    A squared error in the units of the target, or 1 for a wrong class and 0 for the right one; infinite for a run that
    diverged.
    """

    wrong: Array
    is_classification: bool

    @property
    def scores(self) -> Array:
        """Accuracy or root mean squared error with each seed, `(seeds,)`."""
        mean = self.wrong.mean(axis=1)
        return 1 - mean if self.is_classification else np.sqrt(mean)

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return float(self.scores.mean())

    @property
    def error(self) -> float:
        """The standard error of `mean` over the seeds; 0 for a model that has no seed."""
        if not np.isfinite(self.scores).all():
            return math.inf
        return float(self.scores.std(ddof=1) / math.sqrt(len(self.scores)))

    def behind(self, other: "Answers") -> float:
        """How much worse this is than another, in the units of the score; negative where it is better."""
        return self.mean - other.mean if not self.is_classification else other.mean - self.mean

    def seeds_error(self, other: "Answers") -> float:
        """The standard error of `behind` over the seeds alone."""
        return math.hypot(self.error, other.error)

    def rows_error(self, other: "Answers") -> float:
        """The standard error of `behind` over the test rows, seen as a sample of all rows there could be.

        Every row is answered by both: what counts is the difference. That of two roots is that of the squares divided
        by the sum of the roots.
        """
        if not np.isfinite(self.wrong).all():
            return math.inf
        difference = self.wrong.mean(axis=0) - other.wrong.mean(axis=0)
        unit = 1.0 if self.is_classification else self.mean + other.mean
        return float(difference.std(ddof=1) / math.sqrt(len(difference)) / unit)

    def keeps_up(self, other: "Answers", with_rows: bool = False) -> bool:
        """Whether it is at most a standard error worse than another: over the seeds, or over the test rows as well."""
        if not np.isfinite(self.scores).all():
            return False
        error = self.seeds_error(other)
        error = math.hypot(error, self.rows_error(other)) if with_rows else error
        return self.behind(other) <= error + 1e-9 * abs(other.mean)


def wrong(data: Prepared, answers: NDArray[Any]) -> Array:
    """`Answers.wrong` of one seed for the answers `(n,)` at the test rows: numbers, or class numbers."""
    Y = data.test[1]
    if data.samples.task == "classification":
        return np.asarray(answers != Y, dtype=np.float64)
    return np.asarray((answers - Y[:, 0]) ** 2)


def peers(runs: list[Prepared], seeds: list[int], with_validation: bool) -> dict[str, Answers]:
    """Constant, line and MLP for each run's rows: those it trained on, and the rows it was stopped by if asked for."""
    is_classification = runs[0].samples.task == "classification"
    found: dict[str, list[Array]] = {name: [] for name in NAMES}
    for data, seed in zip(runs, seeds, strict=True):
        rows = np.union1d(data.split.train, data.split.validation) if with_validation else data.split.train
        for name, model in _models(is_classification, seed).items():
            found[name].append(wrong(data, _answers(model, data.samples.X[rows], data.samples.Y[rows], data.test[0])))
    return {name: Answers(np.stack(one), is_classification) for name, one in found.items()}


def _models(is_classification: bool, seed: int) -> dict[str, Any]:
    """With scikit-learn's defaults, inputs filled and standardized, targets of a regression standardized."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if is_classification:
        found = {
            "constant": DummyClassifier(),
            "line": LogisticRegression(max_iter=1000),
            "MLP": MLPClassifier(random_state=seed),
        }
    else:
        network = TransformedTargetRegressor(MLPRegressor(random_state=seed), transformer=StandardScaler())
        found = {"constant": DummyRegressor(), "line": LinearRegression(), "MLP": network}
    return {
        name: make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler(), model)
        for name, model in found.items()
    }


def _answers(model: Any, X: Array, Y: Target, at: Array) -> NDArray[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of 200 passes that were not enough: they are the default
        return np.asarray(model.fit(X, Y.ravel()).predict(at)).ravel()
