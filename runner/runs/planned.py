"""A run of a sweep as it is planned."""

from dataclasses import dataclass, replace

from runner.runs.result import RunResult
from runner.runs.role import Role
from runner.runs.spec import Spec


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a sweep: its place there, its run key, the overrides and spec that make it, and what it is for.

    `rung` is how often its setting has been among the better half of a search; runs of a grid have 0.
    """

    index: int
    key: str
    overrides: tuple[str, ...]
    spec: Spec
    role: Role = Role.SEARCH
    rung: int = 0

    def named(self, result: RunResult) -> RunResult:
        """Its result, with what the plan says of it, which all results share."""
        return replace(
            result, key=self.key, spec=self.spec, overrides=self.overrides, role=self.role, rung=self.rung
        )  # fmt: skip


def with_seed(spec: Spec, seed: int) -> Spec:
    """The same with another seed; all else is one object in both, which is what saves memory where runs are many."""
    return Spec.model_construct(spec.model_fields_set, **{**dict(spec), "seed": seed})


def parts_but_the_seed(spec: Spec) -> tuple[int, ...]:
    """The objects that a spec has in common with those that `with_seed` made of it."""
    return tuple(id(value) for key, value in spec if key != "seed")
