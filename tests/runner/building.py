"""From overrides to specs, plans and results, the way the application does it, without a command line."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, get_args

from hydra.types import RunMode
from omegaconf import DictConfig

from nn.registry import Setting
from runner.app.compose import Composer
from runner.app.setup import set_up_hydra
from runner.base.errors import FEW, Problem
from runner.base.typed import set_typed
from runner.findings.pictures import drawing
from runner.plan.jobs import Job
from runner.plan.phases import Checked
from runner.plan.plan import Plan, make_plan
from runner.plan.validation import SpecBuilder
from runner.runs.components import REGISTRIES
from runner.runs.result import RunResult
from runner.runs.spec import Spec
from runner.train.training import train_task

BUNDLED = ("iris", "wine", "breast_cancer", "digits", "diabetes")  # tables that come with a package

QUICK = ("training.mode=full", "training.epochs=2", "training.evaluations=2", "tracking.plots=none")
COMPONENTS = [(kind, name) for kind, registry in REGISTRIES.items() for name in registry]
SETTINGS: list[tuple[str, str, Setting]] = [
    (kind, name, setting) for kind, name in COMPONENTS for setting in REGISTRIES[kind].settings(name)
]


def types_of(setting: Setting) -> tuple[Any, ...]:
    """The types that a setting may have: those of a union, or its only one."""
    types = get_args(setting.type) if type(None) in get_args(setting.type) else (setting.type,)
    return tuple(int if get_args(one)[:1] == (int,) else one for one in types)  # one with a range is annotated


@cache
def loader() -> Any:
    """Hydra's config loader over `conf/`, started in the order of `runner.app`."""
    set_up_hydra([])

    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra

    from runner.base.paths import CONF

    with initialize_config_dir(str(CONF), version_base="1.3"):
        return GlobalHydra.instance().config_loader()


@cache
def master() -> DictConfig:
    """The config of a sweep's main process, before any job."""
    config = loader().load_configuration("config", [], RunMode.MULTIRUN)
    assert isinstance(config, DictConfig)
    return config


@cache
def composer() -> Composer:
    """One for all tests: it composes every choice of groups once."""
    return Composer(loader(), master())


def composed(*overrides: str) -> Job | Problem:
    """A job, or the first problem of one that cannot be composed."""
    job = composer().compose(0, overrides)
    return job if isinstance(job, Job) else job.problems[0]


def config_of(*overrides: str) -> dict[str, Any]:
    """The plain config of a job that can be composed."""
    job = composed(*overrides)
    assert isinstance(job, Job), job
    return job.config


def build(*overrides: str) -> Checked | list[Problem]:
    """A run that can be trained, or what is wrong with the overrides, whoever finds it: Hydra or the validation."""
    job = composer().compose(0, overrides)
    if isinstance(job, Job):
        return SpecBuilder().build(job.config, overrides)
    rest = SpecBuilder().build(job.rest.config, job.rest.overrides, is_whole=False) if job.rest else []
    return [*job.problems, *(rest if isinstance(rest, list) else [])]


def spec_of(*overrides: str) -> Spec:
    return checked(*overrides).spec


def checked(*overrides: str) -> Checked:
    """A run with all that planning knows of it."""
    built = build(*overrides)
    assert isinstance(built, Checked), [str(problem) for problem in built]
    return built


def refusals(*overrides: str) -> list[str]:
    """The messages that a user would read."""
    built = build(*overrides)
    assert not isinstance(built, Checked), f"{overrides} should be refused"
    return [str(problem) for problem in built]


def refusal(*overrides: str) -> str:
    """The only message."""
    (message,) = refusals(*overrides)
    return message


def blames(message: str, override: str) -> bool:
    """Whether it begins with the key of an override and leaves it at that, or else ends with the whole override."""
    origin = f"(from the override {override})"
    if re.match(rf"{re.escape(override.partition('=')[0].lstrip('+'))}[ =]", message):
        return origin not in message
    return message.endswith(origin)


def says_what_there_is(message: str, known: Iterable[str]) -> bool:
    """Whether it has all names where they are few, and of many only what lists them."""
    names = list(known)
    if len(names) > FEW:
        return message.endswith(" lists all") and "known are" not in message
    return all(name in message for name in names)


def plan_of(*jobs: tuple[str, ...], first: tuple[str, ...] = ()) -> Plan:
    """The plan of a sweep with these jobs; `first` are overrides that all of them share."""
    set_typed([text for overrides in (first, *jobs) for text in overrides])
    return make_plan([composer().compose(number, (*first, *overrides)) for number, overrides in enumerate(jobs)])


def keys_of(*jobs: tuple[str, ...]) -> list[str]:
    """The run keys of a sweep's runs."""
    return [run.key for run in plan_of(*jobs).runs]


def trained_all(plan: Plan) -> list[RunResult]:
    """Every run of a plan, in the sweep's order."""
    results = [
        result for task in plan.tasks for result in train_task(task, draw=drawing(plan.settings, len(plan.runs)))
    ]
    return sorted(results, key=lambda result: result.index)


def trained(*overrides: str) -> RunResult:
    """One run, trained alone."""
    (result,) = trained_all(plan_of(overrides))
    assert result.outcome != "failed", result.error
    return result


def bits(result: RunResult) -> tuple:
    """Everything of a result that must not depend on how it was trained."""
    assert result.network is not None and result.data is not None
    network, data, scaling = result.network, result.data, result.network.scaling
    history = {name: [value.hex() for value in values] for name, values in result.history.items()}
    measures = {name: value.hex() for name, value in result.measures.items()}
    signals = {name: (values.dtype, values.shape, values.tobytes()) for name, values in result.signals.items()}
    return (
        result.key, result.spec, result.outcome, result.last_step, data.n_samples, data.digest, network.sizes,
        network.classes, network.parameters.dtype, network.parameters.tobytes(), history, measures,
        scaling.x_shift.tobytes(), scaling.x_scale.tobytes(), scaling.y_shift.hex(), scaling.y_scale.hex(), signals,
    )  # fmt: skip
