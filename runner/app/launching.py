"""Between Hydra and sweeps: what the launcher plugin, Hydra's own launchers and a single run call."""

import logging
import math
import os
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from runner.app.about import about_run, about_sweep
from runner.app.again import composing_again
from runner.app.compose import Composer, plain
from runner.app.compositions import Composition
from runner.app.hydra_private import returned
from runner.app.notes import say_notes
from runner.app.setup import run_id
from runner.app.zipped import spread
from runner.base import progress
from runner.base.console import count
from runner.base.errors import RunsFailed, UserError
from runner.base.lazily import Lazily
from runner.base.paths import PLUGINS, ROOT
from runner.base.progress import Glance, Phase
from runner.base.starting import hear_interrupts
from runner.conduct import sweep
from runner.conduct.context import SweepContext
from runner.conduct.delivery import Delivery
from runner.conduct.endings import refuse_dry_run
from runner.findings.pictures import drawing
from runner.plan.jobs import Job, Refused
from runner.plan.plan import Plan, check_expectations, make_plan
from runner.runs.environment import source
from runner.runs.leftovers import left_out
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult, failures, save
from runner.runs.structure import in_words
from runner.store.folder import JOB, STACKS, SweepFolder
from runner.train.training import train_task

MANY_JOBS = 1000  # which take long enough to say how many are checked


def launch(
    loader: Any,
    master: DictConfig,
    overrides: Sequence[Sequence[str]],
    first: int = 0,
    delivery: Delivery | None = None,
    prints_result: bool = True,
) -> tuple[Delivery, Sequence[JobReturn]]:
    """All jobs of a batch as stacks; the delivery that batches share, at first None, and a JobReturn per job."""
    HydraConfig.instance().set_config(master)
    if not (delivery and delivery.sweep.settings.quiet):
        progress.begin()  # of a later batch; before the first one there is a bar already
    launched, plan = _plan(loader, master, overrides, first, delivery)
    delivery = delivery or _delivery_of(master, plan, prints_result)
    results = sweep.run(delivery, plan)
    failed = failures(list({result.index: result for result in results}.values()))
    folder = Path(master.hydra.sweep.dir)
    return delivery, Lazily(
        lambda place: _job_return(launched[place], results[place], folder, failed), range(len(results))
    )


@dataclass(frozen=True, slots=True)
class _Launched:
    """What Hydra is to know of a job at the end: 100,000 configs would take too much memory until then."""

    overrides: tuple[str, ...]
    composition: Composition


def _plan(
    loader: Any,
    master: DictConfig,
    overrides: Sequence[Sequence[str]],
    first: int = 0,
    so_far: Delivery | None = None,
) -> tuple[list[_Launched], Plan]:
    """The jobs and their plan; says what is left out, and which jobs are one run.

    Raises UserError with every problem of every job.
    """
    progress.enter(f"{Phase.CHECKING} {count(len(overrides), 'job')}")
    kept, lines = left_out(overrides, spread(master.hydra.overrides.task))
    composer, launched = Composer(loader, master), list[_Launched]()

    def composed() -> Iterator[Job | Refused]:
        for place, texts in enumerate(kept):
            job = composer.compose(first + place, texts)
            if isinstance(job, Job):
                launched.append(_Launched(job.overrides, job.composition))
            yield job

    jobs = composed()
    if len(kept) >= MANY_JOBS:
        progress.follow(lambda _phase, _seconds: Glance(done=f"{len(launched):,} done"))
    plan = make_plan(jobs, so_far.planned, settings=so_far.sweep.settings) if so_far else make_plan(jobs)
    if equal := len(kept) - len(plan.runs):
        of_jobs = f"{equal:,} of {count(len(kept), 'job')}"
        lines.append(f"{of_jobs} would repeat another; equal runs are trained and counted once")
    say_notes(plan, lines, foresees=so_far is None)
    return launched, plan


def preview(loader: Any, master: DictConfig, overrides: Sequence[Sequence[str]]) -> None:
    """Say what a sweep would do (`dry_run=true`). Raises UserError with every problem of every job."""
    from runner.conduct.dry_run import dry_run

    HydraConfig.instance().set_config(master)
    dry_run(_plan(loader, master, overrides)[1], is_sweep=True)


def _delivery_of(master: DictConfig, plan: Plan, prints_result: bool = True) -> Delivery:
    """Of the sweep that a command line starts with these runs."""
    sources = master.hydra.runtime.config_sources
    folders = [Path(source.path) for source in sources if source.schema == "file"]
    about = about_sweep(_named(master), run_id(), [run.overrides for run in plan.runs], folders)
    folder = SweepFolder(Path(master.hydra.sweep.dir))
    is_grid = master.hydra.runtime.choices["hydra/sweeper"] == "grid"
    context = SweepContext(folder, about, plan.settings, composing=composing_again, is_whole=is_grid)
    return Delivery(replace(context, prints_result=prints_result))


