"""A setting with the scores of its runs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from runner.base.console import count
from runner.base.moments import mean
from runner.findings.numbers.baselines import shortfall_of
from runner.findings.numbers.scores import Replicate, in_words, reported_of, scores_of
from runner.findings.numbers.solved import share_solved
from runner.runs.overrides import label_of
from runner.runs.result import RunResult


@dataclass(frozen=True, eq=False)
class Setting:
    """A setting that runs finished of, in a sweep over these `settings`: its `members`, and by fold and seed the final
    `scores`, called `score`, of those that have one.
    """

    members: Sequence[RunResult]
    settings: Sequence[str]
    score: str
    scores: dict[Replicate, list[float]]

    @property
    def runs(self) -> int:
        """The number of its runs."""
        return len(self.members)

    @property
    def label(self) -> str:
        """Its typed values."""
        return label_of(self.members[0].overrides, self.settings)

    @property
    def loss(self) -> str:
        """The loss of its cost, with its settings."""
        return repr(self.members[0].spec.loss)

    @cached_property
    def cost(self) -> float:
        """The mean cost of the runs with a score."""
        return mean([scores_of(one)["cost"] for one in self.members if self.score in scores_of(one)])

    @property
    def which(self) -> str:
        """What its runs with a score have that others have not."""
        return "finished" if len(self.values) == sum(one.has_finished for one in self.members) else "have one"

    @property
    def reported(self) -> float:
        """The mean of the reported scores."""
        found = [reported_of(one) for one in self.members if self.score in scores_of(one)]
        values = [one[self.score] for one in found if self.score in one]
        return mean(values) if values else math.nan

    @property
    def shortfall(self) -> str:
        """The baseline that is not beaten."""
        return shortfall_of(self.members)

    @cached_property
    def solved(self) -> tuple[int, int] | None:
        """How many of how many runs solve the data set, if that is defined."""
        return share_solved(self.members)

    @property
    def solves(self) -> str:
        """How many of its runs solve the data set; empty if that is undefined."""
        if not self.solved:
            return ""
        n, of = self.solved
        return f"; {n} of {count(of, 'run')} solve{'s' * (of == 1)} it" if n else "; no run solves it"

    @cached_property
    def values(self) -> list[float]:
        """The score of every finished run."""
        return [value for repeated in self.scores.values() for value in repeated]

    @cached_property
    def mean(self) -> float:
        """The mean over its finished runs."""
        return mean(self.values)

    @property
    def reached(self) -> tuple[float, float]:
        """What makes settings tie: their mean, and the share of their runs it is over."""
        return self.mean, len(self.values) / self.runs

    @property
    def told(self) -> str:
        """How many runs its mean is over."""
        finished = len(self.values)
        if finished < self.runs:
            return f"the mean of the {finished} of {count(self.runs, 'run')} that {self.which}"
        return f"the mean of {in_words(self.scores) if finished == len(self.scores) else count(finished, 'run')}"
