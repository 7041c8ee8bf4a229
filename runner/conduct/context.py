"""What never changes in a sweep, from its first batch of jobs to its end."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.runs.about import About
from runner.runs.settings import Settings
from runner.store.folder import SweepFolder

if TYPE_CHECKING:
    from runner.diagnosis.trials import Compose

Composing = Callable[[Sequence[str], Sequence[str]], AbstractContextManager["Compose"]]


@dataclass(frozen=True)
class SweepContext:
    """A sweep: its folder, its name and question, and how it is conducted.

    A single run is a sweep of one without a parent: then `is_sweep` is false. `composing` recomposes its runs, with
    some options of its command line and the user's modules. `is_whole` is false if a sweeper decides as it goes which
    jobs follow. With `prints_result` the result is printed at the end.
    """

    folder: SweepFolder
    about: About
    settings: Settings
    is_sweep: bool = True
    composing: Composing | None = None
    is_whole: bool = True
    prints_result: bool = True
