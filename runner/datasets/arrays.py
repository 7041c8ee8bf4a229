"""Your own arrays: a file written by NumPy, or the arrays of a call from Python."""

import hashlib
import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.base.formats import open_archive
from runner.base.texts import listed
from runner.datasets.samples import DATASETS, LARGEST, DataError, Samples, Streams
from runner.datasets.tables.cells import cells_of, gaps_of
from runner.datasets.tables.encoding import Column, Encoding
from runner.datasets.tables.numbers import Signs
from runner.datasets.tables.sources import contents_of_file, find_file, largest_table
from runner.datasets.tables.task import MIN_ROWS, AskedTask, goal_of

SIGNS = Signs(".", "")
NUMBERS, TEXT = "fiub", "US"  # kinds of dtypes


@DATASETS.register
def arrays(streams: Streams, *, path: str | None = None, target: str = "y", task: AskedTask = "auto") -> Samples:
    """Arrays X (n, d_in) and y, (n,) or (n, d_out), from a file written by np.savez.

    A y of text or booleans is a classification; for numbers the rules of data=table decide. `names` in the file,
    `(d_in,)`, are the names of the inputs.
    """
    if not path:
        raise DataError("is missing; name your file: data=arrays data.path=FILE.npz", "path")
    return _samples(contents_of_file(find_file(path), path), path, target, task)


@lru_cache(maxsize=2)
def _samples(contents: bytes, shown: str, target: str, task: AskedTask) -> Samples:
    """The samples. Their arrays are read-only, because runs on the same file share them."""
    X, y, names = _read(contents, shown)
    if len(X) != len(y):
        raise DataError(f"{shown!r} has {len(X)} rows in X and {len(y)} in y", "path")
    if len(X) < MIN_ROWS:
        raise DataError(f"{shown!r} has {len(X)} rows, and {MIN_ROWS} are needed", "path")
    samples = _several(X, y, names, task) if y.ndim == 2 else _single(X, y, names, target, task)
    for values in (samples.X, samples.Y):
        values.setflags(write=False)
    digest = hashlib.sha256(contents).hexdigest()
    return Samples(**{**vars(samples), "digest": digest})


def _single(X: Array, y: Array, names: tuple[str, ...], target: str, task: AskedTask) -> Samples:
    import pandas as pd

    cells = cells_of(target, pd.Series(y), SIGNS, gaps_of((), SIGNS))
    if cells.is_gap.any():
        raise _gaps("y", cells.is_gap)
    goal = goal_of(cells, task, may_doubt=False)
    if goal.wrong is not None:
        setting = "task" if goal.instead else "path"
        ways = {f"as a {goal.instead}": {"task": goal.instead}} if goal.instead else {}
        raise DataError(f"cannot be used: y {goal.wrong.said}", setting, ways)
    encoding = Encoding(tuple(map(Column, names)), target)
    notes = (f"target {target}: {goal.why}",) if goal.why else ()
    return Samples(X, goal.Y, goal.task, names, target, goal.classes, encoding=encoding, notes=notes)


def _several(X: Array, y: Array, names: tuple[str, ...], task: AskedTask) -> Samples:
    """Samples with several target columns, which are learned together."""
    if task == "classification":
        raise DataError(f"is classification, and y has {y.shape[1]} columns: give one with the class", "task")
    if y.dtype.kind not in NUMBERS:
        raise DataError(f"cannot be used: y has {y.shape[1]} columns, which must be numbers", "path")
    Y = y.astype(np.float64)
    _check_finite(Y, "y")
    if (np.abs(Y) > LARGEST).any():
        raise DataError(f"cannot be used: y has values beyond +-{LARGEST:g}; give it in another unit", "path")
    return Samples(X, Y, "regression", names)


def _read(contents: bytes, shown: str) -> tuple[Array, Array, tuple[str, ...]]:
    """X `(n, d_in)`, y `(n,)` or `(n, d_out)` with more than one column, and the names of the inputs."""
    try:
        with open_archive(io.BytesIO(contents), most=largest_table()) as archive:
            found = {str(name).lower(): np.asarray(archive[name]) for name in archive.files}  # what is none is bytes
    except (OSError, ValueError) as error:
        raise DataError(
            f"{shown!r} is not an archive of arrays ({error}); np.savez({shown!r}, X=X, y=y) writes one", "path"
        ) from error
    if lacking := [name for name in ("X", "y") if name.lower() not in found]:
        raise DataError(f"{shown!r} has no array {listed(lacking)}; its arrays are {listed(sorted(found))}", "path")
    X, y = found["x"], found["y"]
    X = X[:, np.newaxis] if X.ndim == 1 else X
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if X.ndim != 2 or 0 in X.shape or y.ndim not in (1, 2) or 0 in y.shape:
        raise DataError(f"needs X of shape (n, d_in) and y of (n,), got {X.shape} and {y.shape}", "path")
    if X.dtype.kind not in NUMBERS:
        raise DataError(f"has text or objects in X ({X.dtype}); a table with text goes to data=table", "path")
    if y.dtype.kind not in (*NUMBERS, *TEXT):
        raise DataError(f"has neither numbers nor text in y ({y.dtype})", "path")
    X = X.astype(np.float64)
    _check_finite(X, "X")
    names = found.get("names", np.array([f"x{place}" for place in range(1, X.shape[1] + 1)]))
    if names.shape != X.shape[1:] or len(set(map(str, names))) < len(names):
        raise DataError(f"has {X.shape[1]} inputs, and `names` must be as many, all different", "path")
    return X, y, tuple(map(str, names))


def _check_finite(values: Array, what: str) -> None:
    """Raise DataError for values `(n, k)` that are missing or infinite."""
    if np.isnan(values).any():
        raise _gaps(what, np.asarray(np.isnan(values).any(axis=1)))
    if np.isinf(values).any():
        first = int(np.flatnonzero(np.isinf(values).any(axis=1))[0])
        raise DataError(f"has infinite values in {what}, the first in row {first}", "path")


def _gaps(what: str, rows: NDArray[np.bool_]) -> DataError:
    first = int(np.flatnonzero(rows)[0])
    said = f"has missing values (NaN) in {int(rows.sum())} rows of {what}, the first in row {first}"
    return DataError(f"{said}; data=table fills those of inputs", "path")
