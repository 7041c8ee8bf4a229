"""The result of a command for programs (`--json`): its parts are added as they become known."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_parts: dict[str, Any] | None = None


@contextmanager
def collecting() -> Iterator[dict[str, Any]]:
    """Collect the parts that are added inside this context, by name."""
    global _parts  # one process has one command
    _parts = {}
    try:
        yield _parts
    finally:
        _parts = None


def add(name: str, make: Callable[[], Any]) -> None:
    """Add a part, or replace it; it is computed only if the result is collected."""
    if _parts is not None:
        _parts[name] = make()
