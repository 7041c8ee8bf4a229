"""`python -m runner.resume`: finishes a sweep that was interrupted or killed, or whose store failed."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner.app.commands import run_command, split_options
from runner.app.setup import composing
from runner.base.console import count, say, warn
from runner.base.errors import UserError
from runner.base.paths import OUTPUTS
from runner.conduct import sweep
from runner.conduct.context import SweepContext
from runner.conduct.delivery import Delivery
from runner.plan.jobs import Refused
from runner.plan.plan import Plan, plan_again
from runner.runs.components import load_modules
from runner.runs.data import files_of
from runner.runs.identity import code_files
from runner.runs.outcome import Outcome
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult, failures
from runner.runs.settings import Settings, read_settings
from runner.runs.spec import Spec, from_plain
from runner.store.address import named_store, sqlite_file
from runner.store.folder import SweepFolder, find_folder, unusable_folders
from runner.store.plan_file import PlanFile

FAILED, APART = "--failed", "--apart"
OURS = ("nn/", "runner/")  # begin the names of files of this program in a plan
REST = "_rest"  # after the name of a sweep, for the sweep of its missing runs
USAGE = """\
Finishes a sweep, or a single run, that was interrupted: trains exactly the runs that have no result, writes to MLflow
what is not there yet, and ends with the same parent and comparison as if nothing had happened.

  python -m runner.resume                    the newest sweep in outputs/ that is not finished
  python -m runner.resume SWEEP              a certain one: the name of its folder in outputs/, or a path
  python -m runner.resume SWEEP --failed     also retrain the runs that raised an exception
  python -m runner.resume SWEEP --apart      after a change of code or data: the missing runs as a sweep of their own
  python -m runner.resume SWEEP executor=process workers=4      on other workers: executor, its settings, workers

