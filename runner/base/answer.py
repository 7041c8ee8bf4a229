"""What a command has found, for programs: where `--json` asks for it, parts are added as they come to be known."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_parts: dict[str, Any] | None = None


@contextmanager
def collecting() -> Iterator[dict[str, Any]]:
    """Collect the parts that are added in here, by name."""
    global _parts  # one process has one command
    _parts = {}
    try:
        yield _parts
    finally:
        _parts = None


def add(name: str, make: Callable[[], Any]) -> None:
    """Add a part, or put another one in its place; it is made only where somebody asks for it."""
    if _parts is not None:
        _parts[name] = make()
