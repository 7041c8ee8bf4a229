"""The diagnosis of one run: whether it learns, and if not, the first cause whose rule holds."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from runner.diagnosis.reference import Reference
from runner.diagnosis.rules import RULES, Rules
from runner.diagnosis.rules.data import NOTHING
from runner.diagnosis.rules.held_out import has_been_better
from runner.diagnosis.rules.rule import Asked, Rule
from runner.diagnosis.scores import Scores
from runner.diagnosis.subject import Neighbour, Subject
from runner.runs.data import Prepared
from runner.runs.diagnosis import Diagnosis, Evidence, Verdict
from runner.runs.result import RunResult
from runner.train.blas import ONE_BLAS_THREAD

NEAR = 0.12  # a score this much below what the data allow is near it: AS_GOOD, and 0.02 that healthy runs lose
ERRORS = 1.5  # standard errors that sampling may take away besides, of a run that learns its training samples
UNKNOWN_AIM = 0.25  # the least that data are taken to allow where that is not known
MANY = 0.75  # a share of units that catches the eye


def diagnose(
    result: RunResult,
    data: Prepared,
    reference: Reference,
    neighbours: Iterable[Neighbour] = (),
    rules: Rules = RULES,
) -> Diagnosis:
    """The diagnosis of a trained run, whose `data` are those of its last phase.

    Raises ValueError for a run that failed or was killed, which cannot be judged.
    """
    with ONE_BLAS_THREAD:  # for the same bits on every machine
        return judge(Subject(result, data, reference, neighbours), rules)


def judge(subject: Subject, rules: Rules = RULES) -> Diagnosis:
    """The same for a prepared run. Overflow and NaN are valid results here, as in training."""
    with np.errstate(all="ignore"):
        return _first_that_holds(subject, rules)


def reaches(reference: Reference, scores: Scores) -> bool:
    """Whether a run is about as good as its data allow; if they allow nothing, whether it is better than that."""
    aim, s = _aim(reference), scores.tested
    return math.isnan(s) or (s >= aim - NEAR and max(aim, s) >= NOTHING and not is_luck(reference, scores))


def generalises(reference: Reference, scores: Scores) -> bool:
    """Whether a run is as good on its training samples, and on others except for sampling error."""
    aim, slack = _aim(reference), NEAR + ERRORS * reference.error
    is_near = scores.trained >= aim - NEAR and scores.tested >= aim - slack
    return aim >= NOTHING and is_near and not is_luck(reference, scores)


def is_luck(reference: Reference, scores: Scores) -> bool:
    """Whether guesses may be as good on the training samples and on others, of data that may allow nothing."""
    is_small = scores.tested < ERRORS * reference.error and scores.trained < reference.luck
    return not reference.is_known and is_small


def learns(reference: Reference, scores: Scores) -> bool:
    """Whether one of the two holds: a run for which neither does is not healthy."""
    return reaches(reference, scores) or generalises(reference, scores)


def does_well(subject: Subject, rules: Rules = RULES) -> bool:
    """Whether a run learns, and does not neglect its rare classes: it falls short where `judge` says so, too."""
    with np.errstate(all="ignore"):
        is_neglecting = _neglects(subject) and any(rule.asked == "neglecting" and rule.when(subject) for rule in rules)
    return learns(subject.reference, subject.scores) and not is_neglecting


def symptoms(subject: Subject) -> tuple[Evidence, ...]:
    """Noticeable facts that are not causes by themselves."""
    if subject.last is None:
        return ()
    shares = enumerate(subject.dead(subject.last), 1)
    return tuple(Evidence("share of dead units", float(share), MANY, layer) for layer, share in shares if share >= MANY)


def _first_that_holds(subject: Subject, rules: Rules) -> Diagnosis:
    misses = not reaches(subject.reference, subject.scores)
    fails = not learns(subject.reference, subject.scores)
    asked: dict[Asked, bool] = {
        "failing": fails,
        "missing": misses,
        "worsened": misses or has_been_better(subject),
        "neglecting": _neglects(subject),
        "learning": not fails,
        "every": True,
    }
    for rule in rules:
        with rule.named():
            if asked[rule.asked] and rule.when(subject):
                return _found(rule, subject, "healthy" if rule.spares and not fails else "ill")
    if math.isnan(subject.s) or fails:
        return Diagnosis("unknown", symptoms=symptoms(subject))
    return Diagnosis("healthy")


def _neglects(subject: Subject) -> bool:
    """Whether a run is worse, on any samples, than the same data allow with each class counted the same."""
    given = subject.reference
    aim = _aim(replace(given, score=max(given.score, given.balanced)))
    return max(subject.st, subject.s) < aim - NEAR


def _aim(reference: Reference) -> float:
    return reference.score if reference.is_known else max(reference.score, UNKNOWN_AIM)


def _found(rule: Rule, subject: Subject, verdict: Verdict) -> Diagnosis:
    evidence = rule.shown(subject)
    return Diagnosis(
        verdict,
        rule.code,
        rule.cause,
        rule.certainty,
        next((one.layer for one in evidence if one.layer is not None), None),
        next((one.step for one in evidence if one.step is not None), None),
        evidence,
        symptoms(subject),
        rule.to_try(subject),
    )
