"""The user's own table: from a file to samples, with notes on everything that was detected or left out."""

from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np

from nn.registry import Range
from runner.datasets.samples import DATASETS, DataError, Impute, Samples, Streams
from runner.datasets.tables.cells import cells_of, gaps_of
from runner.datasets.tables.choosing import Name, choose
from runner.datasets.tables.columns import look_at
from runner.datasets.tables.encoded import inputs_of
from runner.datasets.tables.encoding import Encoding
from runner.datasets.tables.examined import Asked, Examined
from runner.datasets.tables.judging import refusal_of
from runner.datasets.tables.numbers import Signs
from runner.datasets.tables.reading import Reading, ReadingOptions, read
from runner.datasets.tables.saying import notes_of
from runner.datasets.tables.task import MIN_ROWS, AskedTask, can_be_learned, goal_of
from runner.datasets.tables.tested import with_test_rows
from runner.datasets.tables.trying import with_ways_tried


@dataclass(frozen=True)
class Source:
    """A file that was read; two with the same contents, read the same way, are equal."""

    digest: str
    options: ReadingOptions
    reading: Reading = field(compare=False, repr=False)


@DATASETS.register(files=("{test_path}",))
def table(
    streams: Streams,
    *,
    path: str | None = None,
    test_path: str | None = None,
    features: tuple[Name, ...] | None = None,
    drop: tuple[Name, ...] = (),
    target: Name | None = None,
    task: AskedTask = "auto",
    missing: tuple[Name, ...] | None = None,
    impute: Impute = "median",
    separator: Annotated[str, Range()] = "auto",
    decimal: Annotated[str, Range()] = "auto",
    thousands: Annotated[str, Range()] = "auto",
    encoding: str = "auto",
    header: Literal["auto", True, False] = "auto",
    sheet: Name | None = None,
) -> Samples:
    """Rows of your own file. Without further settings `target` is the last column, and `features` are all others.

    A text column with few distinct values becomes one input per value; yes and no become 1 and 0. Columns without
    information are left out.
    """
    if not path:
        raise DataError("is missing; name your file: data=table data.path=FILE", "path")
    settings = {name: value for name, value in locals().items() if name != "streams"}
    return with_ways_tried(_read_and_encoded, settings)


def _read_and_encoded(*, path: str, test_path: str | None, **settings: Any) -> Samples:
    how = {one.name: settings.pop(one.name) for one in fields(ReadingOptions)}
    options = ReadingOptions(**how)
    reading = read(path, options)
    source = Source(reading.digest, options, reading)
    try:
        return samples_of(source, Asked(**settings), _test_source(test_path, options, reading) if test_path else None)
    except DataError as error:
        if error.setting != "test_path" or error.ways:
            raise
        raise DataError(str(error), "test_path", {"without it": {"test_path": None}}) from error


def _test_source(path: str, options: ReadingOptions, first: Reading) -> Source:
    """The second file, whose numbers are written as in the first."""
    options = replace(options, decimal=first.decimal, thousands=first.thousands)
    try:
        reading = read(path, options)
    except DataError as error:
        near = {words: {"test_path": way["path"]} for words, way in error.ways.items() if "path" in way}
        raise DataError(f"cannot be used: {error}", "test_path", near) from error
    if reading.digest == first.digest:
        raise DataError("is the file that is learned from", "test_path")
    return Source(reading.digest, options, reading)


@lru_cache(maxsize=4)
def samples_of(source: Source, asked: Asked, tested: Source | None) -> Samples:
    """The samples. Their arrays are read-only, because runs on the same file share them."""
    reading = source.reading
    frame, signs = reading.frame, Signs(reading.decimal, reading.thousands)
    names, target = _chosen(reading, asked)
    gaps = gaps_of(asked.missing or (), signs)
    column = {str(name): place for place, name in enumerate(frame.columns)}
    goals = cells_of(target, frame.iloc[:, column[target]], signs, gaps)
    rows = np.flatnonzero(~goals.is_gap)
    if len(rows) < MIN_ROWS:
        raise _too_few(len(rows), reading, target, names, asked, signs)
    if len(rows) < len(frame):
        goals = cells_of(target, frame.iloc[:, column[target]], signs, gaps, rows)
    cells = [cells_of(name, frame.iloc[:, column[name]], signs, gaps, rows) for name in names]
    goal = goal_of(goals, asked.task, asked.may_doubt)
    looks = [look_at(one, asked.may_doubt, one.name in (asked.features or ())) for one in cells]
    examined = Examined(asked, goals, goal, tuple(zip(cells, looks, strict=True)))
    if refused := refusal_of(examined, reading.suspects):
        raise refused
    unit = goals.numbers.unit if goal.task == "regression" else ""
    encoding = Encoding(tuple(column for _, column in examined.used), target, asked.missing or (), unit)
    X, _ = inputs_of(encoding.columns, [one for one, _ in examined.used], "features")
    samples = Samples(
        X,
        goal.Y,
        goal.task,
        encoding.input_names,
        target,
        goal.classes,
        digest=source.digest,
        encoding=encoding,
        impute=asked.impute,
        notes=notes_of(examined, reading, tested is not None),
    )
    return _locked(with_test_rows(samples, tested.reading) if tested else samples)


def _chosen(reading: Reading, asked: Asked) -> tuple[list[str], str]:
    """The feature columns and the target. Names that stand in the first row, below what was taken for them, say so."""
    try:
        return choose([str(name) for name in reading.frame.columns], asked.features, asked.drop, asked.target)
    except DataError as error:
        given = {name for name in (asked.target, *(asked.features or ()), *asked.drop) if name is not None}
        for suspect in reading.suspects:
            if suspect.as_names and given <= set(suspect.cells):
                raise DataError(f"{error}; row 1 has such names", error.setting, suspect.as_names) from error
        raise


def _too_few(n: int, reading: Reading, target: str, names: list[str], asked: Asked, signs: Signs) -> DataError:
    """Where the table itself has rows enough, with the last column that has a value in enough of them as a way."""
    known = n < len(reading.frame)
    told = f"{target!r} has a value in {n} rows" if known else f"has {n} rows of data"
    told += f"; at least {MIN_ROWS} are needed"
    gaps = gaps_of(asked.missing or (), signs)
    for name in reversed(names) if len(names) > 1 else ():
        if can_be_learned(cells_of(name, reading.frame[name], signs, gaps), asked.task, asked.may_doubt):
            return DataError(told, "target", {f"to learn {name!r}": {"target": name}})
    return DataError(told, "target" if known else "path")


def _locked(samples: Samples) -> Samples:
    for array in (samples.X, samples.Y):
        array.setflags(write=False)
    return samples
