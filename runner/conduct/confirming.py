"""Experiments on runs that do not learn, conducted: how many and how long they will be, how far they are."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from runner.base.console import console, count, duration, say
from runner.conduct.estimate import training_seconds
from runner.diagnosis.experiments import confirm, inquiries
from runner.diagnosis.inquiry import Inquiry
from runner.diagnosis.judged import Judged, Unjudged
from runner.diagnosis.trials import Compose, Trials
from runner.runs.spec import from_plain

SECONDS_BETWEEN_LINES = 5.0
TRYING = 0.3  # seconds, to say how long all of it will take

Known = list[Judged | Unjudged]


def confirmed(
    found: Sequence[Judged | Unjudged],
    compose: Compose,
    taken: Collection[int],
    modules: tuple[str, ...] = (),
    quiet: bool = False,
) -> tuple[Known, KeyboardInterrupt | None]:
    """The runs of a sweep with what experiments say; on Ctrl-C as far as these have got, and the interrupt.

    `compose` composes a run's overrides, `taken` are the seeds of the sweep. Nothing is written into the store.
    """
    known, settings, done = list(found), list[Inquiry](), 0
    try:
        trials = Trials(compose, modules)
        settings = inquiries(found, trials, taken)
        if not quiet and (planned := [one for one in settings if one.planned]):
            say(_forecast(planned, trials))
        with _progress(quiet) as tell:
            for one in confirm(found, settings):
                known, done = one, done + 1
                tell(_how_far(done, settings))
    except KeyboardInterrupt as interrupt:
        if not quiet:
            say(f"interrupted: {_how_far(done, settings)}")
        return known, interrupt
    return known, None


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Says how far it is: live on a terminal, a line now and then in a pipe."""
    out, said = console(), time.monotonic()
    if quiet:
        yield lambda line: None
    elif out.is_terminal:
        with out.status("looking into the first setting") as status:
            yield status.update
    else:

        def tell(line: str) -> None:
            nonlocal said
            if time.monotonic() - said > SECONDS_BETWEEN_LINES:
                said = time.monotonic()
                say(line)

        yield tell


def _how_far(done: int, settings: Sequence[Inquiry]) -> str:
    return f"{done} of {count(len(settings), 'setting')} looked into"


def _forecast(settings: Sequence[Inquiry], trials: Trials) -> str:
    """How many runs will be trained, and about how long that will take."""
    runs = sum(len(one.planned) for one in settings)
    tasks = [task for one in settings for task in trials.plan(one.planned).tasks]
    seconds = sum(training_seconds(tasks, [[from_plain(spec) for spec in task.specs] for task in tasks], TRYING))
    seconds *= 1 + len(settings) / len(tasks)  # a setting's fix is one stack more, on fresh seeds
    return (
        f"fixes are tried for {count(len(settings), 'setting')}: {count(runs, 'run')}, then the best on fresh seeds; "
        f"about {duration(max(1, seconds))}"
    )
