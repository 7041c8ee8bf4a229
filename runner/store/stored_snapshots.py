"""The weights of a stored run along its way, which are read only where a page shows them."""

from typing import TYPE_CHECKING

from runner.base.errors import UserError
from runner.runs.result import RunResult
from runner.runs.snapshots import FILE, Snapshots, read_snapshots
from runner.store.stored_run import StoredRun

if TYPE_CHECKING:
    from runner.store.reader import Reader


def stored_snapshots(reader: "Reader", run: StoredRun, result: RunResult) -> Snapshots | None:
    """Those that a run with this result has kept, if any. Raises UserError when they cannot be read."""
    n_parameters = None if result.network is None else len(result.network.parameters)
    try:
        return read_snapshots(reader.file(run, FILE), n_parameters) if reader.has_file(run, FILE) else None
    except ValueError as error:
        raise UserError(f"run {run.run_id} cannot be read: {error}") from error
