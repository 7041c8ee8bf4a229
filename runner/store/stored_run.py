"""A run in a store: what it is in its sweep, and whether it is complete."""

from dataclasses import dataclass

from runner.runs.outcome import Outcome
from runner.store.records import SETTINGS_OF


@dataclass(frozen=True)
class StoredRun:
    """One run of a store."""

    run_id: str
    name: str
    status: str
    tags: dict[str, str]
    metrics: dict[str, float]
    artifacts: str
    experiment_id: str
    started: float
    seconds: float

    @property
    def index(self) -> int:
        """Its index in its sweep; -1 for a parent."""
        return int(self.tags.get("sweep_index", -1))

    @property
    def sweep_id(self) -> str:
        """The sweep that it belongs to; empty for a run that another program made."""
        return self.tags.get("sweep_id", "") or self.tags.get(SETTINGS_OF, "")

    @property
    def is_setting(self) -> bool:
        """Whether it stands for a setting of a sweep."""
        return SETTINGS_OF in self.tags

    @property
    def is_trained(self) -> bool:
        """Whether it has numbers of its own."""
        return "sweep_index" in self.tags and Outcome(self.tags.get("outcome", Outcome.KILLED)).is_trained

    @property
    def modules(self) -> list[str]:
        """The user's own modules whose parts it had."""
        return [name for name in self.tags.get("modules", "").split(",") if name]

    @property
    def is_parent(self) -> bool:
        """Whether it stands for a sweep."""
        return "sweep_index" not in self.tags and not self.is_setting

    @property
    def is_whole(self) -> bool:
        """Whether it was written to its end, and was trained to its own."""
        text = self.tags.get("outcome", Outcome.KILLED)
        return text in set(Outcome) - {Outcome.KILLED} and self.status == Outcome(text).mlflow_status
