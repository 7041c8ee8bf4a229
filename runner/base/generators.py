"""Generators that take something back for what they give."""

from collections.abc import Generator
from typing import Any, TypeVar

Given = TypeVar("Given")
Taken = TypeVar("Taken")


def following(generator: Generator[Given, Taken, Any], taken: Taken | None = None) -> Given | None:
    """What a generator gives next, once it has `taken` something for what it gave last; None when it has ended."""
    try:
        return next(generator) if taken is None else generator.send(taken)
    except StopIteration:
        return None
