"""A user's own table: a CSV file, its feature columns and its target column."""

import hashlib
import warnings
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array, Range
from runner.base.files import contents_of
from runner.datasets.samples import DATASETS, LARGEST, DataError, Samples, Streams, Task

if TYPE_CHECKING:
    import pandas as pd

MIN_ROWS = 4
MAX_CLASSES_OF_INTEGERS = 10


@DATASETS.register
def csv(
    streams: Streams,
    *,
    path: str | None = None,
    features: tuple[str, ...] | None = None,
    target: str | None = None,
    task: Literal["auto", "regression", "classification"] = "auto",
    separator: Annotated[str, Range()] = ",",
) -> Samples:
    """Rows of a CSV file with a header. `features` are all other columns and `target` the last one unless named.

    With `task=auto` a target of text, of true/false or of at most 10 different whole numbers is a classification.
    """
    if not path:
        raise DataError("is missing; name your file: data=csv data.path=FILE.csv", "path")
    table, digest = _read(Path(path), separator)
    if target is None:
        target = str(table.columns[-1])
    if features is None:
        features = tuple(str(name) for name in table.columns if name != target)
    _check_columns(table, features, target)
    X = np.column_stack([_numbers(table[name], "features") for name in features])
    constant = [name for name, column in zip(features, X.T, strict=True) if (column == column[0]).all()]
    if constant:
        raise DataError(f"has columns that never change and so teach nothing: {_list(constant)}", "features")
    column = table[target]
    if column.isna().any():
        raise DataError(f"{target!r} {_where_missing(column)}", "target")
    _check_finite(column, "target")
    if (task if task != "auto" else _infer_task(column)) == "classification":
        classes, labels = np.unique(column.astype(str).to_numpy(dtype=str), return_inverse=True)
        _check_classes(classes, target, len(labels))
        return _samples(X, labels.astype(np.int64), "classification", features, target, digest, tuple(classes.tolist()))
    Y = _numbers(column, "target")
    if (Y[0] == Y).all():
        raise DataError(f"{target!r} is {Y[0]:g} in every row: there is nothing to learn", "target")
    return _samples(X, Y[:, np.newaxis], "regression", features, target, digest)


def _samples(
    X: Array,
    Y: Array | NDArray[np.int64],
    task: Task,
    features: tuple[str, ...],
    target: str,
    digest: str,
    classes: tuple[str, ...] = (),
) -> Samples:
    return Samples(X, Y, task, features, target, classes, digest=digest)


@lru_cache(maxsize=4)
def _parse(contents: bytes, separator: str) -> "tuple[list[str], pd.DataFrame]":
    """The header as it stands in the file, and the table, whose columns pandas renames where a name comes twice."""
    import io

    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # rows with more values than the header has names
        options: dict[str, Any] = {"sep": separator, "skipinitialspace": True, "index_col": False}
        header = pd.read_csv(io.BytesIO(contents), header=None, nrows=1, dtype=str, **options).iloc[0]
        return header.fillna("").tolist(), pd.read_csv(io.BytesIO(contents), **options)


def _read(path: Path, separator: str) -> "tuple[pd.DataFrame, str]":
    import pandas as pd

    separator = {r"\t": "\t"}.get(separator, separator)  # a tab is hard to type
    if len(separator) != 1:
        raise DataError(f"must be a single character, got {separator!r}", "separator")
    try:
        contents = contents_of(path)
    except OSError as error:
        raise DataError(f"{str(path)!r} cannot be read: {error.strerror or error}", "path") from error
    try:
        header, table = _parse(contents, separator)
    except (
        pd.errors.ParserError,
        pd.errors.ParserWarning,
        pd.errors.EmptyDataError,
        UnicodeDecodeError,
        ValueError,
    ) as error:
        raise DataError(f"{str(path)!r} is not a readable CSV file: {' '.join(str(error).split())}", "path") from error
    nameless = [place + 1 for place, name in enumerate(header) if not name]
    if nameless:
        raise DataError(f"{str(path)!r} has no name for column {nameless[0]} (does its first line end early?)", "path")
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise DataError(f"{str(path)!r} has two columns named {_list(twice)}", "path")
    if len(table.columns) < 2:
        raise DataError(
            f"{str(path)!r} has one column, {table.columns[0]!r}; features and a target need two or more "
            f"(is the separator {separator!r}?)",
            "path",
        )
    if len(table) < MIN_ROWS:
        raise DataError(f"{str(path)!r} has too few rows of data, {len(table)}; at least {MIN_ROWS} are needed", "path")
    return table, hashlib.sha256(contents).hexdigest()


