"""`python -m runner.resume`: finishes a sweep that was interrupted or killed, or whose store failed."""

import sys
from collections.abc import Sequence

from runner.app.commands import run_command, split_options
from runner.app.resuming import APART, FAILED, resume
from runner.base.console import count, say
from runner.base.errors import UserError
from runner.base.paths import OUTPUTS
from runner.conduct.resumption import look_at
from runner.store.address import is_lost, named_store
from runner.store.folder import find_folder, newest_folder, unusable_folders

USAGE = """\
Finishes a sweep, or a single run, that was interrupted: trains exactly the runs that have no result, writes to MLflow
what is missing there, and ends with the same parent and comparison as if nothing had happened.

  python -m runner.resume                    the newest sweep in outputs/ that is not finished
  python -m runner.resume SWEEP              this sweep: the name of its folder in outputs/, or a path
  python -m runner.resume SWEEP --failed     also retrain the runs that raised an exception; not for a search
  python -m runner.resume SWEEP --apart      after a change of code or data: the missing runs as a sweep of their own
  python -m runner.resume SWEEP executor=process workers=4      with another executor, its settings, workers or engine

The exit code is 0 when the sweep is complete and no run of it has failed."""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE, reads=True)


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
        say(f"nothing to resume: every sweep in {OUTPUTS}/ is finished{_failed_in_newest()}")
        if is_lost(named_store()) and any(OUTPUTS.glob("*")):
            say(f"there is no store {named_store()}; resume a sweep by its name to write it to a new one")
        return 0
    resume(folder, FAILED in options, APART in options, where)
    return 0


def _failed_in_newest() -> str:
    """The end of a sentence: how many runs of the newest sweep failed, and what retrains them."""
    folder = newest_folder()
    if folder is None:
        return ""
    try:
        found = look_at(folder, folder.read_plan())
    except UserError:  # another version wrote it, or its modules are gone: it is finished all the same
        return ""
    told = f"; {len(found.failed)} of {count(len(found.runs), 'run')} of the newest failed"
    again = "" if found.file.about.space else f". Retrain them with: {folder.resume_command} {FAILED}"
    return f"{told}{again}" if found.failed else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
