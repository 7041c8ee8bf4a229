"""The way of a sweep's results: trained, then on disk, then in the store."""

import gc
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from runner.base import answer
from runner.base.interrupts import OrderlyInterrupt
from runner.base.starting import RARELY
from runner.conduct.context import SweepContext
from runner.conduct.endings import refuse_dry_run
from runner.plan.plan import Plan
from runner.runs.environment import source
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.runs.sharing import in_little_room
from runner.store.plan_file import PlanFile

if TYPE_CHECKING:
    from runner.conduct.publishing import Publisher

GARBAGE = (700, 10, 10)  # the thresholds that Python starts with


class Delivery:
    """What is planned of a sweep so far, and which results are trained but not yet in its store.

    A sweeper may send its jobs in several batches; they share one delivery, and so one parent run.
    """

    def __init__(self, sweep: SweepContext) -> None:
        self.sweep = sweep
        self._planned = dict[int, PlannedRun]()
        self._unwritten = list[RunResult]()
        self._publisher: Publisher | None = None

    @property
    def planned(self) -> list[PlannedRun]:
        """The runs of all batches so far."""
        return list(self._planned.values())

    @property
    def has_begun(self) -> bool:
        """Whether the store knows which runs will come; before that, nothing is written to it."""
        return self._publisher is not None and self._publisher.ledger.has_begun

    def save_plan(self, plan: Plan) -> None:
        """Write the plan to disk, in a folder that no other process works in.

        Raises UserError if another process does, and for a dry run, which must not reach this point.
        """
        refuse_dry_run(plan.settings)
        folder = self.sweep.folder
        folder.take()
        self._planned |= plan.by_index
        file = PlanFile.of(self.sweep.about, self.sweep.is_sweep, plan.settings, self.planned)
        folder.write_plan(file)
        answer.add("resume", lambda: folder.resume_command)

    def reopen(self, plan: Plan) -> None:
        """Resume with the plan that an earlier process wrote."""
        self._planned = dict(plan.by_index)
        self.sweep.folder.reopen()
        answer.add("resume", lambda: self.sweep.folder.resume_command)

    @property
    def publisher(self) -> "Publisher":
        """The writer to the store, which is opened on first use. Raises UserError."""
        return self._publisher or self.open_store()

    def open_store(self) -> "Publisher":
        """Open the store, or raise UserError; MLflow is imported here."""
        from runner.conduct.publishing import Publisher
        from runner.store.writer import Tracker

        tracker = Tracker(self.sweep.settings.tracking.experiment)
        if gc.get_threshold() == RARELY:
            gc.freeze()  # with all that MLflow imports to open a store
            gc.set_threshold(*GARBAGE)
        self._publisher = Publisher(tracker, self.sweep)
        return self._publisher

    def reuse(self, plan: Plan) -> dict[int, RunResult]:
        """Stored results for a plan by index, if they are to be reused; they are then on disk."""
        from runner.conduct.reuse import reused

        kept = reused(self.publisher.reader, plan) if plan.settings.skip_finished else {}
        if kept:
            self.sweep.folder.keep(list(kept.values()))
        return kept

    def begin(
        self, plan: Plan, kept: Mapping[int, RunResult], again: Container[int] | None, interrupt: OrderlyInterrupt
    ) -> None:
        """Tell the store which runs will come, and write the results that are on disk already.

        `again` are runs that are retrained although they have a result; None if no earlier process wrote runs of this
        plan.
        """
        publisher = self.publisher
        with interrupt.shield(firm=True):  # a press that is heard in between would find nothing finished
            publisher.start([run.overrides for run in plan.runs], self.sweep.folder.plan_content)
            self._unwritten += kept.values() if again is None else publisher.take_up(kept, again)
        publisher.give_models(interrupt)
        self.write(interrupt)

    def keep(self, trained: Sequence[RunResult], interrupt: OrderlyInterrupt) -> list[RunResult]:
        """Write results to disk as they will be written to the store; returns what was kept."""
        results = list[RunResult]()
        for one in trained:  # what comes back has copies of all that the plan has
            run, origin = self._planned[one.index], one.provenance.with_code(source())
            kept = run.named(in_little_room(one))
            results.append(replace(kept, provenance=origin))
        self._unwritten += results
        with interrupt.shield():
            self.sweep.folder.keep(results)
        return results

    def write(self, interrupt: OrderlyInterrupt) -> None:
        """Write to the store what is on disk and not yet there."""
        self.publisher.write(self._unwritten, interrupt)
        self._unwritten.clear()

    @property
    def results(self) -> list[RunResult]:
        """All that the store was given."""
        return self.publisher.ledger.results

    @property
    def finished(self) -> set[int]:
        """The indices of runs that have a result, in the store or not."""
        return {result.index for result in (*self._unwritten, *self.publisher.ledger.results)}
