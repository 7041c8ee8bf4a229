"""`python -m runner.forget`: deletes a sweep with everything it created, or one of its settings or runs."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from runner.app.commands import run_command, split_options
from runner.base import answer
from runner.base.console import say
from runner.base.errors import UserError
from runner.base.exit_codes import ExitCode
from runner.runs.documents import whole as documents

if TYPE_CHECKING:
    from runner.conduct.forgetting import Deletion

YES, DRY_RUN = "--yes", "--dry-run"
USAGE = """\
Deletes a sweep and everything it created: its runs and settings in MLflow, their files and models, its saved views, and
its folder in outputs/. It lists what will be deleted and asks first.

  python -m runner.forget SWEEP            a sweep: the name of its folder in outputs/, a path, or an MLflow run id
  python -m runner.forget RUN_ID           a single run, a run of a sweep, or a setting with its runs
  python -m runner.forget SWEEP --dry-run  only list what would be deleted
  python -m runner.forget SWEEP --yes      without asking, for scripts

Reports that runner.report has written are kept."""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE)


def _run(arguments: Sequence[str]) -> int:
    options, names = split_options(arguments, (YES, DRY_RUN))
    if len(names) != 1:
        raise UserError(f"one sweep or run at a time, got {len(names)}: python -m runner.forget SWEEP")
    from runner.conduct.forgetting import find
    from runner.store.reader import open_reader

    reader = open_reader()
    deletion = find(reader, names[0])
    _tell(deletion, is_gone=False)
    for line in deletion.lines:
        say(line)
    if DRY_RUN in options:
        say("nothing is deleted (--dry-run)")
        return 0
    if YES not in options and not _agreed():
        say("nothing is deleted")
        return ExitCode.FAILURE
    _delete(deletion, reader.experiment_of(deletion.runs[0]) if deletion.runs else "")
    return 0


def _tell(deletion: "Deletion", is_gone: bool) -> None:
    run_ids = [run.run_id for run in deletion.runs]
    said = {"title": deletion.title, "sweep": deletion.sweep_id, "run_ids": run_ids, "deleted": is_gone}
    answer.add("deletion", lambda: documents.Deletion.model_validate(said))


def _agreed() -> bool:
    """Whether a person has typed yes. Raises UserError where nobody can."""
    if not sys.stdin.isatty():
        raise UserError(
            f"this is not a terminal, so you cannot be asked; nothing was deleted. {YES} deletes without asking"
        )
    try:
        return input("delete all of this? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _delete(deletion: "Deletion", experiment: str) -> None:
    from runner.conduct.forgetting import forget
    from runner.store.writer import Tracker

    is_gone = forget(deletion, Tracker(experiment) if deletion.runs else None)
    _tell(deletion, is_gone=True)
    say("deleted" if is_gone else "deleted; MLflow keeps it in its bin until `mlflow gc`")
    if not deletion.is_whole:
        say(f"to update the list of settings in MLflow: python -m runner.settings {deletion.sweep_id}")
        say(f"to bring it back from outputs/: python -m runner.resume {deletion.sweep_id}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
