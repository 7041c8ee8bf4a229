"""Which settings of a space to train next: determined by the sampler's seed and the results so far."""

from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from runner.base.errors import UserError
from runner.runs.search_settings import SearchSettings, TpeSearch
from runner.search.drawing import drawn
from runner.search.space import Setting, Space


class Sampler(Protocol):
    """A sampler: the results so far, its seed and, for Optuna's, the version of Optuna determine what it asks for."""

    def ask(self, n: int) -> list[Setting]:
        """`n` settings that were never asked for before, fewer if the space has no more."""

    def tell(self, scores: Sequence[tuple[Setting, float]]) -> None:
        """The scores of settings in the order they were asked for: finite, lower is better."""


class RandomSampler:
    """Draws uniformly, whatever the scores."""

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
    """The sampler that a search names. Raises UserError if it needs a package that is not installed."""
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
