"""What is deleted with a sweep, a setting or a run, and deleting it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.base.console import count
from runner.base.errors import UserError, one_line
from runner.base.paths import OUTPUTS
from runner.findings.mlflow_view import BANDS, VIEW
from runner.store.address import is_lost, named_store, sqlite_file
from runner.store.folder import SweepFolder, others_than
from runner.store.reader import PARENT, Reader
from runner.store.run_ids import BEGINNING
from runner.store.stored_run import StoredRun
from runner.store.writer import Tracker


@dataclass(frozen=True)
class Deletion:
    """All that is deleted together: runs of one experiment, and where a whole sweep goes, its folder and its views.

    `sweep_id` is that of the sweep, which stays where only some of its runs go.
    """

    title: str
    sweep_id: str
    runs: list[StoredRun]
    is_whole: bool
    folder: SweepFolder | None

    @property
    def lines(self) -> list[str]:
        """What will be deleted, in words."""
        settings = [run for run in self.runs if run.is_setting]
        trained = [run for run in self.runs if not run.is_setting and not run.is_parent]
        counts = [count(len(trained), "run"), *([count(len(settings), "setting")] if settings else [])]
        lines = [f"{self.title}: {' and '.join(counts)} in MLflow, files and models included"] if self.runs else []
        if self.folder:
            lines.append(f"{'and ' if lines else self.title + ': '}the folder {self.folder.shown}")
        if self.is_whole and any(run.is_parent and run.status == "RUNNING" for run in self.runs):
            lines.append("it is marked as running: make sure that no process works on it")
        return lines


def find(reader: Reader, name: str) -> Deletion:
    """Everything that belongs to the sweep of this name in `outputs/`, or to the MLflow id of a sweep, setting or run.

    Raises UserError if there is none, or if a process works on it.
    """
    folder = next((one for one in (SweepFolder(OUTPUTS / name), SweepFolder(Path(name))) if one.has_plan), None)
    sweep_id = Path(name).name
    if folder and folder.is_usable:
        plan = folder.read_plan()
        sweep_id = plan.about.sweep_id
        if plan.store != named_store() and not is_lost(plan.store):
            raise UserError(f"this sweep was written to {plan.store}, and the store here is {named_store()}")
    if (found := reader.of_sweep(sweep_id)) or folder:
        return _whole(reader, sweep_id, found, folder)
    if not BEGINNING.fullmatch(name):
        raise UserError(f"MLflow has no run {one_line(name)}, and {OUTPUTS}/ no sweep of this name{others_than(name)}")
    run = reader.run(name)
    if not run.sweep_id:
        raise UserError(f"run {run.run_id} was not made by this program")
    _check_free(SweepFolder(OUTPUTS / run.sweep_id))
    if run.is_setting:
        return Deletion(f"setting {run.name}", run.sweep_id, [run, *reader.members(run.run_id)], False, None)
    if run.is_parent or PARENT not in run.tags:
        return _whole(reader, run.sweep_id, reader.of_sweep(run.sweep_id), None)
    return Deletion(f"run {run.name}", run.sweep_id, [run], False, None)


def _whole(reader: Reader, sweep_id: str, found: Sequence[StoredRun], folder: SweepFolder | None) -> Deletion:
    usual = SweepFolder(OUTPUTS / sweep_id)
    if folder and usual.has_plan and not folder.path.samefile(usual.path):
        raise UserError(f"{folder.shown} is a copy of {usual.shown}: name that, or delete the copy yourself")
    folder = folder or usual
    _check_free(folder)
    runs = [*found, *reader.settings_of(sweep_id)]
    named = next((run.name for run in found if run.is_parent), found[0].name if found else sweep_id)
    return Deletion(f"{named} ({sweep_id})", sweep_id, runs, True, folder if folder.has_plan else None)


def _check_free(folder: SweepFolder) -> None:
    if folder.has_plan and folder.is_taken:
        raise UserError(f"a process is working on {folder.shown}; end it first")


def forget(deletion: Deletion, tracker: Tracker | None) -> bool:
    """Delete it all; returns whether it is gone for good, or in MLflow's bin. Raises UserError, and StoreError."""
    is_gone = True
    if deletion.folder:
        deletion.folder.take()
    if deletion.runs and tracker:
        if registered := tracker.registered(deletion.runs):
            named = ", ".join(registered)
            raise UserError(f"registered in MLflow: {named}; delete these model versions there first")
        views = [VIEW + deletion.sweep_id + ending for ending in ("", BANDS)] if deletion.is_whole else []
        # Where nothing goes for good, what is in the bin stays there.
        binned = tracker.reader.in_bin(deletion.sweep_id) if deletion.is_whole and sqlite_file(tracker.uri) else []
        is_gone = tracker.forget([*deletion.runs, *binned], views)
    if deletion.folder:
        deletion.folder.delete()
    return is_gone
