"""Checks the samples of a data set before anything is trained."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.datasets.samples import DataError, Samples, Streams, Target

SHOWN = 4
Draw = Callable[[Streams, int], tuple[Array, Target]]


def checked(samples: Samples) -> Samples:
    """The samples with `X (n, d_in)` and `Y (n, d_out)`, or class numbers `(n,)` from 0.

    Regression targets may also be `(n,)`, class numbers `(n, 1)`, and both of any type that holds them exactly. Raises
    DataError for anything else, also for what `draw` and `truth` return later.
    """
    if not isinstance(samples, Samples):
        raise DataError(f"made {type(samples).__name__}, not Samples")
    if samples.task == "classification":
        _check_classes(samples)
    X = _numbers(samples.X, "inputs")
    if X.ndim != 2 or 0 in X.shape:
        raise DataError(f"made inputs of shape {X.shape}; X needs the shape (n, number of inputs)")
    d_in = X.shape[1]
    if len(samples.input_names) != d_in:
        raise DataError(f"has input_names={samples.input_names}; X has {d_in} inputs, and each needs a name")

    def paired(X: Array, Y: Target) -> tuple[Array, Target]:
        X, Y = _numbers(X, "inputs"), _targets(samples, Y)
        if X.shape != (len(Y), d_in):
            raise DataError(f"made inputs of shape {X.shape} for {len(Y)} targets; X needs ({len(Y)}, {d_in})")
        return X, Y

    X, Y = paired(X, samples.Y)
    return replace(
        samples,
        X=X,
        Y=Y,
        classes=samples.classes if samples.task == "classification" else (),
        draw=samples.draw and _checked_draw(samples.draw, paired),
        truth=samples.truth and _checked_truth(samples.truth),
    )


def _checked_draw(draw: Draw, paired: Callable[[Array, Target], tuple[Array, Target]]) -> Draw:
    return lambda streams, n: paired(*draw(streams, n))


def _checked_truth(truth: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda X: _as_columns(_numbers(truth(X), "targets"))


def try_draw(samples: Samples) -> None:
    """Raise DataError if fresh samples of a distribution do not have the form of its fixed samples."""
    if samples.draw is None:
        return
    X, Y = samples.draw(Streams(np.random.default_rng(0), np.random.default_rng(0)), 2)
    if len(X) != 2 or Y.shape[1:] != samples.Y.shape[1:]:
        raise DataError(f"draws inputs of shape {X.shape} and targets of shape {Y.shape} when asked for 2 samples")


def _check_classes(samples: Samples) -> None:
    no, yes = samples.levels
    if len(samples.classes) < 2:
        raise DataError(f"names {len(samples.classes)} classes; classes=(...) of a classification needs two or more")
    if not (np.isfinite(samples.levels).all() and no < yes):
        raise DataError(f"has levels={samples.levels}; they need two finite numbers in ascending order")


def _numbers(made: Target, what: str) -> Array:
    values: NDArray[Any] = np.asarray(made)
    if values.dtype.kind not in "biuf":
        kind = "complex numbers" if values.dtype.kind == "c" else "values that are not numbers"
        raise DataError(f"made {what} of type {values.dtype}, which holds {kind}; only real numbers can be used")
    return np.asarray(values, dtype=np.float64)


def _as_columns(Y: Array) -> Array:
    return Y[:, np.newaxis] if Y.ndim == 1 else Y


def _targets(samples: Samples, Y: Target) -> Target:
    found = _numbers(Y, "targets")
    if samples.task == "regression":
        if found.ndim not in (1, 2) or 0 in found.shape:
            raise DataError(f"made targets of shape {found.shape}; Y needs the shape (n,) or (n, number of targets)")
        return _as_columns(found)
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    if found.ndim != 1:
        raise DataError(f"made class numbers of shape {found.shape}; they need the shape (n,), one number for a sample")
    return _class_numbers(found, len(samples.classes))


def _class_numbers(found: Array, n_classes: int) -> NDArray[np.int64]:
    is_class = (found >= 0) & (found < n_classes) & (found == np.floor(found))
    if is_class.all():
        return found.astype(np.int64)
    values = np.unique(found)
    shown = ", ".join(f"{value:g}" for value in values[:SHOWN]) + (", ..." if len(values) > SHOWN else "")
    raise DataError(
        f"made the class numbers {shown}; the {n_classes} classes need integers from 0 to {n_classes - 1} "
        "(levels=(no, yes) says what is trained for them)"
    )
