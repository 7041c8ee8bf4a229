"""A sweep from its plan to its comparison: train as stacks, keep on disk, write to MLflow; or resume that."""

import time
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager

from rich.text import Text

from runner.base import progress
from runner.base.console import say, warn
from runner.base.errors import UserError
from runner.base.interrupts import OrderlyInterrupt
from runner.base.progress import Phase
from runner.base.texts import visible
from runner.conduct.delivery import Delivery
from runner.conduct.endings import interruptible, not_delivered, unmet
from runner.conduct.gallery import Gallery, rendering
from runner.conduct.progress_bar import SweepProgress, expected, in_stacks
from runner.conduct.reuse import reused
from runner.findings import terminal
from runner.findings.pictures import drawing
from runner.plan.plan import Plan, check_expectations
from runner.runs.result import RunResult
from runner.train.execution import Training, training_of


def run(delivery: Delivery, plan: Plan) -> list[RunResult]:
    """Train the runs of a batch of jobs, compare all so far and show it; returns a result for each job.

    Raises UserError when the store cannot be used or did not take it all; KeyboardInterrupt after an orderly end.
    """
    for problem in check_expectations(plan):
        warn(f"{problem}; it is not judged")
    delivery.save_plan(plan)
    with interruptible(delivery.sweep.folder) as interrupt, _withdrawn_when_refused(delivery):
        _train_batch(delivery, plan, interrupt)
    _conclude(delivery, plan)
    by_index = {result.index: result for result in delivery.publisher.ledger.results}
    return [by_index[index] for index in plan.of_jobs]


def start(delivery: Delivery, plan: Plan) -> list[RunResult]:
    """Train and publish runs whose plan is on disk, where it stays whatever happens; returns their results."""
    with interruptible(delivery.sweep.folder) as interrupt:
        _train_batch(delivery, plan, interrupt)
    return _conclude(delivery, plan)


def resume(delivery: Delivery, plan: Plan, kept: Mapping[int, RunResult], again: Container[int]) -> list[RunResult]:
    """Train what an earlier process did not, and the runs to be trained `again`; the sweep is then complete."""
    with interruptible(delivery.sweep.folder) as interrupt:
        delivery.reopen(plan)
        left = {index: one for index, one in kept.items() if index not in again}
        _complete(delivery, plan, left, interrupt, again)
    return _conclude(delivery, plan)


def leave(delivery: Delivery, plan: Plan, kept: Mapping[int, RunResult], continued_as: str) -> None:
    """Write to MLflow what is there and mark the rest as killed: another sweep has it."""
    delivery.reopen(plan)
    missing = plan.killed(kept)
    with interruptible(delivery.sweep.folder) as interrupt:
        delivery.begin(plan, kept, (), interrupt)
        delivery.publisher.write(missing, interrupt)
        delivery.publisher.finish("KILLED" if missing else "FINISHED")
    _check_delivered(delivery)
    delivery.sweep.folder.finish(continued_as)
    _raise_interrupt(delivery)


def publish(delivery: Delivery, plan: Plan) -> list[RunResult]:
    """Write to MLflow, and show, what other launchers left in the folder, job by job."""
    folder = delivery.sweep.folder
    kept, _ = folder.results(plan.runs)
    missing = plan.killed(kept)
    if missing:
        terminal.say_interrupted(len(kept), len(missing), folder.shown, folder.resume_command)
    with interruptible(folder) as interrupt:
        publisher = delivery.publisher
        try:
            delivery.begin(plan, kept, None, interrupt)
            publisher.write(missing, interrupt)
            publisher.finish("KILLED" if missing else "FINISHED")
        except KeyboardInterrupt:
            publisher.close("KILLED")
            raise
    return _conclude(delivery, plan, is_finished=not missing)


@contextmanager
def _withdrawn_when_refused(delivery: Delivery) -> Iterator[None]:
    """A plan of which nothing can begin, for want of a store or of workers, is not left for `resume` to find."""
    try:
        yield
    except UserError:
        if not delivery.has_begun and not delivery.sweep.folder.has_results:
            delivery.sweep.folder.withdraw()
        raise


def _train_batch(delivery: Delivery, plan: Plan, interrupt: OrderlyInterrupt) -> None:
    """Train and publish runs that are new; those that the store has are kept on disk like those that are trained."""
    kept = reused(delivery.publisher.reader, plan) if plan.settings.skip_finished else {}
    if kept:
        delivery.sweep.folder.keep(list(kept.values()))
    _complete(delivery, plan, kept, interrupt)


