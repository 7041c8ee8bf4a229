"""Training the best settings of a sweep on fresh seeds, which measure the best one."""

from dataclasses import replace

from runner.app.again import composing_again
from runner.base.errors import UserError
from runner.conduct import sweep
from runner.conduct.delivery import Delivery
from runner.conduct.resumption import Resumption, check_store, look_at, what_changed
from runner.plan.plan import plan_again
from runner.runs.command_lines import typed
from runner.runs.result import RunResult
from runner.search.again import confirmation_of, findings_of
from runner.store.folder import find_folder, newest_folder


def confirm(name: str | None, prints_result: bool = True) -> tuple[Resumption, list[RunResult] | None]:
    """Confirm a sweep, the newest without a name; returns what there was, and all results, None where it was confirmed
    before.

    Raises UserError for a sweep that is not complete, and where what its numbers depend on has changed.
    """
    found = _complete_sweep(name)
    if all(part.confirmed for part in findings_of(found).parts):
        return found, None
    if changed := what_changed(found.file, found.runs, plan_again(found.runs, found.sweep.settings)):
        shown = "\n".join(f"  - {name}" for name in changed[:10])
        raise UserError(f"what the numbers of this sweep depend on has changed since it was trained:\n{shown}")
    _, options = typed(found.file.about.command)
    with composing_again(options, found.sweep.settings.modules) as compose:
        batches = confirmation_of(found, compose)
        delivery = Delivery(replace(found.sweep, composing=composing_again, prints_result=prints_result))
        return found, sweep.resume(delivery, found.plan, found.kept, set(), batches)


def _complete_sweep(name: str | None) -> Resumption:
    """A sweep of which all runs have a result, the newest without a name. Raises UserError for any other."""
    folder = find_folder(name) if name else newest_folder()
    if folder is None:
        raise UserError("there is no sweep in outputs/; python -m runner -m KEY=VALUE,VALUE runs one")
    folder.take()
    file = folder.read_plan()
    check_store(file)
    found = look_at(folder, file)
    if not found.sweep.is_sweep:
        raise UserError(f"{folder.shown} is a single run, so there are no settings to choose from")
    if found.file.about.space and folder.is_unfinished:
        raise UserError(f"{folder.shown} is a search that has not ended; first: {folder.resume_command}")
    if found.missing:
        raise UserError(f"{len(found.missing)} runs of {folder.shown} have no result; first: {folder.resume_command}")
    return found
