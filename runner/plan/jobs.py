"""A sweep's jobs, as Hydra has composed them or cannot."""

from dataclasses import dataclass
from typing import Any

from runner.base.errors import Problem


@dataclass(frozen=True)
class Job:
    """One job of a sweep: its number, the overrides that made it, its config as plain data, and what Hydra composed.

    A config of Hydra's takes five times the memory, which ten thousand jobs would feel. So jobs with the same choice of
    groups share `composition`, which only `runner/app` looks into, and the sections of configs in which they do not
    differ: nobody may change them.
    """

    number: int
    overrides: tuple[str, ...]
    config: dict[str, Any]
    composition: Any

    @property
    def problems(self) -> tuple[Problem, ...]:
        """None: it has been composed."""
        return ()

    @property
    def rest(self) -> "Job":
        """What can be planned of it, which is all."""
        return self


@dataclass(frozen=True)
class Refused:
    """A job that cannot be composed: everything wrong with its overrides, those that are, and what the rest makes."""

    problems: tuple[Problem, ...]
    wrong: tuple[str, ...]
    rest: Job | None
