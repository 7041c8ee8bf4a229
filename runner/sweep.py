"""A sweep from jobs to its comparison: validate everything, train as stacks, keep on disk, write to MLflow."""

import gc
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import terminal
from runner.about import About
from runner.comparison import seed_table
from runner.compose import Job
from runner.errors import Problem, RunsFailed, UserError
from runner.execution import Training, default_workers
from runner.interrupts import OrderlyInterrupt
from runner.jobs import Plan, check_expectations, make_plan
from runner.results import RunResult, load, save
from runner.settings import Settings
from runner.spec import to_plain

if TYPE_CHECKING:
    from runner.publishing import Publisher

STACKS = "stacks"
PLAN = "plan.json"
MAX_REASONS = 3
GARBAGE = (700, 10, 10)  # the thresholds that Python starts with


class Sweep:
    """A sweep and its folder. A sweeper may send its jobs in several batches; they share one parent run.

    A single run is a sweep of one without a parent.
    """

    def __init__(self, folder: Path, about: About, is_sweep: bool = True) -> None:
        self._folder, self._about, self._is_sweep = folder, about, is_sweep
        self._plan: list[dict[str, Any]] = []
        self._n_files = 0
        self._kept: list[RunResult] = []
        self._publisher: Publisher | None = None

    def run(self, jobs: Sequence[Job | Problem]) -> list[RunResult]:
        """Train a batch of jobs, compare all so far and show it; returns the results of the batch.

        Raises UserError with all problems before anything is trained when a job cannot run, and when the store cannot
        be used or did not take all results; KeyboardInterrupt after an orderly end.
        """
        decided = make_plan(jobs, first=len(self._plan))
        if self._is_sweep:
            for problem in check_expectations(decided):
                terminal.say(f"{problem}; it is not judged")
        self._save_plan(decided)
        workers = decided.settings.workers or default_workers()
        with OrderlyInterrupt() as interrupt, Training(decided.tasks, workers) as training:
            try:
                publisher = self._open(decided.settings)
            except KeyboardInterrupt:
                terminal.say("\ninterrupted before the first run was done; nothing was recorded")
                raise
            try:
                with interrupt.shield():
                    publisher.start(decided.overrides)
                self._train(decided, training, publisher, interrupt)
                publisher.finish()
            except KeyboardInterrupt:
                self._end_interrupted(decided, training, publisher, interrupt)
                raise
            except BaseException:
                publisher.close("FAILED")
                raise
        self._show(publisher)
        return publisher.results[decided.first :]

    def publish(self, settings: Settings) -> list[RunResult]:
        """Write to MLflow, and show, what other launchers left in the folder, job by job."""
        results = [result for path in sorted((self._folder / STACKS).glob("*.npz")) for result in load(path)]
        if not results:
            return []
        with OrderlyInterrupt() as interrupt:
            publisher = self._open(settings)
            publisher.start([result.overrides for result in results])
            publisher.write(results, interrupt)
            publisher.finish()
        self._show(publisher)
        return publisher.results

    def _open(self, settings: Settings) -> "Publisher":
        """Open the store; MLflow is imported here, while the workers already train."""
        from runner.publishing import Publisher
        from runner.tracking import Tracker

        if self._publisher is None:
            gc.freeze()
            gc.set_threshold(*GARBAGE)
            self._publisher = Publisher(Tracker(settings.tracking.experiment), settings, self._about, self._is_sweep)
        return self._publisher

    def _train(self, decided: Plan, training: Training, publisher: "Publisher", interrupt: OrderlyInterrupt) -> None:
        with terminal.RunProgress(len(decided.specs), len(decided.tasks), quiet=not self._is_sweep) as progress:
            for trained in training:
                publisher.write(self._keep(decided, trained, interrupt), interrupt)
                self._kept.clear()
                progress.advance(len(trained))

    def _keep(self, decided: Plan, trained: Sequence[RunResult], interrupt: OrderlyInterrupt) -> list[RunResult]:
        """Results are on disk before they are written to MLflow; `_kept` are those that are not yet written."""
        results = [replace(result, overrides=decided.overrides_of(result.index)) for result in trained]
        with interrupt.shield():
            save(self._folder / STACKS / f"{self._n_files:05d}.npz", results)
            self._kept += results
            self._n_files += 1
        return results

    def _end_interrupted(
        self, decided: Plan, training: Training, publisher: "Publisher", interrupt: OrderlyInterrupt
    ) -> None:
        """Ctrl-C: what is finished stays, the rest is marked killed."""
        interrupt.acknowledge()
        publisher.close("KILLED")
        for trained in training.already_done():
            self._keep(decided, trained, interrupt)
        written = {result.index for result in publisher.results}
        finished = {result.index for result in self._kept} | written
        missing = [result for result in decided.all_killed() if result.index not in finished]
        terminal.say_interrupted(len(finished), len(missing), os.path.relpath(self._folder))
        publisher.write([result for result in self._kept if result.index not in written], interrupt)
        publisher.write(missing, interrupt)
        publisher.finish("KILLED")

    def _save_plan(self, decided: Plan) -> None:
        self._plan += [
            {"index": decided.first + place, "key": key, "overrides": list(overrides), "spec": to_plain(spec)}
            for place, (key, overrides, spec) in enumerate(
                zip(decided.keys, decided.overrides, decided.specs, strict=True)
            )
        ]
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / PLAN).write_text(json.dumps(self._plan, indent=1))

    def _show(self, publisher: "Publisher") -> None:
        """Print the result, and say what the store did not take."""
        results = publisher.results
        where = f"{publisher.where()}\nfiles: {os.path.relpath(self._folder)}"
        if self._is_sweep:
            settings = [key for key in publisher.keys if key != "seed"]
            terminal.print_comparison(seed_table(results, publisher.keys), settings)
            terminal.print_verdicts(publisher.verdicts)
            terminal.say(where)
        else:
            terminal.print_run(results[0], where)
        if publisher.trouble:
            raise UserError(
                f"not everything could be written to MLflow ({publisher.trouble}). "
                f"All {len(results)} results are kept in {os.path.relpath(self._folder / STACKS)}."
            )
        unmet = sum(not verdict.holds for verdict in publisher.verdicts)
        if unmet and publisher.settings.strict:
            raise UserError(
                f"{unmet} of {len(publisher.verdicts)} expectations do not hold, or cannot be judged (--strict)"
            )


def failures(results: Sequence[RunResult]) -> RunsFailed | None:
    """What to raise when runs raised, after everything else is trained, written and shown."""
    failed = [result for result in results if result.outcome == "failed"]
    if not failed:
        return None
    reasons = list(dict.fromkeys(result.error.partition("\n")[0] for result in failed))
    more = f" and {len(reasons) - MAX_REASONS} more reasons" if len(reasons) > MAX_REASONS else ""
    return RunsFailed(f"{len(failed)} of {len(results)} runs failed: {'; '.join(reasons[:MAX_REASONS])}{more}")
