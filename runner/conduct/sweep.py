"""A sweep from its plan to its comparison: train as stacks, keep on disk, write to MLflow; or resume that."""

import gc
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from runner.base.console import warn
from runner.base.errors import UserError
from runner.base.interrupts import OrderlyInterrupt
from runner.conduct.claims import Claim
from runner.conduct.endings import not_delivered, refuse_dry_run, unmet, without_workers
from runner.conduct.progress_bar import RunProgress
from runner.conduct.reuse import reused
from runner.findings import terminal
from runner.findings.pictures import drawing
from runner.plan.plan import Plan, check_expectations
from runner.runs.about import About
from runner.runs.environment import source
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.runs.settings import Settings
from runner.store.folder import SweepFolder
from runner.store.plan_file import PlanFile
from runner.train.execution import Training, training_of
from runner.train.workers import NoWorkers

if TYPE_CHECKING:
    from runner.conduct.publishing import Publisher

GARBAGE = (700, 10, 10)  # the thresholds that Python starts with


class Sweep:
    """A sweep and its folder. A sweeper may send its jobs in several batches; they share one parent run.

    A single run is a sweep of one without a parent.
    """

    def __init__(self, folder: SweepFolder, about: About, is_sweep: bool = True) -> None:
        self._folder, self._about, self._is_sweep = folder, about, is_sweep
        self.planned: list[PlannedRun] = []
        self._plan_file = b""
        self._unwritten: list[RunResult] = []
        self._publisher: Publisher | None = None
        self._is_reported = False  # what an interrupt leaves, and how to resume
        self._is_new = False  # a plan of which nothing has begun, and which is withdrawn when nothing can

    def run(self, plan: Plan) -> list[RunResult]:
        """Train the runs of a batch of jobs, compare all so far and show it; returns a result for each job.

        Raises UserError when the store cannot be used or did not take it all; KeyboardInterrupt after an orderly end.
        """
        if self._is_sweep:
            for problem in check_expectations(plan):
                warn(f"{problem}; it is not judged")
        self.save_plan(plan)
        self._is_new = True
        try:
            self.start(plan)
        except UserError:
            if self._is_new and not self._folder.has_results:
                self._folder.withdraw()
            raise
        by_index = {result.index: result for result in self.open_store(plan.settings).results}
        return [by_index[index] for index in plan.of_jobs]

    def start(self, plan: Plan) -> list[RunResult]:
        """Train and publish a batch of runs whose plan is on disk."""
        with self._interruptible() as interrupt:
            kept = self._take_from_store(plan) if plan.settings.skip_finished else {}
            publisher = self._complete(plan, kept, interrupt)
        return self._conclude(publisher, plan)

    def resume(self, plan: Plan, kept: Mapping[int, RunResult], again: Container[int]) -> list[RunResult]:
        """Train what an earlier process did not, and the runs to be trained `again`; the sweep is then complete."""
        with self._interruptible() as interrupt:
            self._reopen(plan)
            left = {index: one for index, one in kept.items() if index not in again}
            publisher = self._complete(plan, left, interrupt, again)
        return self._conclude(publisher, plan)

    def leave(self, plan: Plan, kept: Mapping[int, RunResult], continued_as: str) -> None:
        """Write to MLflow what is there and mark the rest as killed: another sweep has it."""
        self._reopen(plan)
        missing = plan.killed(kept)
        with self._interruptible() as interrupt:
            publisher = self.open_store(plan.settings)
            publisher.start([run.overrides for run in plan.runs], self._plan_file)
            publisher.write([*publisher.take_up(kept, ()), *missing], interrupt)
            publisher.finish("KILLED" if missing else "FINISHED")
        self._check_delivered(publisher)
        self._folder.finish(continued_as)

    def publish(self, plan: Plan) -> list[RunResult]:
        """Write to MLflow, and show, what other launchers left in the folder, job by job."""
        kept, _ = self._folder.results(plan.runs)
        missing = plan.killed(kept)
        if missing:
            terminal.say_interrupted(len(kept), len(missing), self._folder.shown, self._folder.resume_command)
        with self._interruptible() as interrupt:
            publisher = self.open_store(plan.settings)
            try:
                with interrupt.shield(firm=True):
                    publisher.start([run.overrides for run in plan.runs], self._plan_file)
                publisher.write([*kept.values(), *missing], interrupt)
                publisher.finish("KILLED" if missing else "FINISHED")
            except KeyboardInterrupt:
                publisher.close("KILLED")
                raise
        return self._conclude(publisher, plan, is_finished=not missing)

    def save_plan(self, plan: Plan) -> None:
        """Put on disk what will be done, in a folder that no other process works in.

        Raises UserError for a dry run, which must not come this far.
        """
        refuse_dry_run(plan.settings)
        self._folder.take()
        self.planned += plan.runs
        file = PlanFile.of(self._about, self._is_sweep, plan.settings, self.planned)
        self._plan_file = self._folder.write_plan(file)

    @contextmanager
    def _interruptible(self) -> Iterator[OrderlyInterrupt]:
        """However often Ctrl-C is pressed in here, and when there are no workers, the message says how to resume."""
        try:
            with OrderlyInterrupt() as interrupt:
                yield interrupt
        except NoWorkers as error:
            raise without_workers(error, self._folder, self._is_new) from error
        except KeyboardInterrupt:
            if not self._is_reported:
                kept, command = self._folder.shown, self._folder.resume_command
                warn(f"\nstopped at once; finished results are kept in {kept}. Resume with: {command}")
            raise

    def _reopen(self, plan: Plan) -> None:
        self.planned, self._plan_file = plan.runs, self._folder.reopen()

    def _take_from_store(self, plan: Plan) -> dict[int, RunResult]:
        """Results that the store has; kept on disk like those that are trained."""
        found = reused(self.open_store(plan.settings).reader, plan)
        if found:
            self._folder.keep(list(found.values()))
        return found

    def _complete(
        self,
        plan: Plan,
        kept: Mapping[int, RunResult],
        interrupt: OrderlyInterrupt,
        again: Container[int] | None = None,
    ) -> "Publisher":
        """Train all runs that have no result, and publish everything."""
        with training_of(plan, kept, drawing(plan.settings)) as training:
            publisher = self.open_store(plan.settings)
            self._is_new = False
            try:
                with interrupt.shield(firm=True):
                    publisher.start([run.overrides for run in plan.runs], self._plan_file)
                with interrupt.shield():
                    self._unwritten += kept.values() if again is None else publisher.take_up(kept, again)
                publisher.write(self._unwritten, interrupt)
                self._unwritten.clear()
                self._train(plan, training, publisher, interrupt)
                publisher.finish()
            except KeyboardInterrupt:
                self._interrupted(plan, training, publisher, interrupt)
                raise
            except BaseException:
                publisher.close("FAILED")
                for trained in training.already_done():
                    self._keep(plan, trained, interrupt)
                raise
        return publisher

    def open_store(self, settings: Settings) -> "Publisher":
        """Open the store, or raise UserError; MLflow is imported here, while the workers already train."""
        from runner.conduct.publishing import Publisher
        from runner.store.writer import Tracker

        if self._publisher is None:
            tracker, claim = Tracker(settings.tracking.experiment), Claim(self._folder, self._about.sweep_id)
            gc.freeze()  # with all that MLflow imports to open a store
            gc.set_threshold(*GARBAGE)
            self._publisher = Publisher(tracker, settings, self._about, self._is_sweep, claim)
        return self._publisher

    def _train(self, plan: Plan, training: Training, publisher: "Publisher", interrupt: OrderlyInterrupt) -> None:
        total, done, keys = len(self.planned), publisher.results, publisher.keys
        quiet = plan.settings.quiet or not self._is_sweep
        with RunProgress(total, training.stacks, training.share, done, keys, quiet) as progress:
            for trained in training:
                kept = self._keep(plan, trained, interrupt)
                publisher.write(kept, interrupt)
                self._unwritten.clear()
                progress.advance(kept)

    def _keep(self, plan: Plan, trained: Sequence[RunResult], interrupt: OrderlyInterrupt) -> list[RunResult]:
        """Results are on disk before they are written to MLflow; `_unwritten` are those that are not yet there."""
        planned = [plan.by_index[one.index] for one in trained]  # specs that come back are copies, a third of a result
        results = [
            replace(one, spec=run.spec, overrides=run.overrides, provenance=one.provenance.with_code(source()))
            for one, run in zip(trained, planned, strict=True)
        ]
        self._unwritten += results
        with interrupt.shield():
            self._folder.keep(results)
        return results

    def _interrupted(self, plan: Plan, training: Training, publisher: "Publisher", interrupt: OrderlyInterrupt) -> None:
        """Ctrl-C: what is finished stays, the rest is marked killed."""
        interrupt.acknowledge()
        for trained in training.already_done():
            self._keep(plan, trained, interrupt)
        if not publisher.has_begun:
            return
        with interrupt.shield(firm=True):
            publisher.close("KILLED")
        written = {result.index for result in publisher.results}
        finished = {result.index for result in self._unwritten} | written
        missing = plan.killed(finished)
        terminal.say_interrupted(len(finished), len(missing), self._folder.shown, self._folder.resume_command)
        self._is_reported = True
        publisher.write([result for result in self._unwritten if result.index not in written], interrupt)
        publisher.write(missing, interrupt)
        publisher.finish("KILLED")

    def _conclude(self, publisher: "Publisher", plan: Plan, is_finished: bool = True) -> list[RunResult]:
        """Show all results, and say what the store did not take; returns the results of this plan."""
        results = publisher.results
        if is_finished and not publisher.trouble and len(results) == len(self.planned):
            self._folder.finish()
        where = f"{publisher.where()}\nfiles: {self._folder.shown}"
        if not plan.settings.quiet and self._is_sweep:
            terminal.print_sweep(results, publisher.keys, publisher.findings.verdicts, where)
        elif not plan.settings.quiet:
            terminal.print_run(results[0], where)
        terminal.warn_of_lost_pictures(results)
        self._check_delivered(publisher)
        if publisher.settings.strict and (error := unmet(publisher.findings.verdicts)):
            raise error
        indices = {run.index for run in plan.runs}
        return [result for result in results if result.index in indices]

    def _check_delivered(self, publisher: "Publisher") -> None:
        if publisher.trouble:
            raise not_delivered(publisher.trouble, len(publisher.results), self._folder)
