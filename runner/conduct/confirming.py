"""Conducting experiments on runs that do not learn: how many there will be, how long they take, how far they are."""

import time
from collections.abc import Collection, Sequence
from contextlib import nullcontext

from nn.stepping import Choice
from runner.base import progress
from runner.base.console import count, duration, say
from runner.base.progress import Glance, Phase
from runner.conduct.estimate import training_seconds
from runner.conduct.progress_bar import rest_of
from runner.diagnosis.experiments import confirm, inquiries
from runner.diagnosis.inquiry import Inquiry
from runner.diagnosis.judged import Judged, Unjudged
from runner.diagnosis.trials import Compose, Trials
from runner.runs.spec import from_plain

TRYING = 0.3  # seconds, to say how long all of it will take

Known = list[Judged | Unjudged]


def confirmed(
    found: Sequence[Judged | Unjudged],
    compose: Compose,
    taken: Collection[int],
    modules: tuple[str, ...] = (),
    quiet: bool = False,
    engine: Choice = "auto",
) -> tuple[Known, KeyboardInterrupt | None]:
    """The runs of a sweep with what experiments say; on Ctrl-C as far as these have got, and the interrupt.

    `compose` composes a run's overrides, `taken` are the seeds of the sweep. Nothing is written into the store.
    """
    known, settings, done = list(found), list[Inquiry](), 0
    try:
        trials = Trials(compose, modules, engine)
        settings = inquiries(found, trials, taken)
        planned = [one for one in settings if one.planned]
        seconds = 0.0 if quiet or not planned else _forecast(planned, trials)
        began = time.monotonic()

        def look(_phase: str, _passed: float) -> Glance:
            spent, share = time.monotonic() - began, done / max(1, len(settings))
            left = spent * (1 - share) / share if share else rest_of(seconds, spent)
            return Glance(left, _how_far(done, settings))

        with nullcontext() if quiet else progress.within(Phase.FIXES, look):
            for one in confirm(found, settings):
                known, done = one, done + 1
    except KeyboardInterrupt as interrupt:
        if not quiet:
            say(f"interrupted: {_how_far(done, settings)}")
        return known, interrupt
    return known, None


def _how_far(done: int, settings: Sequence[Inquiry]) -> str:
    return f"{done} of {count(len(settings), 'setting')} looked into"


def _forecast(settings: Sequence[Inquiry], trials: Trials) -> float:
    """Say how many runs will be trained, and about how long that will take; returns the seconds."""
    runs = sum(len(one.planned) for one in settings)
    tasks = [task for one in settings for task in trials.plan(one.planned).tasks]
    seconds = sum(training_seconds(tasks, [[from_plain(spec) for spec in task.specs] for task in tasks], TRYING))
    seconds *= 1 + len(settings) / len(tasks)  # a setting's fix is one stack more, on fresh seeds
    say(
        f"fixes are tried for {count(len(settings), 'setting')}: {count(runs, 'run')}, then the best on fresh seeds; "
        f"about {duration(max(1, seconds))}"
    )
    return seconds
