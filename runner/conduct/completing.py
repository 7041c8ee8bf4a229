"""Training all runs of a sweep without a result, and delivering every result to the store, whatever happens."""

import time
from collections.abc import Container, Mapping
from dataclasses import replace

from runner.base import progress
from runner.base.console import count, say
from runner.base.interrupts import OrderlyInterrupt
from runner.base.progress import Phase
from runner.conduct.batches import Batches
from runner.conduct.delivery import Delivery
from runner.conduct.gallery import Gallery, rendering
from runner.conduct.progress_bar import SweepProgress, expected, in_stacks
from runner.conduct.telling import tell
from runner.findings import terminal
from runner.findings.pictures import drawing
from runner.plan.plan import Plan
from runner.runs.result import RunResult
from runner.runs.role import parted
from runner.train.execution import Training
from runner.train.starting import training_of


def complete(
    delivery: Delivery,
    plan: Plan,
    kept: Mapping[int, RunResult],
    interrupt: OrderlyInterrupt,
    again: Container[int] | None = None,
    batches: Batches | None = None,
) -> None:
    """Train all runs of a plan that have no result, then those of `batches` that follow, and publish everything."""
    settings, total = plan.settings, batches.total if batches else len(delivery.planned)
    draw = drawing(settings, total)
    with training_of(plan, kept, draw) as training:
        expect = expected(len(plan.runs), settings.tracking.report, settings.diagnose == "confirm")
        so_far = SweepProgress(total, training, expect)
        left = sum(run.index not in kept for run in plan.runs)
        runs = in_stacks(left, training) if batches is None else _of_all(left, training, total - len(kept), total)
        _begin_progress(delivery, so_far, runs, Phase.TRAINING if left else Phase.WRITING)
        publisher = delivery.publisher  # MLflow is imported here, while the workers already train
        try:
            delivery.begin(plan, kept, again, interrupt)
            gallery = None if batches else Gallery(plan, delivery.planned, training, total)
            _train(delivery, training, gallery, so_far, interrupt)
            while batches and (following := batches.advance(lambda: publisher.ledger.results)):
                plan = following
                _train_more(delivery, plan, training, so_far, interrupt)
            gallery = gallery or _of_search(delivery, plan, training, total)
            publisher.add_pictures(gallery.drawn(), interrupt)
            publisher.ledger.render = rendering(training.workers)
            publisher.finish()
        except KeyboardInterrupt:
            progress.end()
            interrupt.acknowledge()
            _keep_rest(delivery, training, interrupt)
            if delivery.has_begun:
                _stop(delivery, plan, interrupt, total)
            raise
        except BaseException:
            publisher.close("FAILED")
            _keep_rest(delivery, training, interrupt)
            raise


def _of_all(now: int, training: Training, to_come: int, total: int) -> str:
    """What is trained now of all runs of a sweep that is planned as it goes, or how many are to come."""
    whole = count(total, "run")
    return f"{in_stacks(now, training)}, of {whole} in all" if now else f"{to_come:,} of {whole} are left to train"


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
    delivery: Delivery,
    training: Training,
    gallery: Gallery | None,
    so_far: SweepProgress,
    interrupt: OrderlyInterrupt,
) -> None:
    total, ledger = len(delivery.planned), delivery.publisher.ledger
    so_far.open(ledger.results, ledger.keys)
    if gallery:
        gallery.add(ledger.results)
    left = total - len(ledger.results)
    for trained in training:
        kept, began = delivery.keep(trained, interrupt), time.monotonic()
        left -= len(kept)
        if not left:
            progress.enter(Phase.WRITING)
        if gallery:
            gallery.add(kept)
        if training.workers.is_apart:
            delivery.publisher.explainer.elsewhere += sum(one.provenance.seconds for one in kept)
        delivery.write(interrupt)
        so_far.advance(kept, time.monotonic() - began)


def _train_more(
    delivery: Delivery, plan: Plan, training: Training, so_far: SweepProgress, interrupt: OrderlyInterrupt
) -> None:
    """One more batch, with the workers that there are."""
    progress.enter(Phase.TRAINING)
    delivery.save_plan(plan)
    kept = delivery.reuse(plan)
    delivery.begin(plan, kept, None, interrupt)
    with training_of(plan, kept, drawing(plan.settings, so_far.total), training.workers) as more:
        so_far.follow(more)
        try:
            _train(delivery, more, None, so_far, interrupt)
        except BaseException:
            _keep_rest(delivery, more, interrupt)
            raise


def _of_search(delivery: Delivery, plan: Plan, training: Training, total: int) -> Gallery:
    """The pictures of a search, whose settings have all their runs when it has ended."""
    searched, _ = parted(delivery.planned)
    gallery = Gallery(replace(plan, runs=searched), searched, training, total)
    gallery.add(parted(delivery.publisher.ledger.results)[0])
    return gallery


def _keep_rest(delivery: Delivery, training: Training, interrupt: OrderlyInterrupt) -> None:
    """Keep what has been trained when a sweep ends before its time."""
    for trained in training.already_done():
        delivery.keep(trained, interrupt)


def _stop(delivery: Delivery, plan: Plan, interrupt: OrderlyInterrupt, total: int) -> None:
    """Ctrl-C: what is finished stays, the rest is marked killed."""
    publisher, folder = delivery.publisher, delivery.sweep.folder
    with interrupt.shield(firm=True):
        publisher.close("KILLED")
    finished = delivery.finished
    missing = plan.killed(finished)
    left = total - len(finished)
    terminal.say_interrupted(len(finished), len(missing), folder.shown, folder.resume_command, left)
    interrupt.is_reported = True
    delivery.write(interrupt)
    publisher.write(missing, interrupt)
    publisher.finish("KILLED")
    tell(delivery)
    terminal.say_account(publisher.ledger.account, delivery.sweep.is_sweep)
