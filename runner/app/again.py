"""Recomposing the runs of an earlier command line with other overrides, using the same configs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser

from runner.app.hydra_private import get_args_parser
from runner.app.setup import composing
from runner.base.commands import own_modules, written
from runner.plan.jobs import Job, Refused


@contextmanager
def composing_again(
    options: Sequence[str], modules: Sequence[str]
) -> Iterator[Callable[[Sequence[str]], Job | Refused]]:
    """What composes the overrides of a run whose command line had these `options`; folders of configs count, others of
    Hydra's are left out. `modules` are a person's own.
    """
    with composing(own_modules(modules), searched(options)) as composer:
        yield lambda overrides: composer.compose(0, overrides)


def searched(options: Sequence[str]) -> list[str]:
    """The override that makes Hydra find the configs of a command line with these options, if any.

    It names the folder of `--config-dir`, then those of `hydra.searchpath`.
    """
    folder, typed = config_dir(options), get_args_parser().parse_args(list(options)).overrides
    if folder is None:
        return list(typed)
    folders = [f"file://{Path(folder).absolute()}"]
    for override in OverridesParser.create().parse_overrides(typed):
        value = override.value()
        folders += map(str, value if isinstance(value, list) else [value])
    return [f"hydra.searchpath={written(folders)}"]


def config_dir(options: Sequence[str]) -> str | None:
    """The folder that `--config-dir` names."""
    found: str | None = get_args_parser().parse_args(list(options)).config_dir
    return found
