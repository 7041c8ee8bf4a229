"""What experiments make of diagnoses: confirmed, corrected, or withdrawn."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from runner.diagnosis.candidates import NARROW, Candidate, Learning, no_trap
from runner.diagnosis.inquiry import Answer, Inquiry
from runner.diagnosis.judged import Judged, Unjudged
from runner.diagnosis.probes import wrong_arrays
from runner.diagnosis.repeats import subject_of
from runner.diagnosis.rules import RULES, Rules
from runner.diagnosis.trials import Trials
from runner.runs.diagnosis import Diagnosis, Evidence, Experiment, Overrides, is_of_seeds
from runner.runs.flat import flatten
from runner.runs.spec import Spec, setting_of
from runner.train.blas import ONE_BLAS_THREAD


def inquiries(
    found: Sequence[Judged | Unjudged], trials: Trials, taken: Collection[int], rules: Rules = RULES
) -> list[Inquiry]:
    """Every setting whose runs do not learn, or are unexplained, those with most runs first.

    `taken` are the seeds of all runs of the sweep. Nothing is trained yet.
    """
    settings: dict[Spec, list[Judged]] = {}
    for one in found:
        if isinstance(one, Judged) and one.diagnosis.verdict != "healthy" and not math.isnan(one.scores.tested):
            settings.setdefault(setting_of(one.result.spec), []).append(one)
    fresh = max(taken, default=-1) + 1
    learning = _learning(found, settings)
    largest_first = sorted(settings.items(), key=lambda pair: -len(pair[1]))
    return [
        Inquiry(_by_cause(runs), trials.another(), fresh, rules, _beside(setting, learning))
        for setting, runs in largest_first
    ]


def _learning(found: Sequence[Judged | Unjudged], failing: Collection[Spec]) -> list[dict[str, Any]]:
    """The settings of which every run learns, flattened, the best first."""
    scores: dict[Spec, list[float]] = {}
    for one in found:
        if isinstance(one, Judged) and (setting := setting_of(one.result.spec)) not in failing:
            scores.setdefault(setting, []).append(one.scores.tested)
    return [flatten(setting) for setting in sorted(scores, key=lambda setting: -min(scores[setting]))]


def _beside(setting: Spec, learning: Sequence[dict[str, Any]]) -> Learning:
    """The values of a key with which others learn that differ in it alone."""
    own, values = flatten(setting), dict[str, list[object]]()
    for other in learning:
        keys = [key for key in own.keys() | other.keys() if own.get(key) != other.get(key)]
        if len(keys) == 1:
            values.setdefault(keys[0], []).append(other.get(keys[0]))
    return values


def confirm(found: Sequence[Judged | Unjudged], settings: Sequence[Inquiry]) -> Iterator[list[Judged | Unjudged]]:
    """Yield all runs with the results of experiments, again after each setting, so that an interrupt loses nothing."""
    known, helpful = {id(one): one for one in found}, list[Candidate]()
    for setting in settings:
        answer = setting.answer(helpful)
        if answer.best and answer.is_confirmed and not is_of_seeds(answer.best.fix):
            helpful.append(answer.best)
        known |= {id(one): replace(one, diagnosis=concluded(answer, one, setting)) for one in setting.runs}
        yield [known[id(one)] for one in found]


def concluded(answer: Answer, one: Judged, setting: Inquiry) -> Diagnosis:
    """The diagnosis of a run of a setting, after its experiments.

    What is proved stays proved, and is to be removed whatever else is wrong. The cause is that whose fix is confirmed;
    where those of the named one fail, one that other seeds may explain as well is likely. It is unknown where all that
    can be trained fail, its own among them. No fix is left to try that has failed.
    """
    said, best = replace(one.diagnosis, tried=answer.tried), answer.best
    is_proved = said.certainty == "proved"
    if is_proved and said.cause != setting.lead.diagnosis.cause:
        return one.diagnosis
    is_named = said.verdict != "unknown" and (is_proved or said.cause not in answer.failed)
    fixes = tuple(fix for fix in said.fixes if is_proved or not _has_failed(fix, answer.tried))
    is_excluded = best is not None and best.cause == "bad_start" and no_trap(subject_of(one), said)
    if best is None or is_excluded or (said.cause != best.cause and is_named and not answer.is_confirmed):
        return replace(said, fixes=fixes) if is_named else _unknown(one, said)
    if said.cause != best.cause:
        said, fixes = _renamed(one, said, best, setting.rules), ()
    named = replace(said, fixes=(best.fix, *(fix for fix in fixes if fix != best.fix)), second=best.second)
    if is_proved:
        return named
    return replace(named, verdict="ill", certainty="confirmed" if answer.is_confirmed else "likely")


def _has_failed(fix: Overrides, tried: Sequence[Experiment]) -> bool:
    """Whether a fix was trained, and has not helped at last."""
    found = [each for each in tried if each.overrides == fix or (is_of_seeds(each.overrides) and is_of_seeds(fix))]
    trained = [each for each in found if not each.why_not]
    return bool(trained) and not trained[-1].has_helped


def _renamed(one: Judged, said: Diagnosis, best: Candidate, rules: Rules) -> Diagnosis:
    """With the cause that a fix stands for, and the numbers of its rule, where that holds: they show no other cause.

    But few units, and other seeds, are what shows a trap and what shows that units are too few.
    """
    subject, kept = subject_of(one), said.evidence if {said.cause, best.cause} == set(NARROW) else ()
    with ONE_BLAS_THREAD, np.errstate(all="ignore"):
        holds = next((rule for rule in rules if rule.code == best.code and rule.when(subject)), None)
        evidence = tuple(holds.evidence(subject)) if holds else kept
    return replace(said, code=best.code, cause=best.cause, layer=None, step=None, evidence=evidence)


def _unknown(one: Judged, said: Diagnosis) -> Diagnosis:
    with ONE_BLAS_THREAD, np.errstate(all="ignore"):
        wrong = wrong_arrays(subject_of(one))
    found = [Evidence("arrays whose gradient is wrong", ", ".join(row.name for row in wrong))] if wrong else []
    return Diagnosis("unknown", evidence=tuple(found), symptoms=said.symptoms, tried=said.tried)


def _by_cause(runs: Sequence[Judged]) -> list[Judged]:
    """Known causes before unknown ones, the commonest first."""
    n = Counter(one.diagnosis.cause for one in runs)
    return sorted(runs, key=lambda one: (not one.diagnosis.cause, -n[one.diagnosis.cause]))
