"""From Hydra to sweeps and back: what the launcher plugin, Hydra's own launchers and a single run call."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from runner.about import About, about_sweep
from runner.compose import Composer, Job
from runner.errors import RunsFailed
from runner.results import RunResult, save
from runner.settings import Settings, read_settings
from runner.sweep import STACKS, make_plan, plain, publish_folder, run_sweep, without_hydra
from runner.training import train_task


def launch(loader: Any, master: DictConfig, overrides: Sequence[Sequence[str]], first: int) -> list[JobReturn]:
    """All jobs of a sweep as stacks; one JobReturn per job with its objective."""
    composer = Composer(loader, master)
    jobs = [composer.compose(first + place, texts) for place, texts in enumerate(overrides)]
    folder = Path(master.hydra.sweep.dir)
    results = run_sweep(jobs, folder, about_sweep(_named(master), folder.name, overrides))
    composed = [job for job in jobs if isinstance(job, Job)]
    return [_job_return(job, result, folder) for job, result in zip(composed, results, strict=True)]


def check(loader: Any, master: DictConfig, overrides: Sequence[Sequence[str]]) -> None:
    """Validate all jobs of another launcher. Raises UserError with every problem of every job."""
    composer = Composer(loader, master)
    make_plan([composer.compose(place, texts) for place, texts in enumerate(overrides)])


def publish(master: DictConfig, folder: Path, overrides: Sequence[Sequence[str]]) -> None:
    """Write to MLflow what another launcher's jobs left in the sweep's folder."""
    settings = read_settings(plain(master))
    assert isinstance(settings, Settings)  # checked before the first job was launched
    publish_folder(folder, settings, about_sweep(_named(master), folder.name, overrides))


def run_job(config: DictConfig) -> float:
    """Hydra's task function: a single run, or one job of a sweep under a launcher of Hydra's own."""
    hydra = HydraConfig.get()
    overrides = tuple(hydra.overrides.task)
    if hydra.mode == RunMode.MULTIRUN:
        return _train_for_folder(Job(hydra.job.num, overrides, config), Path(hydra.sweep.dir))
    folder = Path(hydra.runtime.output_dir)
    name = f"{config.data.name} {config.activation.name}"
    return run_sweep([Job(0, overrides, config)], folder, About(name, "", folder.name), is_sweep=False)[0].objective


def _train_for_folder(job: Job, folder: Path) -> float:
    """Train one job and leave its result in the sweep's folder; the main process writes it to MLflow."""
    (task,) = make_plan([job]).tasks
    (result,) = train_task(task)
    result = replace(result, index=job.number, overrides=job.overrides)
    save(folder / STACKS / f"job-{job.number:05d}.npz", [result])
    if result.outcome == "failed":
        raise RunsFailed(result.error.partition("\n")[0])
    return result.objective


def _named(master: DictConfig) -> str | None:
    name = OmegaConf.select(master, "hydra.runtime.choices.sweep")
    return None if name is None else str(name)


def _job_return(job: Job, result: RunResult, folder: Path) -> JobReturn:
    failed = result.outcome == "failed"
    return JobReturn(
        overrides=list(job.overrides),
        cfg=without_hydra(job.config),
        hydra_cfg=OmegaConf.masked_copy(job.config, ["hydra"]),
        working_dir=str(folder),
        task_name=str(job.config.hydra.job.name),
        status=JobStatus.FAILED if failed else JobStatus.COMPLETED,
        _return_value=RunsFailed(result.error.partition("\n")[0]) if failed else result.objective,
    )
