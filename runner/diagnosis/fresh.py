"""Fixes on fresh seeds, which no run of the sweep has: paired, on those that fail without the fix."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from runner.diagnosis.effects import helps_most, is_luck, n_helped, on_fresh_seeds
from runner.diagnosis.reference import Reference
from runner.diagnosis.repeats import Repeats
from runner.diagnosis.trials import MOST_STACKS, Spent, Trial, Trials, largest_stack
from runner.runs.diagnosis import Experiment, Overrides

FRESH = 20  # seeds on which a setting is trained as it is, and as many more where these are too few to exclude chance
MOST_FRESH, FEWEST_FRESH = 10, 3  # of those that fail, on which a fix is trained; with fewer nothing is confirmed
SPENT = f"{MOST_STACKS} stacked trainings are the most for one setting"


class FreshSeeds:
    """A setting on seeds from `first` on, which no run has: runs without a fix that are `planned`, and what came out of
    them, `as_they_are`. `learns` says whether a run does.
    """

    def __init__(
        self, first: int, repeats: Repeats, trials: Trials, reference: Reference, learns: Callable[[Trial], bool]
    ) -> None:
        self._repeats, self._trials, self._reference, self._learns = repeats, trials, reference, learns
        self._reserve = range(first + FRESH, first + 2 * FRESH)
        self.planned = largest_stack(repeats.on(range(first, first + FRESH), ()))
        self.as_they_are: list[Trial] = []

    @property
    def learning(self) -> list[Trial]:
        """Those that learn without a fix."""
        return [one for one in self.as_they_are if self._learns(one)]

    @property
    def failing(self) -> list[Trial]:
        """Those that do not."""
        return [one for one in self.as_they_are if not self._learns(one)]

    def having(self, fix: Overrides) -> tuple[Experiment, list[Trial]]:
        """What comes of a fix, and the runs with it of the seeds that fail without it.

        It has helped where it helps far more of these than it harms of those that learn. Where it helps most of them,
        but chance could explain that, as many more seeds are trained.
        """
        n_fail, n_learn = len(self.failing), len(self.learning)
        if n_fail < FEWEST_FRESH:
            why_not = f"{n_learn} of {n_fail + n_learn} fresh seeds learn without it"
            return Experiment(fix, why_not=why_not, is_fresh=True), []
        befores = self.as_they_are if n_learn else self.failing[:MOST_FRESH]
        try:
            afters = self._train([one.seed for one in befores], fix)
        except Spent:
            return Experiment(fix, why_not=SPENT, is_fresh=True), []
        found = self._beside(fix, afters)
        if helps_most(found) and not found.has_helped and self._reserve:
            afters |= self._with_reserve(fix)
            found = self._beside(fix, afters)
        return found, [afters[seed] for seed in found.seeds]

    def _beside(self, fix: Overrides, afters: dict[int, Trial]) -> Experiment:
        """Runs with a fix beside those without it."""
        learning = self.learning
        found = on_fresh_seeds(fix, [(one, afters[one.seed]) for one in self.failing if one.seed in afters])
        harmed = n_helped([(afters[one.seed], one) for one in learning if one.seed in afters])
        has_helped = helps_most(found) and not (learning and is_luck(found.helped, harmed))
        return replace(found, learn=len(learning), has_helped=has_helped)

    def _with_reserve(self, fix: Overrides) -> dict[int, Trial]:
        """The seeds in reserve with a fix, which then are among those as they are; none where no stacks are left."""
        seeds, self._reserve = self._reserve, range(0)
        plain, fixed = self._repeats.on(seeds, ()), self._repeats.on(seeds, fix)
        try:
            trained = self._trials.train([*plain, *fixed], self._reference)
        except Spent:
            return {}
        self.as_they_are += trained[: len(plain)]
        return {one.seed: one for one in trained[len(plain) :]}

    def _train(self, seeds: Sequence[int], fix: Overrides) -> dict[int, Trial]:
        runs = self._repeats.on(seeds, fix)
        return {one.seed: one for one in self._trials.train(runs, self._reference)}
