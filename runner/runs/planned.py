"""A run of a sweep as it is planned."""

from dataclasses import dataclass

from runner.runs.spec import Spec


@dataclass(frozen=True)
class PlannedRun:
    """One run of a sweep: its place there, its run key, and the overrides and spec that make it."""

    index: int
    key: str
    overrides: tuple[str, ...]
    spec: Spec
