"""What a sweep or a run is called, asks and repeats."""

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """A sweep's or run's name, the question of its file if it has one, its id and its command.

    Of a search, `space` has the overrides that span it, as they were typed.
    """

    name: str
    question: str
    sweep_id: str
    command: str = ""
    space: tuple[str, ...] = ()
