"""Law 6: every named sweep is what its first lines say."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from runner.app.compose import Composer
from runner.app.named_sweeps import GROUPS, read_header, sweep_files
from runner.base.paths import SWEEPS
from runner.diagnosis.before import foresee
from runner.plan.plan import check_expectations, make_plan
from runner.train.training import train_task
from tests.end_to_end.program import run_runner, said, train
from tests.end_to_end.store import Store, nothing_was_trained
from tests.runner.building import loader

FILES = sweep_files(SWEEPS)
FORESEEN = {  # what is said of a named sweep; nothing of any other
    "as_given": "D101 D104 D202 D207 D601",
    "broadcast_update": "D101 D207",
    "cost_units": "D104",
    "derivative_of_activated": "D101",
    "extrapolation": "D601",
    "identity_outside": "D601",
    "initializers": "D401",
    "input_tanh": "D202",
    "l2_sign": "D101",
    "more_steps": "D601",
    "online_cost_lies": "D101 D207",
    "quadrants_rate": "D101",
    "rate_and_passes": "D207",
    "sine_faults": "D202 D601",
    "stale_pre_activation": "D101",
    "surface_init": "D401",
    "update_rule": "D101",
}


@cache
def jobs_of(name: str) -> tuple[Composer, list[Sequence[str]]]:
    """The jobs that Hydra makes of a named sweep."""
    config_loader = loader()  # first of all: it looks for plugins, and imports Hydra's own ones once more
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.types import RunMode
    from omegaconf import OmegaConf

    from runner.app import grids

    master = config_loader.load_configuration("config", [f"sweep={name}"], RunMode.MULTIRUN)
    assert OmegaConf.select(master, "hydra.mode") == RunMode.MULTIRUN, "hydra.mode: MULTIRUN makes -m unnecessary"
    arguments = [f"sweep={name}", *(f"{key}={value}" for key, value in master.hydra.sweeper.params.items())]
    parsed = OverridesParser.create(config_loader=config_loader).parse_overrides(arguments)
    return Composer(config_loader, master), grids.jobs_of(parsed, config_loader, master)


@pytest.fixture(params=FILES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_there_are_named_sweeps() -> None:
    assert FILES
    assert all(path.parent == SWEEPS for path in FILES.values())


def test_a_sweep_begins_with_its_question_and_the_command_that_runs_it(name: str) -> None:
    header = read_header(FILES[name])
    assert "?" in header.question
    assert header.command == f"python -m runner -m sweep={name}"
    assert header.duration, "say how long it takes on two cores: '= 60 runs, about 20 s'"
    assert header.group in GROUPS, "say what it is about: '# group: size'"


@pytest.mark.quick(law=6)
def test_a_sweep_has_the_number_of_runs_that_its_header_says(name: str) -> None:
    assert len(jobs_of(name)[1]) == read_header(FILES[name]).runs


def of_seeds(jobs: Sequence[Sequence[str]], *seeds: int) -> list[Sequence[str]]:
    """The jobs with these seeds: all settings of a sweep, without its repetitions."""
    return [job for job in jobs if any(f"seed={seed}" in job for seed in seeds)]


def test_every_setting_of_a_sweep_trains(name: str) -> None:
    composer, jobs = jobs_of(name)
    short = (
        "training.epochs=null",
        "training.steps=2",
        "training.evaluations=1",
        "tracking.plots=none",
        "tracking.report=false",
        "expect=null",
    )
    few = of_seeds(jobs, 0)
    assert few
    plan = make_plan([composer.compose(number, (*job, *short)) for number, job in enumerate(few)])
    results = [result for task in plan.tasks for result in train_task(task)]
    assert len(plan.of_jobs) == len(few)
    assert len(results) == len(set(plan.of_jobs)), "settings that differ in their length alone are one here"
    assert {result.outcome for result in results} <= {"stopped", "converged", "diverged"}


def test_a_sweep_has_no_run_twice_expectations_that_can_be_read_and_mistakes_on_purpose_alone(name: str) -> None:
    composer, jobs = jobs_of(name)
    few = of_seeds(jobs, 0, 1)
    plan = make_plan([composer.compose(number, job) for number, job in enumerate(few)])
    assert len({run.key for run in plan.runs}) == len(few)
    assert check_expectations(plan) == []
    seen = [(one.rule.code, one.is_note) for one in foresee(plan).signs]
    assert sorted(seen) == [(code, True) for code in FORESEEN.get(name, "").split()]


def test_a_named_sweep_runs_with_further_overrides(tmp_path: Path) -> None:
    name = "activations" if "activations" in FILES else next(iter(FILES))
    more = ("seed=1", "training.epochs=1", "tracking.plots=none", "tracking.report=false")
    done = train("-m", f"sweep={name}", *more, cwd=tmp_path)
    store = Store(tmp_path)
    parent, header = store.only(), read_header(FILES[name])
    assert parent.info.run_name == name
    assert header.question in parent.data.tags["mlflow.note.content"]
    children = store.children(parent)
    assert f"{len(children)} runs in " in done.stdout
    assert {run.data.params["seed"] for run in children} == {"1"}
    assert {run.data.params["training.epochs"] for run in children} == {"1"}
    assert len({run.data.tags["run_key"] for run in children}) == len(children)


@pytest.mark.parametrize("mode", [(), ("-m",)], ids=["without -m", "with -m"])
def test_an_unknown_sweep_is_answered_with_the_nearest_and_trains_nothing(
    tmp_path: Path, mode: tuple[str, ...]
) -> None:
    done = run_runner(*mode, "sweep=activatoins", cwd=tmp_path)
    told = "sweep is unknown: 'activatoins' (did you mean activations?); python -m runner.sweeps --all lists all"
    assert (done.returncode, done.stderr) == (1, f"error: {told}\n"), said(done)
    assert done.stdout == "checking all runs before training\n"
    assert nothing_was_trained(tmp_path)
