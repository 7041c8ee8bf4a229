"""Resuming a sweep or run that was interrupted or killed, or whose store failed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from runner.app.again import composing_again
from runner.app.setup import composing
from runner.base.console import count, say, warn
from runner.base.errors import UserError
from runner.base.paths import OUTPUTS
from runner.conduct import sweep
from runner.conduct.delivery import Delivery
from runner.conduct.resumption import Resumption, Way, check_store, look_at
from runner.plan.jobs import Refused
from runner.runs.command_lines import typed
from runner.runs.result import RunResult, failures
from runner.runs.role import Role
from runner.runs.settings import read_settings
from runner.store.folder import SweepFolder
from runner.store.plan_file import PlanFile

FAILED, APART = "--failed", "--apart"
REST = "_rest"  # after the name of a sweep, for the sweep of its missing runs


def resume(
    folder: SweepFolder,
    failed_too: bool = False,
    is_apart: bool = False,
    where: Sequence[str] = (),
    prints_result: bool = True,
) -> Resumption:
    """Train the missing runs of a sweep and publish everything; `where` are overrides that say where to train.

    Returns what was on disk, and how it was resumed. Raises UserError if that is impossible, RunsFailed if runs of it
    failed.
    """
    folder.take()
    found = look_at(folder, _plan_in(folder, where), failed_too, is_apart)
    if found.file.about.space:
        _refuse_for_search(found)
    _say_state(found)
    delivery = Delivery(replace(found.sweep, composing=composing_again, prints_result=prints_result))
    match found.way:
        case Way.APART:
            _train_apart(found, delivery)
        case Way.LEFT:
            _leave(found, delivery, folder.continued_as)
        case Way.REFUSED:
            raise UserError(_choice(found))
        case Way.AS_IT_WAS:
            _raise_failures(_resumed(found, delivery))
    return found


def _plan_in(folder: SweepFolder, where: Sequence[str]) -> PlanFile:
    """The plan of a sweep of this store, on other workers or by another engine where that is asked for.

    Raises UserError.
    """
    file = folder.read_plan()
    check_store(file)
    return replace(file, settings=elsewhere(file.settings, where))


def _refuse_for_search(found: Resumption) -> None:
    """Raise UserError for what would change the runs that a search has chosen from."""
    again = [run for run in found.runs if run.index in found.again and run.role is Role.SEARCH]
    if again or found.is_apart:
        told = f"{FAILED if again else APART} would change the runs that this search has chosen from"
        raise UserError(f"{told}; search again instead: {found.file.about.command}")


def _resumed(found: Resumption, delivery: Delivery) -> list[RunResult]:
    """Train what is missing; of a search, then what follows from it."""
    from runner.search.again import is_planned_as_it_goes, left_of

    if not is_planned_as_it_goes(found):
        return sweep.resume(delivery, found.plan, found.kept, found.again)
    _, options = typed(found.file.about.command)
    with composing_again(options, found.sweep.settings.modules) as compose:
        return sweep.resume(delivery, found.plan, found.kept, found.again, left_of(found, compose))


def elsewhere(settings: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """The settings of a plan with another executor, number of workers or engine. Raises UserError for anything else."""
    for override in overrides:
        if override.partition("=")[0].partition(".")[0] not in ("executor", "workers", "engine"):
            raise UserError(f"{override}: only executor, its settings, workers and engine can be changed in a sweep")
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
    for key in ("workers", "engine"):
        if any(override.startswith(f"{key}=") for override in overrides):
            changed[key] = job.config[key]
    found = read_settings(changed, [*kept, *overrides], [*kept, *overrides])
    if isinstance(found, list):
        raise UserError("; ".join(map(str, found)))
    return changed


def _as_typed(executor: Mapping[str, Any]) -> list[str]:
    """Settings of an executor as overrides."""
    told = {key: json.dumps(value) for key, value in executor.items() if key != "name"}
    return [f"executor.{key}={value}" for key, value in told.items()]


def _train_apart(found: Resumption, delivery: Delivery) -> None:
    """The runs to be trained as a sweep of their own, with the code and data of today; old failures stay as well."""
    about = found.sweep.about
    # After a kill in here, a second try must not make another sweep of the same runs.
    rests = [rest for path in OUTPUTS.glob(f"{about.sweep_id}{REST}*") if (rest := SweepFolder(path)).has_plan]
    there = {run.key: rest.path.name for rest in rests for run in rest.read_plan().runs}
    runs = [run for run in found.today.runs if run.key not in there]
    if not runs:
        _leave(found, delivery, there[found.today.runs[-1].key])
    folder = SweepFolder(OUTPUTS / f"{about.sweep_id}{REST}{len(rests) + 1 if rests else ''}")
    plan = found.today.apart(runs)
    named = replace(about, name=f"{about.name}, the rest", sweep_id=folder.path.name)
    other = Delivery(replace(delivery.sweep, folder=folder, about=named))
    other.save_plan(plan)
    say(f"{count(len(runs), 'run')} as a sweep of their own, in {folder.shown}")
    sweep.leave(delivery, found.plan, found.kept, folder.path.name)
    _raise_failures(sweep.start(other, plan))


def _leave(found: Resumption, delivery: Delivery, name: str) -> NoReturn:
    """Publish what is there, and say which sweep has the rest."""
    sweep.leave(delivery, found.plan, found.kept, name)
    raise UserError(f"the missing runs of this sweep are a sweep of their own: python -m runner.resume {name}")


def _raise_failures(results: Sequence[RunResult]) -> None:
    if error := failures(results):
        raise error


def _say_state(found: Resumption) -> None:
    """What there is, and what there is not."""
    for problem in found.damaged:
        warn(f"{problem}; its runs are trained again")
    runs, kept, failed = len(found.runs), len(found.kept), len(found.failed)
    is_hinted = failed and not found.failed_too and not found.file.about.space
    hint = f" ({FAILED} retrains the failed ones)" if is_hinted else ""
    state = f"{count(runs, 'run')}, {kept - failed} finished, {failed} failed, {runs - kept} missing"
    say(f"{found.sweep.folder.shown}: {state}{hint}")
    if found.is_apart and not found.missing:
        say(f"no run is missing, so there is nothing to train apart{hint}")


def _choice(found: Resumption) -> str:
    """What has changed, and what can be done about it."""
    shown = [f"  - {name}" for name in found.changed[:10]] + ["  - ..."] * (len(found.changed) > 10)
    apart = [
        f"Either train the {'failed or ' * found.failed_too}missing runs ({len(found.missing)}) with the current code "
        "and data, as a new sweep next to the old results:",
        f"  {found.sweep.folder.resume_command} {APART}" + f" {FAILED}" * found.failed_too,
        "or train everything again:",
    ]
    return "\n".join(
        [
            "this sweep cannot be resumed, because something that its numbers depend on has changed since it began:",
            *shown,
            "Nothing was trained, and finished results are kept.",
            *(["Train everything again:"] if found.file.about.space else apart),
            f"  {found.file.about.command}",
            "or restore what has changed, and resume.",
        ]
    )
