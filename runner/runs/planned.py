"""A run of a sweep as it is planned."""

from dataclasses import dataclass

from runner.runs.spec import Spec


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a sweep: its place there, its run key, and the overrides and spec that make it."""

    index: int
    key: str
    overrides: tuple[str, ...]
    spec: Spec


def parts_but_the_seed(spec: Spec) -> tuple[int, ...]:
    """Which objects a spec has in common with those that were made to differ from it in their seed alone."""
    return tuple(id(value) for key, value in spec if key != "seed")
