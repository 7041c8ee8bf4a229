"""Messages for a sweep that could not end as planned: what is kept, and how to resume."""

from collections.abc import Sequence

from runner.base.errors import UserError
from runner.plan.expectations import Verdict
from runner.runs.settings import Settings
from runner.store.folder import SweepFolder
from runner.train.workers import NoWorkers


def refuse_dry_run(settings: Settings) -> None:
    """Raise UserError for a dry run that has come to where results are written."""
    if settings.dry_run:
        raise UserError("dry_run=true needs hydra/launcher=stacked and hydra/sweeper=grid, and is not swept over")


def without_workers(error: NoWorkers, folder: SweepFolder, is_new: bool) -> UserError:
    """There are no workers, or none are left. A new sweep of which nothing was trained cannot be resumed."""
    if is_new and not folder.has_results:
        return UserError(f"{error}; nothing was trained")
    kept = f"finished results are kept in {folder.shown}" if folder.has_results else "nothing is trained yet"
    return UserError(f"{error}; {kept}. Resume (executor=... chooses other workers) with: {folder.resume_command}")


def not_delivered(trouble: str, results: int, folder: SweepFolder) -> UserError:
    """The store did not take everything."""
    return UserError(
        f"not everything could be written to MLflow ({trouble}). All {results} results are kept in {folder.shown}; "
        f"when the store works again, deliver them with: {folder.resume_command}"
    )


def unmet(verdicts: Sequence[Verdict]) -> UserError | None:
    """With `strict=true`: what was expected of the sweep and does not hold; None where all of it does."""
    number = sum(not verdict.holds for verdict in verdicts)
    told = f"{number} of {len(verdicts)} expectations do not hold, or cannot be judged (--strict)"
    return UserError(told) if number else None
