"""A table as it was examined: what was asked for, its target, and what its other columns are."""

from dataclasses import dataclass

from runner.datasets.samples import Impute
from runner.datasets.tables.cells import Cells
from runner.datasets.tables.columns import Look
from runner.datasets.tables.encoding import Column
from runner.datasets.tables.task import AskedTask, Goal


@dataclass(frozen=True)
class Asked:
    """What was asked for, beside the file and how it is read."""

    features: tuple[str, ...] | None
    drop: tuple[str, ...]
    target: str | None
    task: AskedTask
    missing: tuple[str, ...] | None
    impute: Impute

    @property
    def may_doubt(self) -> bool:
        """Whether -999 and the like may stand for missing values: those that are named settle it."""
        return self.missing is None


@dataclass(frozen=True)
class Examined:
    """The cells of the target without gaps, and the goal that they make; each feature column with what was found in it.

    All cells are those of the rows that have a target.
    """

    asked: Asked
    target: Cells
    goal: Goal
    features: tuple[tuple[Cells, Look], ...]

    @property
    def used(self) -> list[tuple[Cells, Column]]:
        """The feature columns that are learned from."""
        return [(cells, look.column) for cells, look in self.features if look.column]