The exit code is 0 when the sweep is complete and no run of it has failed."""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE)


def _run(arguments: Sequence[str]) -> int:
    options, others = split_options(arguments, (FAILED, APART))
    names = [argument for argument in others if "=" not in argument]
    where = [argument for argument in others if "=" in argument]
    if len(names) > 1:
        raise UserError(f"one sweep at a time, got {' '.join(names)}")
    folder = find_folder(names[0] if names else None)
    if folder is None:
        if unusable := unusable_folders():
            named = ", ".join(folder.shown for folder in unusable)
            raise UserError(f"nothing to resume but {named}, whose plan cannot be read; resume it by name to see why")
        say(f"nothing to resume: every sweep in {OUTPUTS}/ is finished")
        if _is_lost(named_store()) and any(OUTPUTS.glob("*")):
            say(f"there is no store {named_store()}; resume a sweep by its name to write it to a new one")
        return 0
    resume(folder, FAILED in options, APART in options, where)
    return 0


def resume(folder: SweepFolder, failed_too: bool = False, apart: bool = False, where: Sequence[str] = ()) -> None:
    """Train what is missing in a sweep and publish all of it; `where` are overrides that say on what it trains.

    Raises UserError when it cannot be done, RunsFailed when runs of it have failed.
    """
    folder.take()
    file = folder.read_plan()
    is_elsewhere = named_store() != file.store
    if is_elsewhere and not _is_lost(file.store):
        raise UserError(f"this sweep was written to {file.store}, and the store here is {named_store()}")
    settings, runs = restore(replace(file, settings=elsewhere(file.settings, where)))
    kept, damaged = folder.results(runs)
    for problem in damaged:
        warn(f"{problem}; its runs are trained again")
    failed = {index for index, result in kept.items() if result.outcome is Outcome.FAILED}
    again = failed if failed_too else set()
    _say_state(folder, len(runs), len(kept), len(failed), failed_too)
    missing = [run for run in runs if run.index not in kept or run.index in again]
    today = plan_again(missing, settings)
    planned = replace(today, runs=runs)
    delivery = Delivery(SweepContext(folder, file.about, settings, file.is_sweep))
    if apart and missing:
        _train_apart(delivery, planned, kept, today, file)
        return
    if folder.continued_as and len(kept) < len(runs) and SweepFolder(OUTPUTS / folder.continued_as).has_plan:
        sweep.leave(delivery, planned, kept, folder.continued_as)
        raise UserError(_continued(folder.continued_as))
    if apart:
        say(f"no run is missing, so there is nothing to train apart{_hint(len(failed), failed_too)}")
    if changed := what_changed(file, missing, today):
        raise UserError(_choice(folder, file, changed, len(missing), failed_too))
    if error := failures(sweep.resume(delivery, planned, kept, again)):
        raise error


def _is_lost(store: str) -> bool:
    """Whether a SQLite file is no longer there: the sweep may be written to another one."""
    path = sqlite_file(store)
    return path is not None and not Path(path).exists()


def elsewhere(settings: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """The settings of a plan with another executor or number of workers. Raises UserError for anything else."""
    for override in overrides:
        if override.partition("=")[0].partition(".")[0] not in ("executor", "workers"):
            raise UserError(f"{override}: only executor, its settings and workers can be changed in a sweep")
    if not overrides:
        return dict(settings)
    before = settings.get("executor", {"name": "process"})
    is_chosen = any(override.startswith("executor=") for override in overrides)
    kept = [] if is_chosen else [f"executor={before['name']}", *_as_typed(before)]
    with composing([*kept, *overrides]) as composer:
        job = composer.compose(0, [*kept, *overrides])
    if isinstance(job, Refused):
        raise UserError("; ".join(map(str, job.problems)))
    changed = {**settings, "executor": job.config["executor"]}
    if any(override.startswith("workers=") for override in overrides):
        changed["workers"] = job.config["workers"]
    found = read_settings(changed, [*kept, *overrides], [*kept, *overrides])
    if isinstance(found, list):
        raise UserError("; ".join(map(str, found)))
    return changed


def _as_typed(executor: Mapping[str, Any]) -> list[str]:
    """Settings of an executor as overrides."""
    told = {key: json.dumps(value) for key, value in executor.items() if key != "name"}
    return [f"executor.{key}={value}" for key, value in told.items()]


def restore(file: PlanFile) -> tuple[Settings, list[PlannedRun]]:
    """The settings and runs of a plan, as it was made. Raises UserError when this version could not have made it."""
    try:
        settings = Settings.model_validate(file.settings)
        load_modules(settings.modules)
        runs = [PlannedRun(run.index, run.key, tuple(run.overrides), from_plain(run.spec)) for run in file.runs]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"this version cannot run this sweep: {error}") from error
    return settings, runs


def what_changed(file: PlanFile, missing: Sequence[PlannedRun], today: Plan) -> list[str]:
    """What has changed of all that the numbers of missing runs depend on: files of code, or data."""
    moved = [now.spec for now, old in zip(today.runs, missing, strict=True) if now.key != old.key]
    if not moved:
        return []
    code = code_files(today.settings.modules)
    if any(name.startswith(OURS) and name not in code for name in file.code):
        return ["this program: the sweep began with another version of it"]
    changed = [name for name in sorted(code | file.code) if code.get(name) != file.code.get(name)]
    return changed or list(dict.fromkeys(name for spec in moved for name in _read_from(spec)))


def _read_from(spec: Spec) -> list[str]:
    """What a run takes from outside."""
    weights = [f"the weights to start from, {spec.network.start}"] if spec.network.start else []
    return [f"the data {name}" for phase in spec.phases for name in files_of(phase.data)] + weights


def _train_apart(delivery: Delivery, planned: Plan, kept: Mapping[int, RunResult], today: Plan, file: PlanFile) -> None:
    """The runs to be trained as a sweep of their own, with the code and data of today; old failures stay as well."""
    # After a kill in here, a second try must not make another sweep of the same runs.
    rests = [rest for path in OUTPUTS.glob(f"{file.about.sweep_id}{REST}*") if (rest := SweepFolder(path)).has_plan]
    there = {run.key: rest.path.name for rest in rests for run in rest.read_plan().runs}
    runs = [run for run in today.runs if run.key not in there]
    if not runs:
        sweep.leave(delivery, planned, kept, there[today.runs[-1].key])
        raise UserError(_continued(there[today.runs[-1].key]))
    folder = SweepFolder(OUTPUTS / f"{file.about.sweep_id}{REST}{len(rests) + 1 if rests else ''}")
    about = replace(file.about, name=f"{file.about.name}, the rest", sweep_id=folder.path.name)
    plan = today.apart(runs)
    other = Delivery(SweepContext(folder, about, plan.settings, file.is_sweep))
    other.save_plan(plan)
    say(f"{count(len(runs), 'run')} as a sweep of their own, in {folder.shown}")
    sweep.leave(delivery, planned, kept, folder.path.name)
    if error := failures(sweep.start(other, plan)):
        raise error


def _continued(name: str) -> str:
    return f"the missing runs of this sweep are a sweep of their own: python -m runner.resume {name}"


def _say_state(folder: SweepFolder, runs: int, kept: int, failed: int, failed_too: bool) -> None:
    told = f"{folder.shown}: {count(runs, 'run')}, {kept - failed} finished, {failed} failed, {runs - kept} missing"
    say(told + _hint(failed, failed_too))


def _hint(failed: int, failed_too: bool) -> str:
    return f" ({FAILED} retrains the failed ones)" if failed and not failed_too else ""


def _choice(folder: SweepFolder, file: PlanFile, changed: Sequence[str], missing: int, failed_too: bool) -> str:
    """What has changed, and what can be done about it."""
    shown = [f"  - {name}" for name in changed[:10]] + ["  - ..."] * (len(changed) > 10)
    return "\n".join(
        [
            "this sweep cannot be resumed as it was, because what its numbers depend on has changed since it began:",
            *shown,
            f"Nothing was trained, and finished results are kept. Either train the {'failed or ' * failed_too}missing "
            f"runs ({missing}) with the present code and data, as a sweep of their own beside the old results:",
            f"  {folder.resume_command} {APART}" + f" {FAILED}" * failed_too,
            "or train everything again:",
            f"  {file.about.command}",
            "or restore what has changed, and resume.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
