"""Logistic regression as a baseline that needs no network: scikit-learn's, imported when it is used."""

import hashlib
import threading
import warnings

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from nn.registry import Array
from runner.runs.scaling import spread_of

MOST_ROWS = 20_000  # it is a yardstick: more rows hardly move it, and a million take minutes
MOST_KEPT = 100
_known: dict[str, Array] = {}
_ALONE = threading.Lock()  # who leaves `threadpool_limits` first would lift the limit of the others


def logistic(X: Array, Y: NDArray[np.int64], at: Array, n_classes: int, is_balanced: bool, C: float = 1.0) -> Array:
    """Probabilities `(n_classes, m)` at inputs `at (m, d_in)`, fitted to `X (n, d_in)` with classes `Y (n,)`.

    scikit-learn's defaults: L2 with this C, on standardized inputs; if balanced, all classes count the same. Of more
    than MOST_ROWS rows, a random subset is used. Runs of a sweep that have the same samples share one fit.
    """
    contents = b"".join(np.ascontiguousarray(one).tobytes() for one in (X, Y, at))
    key = hashlib.sha256(contents).hexdigest() + f" {C}{' balanced' * is_balanced}"
    with _ALONE:
        if key not in _known:
            if len(_known) >= MOST_KEPT:
                _known.clear()
            _known[key] = _fitted(X, Y, at, n_classes, "balanced" if is_balanced else None, C)
        return _known[key]


def _fitted(X: Array, Y: NDArray[np.int64], at: Array, n_classes: int, weights: str | None, C: float) -> Array:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if len(X) > MOST_ROWS:
        rows = np.random.default_rng(0).permutation(len(X))[:MOST_ROWS]  # classes may alternate, or be sorted
        X, Y = X[rows], Y[rows]
    shift, scale = X.mean(axis=0), spread_of(X)  # a run that learns from inputs as they are has the same yardstick
    X, at = (X - shift) / scale, (at - shift) / scale
    found = np.zeros((n_classes, len(at)))
    if len(np.unique(Y)) == 1:  # the only rows of the other classes are not among these
        found[Y[0]] = 1.0
        return found
    # SciPy's BLAS comes with the import, after this process has limited the others: its bits depend on its threads too.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "The number of unique classes")  # are they numbers? That was settled before
        fitted = LogisticRegression(C=C, max_iter=500, class_weight=weights).fit(X, Y)
        found[fitted.classes_] = fitted.predict_proba(at).T
    return found
