"""Data that a call was given: kept in a file that is named by what is in it, so that later commands find them."""

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
FEATURES = "x"


def settings_of(data: Any, target: str | None) -> Mapping[str, Any]:
    """The settings of data that were handed over: `(X, y)` or a DataFrame; anything else is a setting itself.

    Raises UserError for what cannot be learned from.
    """
    if _is_frame(data):
        return _of_frame(_pandas(data), target)
    if isinstance(data, tuple) and len(data) == 2 and not isinstance(data[0], (str, Mapping)):
        return _of_pair(*data, target)
    if hasattr(data, "shape"):
        raise UserError("data has an array without its targets; give both: data=(X, y)", ["data"])
    given = {} if data is None else {"data": data}
    return given if target is None else {**given, "data.target": target}


def _is_frame(data: Any) -> bool:
    return hasattr(data, "columns") and hasattr(data, "shape")


def _pandas(frame: Any) -> Any:
    """A frame of another library as one of pandas."""
    return frame.to_pandas() if hasattr(frame, "to_pandas") else frame


def _of_frame(frame: Any, target: str | None) -> Mapping[str, Any]:
    names = [str(name) for name in frame.columns]
    if target is None:
        raise UserError(f"target is missing: which of the columns {', '.join(names)} is learned?", ["target"])
    if str(target) not in names:
        raise UserError(f"target {target!r} is no column; the columns are {', '.join(names)}", ["target"])
    buffer = io.BytesIO()
    try:
        frame.set_axis(names, axis=1).to_parquet(buffer, index=False)
    except (ValueError, TypeError, OverflowError) as error:  # pyarrow's own are some of these
        said = " ".join(str(error).split())
        raise UserError(f"data has a column that cannot be kept: {said}", ["data"]) from error
    return {"data": "table", "data.path": _kept(buffer.getvalue(), ".parquet"), "data.target": str(target)}


def _of_pair(X: Any, y: Any, target: str | None) -> Mapping[str, Any]:
    """Arrays; a frame X that holds text is a table."""
    name = target or str(getattr(y, "name", None) or TARGET)
    if _is_frame(X):
        frame, y = _pandas(X), _pandas(y)
        if np.ndim(y) == 1 and any(dtype.kind not in "fiub" for dtype in map(np.dtype, map(_kind, frame.dtypes))):
            return _of_frame(frame.assign(**{name: np.asarray(y)}), name)
        names = [str(column) for column in frame.columns]
    else:
        names = []
    try:
        X, y = np.asarray(X), np.asarray(y)
    except ValueError as error:
        raise UserError(f"data=(X, y) needs arrays: {error}", ["data"]) from error
    y = y.astype(str) if y.dtype == object and all(isinstance(one, str) for one in y.ravel()) else y
    for what, values in (("X", X), ("y", y)):
        if values.dtype == object:
            raise UserError(f"{what} holds objects; numbers are needed, or for classes text", ["data"])
    if X.ndim and y.ndim and len(X) != len(y):
        raise UserError(f"data=(X, y) has {len(X)} rows in X and {len(y)} in y", ["data"])
    buffer, arrays = io.BytesIO(), {"X": X, "y": y, **({"names": np.array(names)} if names else {})}
    np.savez(buffer, allow_pickle=False, **arrays)
    kept = {"data": "arrays", "data.path": _kept(buffer.getvalue(), ".npz")}
    return kept if name == TARGET else {**kept, "data.target": name}


def _kind(dtype: Any) -> Any:
    """NumPy's dtype for one of pandas; an object for what NumPy has none for."""
    return dtype if isinstance(dtype, np.dtype) else getattr(dtype, "numpy_dtype", np.dtype(object))


def _kept(contents: bytes, ending: str) -> str:
    path: Path = KEPT / f"{hashlib.sha256(contents).hexdigest()[:24]}{ending}"
    if not path.exists():
        write_whole(path, contents)
    return path.as_posix()
