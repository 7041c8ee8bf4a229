"""Generators that receive a value for each value they yield."""

from collections.abc import Generator
from typing import Any, TypeVar

Given = TypeVar("Given")
Taken = TypeVar("Taken")


def following(generator: Generator[Given, Taken, Any], taken: Taken | None = None) -> Given | None:
    """The generator's next value, after sending `taken` for the previous one; None at its end."""
    try:
        return next(generator) if taken is None else generator.send(taken)
    except StopIteration:
        return None
