"""Settings of the application: how runs are launched and tracked. They change no number of any run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from runner.base.errors import Problem
from runner.base.formats import read_yaml
from runner.base.paths import CONF
from runner.runs.explaining import Wrong, explain_all, with_origin
from runner.runs.field_types import Flag, Number, Whole
from runner.runs.search_settings import SEARCHES, Search
from runner.runs.spec import Frozen


def _experiment(value: Any) -> Any:
    if isinstance(value, str) and not 1 <= len(value.strip()) <= 250:
        raise PydanticCustomError("experiment", "must be a name of 1 to 250 characters")
    return value


class TrackingSettings(Frozen):
    """Where runs are written, and how much of each; `plots` is about single runs, `report` about the whole sweep."""

    experiment: Annotated[str, BeforeValidator(_experiment)]
    models: Literal["best", "all", "none"]
    plots: Literal["auto", "all", "best", "none"]
    report: Flag = True
    snapshots: Literal["auto", "all", "none"] = "auto"
    points: Annotated[Whole, Field(ge=2, le=10_000)]


class ReportSettings(Frozen):
    """What a report calls a difference: those of the score below `smallest_difference` count as none."""

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
    """The workers of the Dask scheduler at an address; without one, of a cluster on this machine that ends with us."""

    name: Literal["dask"] = "dask"
    address: Annotated[str, BeforeValidator(_address)] | None = None


class QueueExecutor(Frozen):
    """Dask workers that `jobs` jobs of a batch system start; everything else is in Dask's own `jobqueue.yaml`."""

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
    """`executor` says where stacks train, `workers` in how many processes; None stands for one per processor.

    `modules` hold a user's own components. With a `search` a sweep draws settings from a space instead of a grid.

    With `skip_finished` runs that the store has already are reused; `diagnose` says whether runs that do not learn are
    looked at when all have ended, and whether fixes are trained then.
    `report` is what reports and answers go by.
    `expect` maps sentences to inequalities that a sweep should satisfy; with `strict` it fails when it does not.
    `quiet` and `dry_run` are about one command and not part of a plan, so a plan goes without them.
    """

    tracking: TrackingSettings
    executor: Executor = ProcessExecutor()
    search: Search | None = None
    workers: Annotated[Whole, Field(ge=1, le=1024)] | None
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
        """What counts of a setting's seeds where settings are chosen: their mean, median or worst."""
        return self.search.over_seeds if self.search else "mean"

    def planned(self) -> dict[str, Any]:
        """What a plan keeps, as plain data."""
        return self.model_dump(mode="json", exclude={"quiet", "dry_run"})


def keeping_nothing(modules: tuple[str, ...], workers: int | None, with_snapshots: bool = False) -> Settings:
    """Those of runs that are trained to be looked at, and of which nothing is written."""
    kept: Literal["all", "none"] = "all" if with_snapshots else "none"
    tracking = TrackingSettings(experiment="none", models="none", plots="none", report=False, snapshots=kept, points=2)
    return Settings(tracking=tracking, workers=workers, modules=modules, expect={}, strict=False, skip_finished=False)


def read_settings(
    config: Mapping[str, Any], overrides: Sequence[str], typed: Sequence[str]
) -> Settings | list[Problem]:
    """The application's part of a config, or everything that is wrong with it.

    `overrides` made the config, and say where a wrong value came from; `typed` are those from the command line.
    """
    if unasked := _unasked(config.get("executor"), typed):
        return unasked
    try:
        return Settings.model_validate({key: config[key] for key in Settings.model_fields if key in config})
    except ValidationError as error:
        found = [replace(one, key=TAG.sub(r"\1", one.key)) for one in explain_all(Wrong("", error))]
        return [with_origin(problem, config, overrides) for problem in found]


def _unasked(executor: Any, arguments: Sequence[str]) -> list[Problem]:
    """What neither `conf/` nor the person says of where stacks train: somebody else's scheduler can run code here."""
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
    told = "was not typed by you; type it, because somebody else's scheduler could run code here (docs/security.md)"
    return [Problem(key, told) for key in found]


@cache
def _shipped(name: str) -> Any:
    """What a file of `conf/` says, nothing where there is none; read once, as every job of a sweep asks."""
    path = CONF / f"{name}.yaml"
    return read_yaml(path.read_bytes()) if path.is_file() else {}
