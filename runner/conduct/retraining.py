"""Retraining stored runs: to compare them, or for data that was not kept."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace

from nn.stepping import Choice
from runner.base import progress
from runner.base.console import count, say, warn
from runner.base.progress import Phase
from runner.conduct.engines import say_engines
from runner.conduct.progress_bar import NOTHING_ELSE, SweepProgress, in_stacks
from runner.findings.numbers.differences import compare
from runner.plan.plan import plan_again
from runner.runs.outcome import Outcome
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.runs.settings import keeping_nothing
from runner.train.starting import training_of


def train_again(
    kept: Mapping[int, RunResult],
    modules: tuple[str, ...],
    as_stacks: bool,
    with_snapshots: bool = False,
    engine: Choice = "auto",
) -> dict[int, RunResult]:
    """Retrain stored runs. Raises UserError if something they need is gone."""
    runs = [PlannedRun(place, result.key, (), result.spec) for place, result in kept.items()]
    settings = keeping_nothing(modules, None if as_stacks else 1, with_snapshots, engine)
    again: dict[int, RunResult] = {}
    with training_of(plan_again(runs, settings)) as training:
        so_far = SweepProgress(len(kept), training, NOTHING_ELSE)
        so_far.open([], [])
        progress.enter(Phase.TRAINING)
        if as_stacks:
            say(in_stacks(len(kept), training))
        with progress.within(Phase.TRAINING, so_far.look) if as_stacks else nullcontext():
            for trained in training:
                again |= {result.index: result for result in trained}
                so_far.advance(trained, seconds=0.0)
    say_engines(list(again.values()), runs, settings)
    return again


def filled_in(
    results: Sequence[RunResult],
    lacks: Callable[[RunResult], bool],
    what: str,
    modules: tuple[str, ...],
    with_snapshots: bool = False,
) -> list[RunResult]:
    """The results; those of trained runs that lack `what` have signals of the same runs trained again, and snapshots
    where these are asked for.

    One that fails, or does not reproduce the same bits, stays as it is, and a warning says how many do.
    """
    old = {place: one for place, one in enumerate(results) if one.outcome.is_trained and lacks(one)}
    if not old:
        return list(results)
    warn(f"{count(len(old), 'run')} without {what} trained again for them")
    again = train_again(old, modules, as_stacks=True, with_snapshots=with_snapshots)
    same = {
        place: one for place, one in again.items() if one.outcome.is_trained and compare(old[place], one) is None
    }  # fmt: skip
    failed = {place: one for place, one in again.items() if one.outcome == Outcome.FAILED}
    if failed:
        told = next(iter(failed.values())).error.partition("\n")[0]
        warn(f"{count(len(failed), 'run')} could not be trained again, and stay without {what}: {told}")
    if differ := {place: old[place] for place in again if place not in same and place not in failed}:
        changed = any(one.key != again[place].key for place, one in differ.items())
        why = "; their code or data have changed since" if changed else ""
        warn(f"{count(len(differ), 'run')} did not reproduce the same bits, and stay without {what}{why}")
    return [
        replace(one, signals=same[at].signals, snapshots=same[at].snapshots) if at in same else one
        for at, one in enumerate(results)
    ]


def with_signals(results: Sequence[RunResult], modules: tuple[str, ...]) -> list[RunResult]:
    """The results; those that an earlier version stored without signals have those of the same run trained again."""
    return filled_in(results, lambda one: not one.signals, "signals", modules)
