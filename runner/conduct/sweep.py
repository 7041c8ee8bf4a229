"""A sweep from its plan to its comparison: train as stacks, keep on disk, write to MLflow; or resume that."""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager

from rich.text import Text

from runner.base import answer
from runner.base.console import warn
from runner.base.errors import UserError
from runner.base.interrupts import OrderlyInterrupt
from runner.base.texts import visible
from runner.conduct.batches import Batches
from runner.conduct.completing import complete
from runner.conduct.delivery import Delivery
from runner.conduct.endings import interruptible, not_delivered, unmet
from runner.conduct.engines import say_engines
from runner.conduct.telling import tell
from runner.findings import terminal
from runner.plan.plan import Plan, check_expectations
from runner.runs.result import RunResult


def run(delivery: Delivery, plan: Plan, batches: Batches | None = None) -> list[RunResult]:
    """Train the runs of a batch of jobs, compare all so far and show it; returns a result for each job, or for each run
    where batches follow.

    Raises UserError when the store cannot be used or did not take it all; KeyboardInterrupt after an orderly end.
    """
    for problem in check_expectations(plan):
        warn(f"{problem}; it is not judged")
    delivery.save_plan(plan)
    with interruptible(delivery.sweep.folder) as interrupt, _withdrawn_when_refused(delivery):
        _train_batch(delivery, plan, interrupt, batches)
    found = _conclude(delivery, None if batches else plan)
    if batches:
        return found
    by_index = {result.index: result for result in delivery.publisher.ledger.results}
    return [by_index[index] for index in plan.of_jobs]


def start(delivery: Delivery, plan: Plan) -> list[RunResult]:
    """Train and publish runs whose plan is on disk, where it stays whatever happens; returns their results."""
    with interruptible(delivery.sweep.folder) as interrupt:
        _train_batch(delivery, plan, interrupt)
    return _conclude(delivery, plan)


def resume(
    delivery: Delivery,
    plan: Plan,
    kept: Mapping[int, RunResult],
    again: Container[int],
    batches: Batches | None = None,
) -> list[RunResult]:
    """Train what an earlier process did not, the runs to be trained `again`, and the `batches` that are left; the sweep
    is then complete.
    """
    with interruptible(delivery.sweep.folder) as interrupt:
        delivery.reopen(plan)
        left = {index: one for index, one in kept.items() if index not in again}
        complete(delivery, plan, left, interrupt, again, batches)
    return _conclude(delivery, None if batches else plan)


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
            answer.add("resume", lambda: None)
        raise


def _train_batch(delivery: Delivery, plan: Plan, interrupt: OrderlyInterrupt, batches: Batches | None = None) -> None:
    """Train and publish runs that are new; those that the store has are kept on disk like those that are trained."""
    complete(delivery, plan, delivery.reuse(plan), interrupt, None, batches)


def _conclude(delivery: Delivery, plan: Plan | None, is_finished: bool = True) -> list[RunResult]:
    """Show all results, and say what the store did not take; returns the results of this plan, without one all.

    Raises KeyboardInterrupt where that has ended experiments.
    """
    publisher, sweep = delivery.publisher, delivery.sweep
    findings = publisher.findings
    if is_finished and not publisher.trouble and len(publisher.ledger.results) == len(delivery.planned):
        sweep.folder.finish()
    tell(delivery)
    where = Text("\n").join([*publisher.where(), Text(f"files: {visible(sweep.folder.shown)}")])
    is_printed = sweep.prints_result and not sweep.settings.quiet
    if is_printed and sweep.is_sweep:
        terminal.print_sweep(findings, where)
    elif is_printed:
        terminal.print_run(findings.results[0], where, findings.account, findings.verdicts)
    terminal.warn_of_lost_pictures(publisher.ledger.results)
    say_engines(publisher.ledger.results, delivery.planned, sweep.settings)
    _check_delivered(delivery)
    _raise_interrupt(delivery)
    if sweep.settings.strict and (error := unmet(findings.verdicts)):
        raise error
    results = publisher.ledger.results
    return results if plan is None else [one for one in results if one.index in plan.by_index]


def _check_delivered(delivery: Delivery) -> None:
    publisher = delivery.publisher
    if publisher.trouble:
        raise not_delivered(publisher.trouble, len(publisher.ledger.results), delivery.sweep.folder)


def _raise_interrupt(delivery: Delivery) -> None:
    """Ctrl-C has ended the experiments on runs that do not learn: all results are there, and the command ends so."""
    if (interrupt := delivery.publisher.explainer.interrupt) is not None:
        raise interrupt
