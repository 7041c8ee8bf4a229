"""What was typed on the command line of this process; no config can add to it."""

from collections.abc import Sequence

_typed: tuple[str, ...] = ()


def set_typed(arguments: Sequence[str]) -> None:
    """Record what was typed, once, before any config is composed. Workers and batch jobs never do this."""
    global _typed  # one process has one command line
    _typed = tuple(arguments)


def typed() -> tuple[str, ...]:
    """The arguments of the command line: overrides and flags."""
    return _typed
