"""A sweep from the store, for reports, exports and notebooks: no training, no server."""

import sys
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.base.console import warn
from runner.base.errors import UserError, one_line
from runner.base.paths import OUTPUTS
from runner.findings.explorer.offering import is_offered
from runner.findings.findings import Findings
from runner.runs.about import About
from runner.runs.account import FILE, SUMMARY, Account, account_of
from runner.runs.components import check_modules
from runner.runs.origin import Provenance
from runner.runs.outcome import Outcome
from runner.runs.overrides import swept_keys
from runner.runs.result import RunResult
from runner.runs.role import parted
from runner.runs.sharing import in_little_room
from runner.runs.spec import from_plain
from runner.store.address import named_store, run_pages
from runner.store.folder import SweepFolder, others_than
from runner.store.plan_file import PlanEntry, plan_from
from runner.store.run_ids import BEGINNING
from runner.store.stored_snapshots import stored_snapshots

if TYPE_CHECKING:
    from runner.store.reader import Reader
    from runner.store.stored_run import StoredRun


def load_sweep(
    name: str | None = None,
    reader: "Reader | None" = None,
    without: Container[str] = (),
    with_snapshots: bool = False,
) -> Findings:
    """The sweep of this name in `outputs/` or in this folder, or the sweep or run of this MLflow run id; without a name
    the newest. Results have snapshots, which take much memory, only where that is asked for.

    It does `without` those of its modules that cannot be imported, where no run of it had a part of them.
    Raises UserError when there is none, and when a run of it cannot be read.
    """
    from runner.store.reader import open_reader

    reader = reader or open_reader()
    found = _whole_of(reader, name)
    modules = tuple(dict.fromkeys(name for run in found for name in run.modules))
    check_modules(module for module in modules if module not in without)
    parents, runs = [run for run in found if run.is_parent], [run for run in found if not run.is_parent]
    if not parents and len(runs) > 1:
        sweep_id = runs[0].tags["sweep_id"]
        raise UserError(f"the parent run of {sweep_id} is not in the store; MLflow restores one that was deleted")
    parent = parents[0] if parents else runs[0]
    run_ids = {run.index: run.run_id for run in runs}
    errors = {run.index: run.tags.get("error", "") for run in runs}
    stored = {run.index: run for run in runs if run.tags.get("outcome") != Outcome.KILLED}
    del found, runs  # of very many, what the store says of a run takes as much memory as its result
    results = [_result(reader, stored.pop(index), with_snapshots) for index in list(stored)]
    about = About(parent.name, "", parent.run_id, parent.tags.get("mlflow.source.name", ""))
    settings: dict[str, Any] = {}
    if parents:
        results, about, settings = _as_in_plan(reader, parent, results, errors)
    if not results:
        raise UserError(f"run {parent.run_id} was not trained and has nothing to show")
    searched, fresh = parted(results)
    keys = swept_keys([result.overrides for result in searched])
    least = settings.get("report", {}).get("smallest_difference")
    return Findings(
        about, searched, run_ids, parent.run_id, keys, dict(settings.get("expect", {})), modules,
        _account(reader, parent), least, run_pages(parent.experiment_id),
        fresh=fresh, over_seeds=(settings.get("search") or {}).get("over_seeds", "mean"),
        has_page=bool(parents) and is_offered(settings.get("tracking", {}), len(searched)),
    )  # fmt: skip


def _as_in_plan(
    reader: "Reader", parent: "StoredRun", results: Sequence[RunResult], errors: Mapping[int, str]
) -> tuple[list[RunResult], About, dict[str, Any]]:
    """All runs of a sweep's plan, what it was, and its settings."""
    try:
        plan = plan_from(reader.file(parent, "plan.json"))
        return _as_planned(results, plan.runs, errors), plan.about, dict(plan.settings)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"the plan of run {parent.run_id} cannot be used: {error}") from error


def _account(reader: "Reader", run: "StoredRun") -> Account | None:
    """Why runs do not learn, as it was said when the sweep or run ended; None where nothing was, or it is lost."""
    if SUMMARY not in run.tags:
        return None
    try:
        return account_of(reader.file(run, FILE))
    except UserError:
        return None


def stored_runs(reader: "Reader", name: str | None) -> "list[StoredRun]":
    """The runs of a sweep, with its parent, as `load_sweep` finds it; those of a setting; or a single run."""
    found = _whole_of(reader, name)
    if name is None or name in (run.sweep_id for run in found) or not BEGINNING.fullmatch(name):
        return found
    one = reader.run(name)
    return reader.members(one.run_id) if one.is_setting else found


def _whole_of(reader: "Reader", name: str | None) -> "list[StoredRun]":
    """A sweep's runs, its parent among them, or a single run."""
    if name is None:
        newest = reader.newest()
        if newest is None:
            raise UserError(f"the store {named_store()} has no run")
        return reader.of_sweep(newest.tags["sweep_id"])
    if found := reader.of_sweep(name) or reader.of_sweep(_sweep_in(name)):
        return found
    if not BEGINNING.fullmatch(name):
        told = f"MLflow has no run {one_line(name)}, and {OUTPUTS}/ no sweep of this name"
        raise UserError(told + others_than(name))
    run = reader.run(name)
    if not run.sweep_id:
        raise UserError(f"run {run.run_id} was not made by this program")
    return reader.of_sweep(run.sweep_id) if run.is_parent or run.is_setting else [run]


def _sweep_in(name: str) -> str:
    """The id of the sweep in a folder that is named as a shell completes it, or as it is called in `outputs/`."""
    folders = [folder for path in (Path(name), OUTPUTS / name) if (folder := SweepFolder(path)).is_usable]
    return folders[0].read_plan().about.sweep_id if folders else Path(name).name


def _result(reader: "Reader", run: "StoredRun", with_snapshots: bool) -> RunResult:
    """What a run left; a failed one has its spec and error alone."""
    if run.tags.get("outcome") != Outcome.FAILED:
        result = in_little_room(reader.result(run))
        return _with_snapshots(reader, run, result) if with_snapshots else result
    error = run.tags.get("error", "")
    origin = Provenance(run.started)
    return RunResult(run.index, run.tags["run_key"], reader.spec(run), Outcome.FAILED, error=error, provenance=origin)


def _with_snapshots(reader: "Reader", run: "StoredRun", result: RunResult) -> RunResult:
    """Those that cannot be read are as lost as those that were never kept: training the run again brings them back."""
    try:
        return replace(result, snapshots=stored_snapshots(reader, run, result))
    except UserError as error:
        warn(str(error))
        return result


def _as_planned(
    results: Sequence[RunResult], planned: Sequence[PlanEntry], errors: Mapping[int, str]
) -> list[RunResult]:
    """All runs of a plan in its order, with their overrides; those that have no result are killed ones."""
    by_index = {result.index: result for result in results}
    return [
        replace(
            by_index.get(run.index)
            or RunResult(run.index, run.key, from_plain(run.spec), Outcome.KILLED, error=errors.get(run.index, "")),
            overrides=tuple(map(sys.intern, run.overrides)),
            role=run.role,
            rung=run.rung,
        )
        for run in planned
    ]
