"""The role of a run in a sweep."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol, TypeVar


class Role(StrEnum):
    """`search` is what a person asked for. Runs on fresh seeds `choose` among the best settings, `confirm` the chosen
    one, or are of the `default` setting, beside which that is seen; they are of both where these are one.
    """

    SEARCH = "search"
    CHOOSE = "choose"
    CONFIRM = "confirm"
    DEFAULT = "default"


class HasRole(Protocol):
    """A run, planned or trained."""

    @property
    def role(self) -> Role: ...


Run = TypeVar("Run", bound=HasRole)


def parted(runs: Iterable[Run]) -> tuple[list[Run], list[Run]]:
    """The runs that were requested, and those on fresh seeds, which are excluded from comparisons."""
    searched, fresh = list[Run](), list[Run]()
    for one in runs:
        (searched if one.role is Role.SEARCH else fresh).append(one)
    return searched, fresh
