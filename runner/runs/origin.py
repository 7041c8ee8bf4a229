"""Where a run's numbers come from: its samples, and what trained it when."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class DataUsed:
    """What a run learned from and was tested on.

    `task` is regression or classification, `n_samples` are the numbers of training and test samples, `n_validation`
    that of validation samples, and `digest` identifies the samples.
    """

    task: str
    n_samples: tuple[int, int]
    digest: str
    n_validation: int = 0


@dataclass(frozen=True, slots=True)
class Provenance:
    """When a run was trained, in seconds since 1970, for how many seconds, and on what.

    `reused_from` is the id of the MLflow run whose results were reused. `engine` is what `nn` reports about the updates
    (`nn.stepping.Stepping`), empty if there is nothing to report.
    """

    started: float = 0.0
    seconds: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)
    reused_from: str = ""
    engine: str = ""

    def with_code(self, source: Mapping[str, str]) -> "Provenance":
        """The same with facts about the code, such as its commit, added to the environment."""
        return replace(self, environment=_joined(tuple(self.environment.items()), tuple(source.items())))


@lru_cache
def _joined(*some: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """One for all runs of a machine, which are many."""
    return {key: value for one in some for key, value in one}
