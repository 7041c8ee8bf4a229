"""A valid run with everything that planning found out about it, so that nothing is looked up twice."""

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
        """The shape that follows from both; only for a completely decided spec."""
        return shape_of(self.spec, self.facts)

    def but(self, **changes: Any) -> "Phase":
        """The same with other values in its spec, which do not affect its data."""
        return Phase(self.spec.model_copy(update=changes), self.facts)


@dataclass(frozen=True)
class Checked:
    """A valid run: its trainings in order, and the weights of another run that it starts from.

    `notes` are lines for the user: how a table was read, and what was chosen for it. Runs that differ only in their
    seed share the facts of the first of them, unless another seed `is_apart`.
    """

    phases: tuple[Phase, ...]
    start: Weights | None
    notes: tuple[str, ...] = ()
    is_apart: bool = False

    @property
    def spec(self) -> Spec:
        """The spec of the whole run, the first of those that share this."""
        return self.phases[-1].spec

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of the files that each phase reads; empty texts if it reads none."""
        return tuple(phase.facts.digest for phase in self.phases)
