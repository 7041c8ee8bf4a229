"""Which samples are for training, for choosing (validation), and only for reporting (test)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runner.datasets.samples import DataError, Samples
from runner.runs.spec import DataCommon, TestSpec

Rows = NDArray[np.intp]
Generator = Callable[[str], np.random.Generator]


@dataclass(frozen=True)
class Split:
    """Rows of the samples, each part in the data's own order. Missing parts are empty."""

    train: Rows
    validation: Rows
    test: Rows

    @property
    def named(self) -> tuple[Rows, NDArray[np.str_]]:
        """All rows `(n,)`, one part after the other, and the name of the part of each row `(n,)`."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return np.concatenate(list(parts.values())), np.repeat(list(parts), [len(rows) for rows in parts.values()])


def split(data: DataCommon, test: TestSpec, samples: Samples, of_run: Generator, of_test: Generator) -> Split:
    """The parts of a run's samples; the generators make the random numbers of a purpose, for the run or the test rows.

    The rows of a table are drawn class by class, so that class shares are about the same in each part. The training
    rows keep at least one of every class. With `data.imbalance`, some rows of the last class belong to no part, but no
    test row is removed. Raises DataError if a requested part would be empty.
    """
    rows = np.arange(len(samples.X))
    labels = np.asarray(samples.Y) if samples.encoding and samples.task == "classification" else np.zeros(len(rows))
    if samples.n_test:
        tested = rows[-samples.n_test :]
    elif test.set == "held_out":
        tested = _drawn(rows, labels, data.test_fraction, "test", of_test("split"))
    else:
        tested = rows[:0]
    rest = np.setdiff1d(rows, tested, assume_unique=True)
    if data.imbalance > 1 and samples.classes:
        labels = np.asarray(samples.Y)
        rest = _rarer(rest, labels == len(samples.classes) - 1, data.imbalance, of_run("imbalance"))
    if data.folds is None and data.fold > 0:
        raise DataError(f"={data.fold} needs data.folds, the number of folds", "fold", {"one of five": {"folds": 5}})
    if data.folds is not None:
        validated = _fold(rest, labels, data.folds, data.fold, of_test("folds"))
    else:
        validated = _drawn(rest, labels, data.validation_fraction, "validation", of_run("validation"))
    return Split(np.setdiff1d(rest, validated, assume_unique=True), validated, tested)


def _drawn(rows: Rows, labels: NDArray[np.generic], share: float, part: str, rng: np.random.Generator) -> Rows:
    """A share of the rows."""
    n, size, setting = len(rows), round(share * len(rows)), f"{part}_fraction"
    without = {f"without {part} samples": {setting: 0}}
    if share > 0 and size == 0:
        raise DataError(f"of {share:g} leaves no {part} sample out of {n}; give 0 for none", setting, without)
    if size >= n:
        raise DataError(f"of {share:g} leaves no training sample out of {n}", setting, without)
    shuffled = rows[rng.permutation(n)]
    _, found, counts = np.unique(labels[shuffled], return_inverse=True, return_counts=True)
    if len(counts) == 1:
        return np.asarray(np.sort(shuffled[:size]))
    place = np.empty(n, dtype=np.intp)  # among the rows of its class, in the order of the draw
    for label, count in enumerate(counts):
        place[found == label] = np.arange(count)
    taken = _shares(counts, size)
    if size > 0 and not taken.any():
        told = f"of {share:g} leaves no {part} sample: the only row of a class is trained on"
        raise DataError(told, setting, without)
    return np.asarray(np.sort(shuffled[place < taken[found]]))


def _shares(counts: Rows, size: int) -> Rows:
    """How many of each class are drawn: largest remainders, and one less than there are at most."""
    wanted = size * counts / counts.sum()
    taken: Rows = np.minimum(np.floor(wanted), counts - 1).astype(np.intp)
    by_remainder = np.argsort(taken - wanted, kind="stable")
    while (missing := size - int(taken.sum())) > 0:
        free = [label for label in by_remainder if taken[label] < counts[label] - 1][:missing]
        if not free:
            break  # nothing but single rows is left, and those are trained on
        taken[free] += 1
    return taken


def _rarer(rows: Rows, is_rare: NDArray[np.bool_], factor: float, rng: np.random.Generator) -> Rows:
    """The rows without those of the rare class, but for one in `factor`, and one at least."""
    rare = rng.permutation(rows[is_rare[rows]])
    return np.sort(np.concatenate([rows[~is_rare[rows]], rare[: max(1, round(len(rare) / factor))]]))


def _fold(rows: Rows, labels: NDArray[np.generic], folds: int, fold: int, rng: np.random.Generator) -> Rows:
    """Every `folds`-th row of a random order in which the classes follow each other.

    The only row of a class is in no fold, because training would lack the class.
    """
    if fold >= folds:
        raise DataError(f"must be < {folds}, the number of folds, got {fold}", "fold")
    shuffled = rows[rng.permutation(len(rows))]
    _, found, counts = np.unique(labels[shuffled], return_inverse=True, return_counts=True)
    by_class = shuffled[np.argsort(found, kind="stable")]
    by_class = by_class[np.repeat(counts, counts) > 1]
    if len(by_class) < folds:
        raise DataError(f"={folds} needs as many samples that are not tested; there are {len(by_class)}", "folds")
    return np.asarray(np.sort(by_class[fold::folds]))
