"""Settings of the application: how runs are launched and tracked. They change no number of any run."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from runner.errors import Problem
from runner.explaining import explain_all, with_origin
from runner.spec import Flag, Frozen, Whole


class TrackingSettings(Frozen):
    """Where runs are written, and how much of each."""

    experiment: Annotated[str, Field(min_length=1, max_length=250)]
    models: Literal["best", "all", "none"]
    plots: Literal["all", "best", "none"]
    points: Annotated[Whole, Field(ge=2, le=10_000)]


class Settings(Frozen):
    """`workers` is None for as many as there are processors; `modules` hold a person's own components.

    With `skip_finished` runs that the store has already are taken from there.
    `expect` maps sentences to inequalities that a sweep should satisfy; with `strict` it fails when it does not.
    `quiet` and `dry_run` are about one command and not part of a plan, so a plan goes without them.
    """

    tracking: TrackingSettings
    workers: Annotated[Whole, Field(ge=1, le=1024)] | None
    modules: tuple[str, ...]
    expect: Annotated[dict[str, str], BeforeValidator(lambda value: {} if value is None else value)]
    strict: bool
    skip_finished: Flag
    quiet: Flag = False
    dry_run: Flag = False

    def planned(self) -> dict[str, Any]:
        """What a plan keeps, as plain data."""
        return self.model_dump(mode="json", exclude={"quiet", "dry_run"})


def read_settings(config: Mapping[str, Any], overrides: Sequence[str]) -> Settings | list[Problem]:
    """The application's part of a config, or everything that is wrong with it."""
    try:
        return Settings.model_validate({key: config[key] for key in Settings.model_fields if key in config})
    except ValidationError as error:
        return [with_origin(problem, config, overrides) for problem in explain_all("", error)]
