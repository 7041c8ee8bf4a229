"""The name, the question and the command of a sweep or run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """The name of a sweep or run, its question if its file has one, its id and its command.

    For a search, `space` has the overrides that span it, as typed.
    """

    name: str
    question: str
    sweep_id: str
    command: str = ""
    space: tuple[str, ...] = ()
