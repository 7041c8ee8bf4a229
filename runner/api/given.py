"""Arguments of a call: names, and data, which is kept in a file named after its contents."""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from runner.base.errors import UserError
from runner.base.files import write_whole
from runner.base.paths import OUTPUTS

KEPT = OUTPUTS / "arrays"
TARGET = "y"  # what a target without a name is called


def settings_of(data: Any, target: str | None) -> Mapping[str, Any]:
    """The settings for data in memory, `(X, y)` or a DataFrame; any other value is a setting itself.

    Raises UserError for data that cannot be learned from.
    """
    if _is_frame(data):
        return _of_frame(_pandas(data), target)
    if isinstance(data, tuple) and len(data) == 2 and not isinstance(data[0], (str, Mapping)):
        return _of_pair(*data, target)
    if isinstance(data, list) and any(isinstance(one, tuple) or hasattr(one, "shape") for one in data):
        raise UserError("data has arrays in a list; data=(X, y) is one data set, and each call has one", ["data"])
    if hasattr(data, "shape"):
        raise UserError("data has an array without its targets; give both: data=(X, y)", ["data"])
    given = {} if data is None else {"data": data}
    return given if target is None else {**given, "data.target": target}


def checked_name(name: Any) -> str | None:
    """The name of a sweep; None for the newest. Raises UserError for anything that is not a name."""
    if name is None or isinstance(name, str):
        return name
    kind = type(name).__name__
    raise UserError(f"a sweep is named by text, that of its folder in outputs/ or of an MLflow run id, got a {kind}")


def _is_frame(data: Any) -> bool:
    return hasattr(data, "columns") and hasattr(data, "shape") and not isinstance(data, type)


def _pandas(frame: Any) -> Any:
    """A frame of another library as a pandas DataFrame."""
    return frame.to_pandas() if hasattr(frame, "to_pandas") else frame


def _of_frame(frame: Any, target: str | None) -> Mapping[str, Any]:
    names = [str(name) for name in frame.columns]
    if target is None:
        raise UserError(f"target is missing: which of the columns {', '.join(names)} is learned?", ["target"])
    if str(target) not in names:
        raise UserError(f"target {target!r} is not a column; the columns are {', '.join(names)}", ["target"])
    buffer = io.BytesIO()
    try:
        frame.set_axis(names, axis=1).to_parquet(buffer, index=False)
    except (ValueError, TypeError, OverflowError, NotImplementedError) as error:  # pyarrow's own are some of these
        said = " ".join(str(error).split())
        raise UserError(f"data has a column that cannot be kept: {said}", ["data"]) from error
    return {"data": "table", "data.path": _kept(buffer.getvalue(), ".parquet"), "data.target": str(target)}


def _of_pair(X: Any, y: Any, target: str | None) -> Mapping[str, Any]:
    """The settings for arrays X and y; if X is a frame with text columns, it becomes a table."""
    name = target or str(getattr(y, "name", None) or TARGET)
    names = list[str]()
    if _is_frame(X):
        X, y = _pandas(X), _pandas(y)
        names = [str(column) for column in X.columns]
        if repeated := sorted({one for one in names if names.count(one) > 1}):
            raise UserError(f"X has several columns {repeated[0]!r}", ["data"])
        if np.ndim(y) == 1 and any(dtype.kind not in "fiub" for dtype in map(_kind, X.dtypes)):
            _refuse_lengths(X, y)
            if name in names:  # it would be learned in place of that column
                raise UserError(f"X has a column {name!r}, and so is y called; target=... names it", ["data"])
            return _of_frame(X.assign(**{name: np.asarray(y)}), name)
    try:
        X, y = _array(X, "X"), _array(y, "y")
    except (ValueError, TypeError) as error:
        raise UserError(f"data=(X, y) needs arrays: {error}", ["data"]) from error
    y = y.astype(str) if y.dtype == object and all(isinstance(one, str) for one in y.ravel()) else y
    for what, values in (("X", X), ("y", y)):
        if values.dtype.kind not in "fiubUS":
            held = "objects" if values.dtype == object else f"values of {values.dtype}"
            raise UserError(f"{what} holds {held}; numbers are needed, or for classes text", ["data"])
    _refuse_lengths(X, y)
    buffer, arrays = io.BytesIO(), {"X": X, "y": y, **({"names": np.array(names)} if names else {})}
    np.savez(buffer, allow_pickle=False, **arrays)
    kept = {"data": "arrays", "data.path": _kept(buffer.getvalue(), ".npz")}
    return kept if name == TARGET else {**kept, "data.target": name}


def _array(values: Any, what: str) -> Any:
    """A frame of numeric columns of several types, or with missing values, as one float array."""
    if hasattr(values, "toarray"):
        raise UserError(f"{what} is a sparse matrix, and the networks here are dense: {what}.toarray()", ["data"])
    array = np.asarray(values)
    if array.dtype == object and _is_frame(values) and all(_kind(one).kind in "fiub" for one in values.dtypes):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    return array


def _refuse_lengths(X: Any, y: Any) -> None:
    if np.ndim(X) and np.ndim(y) and len(X) != len(y):
        raise UserError(f"data=(X, y) has {len(X)} rows in X and {len(y)} in y", ["data"])


def _kind(dtype: Any) -> Any:
    """NumPy's dtype for a pandas dtype; object if there is none."""
    return dtype if isinstance(dtype, np.dtype) else getattr(dtype, "numpy_dtype", np.dtype(object))


def _kept(contents: bytes, ending: str) -> str:
    path: Path = KEPT / f"{hashlib.sha256(contents).hexdigest()[:24]}{ending}"
    if not path.exists():
        write_whole(path, contents)
    return path.as_posix()