def _complete(
    delivery: Delivery,
    plan: Plan,
    kept: Mapping[int, RunResult],
    interrupt: OrderlyInterrupt,
    again: Container[int] | None = None,
) -> None:
    """Train all runs that have no result, and publish everything."""
    settings = plan.settings
    runs = len(delivery.planned)
    with training_of(plan, kept, drawing(settings, runs)) as training:
        expect = expected(len(plan.runs), settings.tracking.report, settings.diagnose == "confirm")
        so_far = SweepProgress(len(delivery.planned), training, expect)
        left = sum(run.index not in kept for run in plan.runs)
        _begin_progress(delivery, so_far, in_stacks(left, training), Phase.TRAINING if left else Phase.WRITING)
        publisher = delivery.publisher  # MLflow is imported here, while the workers already train
        try:
            delivery.begin(plan, kept, again, interrupt)
            gallery = Gallery(plan, delivery.planned, training)
            _train(delivery, training, gallery, so_far, interrupt)
            publisher.add_pictures(gallery.drawn(), interrupt)
            publisher.ledger.render = rendering(training.workers)
            publisher.finish()
        except KeyboardInterrupt:
            progress.end()
            interrupt.acknowledge()
            _keep_rest(delivery, training, interrupt)
            if delivery.has_begun:
                _stop(delivery, plan, interrupt)
            raise
        except BaseException:
            publisher.close("FAILED")
            _keep_rest(delivery, training, interrupt)
            raise


def _begin_progress(delivery: Delivery, so_far: SweepProgress, runs: str, first: Phase) -> None:
    """Show how far it is; of a sweep also how many runs it trains, and lines in a pipe."""
    sweep = delivery.sweep
    if sweep.settings.quiet:
        return
    if sweep.is_sweep:
        say(runs)
    progress.begin(first, "" if sweep.is_sweep else None)
    progress.follow(so_far.look)
    progress.enter(first)


def _train(
    delivery: Delivery, training: Training, gallery: Gallery, so_far: SweepProgress, interrupt: OrderlyInterrupt
) -> None:
    total, ledger = len(delivery.planned), delivery.publisher.ledger
    so_far.open(ledger.results, ledger.keys)
    gallery.add(ledger.results)
    left = total - len(ledger.results)
    for trained in training:
        kept, began = delivery.keep(trained, interrupt), time.monotonic()
        left -= len(kept)
        if not left:
            progress.enter(Phase.WRITING)
        gallery.add(kept)
        if training.workers.is_apart:
            delivery.publisher.explainer.elsewhere += sum(one.provenance.seconds for one in kept)
        delivery.write(interrupt)
        so_far.advance(kept, time.monotonic() - began)


def _keep_rest(delivery: Delivery, training: Training, interrupt: OrderlyInterrupt) -> None:
    """Keep what has been trained when a sweep ends before its time."""
    for trained in training.already_done():
        delivery.keep(trained, interrupt)


def _stop(delivery: Delivery, plan: Plan, interrupt: OrderlyInterrupt) -> None:
    """Ctrl-C: what is finished stays, the rest is marked killed."""
    publisher, folder = delivery.publisher, delivery.sweep.folder
    with interrupt.shield(firm=True):
        publisher.close("KILLED")
    finished = delivery.finished
    missing = plan.killed(finished)
    terminal.say_interrupted(len(finished), len(missing), folder.shown, folder.resume_command)
    interrupt.is_reported = True
    delivery.write(interrupt)
    publisher.write(missing, interrupt)
    publisher.finish("KILLED")
    terminal.say_account(publisher.ledger.account, delivery.sweep.is_sweep)


def _conclude(delivery: Delivery, plan: Plan, is_finished: bool = True) -> list[RunResult]:
    """Show all results, and say what the store did not take; returns the results of this plan.

    Raises KeyboardInterrupt where that has ended experiments.
    """
    publisher, sweep = delivery.publisher, delivery.sweep
    findings = publisher.findings
    if is_finished and not publisher.trouble and len(findings.results) == len(delivery.planned):
        sweep.folder.finish()
    where = Text("\n").join([*publisher.where(), Text(f"files: {visible(sweep.folder.shown)}")])
    if not plan.settings.quiet and sweep.is_sweep:
        terminal.print_sweep(findings.results, findings.keys, findings.verdicts, where, findings.account)
    elif not plan.settings.quiet:
        terminal.print_run(findings.results[0], where, findings.account, findings.verdicts)
    terminal.warn_of_lost_pictures(findings.results)
    _check_delivered(delivery)
    _raise_interrupt(delivery)
    if sweep.settings.strict and (error := unmet(findings.verdicts)):
        raise error
    indices = {run.index for run in plan.runs}
    return [result for result in findings.results if result.index in indices]


def _check_delivered(delivery: Delivery) -> None:
    publisher = delivery.publisher
    if publisher.trouble:
        raise not_delivered(publisher.trouble, len(publisher.ledger.results), delivery.sweep.folder)


def _raise_interrupt(delivery: Delivery) -> None:
    """Ctrl-C has ended the experiments on runs that do not learn: all results are there, and the command ends so."""
    if (interrupt := delivery.publisher.explainer.interrupt) is not None:
        raise interrupt
