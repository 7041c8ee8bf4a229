"""Messages for a sweep that could not end as planned: what is kept, and how to resume."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from runner.base import progress
from runner.base.console import warn
from runner.base.errors import UserError
from runner.base.interrupts import OrderlyInterrupt
from runner.plan.expectations import Verdict
from runner.runs.settings import Settings
from runner.store.folder import SweepFolder
from runner.train.workers import NoWorkers


def refuse_dry_run(settings: Settings) -> None:
    """Raise UserError for a dry run that has come to where results are written."""
    if settings.dry_run:
        raise UserError("dry_run=true needs hydra/launcher=stacked and hydra/sweeper=grid, and is not swept over")


@contextmanager
def interruptible(folder: SweepFolder) -> Iterator[OrderlyInterrupt]:
    """However often Ctrl-C is pressed in here, and when there are no workers, the message says how to resume."""
    interrupt = OrderlyInterrupt()
    try:
        with interrupt:
            try:
                yield interrupt
            finally:
                progress.end()
    except NoWorkers as error:
        raise _without_workers(error, folder) from error
    except KeyboardInterrupt:
        if not interrupt.is_reported:
            kept, command = folder.shown, folder.resume_command
            warn(f"\nstopped at once; finished results are kept in {kept}. Resume with: {command}")
        raise


def _without_workers(error: NoWorkers, folder: SweepFolder) -> UserError:
    """There are no workers, or none are left. A sweep whose plan was withdrawn cannot be resumed."""
    if not folder.has_plan:
        return UserError(f"{error}; nothing was trained")
    kept = f"finished results are kept in {folder.shown}" if folder.has_results else "nothing is trained yet"
    return UserError(f"{error}; {kept}. Resume (executor=... chooses other workers) with: {folder.resume_command}")


def not_delivered(trouble: str, results: int, folder: SweepFolder) -> UserError:
    """The error if the store did not accept everything."""
    return UserError(
        f"not everything could be written to MLflow ({trouble}). All {results} results are kept in {folder.shown}; "
        f"when the store works again, deliver them with: {folder.resume_command}"
    )


def unmet(verdicts: Sequence[Verdict]) -> UserError | None:
    """With `strict=true`: the expectations that do not hold; None if all hold."""
    number = sum(not verdict.holds for verdict in verdicts)
    told = f"{number} of {len(verdicts)} expectations do not hold, or cannot be judged (--strict)"
    return UserError(told) if number else None