def prepare(loader: Any, master: DictConfig, overrides: Sequence[Sequence[str]]) -> tuple[Delivery, Plan]:
    """Validate all jobs of another launcher, and put their plan on disk; it launches a job for each run of the plan.

    Raises UserError with every problem of every job.
    """
    _, plan = _plan(loader, master, overrides)
    check_expectations(plan)
    if plan.settings.skip_finished:
        raise UserError("skip_finished=true needs hydra/launcher=stacked")
    if plan.settings.executor.name != "process":
        raise UserError(f"executor={plan.settings.executor.name} needs hydra/launcher=stacked")
    if plan.settings.quiet:
        for name in ("hydra", "hydra_plugins"):  # launchers say what they launch
            logging.getLogger(name).setLevel(logging.WARNING)
    refuse_dry_run(plan.settings)
    progress.end()  # the launcher prints what it does
    delivery = _delivery_of(master, plan)
    delivery.open_store()  # one that will not take the results is refused before they are trained
    delivery.save_plan(plan)
    hear_interrupts()  # the jobs are Hydra's to end, and then ours to publish
    _put_on_path(PLUGINS, ROOT)
    return delivery, plan


def _put_on_path(*folders: Path) -> None:
    """Have jobs that are programs of their own, such as those of submitit, find the code that their pickles name."""
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join([*map(str, folders), *([before] if before else [])])


def publish(delivery: Delivery, plan: Plan) -> None:
    """Write to MLflow what another launcher's jobs left in the sweep's folder."""
    if failed := failures(sweep.publish(delivery, plan)):
        raise failed


def run_job(config: DictConfig) -> float:
    """Hydra's task function: a single run, or one job of a sweep under a launcher of Hydra's own.

    A job of a sweep that raises is kept as a failed result like any other; the sweep continues.
    """
    hydra = HydraConfig.get()
    # As they were typed: looking at an entry would resolve an interpolation in it.
    typed: Any = OmegaConf.to_container(hydra.overrides.task, resolve=False)
    overrides, own_part = tuple(typed), OmegaConf.create({"hydra": hydra})
    composition = Composition({}, pickle.dumps(own_part))
    if hydra.mode == RunMode.MULTIRUN:
        if "hydra_plugins.stacked" not in str(hydra.sweeper.get("_target_")):
            raise UserError("another launcher needs hydra/sweeper=grid, which writes its results to MLflow at the end")
        return _train_for_folder(Job(hydra.job.num, overrides, plain(config), composition), Path(hydra.sweep.dir))
    folder = Path(hydra.runtime.output_dir)
    case = OmegaConf.select(own_part, "hydra.runtime.choices.case")
    job = Job(0, overrides, plain(config), composition)
    if searched := job.config.get("search"):
        raise UserError(f"search={searched['name']} goes through many settings: add -m, and a key with several values")
    if job.config["dry_run"] is True:
        from runner.conduct.dry_run import dry_run

        plan = make_plan([job])
        say_notes(plan)
        dry_run(plan, is_sweep=False)
        return math.nan
    (result,) = train_alone(job, folder, case).results
    if failed := failures([result]):
        raise failed
    return result.objective


def train_alone(job: Job, folder: Path, case: str | None, prints_result: bool = True) -> Delivery:
    """Train a run that is no part of a sweep, called after its `case` where it has one."""
    plan = make_plan([job])
    (spec,) = plan.specs
    about = about_run(case, f"{spec.data.name} {in_words(spec)}", run_id(), job.overrides)
    say_notes(plan)
    context = SweepContext(SweepFolder(folder), about, plan.settings, is_sweep=False, composing=composing_again)
    sweep.run(delivery := Delivery(replace(context, prints_result=prints_result)), plan)
    return delivery


def _train_for_folder(job: Job, folder: Path) -> float:
    """Train one job and leave its result in the sweep's folder; the main process writes it to MLflow."""
    plan = make_plan([job])
    (task,) = plan.tasks
    (result,) = train_task(task, draw=drawing(plan.settings, 1))
    provenance = result.provenance.with_code(source())
    result = replace(result, index=job.number, overrides=job.overrides, provenance=provenance)
    save(folder / STACKS / f"{JOB}{job.number:05d}.npz", [result])
    return result.objective


def _named(master: DictConfig) -> str | None:
    name = OmegaConf.select(master, "hydra.runtime.choices.sweep")
    return None if name is None else str(name)


def _job_return(job: _Launched, result: RunResult, folder: Path, failed: RunsFailed | None) -> JobReturn:
    has_failed = result.outcome is Outcome.FAILED
    return returned(
        failed if has_failed else result.objective,
        lambda: job.composition.hydra,
        overrides=list(job.overrides),
        working_dir=str(folder),
        status=JobStatus.FAILED if has_failed else JobStatus.COMPLETED,
    )
