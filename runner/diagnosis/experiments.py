"""What experiments make of diagnoses: confirmed, corrected, or taken back."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import count, islice

import numpy as np

from runner.diagnosis.inquiry import FRESH, Answer, Inquiry
from runner.diagnosis.judged import Judged, Unjudged
from runner.diagnosis.probes import wrong_arrays
from runner.diagnosis.rules import RULES, Rules
from runner.diagnosis.subject import Subject
from runner.diagnosis.trials import Trials
from runner.runs.diagnosis import Diagnosis, Evidence
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
    fresh = list(islice(count(max(taken, default=-1) + 1), FRESH))
    largest_first = sorted(settings.values(), key=lambda runs: -len(runs))
    return [Inquiry(_by_cause(runs), trials.another(), fresh, rules) for runs in largest_first]


def confirm(found: Sequence[Judged | Unjudged], settings: Sequence[Inquiry]) -> Iterator[list[Judged | Unjudged]]:
    """All runs with what experiments say of them, again after each setting: what is done survives an interrupt."""
    known = {id(one): one for one in found}
    for setting in settings:
        answer = setting.answer()
        known |= {id(one): replace(one, diagnosis=concluded(answer, one, setting)) for one in setting.runs}
        yield [known[id(one)] for one in found]


def concluded(answer: Answer, one: Judged, setting: Inquiry) -> Diagnosis:
    """The diagnosis of a run of a setting, after its experiments.

    What is proved stays proved. The cause is that whose fix is confirmed; where those of the named one fail, one that
    other seeds may explain as well is likely. It is unknown where all that can be trained fail, its own among them.
    """
    said, best = replace(one.diagnosis, tried=answer.tried), answer.best
    if said.certainty == "proved" and said.cause != setting.lead.diagnosis.cause:
        return one.diagnosis
    is_named = said.verdict != "unknown" and (said.certainty == "proved" or not answer.have_failed)
    if best is None or (said.cause != best.cause and is_named and not answer.is_confirmed):
        return said if is_named else _unknown(one, said)
    if said.cause != best.cause:
        said = replace(said, code=best.code, cause=best.cause, layer=None, step=None, evidence=(), fixes=())
    fixes = (best.fix, *(fix for fix in said.fixes if fix != best.fix))
    second = (Evidence("what is left with the first fix alone", best.second),) if best.second else ()
    named = replace(said, fixes=fixes, evidence=(*said.evidence, *second))
    if said.certainty == "proved":
        return named
    return replace(named, verdict="ill", certainty="confirmed" if answer.is_confirmed else "likely")


def _unknown(one: Judged, said: Diagnosis) -> Diagnosis:
    with ONE_BLAS_THREAD, np.errstate(all="ignore"):
        wrong = wrong_arrays(Subject(one.result, one.data, one.reference))
    names = ", ".join(row.name for row in wrong) or "none"
    found = Evidence("arrays whose gradient is wrong", names)
    return Diagnosis("unknown", evidence=(found,), symptoms=said.symptoms, tried=said.tried)


def _by_cause(runs: Sequence[Judged]) -> list[Judged]:
    """Known causes before unknown ones, the commonest first."""
    n = Counter(one.diagnosis.cause for one in runs)
    return sorted(runs, key=lambda one: (not one.diagnosis.cause, -n[one.diagnosis.cause]))
