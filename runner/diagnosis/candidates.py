"""Which fixes are tried for a run that does not learn: those of its cause, and of similar causes."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from runner.diagnosis.causes import typed
from runner.diagnosis.rules import Rule, Rules
from runner.diagnosis.rules.start import rectified
from runner.diagnosis.rules.steps import STEADILY
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Diagnosis, Overrides, is_of_seeds
from runner.runs.flat import flatten
from runner.runs.spec import Spec

WIDER = 4
# Rates beyond those that a person is shown: they are trained in the same stack.
FURTHER = {"lr_high": (0.3, 1e-3, 1e-4), "lr_low": (3, 1e3, 1e4)}
NARROW = ("bad_start", "too_small")  # causes that more units cure
USUAL = (0.1, 0.01, 0.001)  # where a rate is wrong by more than that
ADAPTIVE = (1e-5, 1.0)  # the lowest and the highest rate for an optimizer whose steps are about as long as the rate
UNKNOWN = ("lr_low", "lr_high", "bad_start", "too_small")  # what most runs have that no rule explains
SET: dict[str, Callable[[Spec], bool]] = {  # and what a setting can do that others go without
    "l2_strong": lambda spec: spec.training.l1 + spec.training.l2 > 0,
    "dropout_strong": lambda spec: spec.training.dropout > 0,
    "clip_tight": lambda spec: (spec.training.clip_norm, spec.training.clip_value) != (None, None),
    "decay_fast": lambda spec: spec.schedule.name != "constant",
    "no_bias": lambda spec: not spec.network.bias,
}
# What is tried where nothing of that has helped.
OTHERS = (*UNKNOWN, "too_few_steps", "init_small", "init_large", "dead_relu", "unscaled_inputs", "unscaled_targets")
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
    "dropout_strong": ("lr_low", "lr_high", "too_small"),
    "clip_tight": ("lr_low",),
    "momentum_high": ("lr_high",),
    "not_shuffled": ("lr_high", "lr_low"),
    "unscaled_inputs": ("lr_high", "lr_low"),
    "unequal_inputs": ("lr_low", "lr_high"),
    "unscaled_targets": ("lr_high", "lr_low"),
}


@dataclass(frozen=True)
class Candidate:
    """A fix, and the cause that a run has if it helps; `second` is another cause, whose fix is part of it."""

    code: str
    cause: str
    fix: Overrides
    second: str = ""


# The values of a key with which all runs of a setting learn that differs in nothing else, the best first.
Learning = Mapping[str, Sequence[object]]


def candidates_of(
    said: Diagnosis, subject: Subject, beside: Sequence[str], rules: Rules, learning: Learning | None = None
) -> list[Candidate]:
    """What to try for a run, in order: what is known to make it learn, then the fixes of its cause and of others.

    These are the causes `beside` it and similar ones; the first fix of each comes before the second of any. A proved
    cause needs no alternatives.
    """
    lists = [fixes_of(said, subject)]
    if said.certainty != "proved":
        alike = ALIKE.get(said.cause, ()) if said.cause else UNKNOWN
        lists += _of_causes([*beside, *alike, *_set(subject.spec)], subject, rules, {said.cause})
    known = _known(lists, subject.spec, learning or {})
    return _each_once(known, in_turns(lists))


def others_of(
    tried: Sequence[Candidate], helpful: Sequence[Candidate], subject: Subject, rules: Rules
) -> list[Candidate]:
    """What else to try for a run that nothing helped: fixes `helpful` to other settings, other causes, other rates."""
    lists = list(_of_causes(OTHERS, subject, rules, set()))
    lists += [list(_further(rule, subject)) for rule in rules if rule.cause in FURTHER]
    known, has_seeds = {one.fix for one in tried}, any(is_of_seeds(one.fix) for one in tried)
    new = [one for one in _each_once(helpful, in_turns(lists)) if one.fix not in known]
    return [one for one in new if not (has_seeds and is_of_seeds(one.fix))]


def fixes_of(said: Diagnosis, subject: Subject) -> list[Candidate]:
    """The fixes of a run's cause; a rate combined with more steps is the fix of a second cause."""
    found = [Candidate(said.code, said.cause, fix) for fix in said.fixes]
    if said.cause == "too_few_steps":
        return [replace(one, second="lr_low") if _rate_of(one.fix) else one for one in found]
    return found + list(_further(said, subject))


def penalties_of(subject: Subject, rules: Rules) -> list[Candidate]:
    """Removing what restrains the weights, as far as a run has set it."""
    return [found[0] for found in _of_causes(_set(subject.spec), subject, rules, set()) if found]


def narrow_named(some_learn: bool, rules: Rules) -> Callable[[Candidate], Candidate]:
    """The cause that more units indicate: a trap if some other seeds learn without them, else too few units."""
    cause = "bad_start" if some_learn else "too_small"
    code = next((rule.code for rule in rules if rule.cause == cause), "")

    def named(one: Candidate) -> Candidate:
        if not code or not any(each.startswith("network.hidden=") for each in one.fix):
            return one
        if one.second in NARROW:
            return replace(one, second=cause)
        return replace(one, code=code, cause=cause) if one.cause in NARROW else one

    return named


