"""From Hydra to sweeps and back: what the launcher plugin, Hydra's own launchers and a single run call."""

import logging
import math
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from runner.about import About, about_sweep, command
from runner.app import PLUGINS, run_id
from runner.compose import Composer, Job, plain
from runner.endings import refuse_dry_run
from runner.errors import RunsFailed, UserError
from runner.folder import JOB, STACKS, SweepFolder
from runner.identity import ROOT, source
from runner.jobs import Plan, check_expectations, make_plan
from runner.results import RunResult, failures, save
from runner.sweep import Sweep
from runner.training import train_task


def launch(
    loader: Any, master: DictConfig, overrides: Sequence[Sequence[str]], first: int, sweep: Sweep
) -> list[JobReturn]:
    """All jobs of a batch as stacks; one JobReturn per job with its objective."""
    HydraConfig.instance().set_config(master)
    composer = Composer(loader, master)
    jobs = [composer.compose(first + place, texts) for place, texts in enumerate(overrides)]
    folder = Path(master.hydra.sweep.dir)
    results = sweep.run(jobs)
    composed = [job for job in jobs if isinstance(job, Job)]
    failed = failures(results)
    return [_job_return(job, result, folder, failed) for job, result in zip(composed, results, strict=True)]


def preview(loader: Any, master: DictConfig, overrides: Sequence[Sequence[str]]) -> None:
    """Say what a sweep would do (`dry_run=true`). Raises UserError with every problem of every job."""
    from runner.dry_run import dry_run

    HydraConfig.instance().set_config(master)
    composer = Composer(loader, master)
    dry_run(make_plan([composer.compose(place, texts) for place, texts in enumerate(overrides)]), is_sweep=True)


def open_sweep(master: DictConfig, overrides: Sequence[Sequence[str]]) -> Sweep:
    """The sweep that a command line starts; `overrides` are those of its first jobs."""
    folder = Path(master.hydra.sweep.dir)
    return Sweep(SweepFolder(folder), about_sweep(_named(master), run_id(), overrides))


def prepare(loader: Any, master: DictConfig, overrides: Sequence[Sequence[str]]) -> tuple[Sweep, Plan]:
    """Validate all jobs of another launcher, and put their plan on disk.

    Raises UserError with every problem of every job.
    """
    composer = Composer(loader, master)
    plan = make_plan([composer.compose(place, texts) for place, texts in enumerate(overrides)])
    check_expectations(plan)
    if plan.settings.skip_finished:
        raise UserError("skip_finished=true needs hydra/launcher=stacked")
    if plan.settings.executor.name != "process":
        raise UserError(f"executor={plan.settings.executor.name} needs hydra/launcher=stacked")
    if plan.settings.quiet:
        for name in ("hydra", "hydra_plugins"):  # launchers say what they launch
            logging.getLogger(name).setLevel(logging.WARNING)
    refuse_dry_run(plan.settings)
    sweep = open_sweep(master, overrides)
    sweep.open_store(plan.settings)  # one that will not take the results is refused before they are trained
    sweep.save_plan(plan)
    _put_on_path(PLUGINS, ROOT)
    return sweep, plan


def _put_on_path(*folders: Path) -> None:
    """Have jobs that are programs of their own, such as those of submitit, find the code that their pickles name."""
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join([*map(str, folders), *([before] if before else [])])


def publish(sweep: Sweep, plan: Plan) -> None:
    """Write to MLflow what another launcher's jobs left in the sweep's folder."""
    if failed := failures(sweep.publish(plan)):
        raise failed


def run_job(config: DictConfig) -> float:
    """Hydra's task function: a single run, or one job of a sweep under a launcher of Hydra's own.

    A job of a sweep that raises is kept as a failed result like any other; the sweep goes on.
    """
    hydra = HydraConfig.get()
    # As they were typed: looking at an entry would resolve an interpolation in it.
    typed: Any = OmegaConf.to_container(hydra.overrides.task, resolve=False)
    overrides, own_part = tuple(typed), OmegaConf.create({"hydra": hydra})
    if hydra.mode == RunMode.MULTIRUN:
        if "hydra_plugins.stacked" not in str(hydra.sweeper.get("_target_")):
            raise UserError("another launcher needs hydra/sweeper=grid, which writes its results to MLflow at the end")
        return _train_for_folder(Job(hydra.job.num, overrides, plain(config), own_part), Path(hydra.sweep.dir))
    folder = Path(hydra.runtime.output_dir)
    case = OmegaConf.select(own_part, "hydra.runtime.choices.case")
    name = f"case {case}" if case else f"{config.data.name} {config.activation.name}"
    job = Job(0, overrides, plain(config), own_part)
    if job.config["dry_run"] is True:
        from runner.dry_run import dry_run

        dry_run(make_plan([job]), is_sweep=False)
        return math.nan
    about = About(name, "", run_id(), command())
    (result,) = Sweep(SweepFolder(folder), about, is_sweep=False).run([job])
    if failed := failures([result]):
        raise failed
    return result.objective


def _train_for_folder(job: Job, folder: Path) -> float:
    """Train one job and leave its result in the sweep's folder; the main process writes it to MLflow."""
    (task,) = make_plan([job]).tasks
    (result,) = train_task(task)
    environment = result.environment | source()
    result = replace(result, index=job.number, overrides=job.overrides, environment=environment)
    save(folder / STACKS / f"{JOB}{job.number:05d}.npz", [result])
    return result.objective


def _named(master: DictConfig) -> str | None:
    name = OmegaConf.select(master, "hydra.runtime.choices.sweep")
    return None if name is None else str(name)


def _job_return(job: Job, result: RunResult, folder: Path, failed: RunsFailed | None) -> JobReturn:
    has_failed = result.outcome == "failed"
    return JobReturn(
        overrides=list(job.overrides),
        hydra_cfg=job.hydra,
        working_dir=str(folder),
        task_name=str(job.hydra.hydra.job.name),
        status=JobStatus.FAILED if has_failed else JobStatus.COMPLETED,
        _return_value=failed if has_failed else result.objective,
    )
