"""Settings of the application: how runs are launched and tracked. They do not affect the numbers of a run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from nn.stepping import Choice
from runner.base.errors import Problem, UserError
from runner.base.formats import read_yaml
from runner.base.paths import CONF
from runner.runs.explaining import Wrong, explain_all, with_origin
from runner.runs.field_types import Flag, Number, Whole
from runner.runs.search_settings import SEARCHES, Search
from runner.runs.spec import Frozen

ENGINE = "engine="
ENGINES: tuple[Choice, ...] = get_args(Choice)


def _experiment(value: Any) -> Any:
    if isinstance(value, str) and not 1 <= len(value.strip()) <= 250:
        raise PydanticCustomError("experiment", "must be a name of 1 to 250 characters")
    return value


class TrackingSettings(Frozen):
    """What is stored of each run, and where; `plots` applies to single runs, `report` to the whole sweep."""

    experiment: Annotated[str, BeforeValidator(_experiment)]
    models: Literal["best", "all", "none"]
    plots: Literal["auto", "all", "best", "none"]
    report: Flag = True
    snapshots: Literal["auto", "all", "none"] = "auto"
    points: Annotated[Whole, Field(ge=2, le=10_000)]


class ReportSettings(Frozen):
    """When a report calls two scores different: differences below `smallest_difference` do not count."""

    smallest_difference: Annotated[Number, Field(ge=0)] | None = None


def _word(value: Any) -> Any:
    """A word becomes a part of a job script, where it must not be able to be more than a word."""
    if isinstance(value, str) and not re.fullmatch(r"[\w.:+@%/-]{1,200}", value):
        raise PydanticCustomError("word", "must be one word of letters, digits and _.:+@%/-")
    return value


def _address(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"(tcp|tls)://\S+:\d+", value):
        raise PydanticCustomError("address", "must be the address of a Dask scheduler, such as tcp://host:8786")
    return value


def _memory(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\d{1,6}(\.\d{1,3})?[kMGT]i?B", value):
        raise PydanticCustomError("memory", "must be a size such as 2GB or 512MiB")
    return value


def _walltime(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\d{1,4}:\d\d(:\d\d)?", value):
        raise PydanticCustomError("walltime", "must be hours:minutes:seconds, or hours:minutes for LSF")
    return value


Word = Annotated[str, BeforeValidator(_word)]


class ProcessExecutor(Frozen):
    """Worker processes on this machine."""

    name: Literal["process"] = "process"


class DaskExecutor(Frozen):
    """The workers of the Dask scheduler at `address`; without one, a cluster on this machine for this sweep only."""

    name: Literal["dask"] = "dask"
    address: Annotated[str, BeforeValidator(_address)] | None = None


class QueueExecutor(Frozen):
    """Dask workers in `jobs` jobs of a batch system; Dask's own `jobqueue.yaml` holds all other settings."""

    name: Literal["slurm", "pbs", "sge", "lsf"]
    jobs: Annotated[Whole, Field(ge=1, le=10_000)] = 1
    cores: Annotated[Whole, Field(ge=1, le=1024)] = 1
    memory: Annotated[str, BeforeValidator(_memory)] = "2GB"
    walltime: Annotated[str, BeforeValidator(_walltime)] = "01:00:00"
    queue: Word | None = None
    account: Word | None = None


EXECUTORS: dict[str, type[Frozen]] = {
    "process": ProcessExecutor, "dask": DaskExecutor, **dict.fromkeys(("slurm", "pbs", "sge", "lsf"), QueueExecutor),
}  # fmt: skip
Executor = Annotated[ProcessExecutor | DaskExecutor | QueueExecutor, Field(discriminator="name")]
CHOSEN = "|".join([*EXECUTORS, *SEARCHES])
TAG = re.compile(rf"^(executor|search)\.({CHOSEN})(?=\.)")  # pydantic's name of what was chosen


