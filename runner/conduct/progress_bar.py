"""How far a sweep is, from its plan to its comparison, and about how many seconds it still takes."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.base.console import count
from runner.base.progress import Glance, Phase
from runner.findings.numbers.scores import best_of, chosen_on, scores_of
from runner.runs.overrides import label_of
from runner.runs.result import RunResult
from runner.store.address import sqlite_file, tracking_uri
from runner.train import costs
from runner.train.execution import Training

SMALL_SHARE, ENOUGH_SHARE, ENOUGH_SECONDS = 0.1, 0.01, 0.5  # of what is to be trained, to know how fast that is
MEASURED_SHARE, MEASURED_SECONDS = 0.2, 30.0  # from which on only that counts
LEAST_LEFT = 0.1  # of the time that a step was to take, where it takes longer


@dataclass(frozen=True)
class Expected:
    """Seconds that this machine is expected to take for what cannot be measured beforehand."""

    opening: float
    of_writing_a_run: float
    looking: float
    comparing: float


NOTHING_ELSE = Expected(0.0, 0.0, 0.0, 0.0)


def expected(runs: int, with_pictures: bool, with_fixes: bool = False) -> Expected:
    """By what it took to plan this number of runs."""
    slowness, file = costs.slowness(runs), sqlite_file(tracking_uri())
    tables = costs.TABLES_SECONDS if file is not None and not Path(file).exists() else 0.0
    comparing = costs.FINISH_SECONDS + runs * costs.FINISH_RUN_SECONDS
    if with_pictures:
        comparing = costs.COMPARING_SECONDS + runs * costs.COMPARING_RUN_SECONDS
    return Expected(
        opening=slowness * (costs.OPENING_SECONDS + tables),
        of_writing_a_run=slowness * costs.WRITING_SECONDS,
        looking=slowness
        * (costs.LOOKING_SECONDS + runs * costs.LOOKING_RUN_SECONDS + with_fixes * costs.FIXES_SECONDS),
        comparing=slowness * comparing,
    )


def in_stacks(left: int, training: Training) -> str:
    """What there is to train, in words."""
    return (
        f"{count(left, 'run')} in {count(training.stacks, 'stack')}" if training.stacks else "nothing is left to train"
    )


class SweepProgress:
    """What the bar asks while a sweep trains and is compared.

    Of `total` runs `done` have a result already; in the bar runs are named by `keys`, those that differ. How fast runs
    are trained is measured, and said once it is known.
    """

    def __init__(self, total: int, training: Training, expect: Expected) -> None:
        self.total, self._training, self._expect = total, training, expect
        self._is_whole = True  # whether all runs are in this training
        self._done, self._written, self._writing = 0, 0, 0.0
        self._best: RunResult | None = None
        self._data: set[str] = set()  # whose scores have no common best one
        self._keys: Sequence[str] = ()
        self._began, self._opened = time.monotonic(), 0.0
        self._since: tuple[float, float] | None = None  # when training was first seen to move, and how far it was

    def follow(self, training: Training) -> None:
        """Another batch of runs is in training."""
        self._training, self._is_whole = training, False

    def open(self, done: Sequence[RunResult], keys: Sequence[str]) -> None:
        """The store is open, and has what an earlier process has trained."""
        self._done, self._best, self._keys = len(done), best_of(done), keys
        self._data = {one.spec.data.name for one in done}
        self._opened = time.monotonic()

    def advance(self, results: Sequence[RunResult], seconds: float) -> None:
        """One more stack is trained, and was written in these seconds."""
        self._best = best_of([self._best, *results] if self._best else results)
        self._data |= {one.spec.data.name for one in results}
        self._done, self._written, self._writing = (
            self._done + len(results), self._written + len(results), self._writing + seconds,
        )  # fmt: skip

    def look(self, phase: str, passed: float) -> Glance:
        """How far the sweep is, after this many seconds of a phase."""
        left: float | None = None
        match phase:
            case Phase.TRAINING:
                left = self._training_left()
            case Phase.WRITING:
                left = rest_of(self._writing_left(), passed)
            case Phase.CAUSES:
                left = rest_of(self._expect.looking, passed)
            case Phase.COMPARING:
                left = rest_of(self._expect.comparing, passed)
        if left is not None:
            left += self._expect.comparing if phase != Phase.COMPARING else 0
            left += self._expect.looking if phase in (Phase.TRAINING, Phase.WRITING) else 0
        done = f"{self._done} of {count(self.total, 'run')}" if self.total > 1 else ""
        return Glance(left, done, self._best_so_far())

    def _training_left(self) -> float | None:
        """Until all runs are trained and written; None as long as nobody can know.

        Where other processes train, this one writes meanwhile, and the slower of both counts.
        """
        now, share = time.monotonic(), self._training.share()
        if not self._is_whole and self._done:
            return (now - self._began) * (self.total - self._done) / self._done
        if self._since is None and share > 0:
            # Workers that are out of sight show nothing before the end of a stack.
            self._since = (now, share) if share < SMALL_SHARE else (self._opened or self._began, 0.0)
        if self._since is None:
            return None
        seconds, moved = now - self._since[0], share - self._since[1]
        if seconds < ENOUGH_SECONDS or moved < ENOUGH_SHARE:
            return None
        # What was foreseen counts less and less: at first stacks seem slow, as workers import what they need.
        measured, weight = seconds / moved, min(1.0, max(moved / MEASURED_SHARE, seconds / MEASURED_SECONDS))
        training: float = (1 - share) * measured**weight * self._training.seconds ** (1 - weight)
        opening = 0.0 if self._opened else rest_of(self._expect.opening, now - self._began)
        return max(training, opening + self._writing_left()) if self._training.workers.is_apart else opening + training

    def _writing_left(self) -> float:
        of_a_run = self._writing / self._written if self._written else self._expect.of_writing_a_run
        return (self.total - self._done) * of_a_run

    def _best_so_far(self) -> str:
        if self._best is None or self.total == 1 or len(self._data) > 1:
            return ""
        reached, chosen = reversed(scores_of(self._best).items()), chosen_on([self._best])
        scores = ", ".join(f"{chosen}{name} {value:.4g}" for name, value in reached)
        return f"best so far: {label_of(self._best.overrides, self._keys)} ({scores})"


def rest_of(seconds: float, passed: float) -> float:
    """What is left of a time that was foreseen: never nothing, as it may take longer."""
    return max(LEAST_LEFT * seconds, seconds - passed)
