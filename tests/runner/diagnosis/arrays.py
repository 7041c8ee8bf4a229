"""The data of a run, made of arrays."""

from dataclasses import replace
from functools import cache

import numpy as np

from runner.datasets.samples import Samples
from runner.runs.data import Prepared, prepare
from runner.runs.scaling import Scaling
from runner.runs.splitting import Split
from tests.runner.building import spec_of


@cache
def _any() -> Prepared:
    return prepare(spec_of("data=sine"))


def data_of(X: np.ndarray, Y: np.ndarray, n_test: int = 0, n_validation: int = 0) -> Prepared:
    """Inputs `(n, d_in)` and targets, `(n, d_out)` or class numbers `(n,)`, the last of which are tested."""
    is_classification = Y.ndim == 1
    classes = tuple(map(str, range(Y.max() + 1))) if is_classification else ()
    samples = Samples(X, Y, "classification" if is_classification else "regression", (), classes=classes)
    columns = np.array([1]) if len(classes) == 2 else np.arange(len(classes))
    T = (Y[:, np.newaxis] == columns).astype(float) if is_classification else Y
    rows = np.arange(len(X))
    train, validation, test = np.split(rows, [len(X) - n_test - n_validation, len(X) - n_test])
    return replace(
        _any(), samples=samples, split=Split(train, validation, test), test=(X[test], Y[test]),
        X_train=X[train], Y_train=T[train], X_validation=X[validation], Y_validation=T[validation],
        X_test=X[test], Y_test=T[test], scaling=Scaling(np.zeros(X.shape[1]), np.ones(X.shape[1])),
        encoded=lambda values: np.asarray(values, dtype=np.float64), threshold=0.5, tie=1e-9, draw=None,
    )  # fmt: skip
