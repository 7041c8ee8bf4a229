"""Which keys of a search matter: by PED-ANOVA if Optuna is installed, else by shares of the variance."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nn.metrics import METRICS
from nn.registry import Array
from runner.findings.numbers.searched import Key, Searched

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

FEWEST = 10  # settings
BINS = 5  # of an axis, each with as many settings
BEST = 0.1  # of all settings: what PED-ANOVA asks for


@dataclass(frozen=True)
class Importances:
    """Keys with their shares, largest first, and the method."""

    shares: list[tuple[Key, float]]
    by_optuna: bool


def importances(found: Searched) -> Importances | None:
    """How much each key matters to the score; None with few settings, one key, or equal scores."""
    scores = [one.score for one in found.tried]
    if len(scores) < FEWEST or len(found.keys) < 2 or min(scores) == max(scores):
        return None
    by_optuna = _by_optuna(found)
    shares = _shares_of_variance(found) if by_optuna is None else by_optuna
    ordered = sorted(zip(found.keys, shares, strict=True), key=lambda pair: -pair[1])
    return Importances(ordered, by_optuna is not None)


def _by_optuna(found: Searched) -> list[float] | None:
    """Of getting among the best settings, in sum 1 (Watanabe et al. 2023, PED-ANOVA); None where it cannot be had."""
    try:
        import optuna
        from optuna.importance import PedAnovaImportanceEvaluator
    except ImportError:
        return None
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
            study = optuna.create_study()
            study.add_trials([optuna.create_trial(**one) for one in _trials(found)])
            given = PedAnovaImportanceEvaluator(target_quantile=BEST).evaluate(study)
    finally:
        optuna.logging.set_verbosity(verbosity)
    whole = sum(given.values())
    return [given.get(key.key, 0.0) / whole for key in found.keys] if whole else None


def _trials(found: Searched) -> list[dict[str, Any]]:
    """What Optuna's trials have. Their value is a place: those with more seeds come first, equal ones have the same."""
    sign, space = METRICS.metric(found.score).sign, {key: _distribution(key) for key in found.keys}
    ranks = [(-one.seeds, -sign * one.score) for one in found.tried]
    places, trials = {rank: place for place, rank in reversed(list(enumerate(sorted(ranks))))}, []
    for one, rank in zip(found.tried, ranks, strict=True):
        has = {key: value for key in space if key.has(value := one.values[key.key])}
        params = {key.key: value if key.choices else _drawn(key, value) for key, value in has.items()}
        distributions = {key.key: space[key] for key in has}
        trials.append({"params": params, "distributions": distributions, "value": float(places[rank])})
    return trials


def _distribution(key: Key) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if key.choices:
        return CategoricalDistribution(key.choices)
    if key.is_whole:
        return IntDistribution(int(key.low), int(key.high), log=key.is_log)
    return FloatDistribution(key.low, key.high, log=key.is_log)


def _drawn(key: Key, value: str) -> float:
    return int(value) if key.is_whole else float(value)


def _shares_of_variance(found: Searched) -> list[float]:
    """Of the scores, of which each key alone explains so much by its choices, or by the ranks of its numbers in bins.

    What as many bins would explain by chance is taken off (omega squared: Hays 1963, Statistics for Psychologists).
    """
    scores = np.array([one.score for one in found.tried])
    deviations = scores - scores.mean()
    return [_explained(_bins(key, [one.values[key.key] for one in found.tried]), deviations) for key in found.keys]


def _explained(bins: Sequence[object], deviations: Array) -> float:
    groups = [np.array([one == name for one in bins]) for name in dict.fromkeys(bins)]
    between = sum(float(deviations[group].sum() ** 2 / group.sum()) for group in groups)
    whole, free = float(deviations @ deviations), len(deviations) - len(groups)
    if free < 1:
        return 0.0
    within = max(0.0, whole - between) / free
    return max(0.0, (between - (len(groups) - 1) * within) / (whole + within))


def _bins(key: Key, values: Sequence[str]) -> Sequence[object]:
    """The group of each setting; those that do not have the key are one."""
    if not key.is_number:
        return values
    having = [place for place, value in enumerate(values) if key.has(value)]
    ordered = np.sort([key.place(values[place]) for place in having])
    ends = ordered[[len(ordered) * n // BINS for n in range(1, BINS)]] if len(ordered) else ordered
    return [int(np.searchsorted(ends, key.place(value), "right")) if key.has(value) else "" for value in values]
