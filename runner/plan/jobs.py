"""A sweep's jobs, composed by Hydra or rejected."""

from dataclasses import dataclass
from typing import Any

from runner.base.errors import Problem


@dataclass(frozen=True)
class Job:
    """One job of a sweep: its number, its overrides, its config as plain data, and Hydra's composition.

    A Hydra config needs five times the memory, which matters for ten thousand jobs. So jobs with the same choice of
    groups share `composition`, which only `runner/app` uses, and identical sections of configs, which must not be
    changed.
    """

    number: int
    overrides: tuple[str, ...]
    config: dict[str, Any]
    composition: Any

    @property
    def problems(self) -> tuple[Problem, ...]:
        """None: it was composed."""
        return ()

    @property
    def rest(self) -> "Job":
        """What can be planned of it: everything."""
        return self


@dataclass(frozen=True)
class Refused:
    """A job that cannot be composed: everything wrong with its overrides, the valid ones, and what these compose to."""

    problems: tuple[Problem, ...]
    wrong: tuple[str, ...]
    rest: Job | None