def no_trap(subject: Subject, said: Diagnosis) -> bool:
    """Whether a run is certainly not in a trap: its cost still falls clearly at the end."""
    return said.cause != "bad_start" and subject.falls > STEADILY


def in_turns(lists: Iterable[Sequence[Candidate]]) -> list[Candidate]:
    """The first of each list, then the second of each, and so on."""
    return [one for row in zip_longest(*lists) for one in row if one is not None]


def _each_once(*found: Iterable[Candidate]) -> list[Candidate]:
    by_fix: dict[Overrides, Candidate] = {}
    for one in chain(*found):
        by_fix.setdefault(one.fix, one)
    return list(by_fix.values())


def _set(spec: Spec) -> list[str]:
    return [name for name, is_on in SET.items() if is_on(spec)]


def _of_causes(causes: Iterable[str], subject: Subject, rules: Rules, but: set[str]) -> Iterator[list[Candidate]]:
    by_cause: dict[str, Rule] = {rule.cause: rule for rule in rules}
    for cause in dict.fromkeys(causes):
        if cause in by_cause and cause not in but:
            rule = by_cause[cause]
            yield [Candidate(rule.code, cause, fix) for fix in _fixes(rule, subject) if _is_sane(fix, subject)]


def _fixes(rule: Rule, subject: Subject) -> list[Overrides]:
    """Those of a rule, for a run of another cause: more units than it has, another start alone, no endless run."""
    hidden = subject.spec.network.hidden
    if rule.cause == "too_small":
        return [(f"network.hidden=[{','.join(str(WIDER * units) for units in hidden)}]",)] if hidden else []
    is_idle = {
        "momentum_high": not subject.has_momentum,
        "dead_relu": not rectified(subject.spec),
        "init_large": not _begins_large(subject),
        "init_small": _begins_large(subject),
        "bad_start": subject.falls > STEADILY,  # in no trap
    }
    if is_idle.get(rule.cause):
        return []
    fixes = [*rule.to_try(subject)]
    if rule.cause == "too_few_steps":
        return fixes[:1]
    return [fix for fix in fixes if is_of_seeds(fix)] if rule.cause == "bad_start" else fixes


def _begins_large(subject: Subject) -> bool:
    """Whether first weights are larger than is usual, in some layer."""
    return subject.first is not None and bool(subject.sizes(subject.first).max() > 1)


def _further(cause: Rule | Diagnosis, subject: Subject) -> Iterator[Candidate]:
    """More rates, for a cause that is one of rates."""
    if cause.cause in FURTHER:
        rates = [subject.spec.learning_rate * factor for factor in FURTHER[cause.cause]]
        is_high = cause.cause == "lr_high"
        usual = [one for one in USUAL if (one < min(rates) if is_high else one > max(rates))]
        found = [Candidate(cause.code, cause.cause, (f"learning_rate={one:g}",)) for one in [*rates, *usual]]
        yield from (one for one in found if _is_sane(one.fix, subject))


def _is_sane(fix: Overrides, subject: Subject) -> bool:
    rate = _rate_of(fix)
    return not rate or subject.is_plain or ADAPTIVE[0] <= rate <= ADAPTIVE[1]


def _rate_of(fix: Overrides) -> float:
    """The learning rate that a fix sets; 0 where it sets none."""
    return next((float(one.partition("=")[2]) for one in fix if one.startswith("learning_rate=")), 0.0)


def _known(lists: Iterable[Sequence[Candidate]], spec: Spec, learning: Learning) -> list[Candidate]:
    """Values with which runs beside this one learn, for causes that have a fix of the same key to the same side."""
    own, found = flatten(spec), dict[str, Candidate]()
    for one in chain(*lists):
        key, _, value = one.fix[0].partition("=")
        if len(one.fix) == 1 and key in learning:
            side = _side(_read(value), own[key])
            known = next((each for each in learning[key] if side and _side(each, own[key]) == side), None)
            if known is not None:
                found.setdefault(key, replace(one, fix=(f"{key}={typed(known)}",)))
    return list(found.values())


def _side(value: object, own: object) -> int:
    """1 where a value is more than the run's own, -1 where it is less: of layers, where there are more or fewer units.

    0 where that cannot be said.
    """
    if isinstance(value, list) and isinstance(own, list):
        return (sum(value) > sum(own)) - (sum(value) < sum(own))
    if isinstance(value, int | float) and isinstance(own, int | float):
        return (value > own) - (value < own)
    return 0


def _read(value: str) -> object:
    """A typed value as a spec has it; the text where it is no number and no list."""
    try:
        return json.loads(value)
    except ValueError:
        return value
