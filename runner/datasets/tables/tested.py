"""Rows of a second file, used for testing: read and encoded like those of the first."""

from dataclasses import replace

import numpy as np

from runner.base.texts import listed
from runner.datasets.samples import DataError, Samples, Target
from runner.datasets.tables.cells import Cells, cells_of, gaps_of, written
from runner.datasets.tables.encoded import encode
from runner.datasets.tables.numbers import Signs
from runner.datasets.tables.reading import Reading

SETTING = "test_path"


def with_test_rows(samples: Samples, reading: Reading) -> Samples:
    """The samples with the rows of a second table after their own.

    Rows without a target are left out. Raises DataError for columns that are not there, for text instead of numbers and
    for classes that training never saw.
    """
    assert samples.encoding
    frame, signs = reading.frame, Signs(reading.decimal, reading.thousands)
    gaps = gaps_of(samples.encoding.missing, signs)
    names, target = [str(name) for name in frame.columns], samples.target_name
    if target not in names:
        raise DataError(f"has no column {target!r}, which is learned; its columns are {listed(names)}", SETTING)
    series = frame.iloc[:, names.index(target)]
    rows = np.flatnonzero(~cells_of(target, series, signs, gaps).is_gap)
    if len(rows) == 0:
        raise DataError(f"has no row with a target {target!r}", SETTING)
    Y = _targets(samples, cells_of(target, series, signs, gaps, rows), samples.encoding.target_unit)
    X, unusual = encode(samples.encoding, frame.iloc[rows], signs.decimal, signs.thousands, SETTING)
    holes = [name for name, column in zip(samples.input_names, X.T, strict=True) if np.isnan(column).any()]
    if holes and samples.impute == "none":
        raise DataError(f"has missing values: {listed(holes)}", SETTING, {"with the gaps filled": {"impute": "median"}})
    without = f", {len(frame) - len(rows)} without a target left out" if len(rows) < len(frame) else ""
    notes = (f"tested on: {len(rows)} rows of a file of their own{without}", *(f"there, {line}" for line in unusual))
    joined = np.concatenate([samples.Y, Y])
    return replace(
        samples, X=np.concatenate([samples.X, X]), Y=joined, n_test=len(rows), notes=(*samples.notes, *notes)
    )


def _targets(samples: Samples, cells: Cells, unit: str) -> Target:
    if samples.task == "regression":
        read = cells.numbers_in(unit)
        bad = read.bad | ~np.isfinite(read.values)
        if bad.any():
            said = f"has the target {cells.words[bad][0]!r} in row {cells.row(bad)}, which is not a number"
            raise DataError(said, SETTING)
        return read.values[:, np.newaxis]
    place = {name: place for place, name in enumerate(samples.classes)}
    values = cells.numbers.values
    words = [
        str(word) if str(word) in place or np.isnan(value) else written(float(value))
        for word, value in zip(cells.words, values, strict=True)
    ]
    if unseen := sorted(set(words) - set(place)):
        raise DataError(f"has classes of {cells.name!r} that training never saw: {listed(unseen)}", SETTING)
    return np.array([place[word] for word in words], dtype=np.int64)
