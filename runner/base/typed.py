"""What was typed, from the command line of this process alone: no config can claim it."""

from collections.abc import Sequence

_typed: tuple[str, ...] = ()


def set_typed(arguments: Sequence[str]) -> None:
    """Say once, before any config is composed, what was typed. A worker or job of a batch system never does."""
    global _typed  # one process has one command line
    _typed = tuple(arguments)


def typed() -> tuple[str, ...]:
    """The arguments of the command line: overrides and flags."""
    return _typed
