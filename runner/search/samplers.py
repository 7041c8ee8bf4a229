"""Which settings of a space are trained next: what a sampler asks follows from its seed and what it was told."""

from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from runner.base.errors import UserError
from runner.runs.search_settings import SearchSettings, TpeSearch
from runner.search.drawing import drawn
from runner.search.space import Setting, Space


class Sampler(Protocol):
    """What is trained next follows from what it was told, its seed and, of Optuna's, the version of that."""

    def ask(self, n: int) -> list[Setting]:
        """Settings that were never asked before: `n` of them, fewer where the space has no more."""

    def tell(self, scores: Sequence[tuple[Setting, float]]) -> None:
        """The scores of settings in the order asked: finite, and the lower the better."""


class RandomSampler:
    """Draws evenly, whatever the scores."""

    def __init__(self, space: Space, seed: int) -> None:
        self._asked = set[Setting]()
        self._drawn = drawn(space, seed, self._asked)

    def ask(self, n: int) -> list[Setting]:
        found = []
        for setting, _ in islice(self._drawn, n):
            self._asked.add(setting)
            found.append(setting)
        return found

    def tell(self, scores: Sequence[tuple[Setting, float]]) -> None:
        """Changes nothing."""


def sampler_of(settings: SearchSettings, space: Space) -> Sampler:
    """The sampler that a search names. Raises UserError where it needs what is not installed."""
    if not isinstance(settings, TpeSearch):
        return RandomSampler(space, settings.seed)
    try:
        from runner.search.tpe import TpeSampler
    except ModuleNotFoundError as error:
        if error.name != "optuna":
            raise
        told = "search=tpe needs Optuna: pip install 'small-network-runner[search]', or use search=random"
        raise UserError(told, ["search"]) from error
    return TpeSampler(space, settings.seed, settings.generation)