def _check_columns(table: "pd.DataFrame", features: tuple[str, ...], target: str) -> None:
    columns = [str(name) for name in table.columns]
    for setting, names in (("target", (target,)), ("features", features)):
        unknown = [name for name in names if name not in columns]
        if unknown:
            raise DataError(f"names {_list(unknown)}; the columns of the file are {_list(columns)}", setting)
    if not features:
        raise DataError("must name at least one column, or be null for all but the target", "features")
    if target in features:
        raise DataError(f"must not hold the target {target!r}", "features")
    if len(set(features)) < len(features):
        raise DataError("names a column twice", "features")


def _numbers(column: "pd.Series[float]", setting: str) -> Array:
    import pandas as pd

    if column.isna().any():
        raise DataError(f"{column.name!r} {_where_missing(column)}", setting)
    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.isna().any():
        row = int(np.flatnonzero(numbers.isna())[0])
        raise DataError(
            f"{column.name!r} holds text, such as {str(column.iloc[row])!r} in row {row + 1}; only numbers can be used",
            setting,
        )
    _check_finite(numbers, setting)
    return np.asarray(numbers.to_numpy(dtype=np.float64))


def _check_finite(column: "pd.Series[float]", setting: str) -> None:
    import pandas as pd

    if not pd.api.types.is_float_dtype(column):
        return
    if not np.isfinite(column).all():
        row = int(np.flatnonzero(~np.isfinite(column))[0])
        raise DataError(f"{column.name!r} is infinite in row {row + 1}", setting)
    if (np.abs(column) > LARGEST).any():
        row = int(np.flatnonzero(np.abs(column) > LARGEST)[0])
        raise DataError(f"{column.name!r} is beyond +-{LARGEST:g} in row {row + 1}; give it in another unit", setting)


def _where_missing(column: "pd.Series[float]") -> str:
    missing = np.flatnonzero(column.isna())
    return f"has {len(missing)} missing values, the first in row {int(missing[0]) + 1}; fill or drop them first"


def _infer_task(column: "pd.Series[float]") -> Task:
    import pandas as pd

    if pd.api.types.is_bool_dtype(column):
        return "classification"
    if not pd.api.types.is_numeric_dtype(column):
        mostly_numbers = pd.to_numeric(column, errors="coerce").notna().mean() > 0.5
        return "regression" if mostly_numbers else "classification"  # a slip in a column of numbers is reported as such
    values = column.unique()
    whole = bool((values == np.floor(values)).all())
    return "classification" if whole and len(values) <= MAX_CLASSES_OF_INTEGERS else "regression"


def _check_classes(classes: NDArray[np.str_], target: str, n: int) -> None:
    if len(classes) == 1:
        raise DataError(f"{target!r} has one class only, {str(classes[0])!r}: there is nothing to tell apart", "target")
    if len(classes) > n // 2:
        raise DataError(
            f"{target!r} has {len(classes)} different classes in {n} rows; for numbers say data.task=regression",
            "target",
        )


def _list(names: "list[str]") -> str:
    shown = ", ".join(repr(name) for name in names[:12])
    return shown + (f" and {len(names) - 12} more" if len(names) > 12 else "")
