"""A sweep from jobs to its comparison: validate everything, train as stacks, keep on disk, write to MLflow."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf

from runner import terminal
from runner.about import About
from runner.comparison import seed_table
from runner.components import load_modules
from runner.compose import Job
from runner.errors import Problem, RunsFailed, UserError, refuse
from runner.execution import Training, default_workers
from runner.identity import run_key
from runner.planning import plan
from runner.results import RunResult, load, save
from runner.settings import Settings, read_settings
from runner.spec import Spec, to_plain
from runner.training import Task
from runner.validation import SpecBuilder

if TYPE_CHECKING:
    from runner.publishing import Publisher

STACKS = "stacks"
PLAN = "plan.json"


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before the first run trains."""

    settings: Settings
    overrides: list[tuple[str, ...]]
    specs: list[Spec]
    keys: list[str]
    tasks: list[Task]

    def killed(self, index: int) -> RunResult:
        """What is left of a run that was not trained."""
        error = "Killed: the sweep was interrupted before this run was done"
        return RunResult(index, self.keys[index], self.specs[index], "killed", self.overrides[index], error)


def plain(config: DictConfig) -> dict[str, Any]:
    """A config as plain data, without Hydra's own part."""
    container = OmegaConf.to_container(without_hydra(config), resolve=True)
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}


def without_hydra(config: DictConfig) -> DictConfig:
    """A copy with the person's own settings alone."""
    return OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"])


def make_plan(jobs: Sequence[Job | Problem]) -> Plan:
    """Validate all jobs and decide on the stacks. Raises UserError with every problem of every job."""
    problems: dict[int, list[Problem]] = {}
    specs: list[Spec] = []
    builder, settings = SpecBuilder(), None
    for number, job in enumerate(jobs):
        if isinstance(job, Problem):
            problems[number] = [job]
            continue
        config = plain(job.config)
        if settings is None:
            settings = _settings(config)
        built = builder.build(config, job.overrides)
        if isinstance(built, Spec):
            specs.append(built)
        else:
            problems[number] = built
    if problems or settings is None:
        raise refuse(problems, len(jobs))
    keys = [run_key(spec, builder.facts(spec).digest, settings.modules) for spec in specs]
    tasks = [
        Task(
            indices=tuple(stack),
            keys=tuple(keys[index] for index in stack),
            specs=tuple(to_plain(specs[index]) for index in stack),
            facts=builder.facts(specs[stack[0]]),
            modules=settings.modules,
            pictures=settings.tracking.plots == "all",
        )
        for stack in plan(specs, builder.facts, settings.workers or default_workers())
    ]
    return Plan(settings, [job.overrides for job in jobs if isinstance(job, Job)], specs, keys, tasks)


def _settings(config: Mapping[str, Any]) -> Settings:
    settings = read_settings(config)
    if not isinstance(settings, Settings):
        raise refuse({0: settings}, 1)
    load_modules(settings.modules)
    return settings


def run_sweep(jobs: Sequence[Job | Problem], folder: Path, about: About, is_sweep: bool = True) -> list[RunResult]:
    """Train all jobs and compare them; a single run is a sweep of one without a parent.

    Raises UserError before anything is trained when a job cannot run or the store cannot be used; RunsFailed at the
    end when a run raised; KeyboardInterrupt after an orderly end when Ctrl-C was pressed.
    """
    decided = make_plan(jobs)
    _save_plan(folder, decided)
    workers = decided.settings.workers or default_workers()
    with Training(decided.tasks, workers) as training:
        publisher = open_publisher(decided.settings, about, decided.overrides, is_sweep)
        try:
            with terminal.RunProgress(len(decided.specs), len(decided.tasks), quiet=not is_sweep) as progress:
                for number, results in enumerate(training):
                    results = [replace(result, overrides=decided.overrides[result.index]) for result in results]
                    save(folder / STACKS / f"{number:05d}.npz", results)
                    publisher.write(results)
                    progress.advance(len(results))
        except KeyboardInterrupt:
            _end_interrupted(decided, publisher)
            raise
    publisher.finish()
    show(publisher, folder)
    return publisher.results


def open_publisher(settings: Settings, about: About, overrides: Sequence[Sequence[str]], is_sweep: bool) -> "Publisher":
    """Open the store; MLflow is imported here, while the workers already train."""
    from runner.publishing import Publisher
    from runner.tracking import Tracker

    return Publisher(Tracker(settings.tracking.experiment), settings, about, overrides, is_sweep)


def publish_folder(folder: Path, settings: Settings, about: About) -> list[RunResult]:
    """Write a sweep that other launchers trained, job by job, into its folder."""
    results = [result for path in sorted((folder / STACKS).glob("*.npz")) for result in load(path)]
    publisher = open_publisher(settings, about, [result.overrides for result in results], is_sweep=True)
    publisher.write(results)
    publisher.finish()
    show(publisher, folder)
    return publisher.results


def show(publisher: "Publisher", folder: Path) -> None:
    """Print the result, and raise RunsFailed when a run raised."""
    results = publisher.results
    where = f"{publisher.where()}\nfiles: {os.path.relpath(folder)}"
    if publisher.parent is None:
        terminal.print_run(results[0], where)
    else:
        settings = [key for key in publisher.keys if key != "seed"]
        terminal.print_comparison(seed_table(results, publisher.keys), settings, where)
    failed = [result for result in results if result.outcome == "failed"]
    if failed:
        reasons = dict.fromkeys(result.error.partition("\n")[0] for result in failed)
        raise RunsFailed(f"{len(failed)} of {len(results)} runs failed: " + "; ".join(list(reasons)[:3]))


def _save_plan(folder: Path, decided: Plan) -> None:
    entries = [
        {"index": index, "key": key, "overrides": list(overrides), "spec": to_plain(spec)}
        for index, (key, overrides, spec) in enumerate(zip(decided.keys, decided.overrides, decided.specs, strict=True))
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PLAN).write_text(json.dumps(entries, indent=1))
    except OSError as error:
        raise UserError(f"the sweep's folder {folder} cannot be written: {error.strerror or error}") from error


def _end_interrupted(decided: Plan, publisher: "Publisher") -> None:
    """Ctrl-C: what is finished stays, the rest is marked killed."""
    done = {result.index for result in publisher.results}
    missing = [decided.killed(index) for index in range(len(decided.specs)) if index not in done]
    terminal.say_interrupted(len(done), len(missing))
    publisher.write(missing)
    publisher.finish("KILLED")
