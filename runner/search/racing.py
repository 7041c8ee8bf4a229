"""Which settings are trained on which seeds: all on one at first, the better half on twice as many, and so on.

Settings are compared on the same seeds alone. The few that are left meet on seeds that none of them has seen
(`final`): some choose among them, and others, for the chosen one and the default setting, say how good it is. So no
number that is reported has been chosen for being good. Racing halves as Jamieson and Talwalkar do with training time
(2016, Non-stochastic Best Arm Identification and Hyperparameter Optimization); here it is seeds that are spent.
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
    """A run of a search: its setting, the overrides that repeat it with a seed, what it is for, and on which rung."""

    setting: Setting
    replicate: tuple[str, ...]
    role: Role = Role.SEARCH
    rung: int = 0


# Gives runs to be trained, takes how bad each of them is (lower is better, never infinite or NaN), and returns
# settings, the best first.
Course = Generator[list[Trial], list[float], list[Setting]]


def rehearsed(course: Course) -> list[Trial]:
    """All runs of a course, were they all equally good."""
    trials, batch = list[Trial](), following(course)
    while batch is not None:
        trials += batch
        batch = following(course, [0.0] * len(batch))
    return trials


class Standings:
    """How bad settings are on the seeds that they were trained on, by `over_seeds`."""

    def __init__(self, over_seeds: str) -> None:
        self._over, self._losses = OVER_SEEDS[over_seeds], dict[Setting, list[float]]()

    def add(self, trials: Sequence[Trial], losses: Sequence[float]) -> None:
        """Take in what came out."""
        for one, loss in zip(trials, losses, strict=True):
            self._losses.setdefault(one.setting, []).append(loss)

    def of(self, setting: Setting) -> float:
        """How bad it is."""
        return self._over(self._losses[setting])

    @property
    def ranked(self) -> list[Setting]:
        """All of them, the best first; those that were trained on more seeds come before those that were not."""
        return sorted(self._losses, key=lambda one: (-len(self._losses[one]), self.of(one)))


@dataclass(frozen=True)
class Budget:
    """How many runs a search has, and what they are for: `settings` meet on `seeds` fresh ones, twice that in all."""

    runs: int
    settings: int
    seeds: int

    @property
    def confirms(self) -> bool:
        """Whether there are enough to tell how good the best setting is."""
        return self.settings > 0 and self.runs >= max(FEWEST_TO_CONFIRM, self.final + self.settings)

    @property
    def final(self) -> int:
        """Runs on fresh seeds: of those that are left, if there are several, then of the best one and the default."""
        return (self.settings * (self.settings > 1) + 2) * self.seeds

    @property
    def racing(self) -> int:
        """Runs to search with."""
        return self.runs - self.final * self.confirms

    @property
    def left(self) -> int:
        """How many settings the race leaves."""
        return self.settings if self.confirms else 1


def rungs(runs: int, seeds: int, left: int, most: int | None = None) -> list[tuple[int, int]]:
    """How many settings are trained on how many seeds, rung by rung, with all of the runs.

    Half of the settings, but no fewer than `left`, come to the next rung, which has twice as many seeds, up to `seeds`.
    What remains are more settings for the first rung; there are fewer rungs where that would be many. Where there are
    no more than `most` settings, they begin with more seeds, and runs may be left over.
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
    """One race among as many settings as there are runs for; returns them, the best first."""
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
    """One generation of settings after the other, each a race of two rungs of which the sampler learns.

    Returns all settings, the best first.
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
    """The best settings on fresh seeds, half of which choose one; the others are its own, and those of the default.

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
