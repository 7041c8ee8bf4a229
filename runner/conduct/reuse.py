"""`skip_finished=true`: stored results of runs with the same run keys."""

from dataclasses import replace
from typing import TYPE_CHECKING

from runner.base.console import count, say, warn
from runner.base.errors import UserError
from runner.findings.pictures import drawing
from runner.plan.plan import Plan
from runner.runs.result import RunResult
from runner.store.stored_snapshots import stored_snapshots

if TYPE_CHECKING:
    from runner.store.reader import Reader


def reused(reader: "Reader", plan: Plan) -> dict[int, RunResult]:
    """Stored results of a plan's runs, by index in the sweep; reports how many, and which files were changed."""
    found: dict[int, RunResult] = {}
    for run in plan.runs:
        stored = reader.with_key(run.key)
        if stored is None:
            continue
        try:
            result = reader.result(stored)
            kept = stored_snapshots(reader, stored, result) if plan.snapshots else None
            result = replace(result, snapshots=kept)
        except UserError as error:
            warn(f"{error}; it is trained again")
            continue
        followed, result = result.score, replace(result, spec=result.spec.model_copy(update={"score": run.spec.score}))
        if result.score != followed and f"train/{result.score}" not in result.history:
            continue  # the same network, but another metric was followed
        if result.spec != run.spec or reader.changed(stored, result):
            warn(f"the files of run {stored.run_id} have changed; it is trained again")
            continue
        if draw := drawing(plan.settings, len(plan.runs)):
            result = draw(result, None)
        origin = stored.tags.get("reused_from", stored.run_id)
        provenance = replace(result.provenance, reused_from=origin)
        found[run.index] = run.named(replace(result, index=run.index, provenance=provenance))
    if not plan.settings.quiet:
        say(f"{len(found)} of {count(len(plan.runs), 'run')} in the store already, and reused")
    return found
