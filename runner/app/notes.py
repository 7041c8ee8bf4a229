"""What the user should know about a plan before training."""

from collections.abc import Sequence

from runner.base import progress
from runner.base.console import say, warn
from runner.diagnosis.before import foresee
from runner.plan.plan import Plan

MOST_NOTES = 12


def say_notes(plan: Plan, lines: Sequence[str] = (), foresees: bool = True) -> None:
    """What a person should know before anything trains, with what it `foresees`.

    Components of one's own are not asked here: one that ends its process ends a worker, and not the sweep.
    """
    if plan.settings.quiet or plan.settings.dry_run:
        progress.end()
    notes = [*lines, *plan.notes]
    if foresees and not plan.settings.modules:
        try:
            foreseen = foresee(plan)
        except Exception as error:  # a run that cannot be trained is a failed run, and stops no other
            warn(f"what shows before training is not known: {type(error).__name__}: {error}")
        else:
            notes += foreseen.notes
            for line in foreseen.warnings:
                warn(line)
    if not plan.settings.quiet:
        for line in notes[:MOST_NOTES]:
            say(line)
        if len(notes) > MOST_NOTES:
            say(f"... and {len(notes) - MOST_NOTES} more lines of this kind")
