"""What a fix does to the score: run by run, and in the middle of several seeds."""

import math
from collections.abc import Sequence

from runner.diagnosis.judged import metric_of, shown
from runner.diagnosis.scores import standard_error
from runner.diagnosis.trials import Trial
from runner.runs.diagnosis import Experiment, Overrides

LEAST, ERRORS = 0.1, 2.0  # what a score must rise by, at least and in standard errors, to be more than chance


def helps(before: Trial, after: Trial) -> bool:
    """Whether the score has risen by more than chance explains."""
    if after.subject is None:
        return False
    part, data = after.subject.scores.part, after.subject.data
    error = 0.0 if part == "train" else standard_error(data, after.score, part)
    return after.score - before.score > max(LEAST, ERRORS * error)


def experiment(fix: Overrides, pairs: Sequence[tuple[Trial, Trial]]) -> Experiment:
    """A fix by the runs without and with it, of the same seeds."""
    befores, afters = ([pair[side] for pair in pairs] for side in (0, 1))
    seeds, helped = tuple(one.seed for one in befores), sum(helps(*pair) for pair in pairs)
    metric, before, after = shown_both(middle(befores), middle(afters))
    return Experiment(fix, metric, seeds, before, after, helped)


def middle(trials: Sequence[Trial]) -> Trial:
    """The one with the median score; of two in the middle the worse."""
    return sorted(trials, key=lambda one: one.score)[(len(trials) - 1) // 2]


def shown_both(before: Trial, after: Trial) -> tuple[str, float | None, float | None]:
    """The metric that people see, and both runs in it, None for one that left nothing finite.

    In R2 where they have not the same metric, as with logarithms of targets.
    """
    metrics = {metric_of(one.subject.data) for one in (before, after) if one.subject is not None}
    metric = next(iter(metrics)) if len(metrics) == 1 else "R2"
    return metric, _shown(before, metric), _shown(after, metric)


def _shown(trial: Trial, metric: str) -> float | None:
    if trial.subject is None or not math.isfinite(trial.subject.s):
        return None
    subject = trial.subject
    return subject.s if metric == "R2" else shown(subject.data, subject.s, subject.scores.part)


def at_least(k: int, n: int, share: float) -> float:
    """How likely at least `k` of `n` are, each with the probability `share`."""
    return sum(math.comb(n, one) * share**one * (1 - share) ** (n - one) for one in range(k, n + 1))
