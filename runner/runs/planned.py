"""A planned run of a sweep."""

from dataclasses import dataclass, replace

from runner.runs.result import RunResult
from runner.runs.role import Role
from runner.runs.spec import Spec


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a sweep: its index, its run key, the overrides and spec that make it, and its role.

    `rung` is how often its setting was in the better half of a search; 0 for a grid.
    """

    index: int
    key: str
    overrides: tuple[str, ...]
    spec: Spec
    role: Role = Role.SEARCH
    rung: int = 0

    def named(self, result: RunResult) -> RunResult:
        """The run's result with the facts from its plan."""
        return replace(
            result, key=self.key, spec=self.spec, overrides=self.overrides, role=self.role, rung=self.rung
        )  # fmt: skip


def with_seed(spec: Spec, seed: int) -> Spec:
    """The same spec with another seed; all other parts are shared objects, which saves memory for many runs."""
    return Spec.model_construct(spec.model_fields_set, **{**dict(spec), "seed": seed})


def parts_but_the_seed(spec: Spec) -> tuple[int, ...]:
    """The objects that a spec shares with those that `with_seed` made of it."""
    return tuple(id(value) for key, value in spec if key != "seed")
