"""`python -m runner.confirm`: how good the best setting of a sweep is on seeds that took no part in choosing it."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from runner.app.commands import only_name, run_command
from runner.base import answer
from runner.base.console import say
from runner.base.errors import UserError

if TYPE_CHECKING:
    from runner.conduct.resumption import Resumption

USAGE = """\
Tells how good the best setting of a sweep really is. The best of many scores is too good: it was chosen for its luck
too. Twelve fresh seeds choose among the best five settings, and twelve others, which took no part in the choice, give
the number to report: for the chosen setting and for the default one, seed by seed.

  python -m runner.confirm                   the newest sweep in outputs/
  python -m runner.confirm SWEEP             a certain one: the name of its folder in outputs/, or a path

A search (search=random, search=tpe) has done so already. The runs join the sweep in MLflow, with the tag `role`; its
tables and pictures compare the runs that it had, and its report begins with what the fresh seeds say.
`python -m runner.best` prints the command that trains the chosen setting."""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE, reads=True)


def _run(arguments: Sequence[str]) -> int:
    from runner.app.again import composing_again
    from runner.conduct import sweep
    from runner.conduct.delivery import Delivery
    from runner.conduct.resumption import what_changed
    from runner.findings.document import sweep_of
    from runner.plan.plan import plan_again
    from runner.runs.command_lines import typed
    from runner.runs.result import failures
    from runner.search.again import confirmation_of, findings_of

    found = complete_sweep(only_name(arguments, "sweep"))
    findings = findings_of(found)
    if all(part.confirmed for part in findings.parts):
        answer.add("sweep", lambda: sweep_of(findings))
        say("\n".join(line for part in findings.parts for line in part.headline))
        return 0
    if changed := what_changed(found.file, found.runs, plan_again(found.runs, found.sweep.settings)):
        shown = "\n".join(f"  - {name}" for name in changed[:10])
        raise UserError(f"what the numbers of this sweep depend on has changed since it was trained:\n{shown}")
    _, options = typed(found.file.about.command)
    with composing_again(options, found.sweep.settings.modules) as compose:
        batches = confirmation_of(found, compose)
        delivery = Delivery(replace(found.sweep, composing=composing_again))
        results = sweep.resume(delivery, found.plan, found.kept, set(), batches)
    if error := failures(results):
        raise error
    return 0


def complete_sweep(name: str | None) -> "Resumption":
    """A sweep of which all runs have a result, the newest without a name. Raises UserError for any other."""
    from runner.conduct.resumption import check_store, look_at
    from runner.store.folder import find_folder, newest_folder

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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
