"""Settings suggested by Optuna's TPE. Optuna is used only here; its study is in memory, and replaying recreates it."""

import math
from collections.abc import Sequence

import numpy as np
import optuna
from optuna.trial import Trial

from runner.search.drawing import drawn
from runner.search.space import Axis, Choice, Setting, Space

TRIES = 10  # suggestions in a row that were asked before, until one is drawn evenly


class TpeSampler:
    """The first generation is drawn uniformly, as by `search=random`; then Optuna suggests settings from the scores.

    A key that only some options have is suggested if one of them was chosen: Optuna models it separately from the keys
    that all settings share. (`group=True` would model more of them together; Optuna calls that experimental.)
    """

    def __init__(self, space: Space, seed: int, generation: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._space, self._generation = space, generation
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=generation)
        self._study = optuna.create_study(sampler=sampler)
        self._trials, self._scores = dict[Setting, list[Trial]](), dict[Setting, float]()
        self._drawn = drawn(space, seed, self._trials)

    def ask(self, n: int) -> list[Setting]:
        found = list[Setting]()
        while len(found) < n and (setting := self._suggested() or self._next_drawn()):
            found.append(setting)
        return found

    def tell(self, scores: Sequence[tuple[Setting, float]]) -> None:
        for setting, score in scores:
            if not math.isfinite(score):
                raise ValueError(f"a score must be finite, got {score} for {' '.join(setting)}")
            self._scores[setting] = score
            for trial in self._trials[setting]:
                self._study.tell(trial, score)

    def _suggested(self) -> Setting | None:
        """A suggestion that is new; None where none is, or too few scores are known.

        One that is not new gets the score that is known, now or later, or Optuna would suggest it again and again.
        """
        if len(self._scores) < self._generation:
            return None
        for _ in range(TRIES):
            setting, is_new = self._asked()
            if is_new:
                return setting
            if setting in self._scores:
                self._study.tell(self._trials[setting][-1], self._scores[setting])
        return None

    def _next_drawn(self) -> Setting | None:
        found = next(self._drawn, None)
        if found is None:
            return None
        axes = self._space.axes
        self._study.enqueue_trial({axis.key: number for axis, number in zip(axes, found[1], strict=True)})
        return self._asked()[0]

    def _asked(self) -> tuple[Setting, bool]:
        """The next setting of the study, and whether it is new."""
        with np.errstate(all="ignore"):  # Optuna takes the logarithm of shares that are zero in wide intervals
            trial = self._study.ask()
            setting = self._space.drawn(lambda axis: _suggest(trial, axis))
        trials = self._trials.setdefault(setting, [])
        trials.append(trial)
        return setting, len(trials) == 1


def _suggest(trial: Trial, axis: Axis) -> float:
    if isinstance(axis, Choice):
        return trial.suggest_categorical(axis.key, list(axis.numbers))
    if axis.is_whole:
        return trial.suggest_int(axis.key, int(axis.low), int(axis.high), log=axis.is_log)
    return trial.suggest_float(axis.key, axis.low, axis.high, log=axis.is_log)
