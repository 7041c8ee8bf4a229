"""Ways to search with one budget: those of the program, one seed per setting, a grid, and two other tools."""

import itertools
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.search.problems import CUTS, GRID
from benchmarks.search.runs import Runs
from runner.base.moments import mean
from runner.runs.role import Role
from runner.runs.search_settings import RandomSearch, SearchSettings, TpeSearch
from runner.search.courses import course_of
from runner.search.drawing import drawn
from runner.search.space import Axis, Choice, Interval, Setting, Space

BATCH = 20  # settings that a tool asks for at once
FOLDS = 5  # seeds in the place of the five folds that scikit-learn has by default
FACTOR = 3  # of scikit-learn's halving: a third of the settings comes on, with three times as many epochs


@dataclass(frozen=True)
class Found:
    """The setting that a method chooses, and the cost that it prints for it.

    That is on the rows that choose, but for one that `is_confirmed`.
    """

    setting: Setting
    reported: float
    is_confirmed: bool = False


Method = Callable[[Runs, int, int], Found]  # of runs, repetition and budget


def racing(search: type[SearchSettings], runs: Runs, repetition: int, budget: int) -> Found:
    """As `python -m runner -m search=...` does it."""
    course = course_of(search(runs=budget, seed=repetition), runs.space, with_default=True)
    trials = next(course)
    try:
        while True:
            ran = runs.of([(one.setting, one.replicate) for one in trials])
            confirming = [one.reported for trial, one in zip(trials, ran, strict=True) if trial.role is Role.CONFIRM]
            trials = course.send([one.loss for one in ran])
    except StopIteration as ended:
        return Found(ended.value[0], mean(confirming), is_confirmed=True)


def with_one_seed(runs: Runs, settings: Sequence[Setting]) -> Found:
    """The best of some settings, each on the same seed."""
    ran = runs.of([(one, runs.space.replicates[0]) for one in settings])
    best = min(range(len(ran)), key=lambda place: ran[place].loss)
    return Found(settings[best], ran[best].loss)


def random(runs: Runs, repetition: int, budget: int) -> Found:
    """Settings drawn as `search=random` draws them."""
    asked = dict[Setting, None]()
    for setting, _ in itertools.islice(drawn(runs.space, repetition, asked), budget):
        asked[setting] = None
    return with_one_seed(runs, list(asked))


def grid(runs: Runs, repetition: int, budget: int) -> Found:  # noqa: ARG001  # a Method, which has it
    """A grid with the same settings each time; as many of them as there are runs for."""
    settings = in_grid(runs.space)
    return with_one_seed(runs, settings[:: math.ceil(len(settings) / budget)])


def in_grid(space: Space) -> list[Setting]:
    """All combinations, of an interval some values in the middle of equal parts."""
    combinations = itertools.product(*map(_values, space.axes))
    return list(dict.fromkeys(space.setting(one) for one in combinations))


def _values(axis: Axis) -> Sequence[float]:
    if isinstance(axis, Choice):
        return axis.numbers
    n = GRID[axis.key]
    return [axis.at((place + 0.5) / n) for place in range(n)]


def optuna(pruned: bool, runs: Runs, repetition: int, budget: int) -> Found:
    """Optuna's TPE with one seed; where runs are pruned, until all epochs of the budget are spent."""
    import optuna as tool

    tool.logging.set_verbosity(tool.logging.ERROR)
    pruner = tool.pruners.MedianPruner() if pruned else tool.pruners.NopPruner()
    study = tool.create_study(sampler=tool.samplers.TPESampler(seed=repetition), pruner=pruner)
    settings, left = dict[int, Setting](), budget * CUTS
    while n := min(BATCH, left // CUTS):
        trials = [study.ask() for _ in range(n)]
        for trial in trials:
            settings[trial.number] = runs.space.drawn(partial(_suggested, trial))
        ran = runs.of([(settings[trial.number], runs.space.replicates[0]) for trial in trials])
        for trial, one in zip(trials, ran, strict=True):
            left -= _replayed(tool, study, trial, one.curve, one.loss)
    return Found(settings[study.best_trial.number], study.best_value)


def _suggested(trial: Any, axis: Axis) -> float:
    if isinstance(axis, Choice):
        return float(trial.suggest_categorical(axis.key, list(axis.numbers)))
    if axis.is_whole:
        return float(trial.suggest_int(axis.key, int(axis.low), int(axis.high), log=axis.is_log))
    return float(trial.suggest_float(axis.key, axis.low, axis.high, log=axis.is_log))


def _replayed(tool: Any, study: Any, trial: Any, curve: Sequence[float], loss: float) -> int:
    """Replay a run for the study; returns after how many evaluations it ended."""
    for place, value in enumerate(curve, 1):
        trial.report(value, place)
        if place < CUTS and trial.should_prune():
            study.tell(trial, state=tool.trial.TrialState.PRUNED)
            return place
    study.tell(trial, loss)
    return max(1, len(curve))


class Evenly:
    """What scikit-learn draws settings from."""

    def __init__(self, space: Space) -> None:
        self._space = space

    def rvs(self, random_state: Any) -> Setting:
        """A setting."""
        return self._space.drawn(lambda axis: self._number(axis, np.random.default_rng(random_state.randint(2**31))))

    def _number(self, axis: Axis, rng: Any) -> float:
        return axis.at(rng.random()) if isinstance(axis, Interval) else float(rng.choice(list(axis.numbers)))


def halving(runs: Runs, repetition: int, budget: int) -> Found:
    """scikit-learn's `HalvingRandomSearchCV` over epochs; an estimator is a network, and a row of its data a seed."""
    from sklearn.base import BaseEstimator
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401  # makes the next import work
    from sklearn.model_selection import HalvingRandomSearchCV

    seeds = runs.space.replicates[:FOLDS]

    class Network(BaseEstimator):
        def __init__(self, setting: Setting = (), evaluations: int = CUTS) -> None:
            self.setting, self.evaluations = setting, evaluations

        def fit(self, X: Any, y: Any) -> "Network":  # noqa: ARG002  # scikit-learn calls it with it
            self.runs_ = runs.of([(self.setting, one) for one in seeds])
            return self

        def score(self, X: Any, y: Any) -> float:  # noqa: ARG002  # scikit-learn calls it with it
            return -self.runs_[int(X[0, 0])].cut(self.evaluations)

    rungs = 3
    search = HalvingRandomSearchCV(
        Network(), {"setting": Evenly(runs.space)}, n_candidates=round(budget * FACTOR ** (rungs - 1) / rungs / FOLDS),
        factor=FACTOR, resource="evaluations", min_resources=CUTS // FACTOR ** (rungs - 1), max_resources=CUTS,
        cv=list(_folds()), refit=False, random_state=repetition,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(np.arange(FOLDS)[:, np.newaxis], np.zeros(FOLDS))
    return Found(search.best_params_["setting"], -search.best_score_)


def _folds() -> Iterator[tuple[list[int], list[int]]]:
    return (([place], [place]) for place in range(FOLDS))


METHODS: dict[str, Method] = {
    "search=random": partial(racing, RandomSearch),
    "search=tpe": partial(racing, TpeSearch),
    "TPE, one seed": partial(optuna, False),
    "random, one seed": random,
    "grid, one seed": grid,
    "scikit-learn, halving epochs": halving,
    "Optuna, median pruner": partial(optuna, True),
}
RACING = ("search=random", "search=tpe")
