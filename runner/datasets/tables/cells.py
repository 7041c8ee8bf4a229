"""The cells of a column, from any kind of file: which are missing, which are text, which are numbers already."""

import numbers
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.datasets.tables.numbers import Numbers, Signs, read_numbers

if TYPE_CHECKING:
    import pandas as pd

MARKERS = frozenset(
    ("", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "Null", "?", "-", ".", "<NA>",
     "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")
)  # fmt: skip
NONE = "None"  # a missing number, as Python writes it; among words it is one of them, as in: None, Some, Marked


@dataclass(frozen=True)
class Gaps:
    """What stands for a missing value, besides the markers that everybody uses; a number also where it is one."""

    marked: frozenset[str] = frozenset()
    numbers: tuple[float, ...] = ()


def gaps_of(marked: Iterable[object], signs: Signs) -> Gaps:
    """The gaps that `missing=[...]` names; a number may be written as in the table or as Python writes it."""
    texts = [str(one).strip() for one in marked]
    found = [read_numbers(texts, one).values for one in {signs, Signs()}]
    values = [value for one in found for value in one[~np.isnan(one)].tolist()]
    return Gaps(frozenset(texts), tuple(dict.fromkeys(values)))


@dataclass(frozen=True)
class Cells:
    """One column of `n` cells. `texts` are "" for a gap (and `NONE`, which may be one); `given (n,)` are numbers that
    came as such, in the other cells NaN.

    A column that came as numbers has no texts. `rows (n,)` are those of the table that its cells are in, from 0.
    """

    name: str
    n: int
    texts: tuple[str, ...] | None
    given: Array | None
    signs: Signs
    gaps: Gaps
    rows: NDArray[np.intp]

    def row(self, where: NDArray[np.bool_]) -> int:
        """The first row of the table, counted from 1, where this is so."""
        return int(self.rows[np.flatnonzero(where)[0]]) + 1

    def where(self, kept: NDArray[np.bool_]) -> "Cells":
        """The cells of some rows."""
        texts = None if self.texts is None else tuple(compress(self.texts, kept))
        given = None if self.given is None else self.given[kept]
        return replace(self, n=int(kept.sum()), texts=texts, given=given, rows=self.rows[kept])

    @cached_property
    def numbers(self) -> Numbers:
        """All cells as numbers."""
        return self.numbers_in(None)

    def numbers_in(self, unit: str | None) -> Numbers:
        """All cells as numbers, in a unit that is known already; None for the one that most have."""
        if self.texts is None:
            assert self.given is not None
            return Numbers(self._without_gaps(self.given), np.zeros(self.n, dtype=bool))
        texts = ["" if text == NONE else text for text in self.texts] if NONE in self.texts else self.texts
        read = read_numbers(texts, self.signs, unit)
        values, bad = read.values, read.bad
        if self.given is not None:
            is_given = ~np.isnan(self.given)
            values, bad = np.where(is_given, self.given, values), bad & ~is_given
        return replace(read, values=self._without_gaps(values), bad=bad)

    @cached_property
    def words(self) -> NDArray[np.str_]:
        """All cells as texts `(n,)`, "" for a gap; whole numbers without a decimal point."""
        return self.words_with(none=bool(self.numbers.bad.any()))

    def words_with(self, none: bool) -> NDArray[np.str_]:
        """The same where it is known whether `NONE` is a word."""
        values = self.numbers.values
        own = self.texts if self.texts is not None else tuple(map(written, values.tolist()))
        is_gap = np.isnan(values) & ~self.numbers.bad
        cells = zip(own, is_gap, strict=True)
        return np.array(["" if gap and not (none and text == NONE) else text for text, gap in cells], dtype=object)

    @property
    def is_gap(self) -> NDArray[np.bool_]:
        """Where nothing is known `(n,)`."""
        if self.texts is None:
            return np.isnan(self.numbers.values)
        return np.asarray(self.words == "")

    def _without_gaps(self, values: Array) -> Array:
        if not self.gaps.numbers:
            return values
        return np.where(np.isin(values, self.gaps.numbers), np.nan, values)


def written(value: float) -> str:
    """A number as a person writes it; "" for NaN."""
    if np.isnan(value):
        return ""
    return str(int(value)) if np.isfinite(value) and value == int(value) and abs(value) < 1e16 else repr(value)


def cells_of(
    name: str, series: "pd.Series[Any]", signs: Signs, gaps: Gaps, rows: NDArray[np.intp] | None = None
) -> Cells:
    """The cells of one column of a frame, of any dtype; of all `rows` or of these."""
    import pandas as pd

    rows = np.arange(len(series)) if rows is None else rows
    kind, series = pd.api.types, series.iloc[rows]
    if kind.is_numeric_dtype(series) and not kind.is_bool_dtype(series) and not kind.is_complex_dtype(series):
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        return Cells(name, len(rows), None, values, signs, gaps, rows)
    texts, given, markers = list[str](), np.full(len(series), np.nan), MARKERS | gaps.marked
    for row, value in enumerate(series.to_numpy(dtype=object)):
        if isinstance(value, str):
            text = value.strip()
            texts.append("" if text in markers else text)
        elif value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
            texts.append("")
        elif isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_)):
            given[row] = float(value)
            texts.append(written(given[row]))
        else:
            texts.append("" if str(value) in markers else str(value))
    return Cells(name, len(rows), tuple(texts), None if np.isnan(given).all() else given, signs, gaps, rows)
