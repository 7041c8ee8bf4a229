"""The effect of a fix on the score: run by run, and for the median of several seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from runner.base.errors import one_line
from runner.diagnosis.candidates import Candidate
from runner.diagnosis.judged import metric_of, shown
from runner.diagnosis.judging import NEAR, does_well
from runner.diagnosis.reference import Reference
from runner.diagnosis.rules.data import NOTHING
from runner.diagnosis.scores import standard_error, targets_of
from runner.diagnosis.trials import Trial
from runner.runs.diagnosis import Experiment, Overrides, Reach

LEAST, MISSING = 0.1, 0.5  # what a score must rise by; of one that misses little, this share of what it misses
MOST = 0.7  # the share of the seeds that a fix must help
LEARN = 0.25  # the share of the fresh seeds that learn, and better than the run, from which on another seed is a fix
SOME = 0.25  # the share of the fresh seeds that a fix must help for its cause to stay likely
LUCK = 0.05  # how likely it may be that a fix which does nothing helps as many seeds, of all that it helps or harms
ERRORS = 2.0  # and by these standard errors of what is found on all seeds


@dataclass(frozen=True)
class Tried:
    """A candidate, its results on the run's own seeds, and the `middle` (median) run with it.

    If the fix is another seed, of those that learn.
    """

    candidate: Candidate
    experiment: Experiment
    middle: Trial

    @classmethod
    def of(cls, candidate: Candidate, befores: Sequence[Trial], afters: Sequence[Trial]) -> "Tried":
        """From the runs without and with the fix, seed by seed."""
        if all(one.subject is None for one in afters):
            failed = Experiment(candidate.fix, why_not=f"it fails: {one_line(afters[0].error)}")
            return cls(candidate, failed, afters[0])
        found = _on_own_seeds(candidate.fix, list(zip(befores, afters, strict=True)))
        return cls(candidate, found, middle(afters))


def ranked(tried: Sequence[Tried], named: str) -> list[Candidate]:
    """Those that helped: the best of each cause first, then all others.

    The `named` cause comes before the others, and of these those that cure as much as any, in their order. Of fixes
    that are about as good the first listed counts as the best of a cause: one alone before two together. Two causes are
    none where the fix of the second is as good alone.
    """
    order = list(dict.fromkeys(one.candidate.cause for one in tried))
    best = {cause: max(_scores(tried, cause), default=0.0) for cause in order}
    most = max((score for cause, score in best.items() if cause != named), default=0.0)
    first, others = list[Candidate](), list[Candidate]()
    for cause in sorted(order, key=lambda cause: (cause != named, cause != named and best[cause] < most - NEAR)):
        group = [one for one in tried if one.candidate.cause == cause and one.experiment.has_helped]
        group = [one for one in group if max(_scores(tried, one.candidate.second), default=-1.0) < best[cause] - NEAR]
        good = [one for one in group if one.middle.score >= best[cause] - NEAR]
        leading = next((one for one in good if one.experiment.reach == "enough"), next(iter(good), None))
        first += [leading.candidate] if leading else []
        others += [one.candidate for one in group if one is not leading]
    return first + others


def _scores(tried: Sequence[Tried], cause: str) -> list[float]:
    """What the fixes of a cause that helped have reached; nothing for no cause."""
    return [one.middle.score for one in tried if one.candidate.cause == cause and one.experiment.has_helped]


def _on_own_seeds(fix: Overrides, pairs: Sequence[tuple[Trial, Trial]]) -> Experiment:
    """A fix by runs without and with it: whether a trial on fresh seeds is worth it, as on most of these it helps.

    What chance explains is not asked yet: few test samples would hide any fix.
    """
    found = _experiment(fix, pairs, errors=0.0)
    return replace(found, has_helped=2 * found.helped > len(pairs))


def on_fresh_seeds(fix: Overrides, pairs: Sequence[tuple[Trial, Trial]]) -> Experiment:
    """A fix by runs without and with it on fresh seeds, which count where chance does not explain the rise."""
    return replace(_experiment(fix, pairs, _errors(pairs)), is_fresh=True)


def of_other_seeds(
    candidate: Candidate, own: Sequence[Trial], fresh: Sequence[Trial], learn: Sequence[Trial], is_named: bool
) -> Tried:
    """What fresh seeds reach without a fix, of which some `learn`; the one to try is the first of these that is better.

    Where the run's own cause is another one, the middle of all of them must be better too: most leave a trap.
    """
    mine, all_of_them = middle(own), middle(fresh)
    assert mine.subject is not None, "it is a run of the sweep"
    least = mine.score + enough(mine.score, mine.subject.reference)
    better = [one for one in learn if one.score > least]
    fix = (f"seed={better[0].seed}",) if better else candidate.fix
    after, seeds = middle(better or fresh), tuple(one.seed for one in fresh)
    has_helped = len(better) >= LEARN * len(fresh) and (is_named or all_of_them.score > least)
    metric, before, reach = shown_both(mine, all_of_them)
    found = Experiment(fix, metric, seeds, before, reach, len(learn), has_helped, True, reach=reach_of(after))
    return Tried(replace(candidate, fix=fix), found, after)


def n_helped(pairs: Sequence[tuple[Trial, Trial]]) -> int:
    """On how many fresh seeds the second run is better than the first, by more than chance explains."""
    return sum(_helps(*pair, _errors(pairs)) for pair in pairs)


def _errors(pairs: Sequence[tuple[Trial, Trial]]) -> float:
    """The standard errors by which a score must rise: fewer on many draws of the samples that it is measured on."""
    afters = [after.subject for _, after in pairs if after.subject is not None]
    drawn = {targets_of(one.data, one.scores.part).tobytes() for one in afters}
    return ERRORS / math.sqrt(max(1, len(drawn)))


def _experiment(fix: Overrides, pairs: Sequence[tuple[Trial, Trial]], errors: float) -> Experiment:
    befores, afters = ([pair[side] for pair in pairs] for side in (0, 1))
    seeds, helped = tuple(one.seed for one in befores), sum(_helps(*pair, errors) for pair in pairs)
    metric, before, after = shown_both(middle(befores), middle(afters))
    return Experiment(fix, metric, seeds, before, after, helped, reach=reach_of(middle(afters)))


def reach_of(trial: Trial) -> Reach:
    """What a trained run reaches of what its data allow."""
    if trial.subject is None or trial.score < NOTHING:
        return "nothing"
    return "enough" if does_well(trial.subject) else "short"


def _helps(before: Trial, after: Trial, errors: float) -> bool:
    """Whether the score has risen by more than this many standard errors, and by enough."""
    if after.subject is None:
        return False
    part, data = after.subject.scores.part, after.subject.data
    error = 0.0 if part == "train" else standard_error(data, after.score, part)
    return after.score - before.score > max(enough(before.score, after.subject.reference), errors * error)


def enough(score: float, reference: Reference) -> float:
    """How much a score must rise by: half of what it misses may be less than LEAST, and never less than half of it."""
    return max(LEAST * MISSING, min(LEAST, MISSING * (reference.score - score)))


def middle(trials: Sequence[Trial]) -> Trial:
    """The run with the median score; of two in the middle, the worse."""
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


def helps_most(found: Experiment) -> bool:
    """Whether a fix helps enough seeds to be confirmed."""
    return not found.why_not and found.helped >= MOST * len(found.seeds)


def helps_some(found: Experiment) -> bool:
    """Whether a fix helps enough seeds for its cause to stay likely."""
    return found.helped >= SOME * len(found.seeds)


def is_luck(helped: int, harmed: int) -> bool:
    """Whether other initial weights alone could help as many seeds and harm no more (McNemar's exact test)."""
    n = helped + harmed
    return bool(sum(math.comb(n, one) for one in range(helped, n + 1)) > LUCK * 2**n)
