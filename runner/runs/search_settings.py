"""Settings of a search: how many runs it may train, how it scores a setting, and how it confirms the best one."""

from typing import Annotated, Literal

from pydantic import Field

from runner.runs.field_types import Whole
from runner.runs.spec import Frozen


class ConfirmSettings(Frozen):
    """How many of the best settings are retrained, and on how many seeds that played no part in the search."""

    settings: Annotated[Whole, Field(ge=0, le=1000)] = 5
    seeds: Annotated[Whole, Field(ge=6, le=1000)] = 12


class SearchSettings(Frozen):
    """Settings of every search. `seed` is that of the search itself; `digits` are those of the numbers it draws."""

    runs: Annotated[Whole, Field(ge=1, le=1_000_000)] = 300
    over_seeds: Literal["mean", "median", "worst"] = "mean"
    confirm: ConfirmSettings = ConfirmSettings()
    seed: Annotated[Whole, Field(ge=0)] = 0
    digits: Annotated[Whole, Field(ge=1, le=15)] = 3


class RandomSearch(SearchSettings):
    """Settings drawn uniformly, regardless of the scores."""

    name: Literal["random"] = "random"


class TpeSearch(SearchSettings):
    """Settings suggested by Optuna's TPE, `generation` of them at once."""

    name: Literal["tpe"] = "tpe"
    generation: Annotated[Whole, Field(ge=2, le=10_000)] = 30


SEARCHES: dict[str, type[SearchSettings]] = {"random": RandomSearch, "tpe": TpeSearch}
Search = Annotated[RandomSearch | TpeSearch, Field(discriminator="name")]
