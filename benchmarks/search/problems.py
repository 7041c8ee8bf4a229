"""Five problems, fixed before anything was searched on any of them.

A score is a cost that adds up over seeds and is never negative, so that two of them have a ratio: the mean squared
error of a regression, the log loss of a classification. The default scores would not do: an error of 0 has no ratio,
and the root hides half of what a bad seed costs. No run stops early and none goes back to its best weights, so a run
that is cut after some epochs is what a shorter run would have been: that is what methods that prune look at.
"""

from dataclasses import dataclass
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser

from benchmarks.catalogue import TABLES
from runner.search.space import SEEDS, Space

CUTS = 9  # evaluations of a run, so that it can be cut to a third and a ninth
APART = 1000  # seeds between those of two repetitions
ALIKE = ("training.patience=null", "training.restore_best=false", f"training.evaluations={CUTS}")
SQUARES = ("modules=[benchmarks.search.squares]", "score=mse")
RATE, WIDTH = "learning_rate=tag(log,interval(0.001,3))", "network.hidden=int(interval(1,12))"
ACTIVATIONS, OPTIMIZERS = "activation=sigmoid,tanh,relu,gelu", "optimizer=sgd,momentum,adam"
PLAIN = (RATE, WIDTH, ACTIVATIONS, OPTIMIZERS, "init=normal,uniform,glorot")
MOMENTUM, BETA = "optimizer.momentum=interval(0.5,0.99)", "optimizer.beta1=interval(0.5,0.99)"
CONDITIONAL = (RATE, WIDTH, ACTIVATIONS, OPTIMIZERS, MOMENTUM, BETA)
# Values of an interval in a grid: with all choices these make 288 settings of each space.
GRID = {"learning_rate": 4, "network.hidden": 2, "optimizer.momentum": 4, "optimizer.beta1": 4}


@dataclass(frozen=True)
class Problem:
    """Overrides that all runs have, and the space; `table` is the one of the catalogue that it needs as a file."""

    name: str
    fixed: tuple[str, ...]
    searched: tuple[str, ...] = PLAIN
    table: str = ""

    def space(self, repetition: int) -> Space:
        """The space as it is typed, with seeds that no other repetition has."""
        first = APART * repetition
        typed = (*self.fixed, *ALIKE, *self.searched, f"seed=range({first},{first + SEEDS})")
        return Space.of(OverridesParser.create().parse_overrides(list(typed)), digits=3)

    def write(self, folder: Path) -> None:
        """Its table, into a folder."""
        for table in TABLES:
            if table.name == self.table:
                table.write(folder)


def _of_table(name: str, *more: str) -> Problem:
    path = ("data=table", f"data.path={name}.csv", "data.target=target", "training.epochs=27")
    return Problem(name, (*path, *more), table=name)


# quadrants and sine are those of the design, where one seed was seen to mislead. diabetes has much noise and little to
# find. breast_cancer is a classification of a table, and nearly linear. saddle has optimizers with keys of their own.
# Epochs make some 250 updates of each; of quadrants 135, as it is learned sooner.
PROBLEMS = (
    Problem("quadrants", ("data=quadrants", "data.samples_per_cluster=50", "training.epochs=27", "score=log_loss")),
    Problem("sine", ("data=sine", "data.samples=100", "training.epochs=81", *SQUARES)),
    _of_table("diabetes", *SQUARES),
    _of_table("breast_cancer", "score=log_loss"),
    Problem("saddle", ("data=surface", "data.function=saddle", "training.epochs=81", *SQUARES), CONDITIONAL),
)
