"""Composing the runs of an earlier command line again, with other overrides."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from runner.app.setup import composing
from runner.plan.jobs import Job, Refused

FOLDERS = ("--config-dir", "-cd")


@contextmanager
def composing_again(
    options: Sequence[str], modules: Sequence[str]
) -> Iterator[Callable[[Sequence[str]], Job | Refused]]:
    """What composes the overrides of a run whose command line had these `options`; folders of configs count, others of
    Hydra's are left out. `modules` are a person's own.
    """
    given = [f"modules=[{','.join(modules)}]"] if modules else []
    folders = [f"file://{Path(folder).absolute()}" for folder in _folders(options)]
    first = [f"hydra.searchpath=[{','.join(folders)}]"] if folders else []
    with composing(given) as composer:
        yield lambda overrides: composer.compose(0, [*first, *overrides])


def _folders(options: Sequence[str]) -> Iterator[str]:
    rest = iter(options)
    for option in rest:
        name, sign, value = option.partition("=")
        if name in FOLDERS:
            yield value if sign else next(rest, "")