class Settings(Frozen):
    """Settings of the application.

    `executor` says where stacks train, and `workers` in how many processes; None means one per processor. `engine` says
    what computes their updates; the numbers are identical. `modules` hold the user's own components. With a `search`, a
    sweep draws settings from a space instead of a grid.

    With `skip_finished`, runs that are already in the store are reused. `diagnose` says whether runs that do not learn
    are diagnosed at the end, and whether fixes are then trained. `report` applies to reports and answers. `expect` maps
    sentences to inequalities that a sweep should satisfy; with `strict` the sweep fails if one does not hold. `quiet`
    and `dry_run` concern one command and are not part of a plan.
    """

    tracking: TrackingSettings
    executor: Executor = ProcessExecutor()
    search: Search | None = None
    workers: Annotated[Whole, Field(ge=1, le=1024)] | None
    engine: Choice = "auto"
    modules: tuple[str, ...]
    expect: Annotated[dict[str, str], BeforeValidator(lambda value: {} if value is None else value)]
    strict: bool
    skip_finished: Flag
    diagnose: Literal["auto", "confirm", "off"] = "auto"
    report: ReportSettings = ReportSettings()
    quiet: Flag = False
    dry_run: Flag = False

    @property
    def over_seeds(self) -> str:
        """How the seeds of a setting are combined when settings are chosen: mean, median or worst."""
        return self.search.over_seeds if self.search else "mean"

    def planned(self) -> dict[str, Any]:
        """What a plan keeps, as plain data."""
        return self.model_dump(mode="json", exclude={"quiet", "dry_run"})


def keeping_nothing(
    modules: tuple[str, ...], workers: int | None, with_snapshots: bool = False, engine: Choice = "auto"
) -> Settings:
    """Settings for runs that are trained only to be inspected: nothing is written."""
    kept: Literal["all", "none"] = "all" if with_snapshots else "none"
    tracking = TrackingSettings(experiment="none", models="none", plots="none", report=False, snapshots=kept, points=2)
    return Settings(
        tracking=tracking, workers=workers, engine=engine, modules=modules, expect={}, strict=False, skip_finished=False
    )


def engine_in(arguments: Sequence[str]) -> Choice:
    """The engine that a command line names. Raises UserError for an unknown one."""
    asked = [one.removeprefix(ENGINE) for one in arguments if one.startswith(ENGINE)]
    found = [one for one in ENGINES if one in asked[-1:]]
    if asked and not found:
        raise UserError(f"engine must be {', '.join(map(repr, ENGINES[:-1]))} or {ENGINES[-1]!r}, got {asked[-1]!r}")
    return found[0] if found else "auto"


def read_settings(
    config: Mapping[str, Any], overrides: Sequence[str], typed: Sequence[str]
) -> Settings | list[Problem]:
    """The application's part of a config, or everything that is wrong with it.

    `overrides` produced the config and show where a wrong value came from; `typed` are those from the command line.
    """
    if unasked := _unasked(config.get("executor"), typed):
        return unasked
    try:
        return Settings.model_validate({key: config[key] for key in Settings.model_fields if key in config})
    except ValidationError as error:
        found = [replace(one, key=TAG.sub(r"\1", one.key)) for one in explain_all(Wrong("", error))]
        return [with_origin(problem, config, overrides) for problem in found]


def _unasked(executor: Any, arguments: Sequence[str]) -> list[Problem]:
    """Executor settings that neither `conf/` nor the user set: someone else's scheduler could run code here."""
    typed = {argument.partition("=")[0].lstrip("+~") for argument in arguments}
    is_typed_whole = any(argument.lstrip("+").startswith("executor={") for argument in arguments)
    if not isinstance(executor, Mapping) or is_typed_whole:
        return []
    name, shipped = executor.get("name"), _shipped(f"executor/{executor.get('name')}")
    defaults = _shipped("config")["defaults"]
    chosen = [entry["executor"] for entry in defaults if isinstance(entry, Mapping) and "executor" in entry]
    keys = [key for key, value in executor.items() if key != "name" and value != shipped.get(key)]
    found = [f"executor.{key}" for key in keys if f"executor.{key}" not in typed]
    if name not in chosen and not typed & {"executor", "executor.name"}:
        found = ["executor"]
    told = "was not typed by you; type it, because someone else's scheduler could run code here (docs/security.md)"
    return [Problem(key, told) for key in found]


@cache
def _shipped(name: str) -> Any:
    """The contents of a file of `conf/`, empty if there is none; cached, because every job of a sweep asks."""
    path = CONF / f"{name}.yaml"
    return read_yaml(path.read_bytes()) if path.is_file() else {}
