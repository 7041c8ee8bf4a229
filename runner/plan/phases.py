"""A run that can be trained, with all that planning has found out about it: nothing of it is looked up again."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from runner.runs.data import Facts
from runner.runs.shape import Shape, shape_of
from runner.runs.spec import Spec
from runner.runs.weights import Weights


@dataclass(frozen=True)
class Phase:
    """One training of a run: its spec and the facts of its data."""

    spec: Spec
    facts: Facts

    @cached_property
    def shape(self) -> Shape:
        """What follows from both; only of a spec in which everything is decided."""
        return shape_of(self.spec, self.facts)

    def but(self, **changes: Any) -> "Phase":
        """The same with other values in its spec, which change nothing of its data."""
        return Phase(self.spec.model_copy(update=changes), self.facts)


@dataclass(frozen=True)
class Checked:
    """A valid run: its trainings, one after another, and the weights of another run that it starts from.

    `notes` are lines for a person: how a table was read, and what was chosen for it. Runs that differ in their seed
    alone share what is known of the first of them, unless another seed `is_apart`.
    """

    phases: tuple[Phase, ...]
    start: Weights | None
    notes: tuple[str, ...] = ()
    is_apart: bool = False

    @property
    def spec(self) -> Spec:
        """Of the whole run, the first of those that share this."""
        return self.phases[-1].spec

    @property
    def digests(self) -> tuple[str, ...]:
        """Of the files that each phase reads; empty texts where it reads none."""
        return tuple(phase.facts.digest for phase in self.phases)
