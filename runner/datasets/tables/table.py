"""A person's own table: from a file to samples, with everything that was found out or left out said in short lines."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np

from nn.registry import Range
from runner.datasets.samples import DATASETS, DataError, Impute, Samples, Streams
from runner.datasets.tables.cells import cells_of, gaps_of
from runner.datasets.tables.choosing import Name, choose
from runner.datasets.tables.columns import look_at
from runner.datasets.tables.encoded import inputs_of
from runner.datasets.tables.encoding import Encoding
from runner.datasets.tables.judging import refusal_of
from runner.datasets.tables.numbers import Signs
from runner.datasets.tables.reading import Reading, ReadingOptions, read
from runner.datasets.tables.saying import notes_of
from runner.datasets.tables.task import AskedTask, goal_of

MIN_ROWS = 4


@dataclass(frozen=True)
class Asked:
    """What was asked for, beside the file."""

    features: tuple[str, ...] | None
    drop: tuple[str, ...]
    target: str | None
    task: AskedTask
    missing: tuple[str, ...] | None
    impute: Impute


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
    task: Literal["auto", "regression", "classification"] = "auto",
    missing: tuple[Name, ...] | None = None,
    impute: Literal["median", "mean", "most_frequent", "none"] = "median",
    separator: Annotated[str, Range()] = "auto",
    decimal: Annotated[str, Range()] = "auto",
    thousands: Annotated[str, Range()] = "auto",
    encoding: str = "auto",
    header: Literal["auto", True, False] = "auto",
    sheet: Name | None = None,
) -> Samples:
    """Rows of your own file. `features` are all other columns and `target` the last one unless named.

    Text with few values becomes one input for each, yes and no become 1 and 0; columns that teach nothing are left out.
    """
    if not path:
        raise DataError("is missing; name your file: data=table data.path=FILE", "path")
    options = ReadingOptions(separator, decimal, thousands, encoding, header, sheet)
    asked = Asked(features, drop, target, task, missing, impute)
    source = _source(path, options)
    return _samples(source, asked, _source(test_path, options) if test_path else None)


def _source(path: str, options: ReadingOptions) -> Source:
    reading = read(path, options)
    return Source(reading.digest, options, reading)


@lru_cache(maxsize=4)
def _samples(source: Source, asked: Asked, tested: Source | None) -> Samples:
    """The samples, whose arrays cannot be written to: runs on the same file share them."""
    reading = source.reading
    frame, signs = reading.frame, Signs(reading.decimal, reading.thousands)
    names, target = choose([str(name) for name in frame.columns], asked.features, asked.drop, asked.target)
    gaps = gaps_of(asked.missing or (), signs)
    column = {str(name): place for place, name in enumerate(frame.columns)}
    goals = cells_of(target, frame.iloc[:, column[target]], signs, gaps)
    rows = np.flatnonzero(~goals.is_gap)
    if len(rows) < MIN_ROWS:
        known = f" with a target {target!r}" if len(rows) < len(frame) else ""
        raise DataError(f"has too few rows of data{known}, {len(rows)}; at least {MIN_ROWS} are needed", "path")
    if len(rows) < len(frame):
        goals = cells_of(target, frame.iloc[:, column[target]], signs, gaps, rows)
    cells = [cells_of(name, frame.iloc[:, column[name]], signs, gaps, rows) for name in names]
    may_doubt = asked.missing is None
    goal = goal_of(goals, asked.task, may_doubt)
    looks = [look_at(one, may_doubt) for one in cells]
    if refused := refusal_of(goals, goal, cells, looks, asked):
        raise refused
    used = [(look.column, one) for look, one in zip(looks, cells, strict=True) if look.column]
    encoding = Encoding(tuple(one for one, _ in used), target)
    X, _ = inputs_of(encoding.columns, [one for _, one in used], "features")
    notes = notes_of(reading, len(frame) - len(rows), goals, goal, cells, looks, asked.impute)
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
        notes=notes,
    )
    return _locked(samples if tested is None else _with_test_rows(samples, tested, asked))


def _with_test_rows(samples: Samples, tested: Source, asked: Asked) -> Samples:
    """The samples with the rows of a second file after their own, encoded as they are."""
    raise NotImplementedError


def _locked(samples: Samples) -> Samples:
    for array in (samples.X, samples.Y):
        array.setflags(write=False)
    return samples
