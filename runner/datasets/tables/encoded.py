"""From the columns of a table to the inputs of a network: the same way for training and for every later table."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from nn.registry import Array
from runner.base.texts import listed
from runner.datasets.samples import DataError
from runner.datasets.tables.cells import NONE, Cells, cells_of, gaps_of
from runner.datasets.tables.encoding import NO, YES, Column, Encoding
from runner.datasets.tables.numbers import Signs

if TYPE_CHECKING:
    import pandas as pd

IS_YES = dict.fromkeys(("0", *chain(*NO)), 0.0) | dict.fromkeys(("1", *chain(*YES)), 1.0)


def encode(
    encoding: Encoding,
    frame: "pd.DataFrame",
    decimal: str = ".",
    thousands: str = "",
    setting: str = "",
) -> tuple[Array, tuple[str, ...]]:
    """Inputs `(n, d_in)` for the rows of a table, NaN where a value is missing, and lines on what is unusual in it.

    Columns are found by name, in any order; others than those of the encoding are not used. They may be numbers,
    booleans or texts, written with these signs. Raises DataError, for this `setting`, with all columns that are not
    there or that hold text instead of numbers.
    """
    signs = Signs(decimal, thousands)
    gaps, names = gaps_of(encoding.missing, signs), [str(name) for name in frame.columns]
    wanted = [column.name for column in encoding.columns]
    if lacking := [name for name in wanted if name not in names]:
        raise DataError(f"has no column {listed(lacking)}; its columns are {listed(names)}", setting)
    if twice := [name for name in wanted if names.count(name) > 1]:
        raise DataError(f"has more than one column {listed(twice)}", setting)
    table = [(column, frame.iloc[:, names.index(column.name)]) for column in encoding.columns]
    table = [(column, _as_numbers(its) if column.kind == "number" else its) for column, its in table]
    cells = [cells_of(column.name, its, signs, gaps) for column, its in table]
    X, notes = inputs_of(encoding.columns, cells, setting)
    extra = [name for name in names if name not in (*wanted, encoding.target)]
    return X, (*notes, *([f"not used: {listed(extra)}"] if extra else []))


def _as_numbers(series: "pd.Series[Any]") -> "pd.Series[Any]":
    """Booleans, where training saw numbers, as 1 and 0."""
    if series.dtype != object:
        return series.astype("Float64") if series.dtype in ("bool", "boolean") else series
    return series.map(lambda cell: float(cell) if isinstance(cell, (bool, np.bool_)) else cell)


def inputs_of(columns: Sequence[Column], cells: Sequence[Cells], setting: str) -> tuple[Array, tuple[str, ...]]:
    """The inputs `(n, d_in)` of these columns, and a line for each that has values which were not there in training."""
    parts, wrong, notes = list[Array](), list[str](), list[str]()
    for column, its in zip(columns, cells, strict=True):
        if column.kind == "number":
            is_same = its.numbers.unit == column.unit and not its.numbers.bad.any()
            read = its.numbers if is_same else its.numbers_in(column.unit)
            if read.bad.any():
                wrong.append(f"{column.name!r} is {its.words[read.bad][0]!r} in row {its.row(read.bad)}")
            parts.append(read.values[:, np.newaxis])
        else:
            part, unseen = _flag(its) if column.kind == "flag" else _category(column.levels, its)
            parts.append(part)
            if unseen:
                notes.append(f"{column.name!r} has values that training never saw: {listed(unseen)}")
    if wrong:
        raise DataError(f"needs numbers, but {'; '.join(wrong)}", setting)
    return np.concatenate(parts, axis=1), tuple(notes)


def gaps_in(encoding: Encoding, X: Array) -> str:
    """How many values the columns lack that made the inputs `X (n, d_in)`: `length 2, colour 1`; empty for none."""
    ends = np.cumsum([len(column.inputs) for column in encoding.columns])[:-1]
    counts = [int(np.isnan(part).any(axis=1).sum()) for part in np.split(X, ends, axis=1)]
    return ", ".join(f"{column.name} {n}" for column, n in zip(encoding.columns, counts, strict=True) if n)


def _flag(cells: Cells) -> tuple[Array, list[str]]:
    known = {word: IS_YES.get(word.casefold(), np.nan) for word in set(cells.words)}
    return np.array([[known[word]] for word in cells.words]), sorted(w for w in known if w and np.isnan(known[w]))


def _category(levels: Sequence[str], cells: Cells) -> tuple[Array, list[str]]:
    place: Mapping[str, int] = {level: place for place, level in enumerate(levels)}
    words = cells.words_with(none=NONE in levels)
    codes = np.array([place.get(word, -1) for word in words])
    part = (codes[:, np.newaxis] == np.arange(len(levels))).astype(np.float64)
    part[words == ""] = np.nan
    return part, sorted({str(word) for word in words if word} - set(levels))
