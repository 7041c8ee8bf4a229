"""Tables in specs of earlier versions, read by the rules of that version, so that their runs stay reproducible."""

import hashlib
import io
import warnings
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from nn.registry import Range
from runner.base.files import contents_of
from runner.base.texts import listed
from runner.datasets.samples import DATASETS, DataError, Samples, Streams, Task
from runner.datasets.tables.choosing import Name

if TYPE_CHECKING:
    import pandas as pd

MAX_CLASSES_OF_INTEGERS = 10


@DATASETS.register
def csv(
    streams: Streams,
    *,
    path: str | None = None,
    features: tuple[Name, ...] | None = None,
    target: Name | None = None,
    task: Literal["auto", "regression", "classification"] = "auto",
    separator: Annotated[str, Range()] = ",",
) -> Samples:
    """Rows of a CSV file of numbers, for stored specs that name it; on a command line `data=csv` means `data=table`.

    With `task=auto`, a target of text, of true/false, or of at most 10 distinct integers is a classification.
    """
    if not path:
        raise DataError("is missing; name your file: data=table data.path=FILE", "path")
    try:
        contents = contents_of(Path(path))
        table = _parse(contents, {r"\t": "\t"}.get(separator, separator))
    except OSError as error:
        raise DataError(f"{path!r} cannot be read: {error.strerror or error}", "path") from error
    except ValueError as error:  # of pandas or of an encoding
        raise DataError(f"{path!r} is not a table of numbers; data=table reads more file formats", "path") from error
    names = [str(name) for name in table.columns]
    target = names[-1] if target is None else target
    features = tuple(name for name in names if name != target) if features is None else features
    if unknown := [name for name in (*features, target) if name not in names]:
        raise DataError(f"has no column {listed(unknown)}; its columns are {listed(names)}", "path")
    used = table[[*features, target]]
    if used.isna().any(axis=None) or not all(_is_numeric(used[name]) for name in features):
        raise DataError("are not all numbers without gaps; data=table reads text and fills gaps", "features")
    X, column, digest = used[list(features)].to_numpy(dtype=np.float64), used[target], hashlib.sha256(contents)
    if (task if task != "auto" else _infer_task(column)) == "regression":
        if not _is_numeric(column):
            raise DataError(f"{target!r} is text; a regression needs numbers", "target")
        Y = column.to_numpy(dtype=np.float64)[:, np.newaxis]
        return Samples(X, Y, "regression", features, target, digest=digest.hexdigest())
    classes, labels = np.unique(column.astype(str).to_numpy(dtype=str), return_inverse=True)
    named = tuple(classes.tolist())
    return Samples(X, labels.astype(np.int64), "classification", features, target, named, digest=digest.hexdigest())


@lru_cache(maxsize=4)
def _parse(contents: bytes, separator: str) -> "pd.DataFrame":
    """Raises ValueError when this is not a table, also when a row has more values than the header has names."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            return pd.read_csv(io.BytesIO(contents), sep=separator, skipinitialspace=True, index_col=False)
        except pd.errors.ParserWarning as warning:
            raise ValueError(str(warning)) from warning


def _is_numeric(column: "pd.Series[Any]") -> bool:
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(column))  # booleans too


def _infer_task(column: "pd.Series[Any]") -> Task:
    import pandas as pd

    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        return "classification"
    values = column.unique()
    whole = bool((values == np.floor(values)).all())
    return "classification" if whole and len(values) <= MAX_CLASSES_OF_INTEGERS else "regression"
