"""`python -m runner.resume`: goes on with a sweep that was interrupted or killed, or whose store failed."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from runner import terminal
from runner.app import run_id
from runner.components import load_modules
from runner.errors import RunsFailed, UserError, complain, unknown
from runner.folder import OUTPUTS, PlanFile, SweepFolder, find_folder
from runner.identity import code_files
from runner.jobs import Plan, PlannedRun, plan_again
from runner.results import RunResult
from runner.settings import Settings
from runner.spec import from_plain
from runner.stores import named_store
from runner.sweep import Sweep, failures
from runner.terminal import count

FAILED, APART, HELP = "--failed", "--apart", ("--help", "-h")
USAGE = """\
Goes on with a sweep, or a single run, that did not come to its end: trains exactly the runs that have no result, writes
to MLflow what is not there yet, and ends with the same parent and comparison as if nothing had happened.

  python -m runner.resume                    the newest sweep in outputs/ that is not finished
  python -m runner.resume SWEEP              a certain one: the name of its folder in outputs/, or a path
  python -m runner.resume SWEEP --failed     train again also the runs that raised an exception
  python -m runner.resume SWEEP --apart      after a change of code or data: the missing runs as a sweep of their own

The exit code is 0 when the sweep is complete and no run of it has failed."""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except (UserError, RunsFailed, OSError) as error:
        if os.environ.get("HYDRA_FULL_ERROR", "0") not in ("", "0"):
            raise
        complain(str(error))
        return 1


def _run(arguments: Sequence[str]) -> int:
    options = [argument for argument in arguments if argument.startswith("-")]
    if set(options) & set(HELP):
        terminal.say(USAGE)
        return 0
    for option in options:
        if option not in (FAILED, APART):
            raise UserError(unknown(option, [FAILED, APART, *HELP], "{given} is not an option"))
    names = [argument for argument in arguments if argument not in options]
    if len(names) > 1:
        raise UserError(f"one sweep at a time, got {' '.join(names)}")
    folder = find_folder(names[0] if names else None)
    if folder is None:
        terminal.say(f"nothing to resume: every sweep in {OUTPUTS}/ is finished")
        return 0
    resume(folder, FAILED in options, APART in options)
    return 0


def resume(folder: SweepFolder, failed_too: bool = False, apart: bool = False) -> None:
    """Train what is missing in a sweep and publish all of it.

    Raises UserError when it cannot be done, RunsFailed when runs of it have failed.
    """
    folder.take()
    file = folder.read_plan()
    if (store := named_store()) != file.store:
        raise UserError(f"this sweep was written to {file.store}, and MLFLOW_TRACKING_URI names {store}")
    plan, changed = restore(file)
    planned = _as_planned(plan, file)
    kept, damaged = folder.results(planned.keys)
    for problem in damaged:
        terminal.say(f"{problem}; its runs are trained again")
    failed = {index for index, result in kept.items() if result.outcome == "failed"}
    again = failed if failed_too else set()
    missing = [run for run in plan.runs if run.index not in kept or run.index in again]
    _say_state(folder, plan, kept, failed, again)
    sweep = Sweep(folder, file.about, file.is_sweep)
    if apart:
        sweep.leave(planned, kept)
        if missing:
            _start_apart(file, plan, missing)
        return
    if changed and missing:
        raise UserError(_choice(folder, file, changed, len(missing)))
    if error := failures(sweep.resume(planned, kept, again)):
        raise error


def restore(file: PlanFile) -> tuple[Plan, list[str]]:
    """The plan with today's run keys, and what has changed since it was made: files of code, or data.

    Raises UserError when a run of it is no longer valid.
    """
    try:
        settings = Settings.model_validate(file.settings)
        load_modules(settings.modules)
        runs = [
            PlannedRun(run["index"], run["key"], tuple(run["overrides"]), from_plain(run["spec"])) for run in file.runs
        ]
    except ValueError as error:
        raise UserError(f"this sweep is not one that this version could run: {error}") from error
    plan = plan_again(runs, settings)
    code = code_files(settings.modules)
    changed = [name for name in sorted(code | file.code) if code.get(name) != file.code.get(name)]
    moved = [now.spec.data for now, old in zip(plan.runs, runs, strict=True) if now.key != old.key]
    return plan, changed or [
        f"the data {name}" for name in dict.fromkeys(getattr(one, "path", one.name) for one in moved)
    ]


def _as_planned(plan: Plan, file: PlanFile) -> Plan:
    """The plan with the run keys that it was made with."""
    return replace(plan, runs=[replace(run, key=old["key"]) for run, old in zip(plan.runs, file.runs, strict=True)])


def _start_apart(file: PlanFile, plan: Plan, missing: Sequence[PlannedRun]) -> None:
    """The missing runs as a sweep of their own, with the code and data of today."""
    runs = [replace(run, index=place) for place, run in enumerate(missing)]
    other = SweepFolder(OUTPUTS / run_id())
    about = replace(file.about, name=f"{file.about.name}, the rest", sweep_id=other.path.name)
    terminal.say(f"the missing runs as a sweep of their own, in {other.shown}")
    if error := failures(Sweep(other, about, file.is_sweep).start(replace(plan, runs=runs))):
        raise error


def _say_state(folder: SweepFolder, plan: Plan, kept: dict[int, RunResult], failed: set[int], again: set[int]) -> None:
    missing = len(plan.runs) - len(kept)
    parts = [f"{len(kept) - len(failed)} finished", f"{len(failed)} failed", f"{missing} missing"]
    told = f"{folder.shown}: {count(len(plan.runs), 'run')}, {', '.join(parts)}"
    if failed and not again:
        told += f" ({FAILED} trains the failed ones again)"
    terminal.say(told)


def _choice(folder: SweepFolder, file: PlanFile, changed: Sequence[str], missing: int) -> str:
    """What has changed, and what a person can do about it."""
    shown = [f"  - {name}" for name in changed[:10]] + ["  - ..."] * (len(changed) > 10)
    return "\n".join(
        [
            "this sweep cannot go on as it was, because what its numbers depend on has changed since it began:",
            *shown,
            "Nothing was trained, and what it has is kept. Either train what is missing "
            f"({count(missing, 'run')}) with what is there now, under a parent of its own beside the old results:",
            f"  {folder.resume_command} {APART}",
            "or everything again:",
            f"  {file.about.command}",
            "or bring back what has changed, and resume.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
