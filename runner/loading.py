"""A sweep as the store has it, for reports, exports and notebooks: no training, no server."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from runner.about import About
from runner.comparison import config_of, label_of, swept_keys
from runner.errors import UserError
from runner.folder import PlanEntry, plan_from
from runner.results import RunResult
from runner.spec import from_plain
from runner.stores import named_store

if TYPE_CHECKING:
    import pandas as pd

    from runner.reading import Reader, StoredRun


@dataclass(frozen=True)
class LoadedSweep:
    """A sweep, or a run that stands alone. `results` are in the sweep's order; `run_ids` are MLflow's, by index.

    `parent` is the sweep's parent run, or the run itself; `keys` are the settings that differ, the seed last; `expect`
    has what was expected of it.
    """

    about: About
    parent: "StoredRun"
    results: list[RunResult]
    run_ids: dict[int, str]
    keys: list[str]
    expect: dict[str, Any]

    @cached_property
    def runs(self) -> "pd.DataFrame":
        """One row per run: its name and id, all its settings (those that differ first), outcome and final values.

        Columns of final values are called as in MLflow (`final/test_cost`). Lists are written as text.
        """
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for result in self.results:
            config = {key: _cell(value) for key, value in config_of(result.spec, result.overrides).items()}
            swept = {key: config[key] for key in self.keys if key in config}
            row = {"run": result.index, "name": label_of(result.overrides, self.keys) or self.parent.name}
            row |= {"run_id": self.run_ids.get(result.index, "")} | swept | config
            row |= {"outcome": result.outcome, "last_step": result.last_step, "seconds": result.seconds}
            row |= {f"final/{name.replace('/', '_')}": value for name, value in sorted(result.finals.items())}
            rows.append(row | {"run_key": result.key, "error": result.error.partition("\n")[0]})
        return pd.DataFrame(rows)

    @cached_property
    def curves(self) -> "pd.DataFrame":
        """All histories below each other: `run` (as in `runs`), `step`, and a column per series."""
        import pandas as pd

        parts = [pd.DataFrame(result.history).assign(run=result.index) for result in self.results if result.history]
        if not parts:
            return pd.DataFrame(columns=["run", "step"])
        whole = pd.concat(parts, ignore_index=True)
        return whole[["run", "step", *(name for name in whole if name not in ("run", "step"))]]


def load_sweep(name: str | None = None, reader: "Reader | None" = None) -> LoadedSweep:
    """The sweep of this name in `outputs/`, or the sweep or run of this MLflow run id; without a name the newest.

    Raises UserError when there is none, and when a run of it cannot be read.
    """
    from runner.reading import open_reader

    reader = reader or open_reader()
    found = _runs_of(reader, name)
    parents, runs = [run for run in found if run.is_parent], [run for run in found if not run.is_parent]
    parent = parents[0] if parents else runs[0]
    stored = {run.index: run for run in runs if run.tags.get("outcome") != "killed"}
    results = [_result(reader, run) for run in stored.values()]
    tags, expect = parent.tags, {}
    about = About(parent.name, "", tags.get("sweep_id", ""), tags.get("mlflow.source.name", ""))
    if parents:
        try:
            plan = plan_from(reader.file(parent, "plan.json"))
            results = _as_planned(results, plan.runs)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(f"the plan of run {parent.run_id} cannot be used: {error}") from error
        about, expect = plan.about, plan.settings.get("expect", {})
    if not results:
        raise UserError(f"run {parent.run_id} was not trained and left nothing to look at")
    keys = swept_keys([result.overrides for result in results])
    return LoadedSweep(about, parent, results, {run.index: run.run_id for run in runs}, keys, expect)


def joined(sweeps: Sequence[LoadedSweep]) -> LoadedSweep:
    """Several sweeps as one, in which the sweep is one more key; one sweep as it is."""
    if len(sweeps) == 1:
        return sweeps[0]
    names = [sweep.about.name for sweep in sweeps]
    results: list[RunResult] = []
    run_ids: dict[int, str] = {}
    for sweep in sweeps:
        name = sweep.about.name if names.count(sweep.about.name) == 1 else sweep.about.sweep_id
        for result in sweep.results:
            index = len(results)
            results.append(replace(result, index=index, overrides=(f"sweep={name}", *result.overrides)))
            if result.index in sweep.run_ids:
                run_ids[index] = sweep.run_ids[result.index]
    command = "\n".join(sweep.about.command for sweep in sweeps)
    about = About(" and ".join(names), "", "+".join(sweep.about.sweep_id for sweep in sweeps), command)
    keys = swept_keys([result.overrides for result in results])
    return LoadedSweep(about, sweeps[0].parent, results, run_ids, keys, {})


def _runs_of(reader: "Reader", name: str | None) -> "list[StoredRun]":
    """A sweep's runs, its parent among them, or a single run."""
    if name is None:
        newest = reader.newest()
        if newest is None:
            raise UserError(f"the store {named_store()} has no run")
        return reader.of_sweep(newest.tags["sweep_id"])
    if found := reader.of_sweep(name):
        return found
    run = reader.run(name)
    if not run.is_parent:
        return [run]
    if not run.tags.get("sweep_id"):
        raise UserError(f"run {run.run_id} is not of this program")
    return reader.of_sweep(run.tags["sweep_id"])


def _result(reader: "Reader", run: "StoredRun") -> RunResult:
    """What a run left; a failed one has its spec and error alone."""
    if run.tags.get("outcome") != "failed":
        return reader.result(run)
    error = run.tags.get("error", "")
    return RunResult(run.index, run.tags["run_key"], reader.spec(run), "failed", error=error, started=run.started)


def _as_planned(results: Sequence[RunResult], planned: Sequence[PlanEntry]) -> list[RunResult]:
    """All runs of a plan in its order, with their overrides; those that have no result are killed ones."""
    by_index = {result.index: result for result in results}
    return [
        replace(
            by_index.get(run.index) or RunResult(run.index, run.key, from_plain(run.spec), "killed"),
            overrides=tuple(run.overrides),
        )
        for run in planned
    ]


def _cell(value: Any) -> Any:
    """A value of a config in a table."""
    return json.dumps(value) if isinstance(value, (list, tuple, dict)) else value
