"""What never changes in a sweep, from its first batch of jobs to its end."""

from dataclasses import dataclass

from runner.runs.about import About
from runner.runs.settings import Settings
from runner.store.folder import SweepFolder


@dataclass(frozen=True)
class SweepContext:
    """A sweep: its folder, what it is called and asks, and how it is conducted.

    A single run is a sweep of one without a parent: then `is_sweep` is false.
    """

    folder: SweepFolder
    about: About
    settings: Settings
    is_sweep: bool = True
