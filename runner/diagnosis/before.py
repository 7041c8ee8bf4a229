"""Before training: what config, data and initial weights foretell. It rejects nothing, and changes no number."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from runner.base.errors import RAISED
from runner.diagnosis.causes import DRAWS
from runner.diagnosis.judged import prepared
from runner.diagnosis.reference import Reference, reference_of
from runner.diagnosis.rules import RULES, Rule, Rules
from runner.diagnosis.rules.code import WRONG_COST, WRONG_GRADIENT, WRONG_PAIRS, WRONG_UPDATE
from runner.diagnosis.rules.held_out import EXTRAPOLATION
from runner.diagnosis.rules.network import is_linear
from runner.diagnosis.rules.start import SYMMETRIC_INIT
from runner.diagnosis.sentences import evidence_text
from runner.diagnosis.subject import Subject
from runner.diagnosis.texts import words_of
from runner.plan.plan import Plan
from runner.runs.components import is_own
from runner.runs.data import Prepared
from runner.runs.diagnosis import Evidence, Overrides
from runner.runs.outcome import Outcome
from runner.runs.overrides import settings_of
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.runs.spec import Spec
from runner.runs.structure import activations_of
from runner.train.blas import ONE_BLAS_THREAD

MOST = 20  # settings that are looked at
ENTRIES = 200_000  # of the samples, up to which they are looked at
ROWS, COLUMNS = 300, 100  # of the samples up to which kernel regression is asked
MANY = 4_000_000  # updates of all runs, beside which a second is not much
UNASKED = Reference(0.0, 0.0, 0.0, 0.0, 0.0, 0, is_known=False, why_not="It was not looked at.")
FAULTS = (WRONG_GRADIENT, WRONG_UPDATE, WRONG_PAIRS, WRONG_COST)

Typed = tuple[tuple[str, str], ...]  # keys and values as typed, but for those of seeds and folds


@dataclass(frozen=True)
class Sign:
    """A warning for some `runs`: a cause for which they will not learn, as far as it shows before training.

    Evidence and fix are those of the first run. What may be intended is a note, not a warning.
    """

    rule: Rule
    runs: list[PlannedRun]
    evidence: Sequence[Evidence]
    fix: Overrides
    is_note: bool


@dataclass(frozen=True)
class Foreseen:
    """The warnings for the runs of a plan, each cause once.

    `looked_at` is the whole plan or, with many settings, one run for each of some of them.
    """

    plan: Plan
    looked_at: Plan
    signs: list[Sign]

    @property
    def warnings(self) -> list[str]:
        """One line for each cause for which a run should be changed."""
        return [self._line(one) for one in self.signs if not one.is_note]

    @property
    def notes(self) -> list[str]:
        """One line for each mistake that may be intended."""
        return [self._line(one) for one in self.signs if one.is_note]

    @property
    def is_whole(self) -> bool:
        """Whether every setting was checked."""
        return len(self.looked_at.runs) == len(self.plan.runs)

    def _line(self, one: Sign) -> str:
        n, some = len(one.runs), self.looked_at
        what = [some.name_of(one.runs)] if n < len(some.runs) else []
        if len(self.plan.runs) > 1:
            what.append(f"{n} of {len(some.runs)} {'runs' if self.is_whole else 'settings looked at'}")
        which = ", ".join(filter(None, what))
        measured = {each.threshold: each for each in reversed(one.evidence)}  # the same in other layers is left out
        shown = ", ".join(evidence_text(each) for each in reversed(measured.values()))
        fix = f"; try {' '.join(one.fix)}" if one.fix else ""
        kind, words = "note" if one.is_note else "warning", words_of(one.rule.cause)
        return f"{kind}: {words} ({one.rule.code}){which and f' [{which}]'}: {shown}{fix}"


def foresee(plan: Plan, is_thorough: bool = False, rules: Rules = RULES) -> Foreseen:
    """Check a plan, unless it has `diagnose=off`; if `is_thorough`, slow checks are included."""
    if plan.settings.diagnose == "off":
        return Foreseen(plan, plan, [])
    settings = dict[Typed, list[PlannedRun]]()
    for run in plan.runs:
        settings.setdefault(_typed(run), []).append(run)
    some, looked_at = _some(list(settings)), plan
    if len(some) < len(settings):
        looked_at = plan.apart([settings[one][0] for one in some])
        settings = {one: [run] for one, run in zip(some, looked_at.runs, strict=True)}
    look = _Look(looked_at, math.inf if is_thorough else len(plan.runs), rules)
    found = dict[tuple[str, bool], Sign]()
    with ONE_BLAS_THREAD, np.errstate(all="ignore"):
        for runs in settings.values():
            for one in look.at(runs):
                first = found.setdefault((one.rule.code, one.is_note), one)
                if first is not one:
                    first.runs.extend(runs)
    return Foreseen(plan, looked_at, list(found.values()))


def _typed(run: PlannedRun) -> Typed:
    return tuple(pair for pair in settings_of(run.overrides).items() if pair[0] not in DRAWS)


def _some(settings: Sequence[Typed]) -> Sequence[Typed]:
    """All settings where they are few; of many some, among which as many values as possible of every key."""
    if len(settings) <= MOST:
        return settings
    seen, cover = set[tuple[str, str]](), list[Typed]()
    for one in settings:
        if not seen.issuperset(one):
            seen.update(one)
            cover.append(one)
    places = np.linspace(0, len(cover) - 1, min(MOST, len(cover))).astype(int)
    return [cover[place] for place in places]


class _Look:
    """A look at settings of a plan, one after another: data are made once for all that have them."""

    def __init__(self, plan: Plan, n_runs: float, rules: Rules) -> None:
        self._checked, self._n_runs, self._rules = plan.checked, n_runs, rules
        self._data: dict[str, Prepared | str] = {}

    def at(self, runs: Sequence[PlannedRun]) -> Iterator[Sign]:
        """What shows of a setting, `runs` of which differ in their seeds alone: the first cause of a run that does not
        learn, and all that is seen of other runs too.
        """
        spec = runs[0].spec
        if (subject := self._subject(runs[0])) is None:
            return
        others = [runs[place] for place in sorted({len(runs) // 2, len(runs) - 1} - {0})]
        has_cause = False
        for rule in self._rules:
            if (has_cause and rule.asked == "failing") or (rule is WRONG_GRADIENT and not _has_own_code(spec)):
                continue
            evidence, fix = _foretold(rule, subject)
            if evidence and all(_foretold(rule, self._subject(one))[0] for one in others):
                has_cause = has_cause or rule.asked == "failing"
                yield Sign(rule, list(runs), evidence, fix, _is_intended(rule, runs[0]))

    def _subject(self, run: PlannedRun) -> Subject | None:
        """A run as rules see it; None where its data are too large to be made once more, or cannot be."""
        spec, facts = run.spec, self._checked[run.index].phases[-1].facts
        if facts.n_samples * (facts.d_in + facts.n_targets) > ENTRIES:
            return None
        data = prepared(spec, self._data)
        if isinstance(data, str):
            return None
        subject = Subject(RunResult(run.index, run.key, spec, Outcome.KILLED), data, UNASKED)
        return replace(subject, reference=reference_of(data)) if self._is_weighed(subject) else subject

    def _is_weighed(self, subject: Subject) -> bool:
        """Whether to measure what the data allow: of a network that may be too simple, or of data that may be noise."""
        spec, data = subject.spec, subject.data
        n, d_in = data.X_train.shape
        is_known = data.samples.truth is not None or data.samples.bayes is not None
        if n > ROWS or d_in > COLUMNS or (is_known and not is_linear(spec) and 1 not in spec.network.hidden):
            return False
        # Of classes it takes scikit-learn, which training imports too: a single run in this process.
        updates = self._n_runs * subject.shape.n_steps
        return data.samples.task == "regression" or self._n_runs == 1 or updates > MANY


def _foretold(rule: Rule, subject: Subject | None) -> tuple[Sequence[Evidence], Overrides]:
    """The evidence of a rule and what to try; none where a part of one's own fails, which training will say."""
    try:
        evidence = rule.foretold(subject) if subject else ()
        return evidence, next(iter(rule.to_try(subject)), ()) if subject and evidence else ()
    except RAISED:
        return (), ()


def _is_intended(rule: Rule, run: PlannedRun) -> bool:
    """Whether a mistake may be one on purpose, as all of a case and of a named sweep are."""
    spec, settings = run.spec, settings_of(run.overrides)
    if any(settings.get(key, "null") != "null" for key in ("case", "sweep")):
        return True
    if rule in FAULTS:
        return bool(spec.fault)
    return (rule is SYMMETRIC_INIT and spec.init.name == "constant") or (rule is EXTRAPOLATION and spec.test.margin > 0)


def _has_own_code(spec: Spec) -> bool:
    """Whether a gradient may be wrong: with a fault, or with a part of one's own."""
    hidden = [one.name for one in activations_of(spec)]
    parts = {"activation": [*hidden, spec.network.input, spec.network.output], "loss": [spec.loss.name]}
    return bool(spec.fault) or any(is_own(kind, name) for kind, names in parts.items() for name in names)
