"""Which fixes are tried for a run that does not learn: those of its cause, and of the causes that look like it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from runner.diagnosis.rules import Rule, Rules
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Diagnosis, Overrides, is_of_seeds
from runner.runs.spec import Spec

WIDER = 4
# Rates beyond those that a person is shown: they are trained in the same stack.
FURTHER = {"lr_high": (0.3, 1e-3, 1e-4), "lr_low": (3, 1e3, 1e4)}
USUAL = (0.1, 0.01, 0.001)  # where a rate is wrong by more than that
UNKNOWN = ("lr_low", "lr_high", "bad_start", "too_small")  # what most runs have that no rule explains
SET: dict[str, Callable[[Spec], bool]] = {  # and what a setting can do that others go without
    "l2_strong": lambda spec: spec.training.l2 > 0,
    "clip_tight": lambda spec: (spec.training.clip_norm, spec.training.clip_value) != (None, None),
    "decay_fast": lambda spec: spec.schedule.name != "constant",
}
# Causes that signals alone can mix up, each with those whose fix is worth a try where its own does not help. They are
# of the steps and the start: that scales or a range are right, rules can see.
ALIKE: dict[str, tuple[str, ...]] = {
    "lr_low": ("bad_start", "too_small", "too_few_steps"),
    "lr_high": ("momentum_high", "dead_relu", "bad_start"),
    "bad_start": ("lr_low", "lr_high", "too_small"),
    "too_small": ("bad_start", "lr_low", "lr_high"),
    "too_few_steps": ("lr_low", "bad_start"),
    "batch_large": ("too_few_steps", "lr_low"),
    "init_small": ("lr_low", "lr_high", "bad_start"),
    "init_large": ("lr_high", "lr_low", "bad_start"),
    "dead_relu": ("lr_high", "lr_low"),
    "vanishing": ("lr_low", "bad_start"),
    "imbalance": ("lr_low",),
    "overfit": ("too_few_samples",),
    "too_few_samples": ("overfit",),
    "no_bias": ("lr_low", "lr_high", "bad_start"),
    "l2_strong": ("lr_high", "lr_low", "bad_start"),
    "clip_tight": ("lr_low",),
    "momentum_high": ("lr_high",),
    "not_shuffled": ("lr_high", "lr_low"),
    "unscaled_inputs": ("lr_high", "lr_low"),
    "unequal_inputs": ("lr_low", "lr_high"),
    "unscaled_targets": ("lr_high", "lr_low"),
}


@dataclass(frozen=True)
class Candidate:
    """A fix, and the cause that a run has where it helps; `second` is another cause, whose fix is part of it."""

    code: str
    cause: str
    fix: Overrides
    second: str = ""


def candidates_of(said: Diagnosis, subject: Subject, beside: Sequence[str], rules: Rules) -> list[Candidate]:
    """What to try for a run, in order: its cause's fixes, those of causes `beside` it, those of its look-alikes.

    What is proved needs no look-alikes.
    """
    found = {one.fix: one for one in fixes_of(said, subject)}
    if said.certainty != "proved":
        for one in _alike(said.cause, beside, subject, rules):
            found.setdefault(one.fix, one)
    return list(found.values())


def fixes_of(said: Diagnosis, subject: Subject) -> list[Candidate]:
    """Those of the cause of a run."""
    return [Candidate(said.code, said.cause, fix) for fix in (*said.fixes, *_further(said.cause, subject))]


def _alike(cause: str, beside: Sequence[str], subject: Subject, rules: Rules) -> Iterator[Candidate]:
    by_cause: dict[str, Rule] = {rule.cause: rule for rule in rules}
    on = [name for name, is_on in SET.items() if is_on(subject.spec)]
    for name in (*beside, *(ALIKE.get(cause, ()) if cause else (*UNKNOWN, *on))):
        if name != cause and name in by_cause:
            rule = by_cause[name]
            yield from (Candidate(rule.code, name, fix) for fix in _fixes(rule, subject))


def _fixes(rule: Rule, subject: Subject) -> list[Overrides]:
    """Those of a rule, for a run of another cause: more units than it has, another start alone, no endless run."""
    hidden = subject.spec.network.hidden
    if rule.cause == "too_small":
        return [(f"network.hidden=[{','.join(str(WIDER * units) for units in hidden)}]",)] if hidden else []
    fixes = [*map(tuple, rule.fixes(subject)), *_further(rule.cause, subject)]
    if rule.cause == "momentum_high" and not subject.has_momentum:
        return []
    if rule.cause == "too_few_steps":
        return fixes[:1]
    return [fix for fix in fixes if is_of_seeds(fix)] if rule.cause == "bad_start" else fixes


def _further(cause: str, subject: Subject) -> list[Overrides]:
    """More rates, for a cause that is one of rates."""
    if cause not in FURTHER:
        return []
    rates = [subject.spec.learning_rate * factor for factor in FURTHER[cause]]
    is_beyond = (lambda one: one < min(rates)) if cause == "lr_high" else (lambda one: one > max(rates))
    return [(f"learning_rate={one:g}",) for one in [*rates, *filter(is_beyond, USUAL)]]
