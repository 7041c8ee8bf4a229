"""Which settings are trained on which seeds: all on one at first, the better half on twice as many, and so on.

Settings are compared only on the same seeds. The finalists are compared on fresh seeds (`final`): some of these choose
among them, and others measure the chosen setting and the default one. So no reported number was itself selected for
being good. Racing halves as Jamieson and Talwalkar do with training time (2016, Non-stochastic Best Arm Identification
and Hyperparameter Optimization); here the resource is seeds.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial

from runner.base.generators import following
from runner.findings.numbers.usable import OVER_SEEDS
from runner.runs.role import Role
from runner.search.samplers import Sampler
from runner.search.space import Setting

FEWEST_TO_CONFIRM = 120  # runs; of fewer, too little would be left to search with
THIRD, ROUND_OF_A_THIRD = 3, 4  # of a generation, one in three is trained on four seeds
REMAINDER = 4  # of the settings of a race, no more than one in four has no part in its halving


@dataclass(frozen=True, slots=True)
class Trial:
    """A run of a search: its setting, the overrides of a seed, its role, and its rung."""

    setting: Setting
    replicate: tuple[str, ...]
    role: Role = Role.SEARCH
    rung: int = 0


# Gives runs to be trained, takes how bad each of them is (lower is better, never infinite or NaN), and returns
# settings, the best first.
Course = Generator[list[Trial], list[float], list[Setting]]


def rehearsed(course: Course) -> list[Trial]:
    """All runs of a course, assuming that all are equally good."""
    trials, batch = list[Trial](), following(course)
    while batch is not None:
        trials += batch
        batch = following(course, [0.0] * len(batch))
    return trials


class Standings:
    """The loss of each setting on the seeds it was trained on, combined by `over_seeds`."""

    def __init__(self, over_seeds: str) -> None:
        self._over, self._losses = OVER_SEEDS[over_seeds], dict[Setting, list[float]]()

    def add(self, trials: Sequence[Trial], losses: Sequence[float]) -> None:
        """Add results."""
        for one, loss in zip(trials, losses, strict=True):
            self._losses.setdefault(one.setting, []).append(loss)

    def of(self, setting: Setting) -> float:
        """The loss of a setting."""
        return self._over(self._losses[setting])

    @property
    def ranked(self) -> list[Setting]:
        """All settings, best first; those trained on more seeds come before those trained on fewer."""
        return sorted(self._losses, key=lambda one: (-len(self._losses[one]), self.of(one)))


@dataclass(frozen=True)
class Budget:
    """How many runs a search has, and their use: `settings` meet on `seeds` fresh ones, twice that in all."""

    runs: int
    settings: int
    seeds: int

    @property
    def confirms(self) -> bool:
        """Whether there are enough runs to measure the best setting."""
        return self.settings > 0 and self.runs >= max(FEWEST_TO_CONFIRM, self.final + self.settings)

    @property
    def final(self) -> int:
        """Runs on fresh seeds: of the finalists, if there are several, then of the best setting and the default."""
        return (self.settings * (self.settings > 1) + 2) * self.seeds

    @property
    def racing(self) -> int:
        """Runs to search with."""
        return self.runs - self.final * self.confirms

    @property
    def left(self) -> int:
        """The number of finalists."""
        return self.settings if self.confirms else 1


def rungs(runs: int, seeds: int, left: int, most: int | None = None) -> list[tuple[int, int]]:
    """How many settings are trained on how many seeds, rung by rung, with all of the runs.

    Half of the settings, but no fewer than `left`, reach the next rung, which has twice as many seeds, up to `seeds`.
    Unused runs go to more settings in the first rung; if they would be many, there is one rung less. With no more than
    `most` settings, the race begins with more seeds, and runs may be left over.
    """
    for length in range(seeds.bit_length() + 1, 0, -1):
        n = max(1, _largest(partial(_cost_of_ladder, length, seeds, left), runs))
        found = _ladder(n, 1, seeds, left)[:length]
        more = runs - _cost(found)
        if REMAINDER * more <= n:
            break
    if most is not None and n >= most:
        first = _largest(lambda first: _cost(_ladder(most, first, seeds, left)), runs, seeds)
        return _ladder(most, first, seeds, left) if first else _ladder(most, 1, seeds, left)[:length]
    found[0] = (n + (more if most is None else min(more, most - n)), 1)
    return found


def _ladder(n: int, first: int, seeds: int, left: int) -> list[tuple[int, int]]:
    found = [(n, first)]
    while found[-1][0] > left and found[-1][1] < seeds:
        settings, so_far = found[-1]
        found.append((max(left, settings // 2), min(seeds, 2 * so_far)))
    return found


def _cost_of_ladder(length: int, seeds: int, left: int, n: int) -> int:
    return _cost(_ladder(n, 1, seeds, left)[:length])


def _cost(ladder: Sequence[tuple[int, int]]) -> int:
    """Runs in all: a setting keeps those of earlier rungs."""
    before = [0, *(so_far for _, so_far in ladder)]
    return sum(settings * (so_far - old) for (settings, so_far), old in zip(ladder, before, strict=False))


def _largest(cost: Callable[[int], int], runs: int, most: int | None = None) -> int:
    """The largest number that does not cost more; 0 where one does already."""
    low, high = 0, runs if most is None else most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if cost(middle) <= runs else (low, middle - 1)
    return low


def race(sampler: Sampler, runs: int, replicates: Sequence[tuple[str, ...]], left: int, over_seeds: str) -> Course:
    """One race among as many settings as the runs allow; returns them, best first."""
    plan = rungs(runs, len(replicates), left)
    asked = sampler.ask(plan[0][0])
    if len(asked) < plan[0][0]:
        plan = rungs(runs, len(replicates), left, len(asked))
    standings, trained = Standings(over_seeds), 0
    running: Sequence[Setting] = asked
    for rung, (settings, seeds) in enumerate(plan):
        running = running[:settings]
        added = replicates[trained:seeds]
        trials = [Trial(one, replicate, rung=rung) for one in running for replicate in added]
        standings.add(trials, (yield trials))
        members, trained = set(running), seeds
        running = [one for one in standings.ranked if one in members]
    return standings.ranked


def generations(
    sampler: Sampler, runs: int, replicates: Sequence[tuple[str, ...]], size: int, over_seeds: str
) -> Course:
    """Generations of settings, each a race of two rungs from which the sampler learns.

    Returns all settings, best first.
    """
    standings, left, seeds = Standings(over_seeds), runs, min(ROUND_OF_A_THIRD, len(replicates))
    while left > 0:
        n = min(size, max(1, _largest(lambda n: n + n // THIRD * (seeds - 1), left)))
        n = n if n == size else n + left - (n + n // THIRD * (seeds - 1))
        better = min(n // THIRD, (left - n) // max(1, seeds - 1))
        asked = sampler.ask(n)
        if not asked:
            break
        trials = [Trial(one, replicates[0]) for one in asked]
        standings.add(trials, (yield trials))
        left -= len(trials)
        members = set(asked)
        best = [one for one in standings.ranked if one in members][: min(better, len(asked))]
        trials = [Trial(one, replicate, rung=1) for one in best for replicate in replicates[1:seeds]]
        if trials:
            standings.add(trials, (yield trials))
            left -= len(trials)
        sampler.tell([(one, standings.of(one)) for one in asked])
    return standings.ranked


def final(
    settings: Sequence[Setting], default: Setting | None, fresh: Sequence[tuple[str, ...]], over_seeds: str
) -> Course:
    """The best settings on fresh seeds, half of which choose one; the other half measures it, and the default.

    Returns the settings, the chosen one first.
    """
    standings, half = Standings(over_seeds), len(fresh) // 2
    if len(settings) > 1:
        trials = [Trial(one, replicate, Role.CHOOSE) for one in settings for replicate in fresh[:half]]
        standings.add(trials, (yield trials))
        settings = standings.ranked
    meeting = {Role.DEFAULT: default, Role.CONFIRM: settings[0]}
    yield [Trial(one, seed, role) for role, one in meeting.items() if one is not None for seed in fresh[half:]]
    return list(settings)
