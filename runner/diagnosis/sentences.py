"""Diagnoses for people: a line with counts, then a block for each cause, not for each run; and one run in full."""

import math
from collections.abc import Callable, Mapping, Sequence

from runner.base.console import count
from runner.base.texts import number
from runner.diagnosis.causes import causes_of, failures_of, kind_of
from runner.diagnosis.commands import Command
from runner.diagnosis.judged import Judged, Unjudged
from runner.diagnosis.ranges import Range, ranges_of
from runner.diagnosis.rules import RULES
from runner.diagnosis.texts import TEXTS, words_of
from runner.diagnosis.tried import tried_lines, words_of_trial
from runner.runs.diagnosis import Evidence
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult

MOST_NAMED = 6
_SAMPLES = {"test": "test samples", "validation": "validation samples", "train": "training samples"}
NO_SCORE = "no score says what is learned: all targets to judge by are the same"

Name = Callable[[RunResult], str]


def summary(found: Sequence[Judged | Unjudged]) -> str:
    """How many runs learn, do not, and are not judged."""
    runs = [one for one in found if isinstance(one, Judged)]
    groups = {
        ("learns", "learn"): [one for one in runs if one.diagnosis.verdict == "healthy"],
        ("does not learn", "do not learn"): [
            one for one in runs if one.diagnosis.verdict == "ill" and not one.learns_badly
        ],
        ("learns its training samples alone", "learn their training samples alone"): [
            one for one in runs if one.learns_badly
        ],
        ("is unexplained", "are unexplained"): [one for one in runs if one.diagnosis.verdict == "unknown"],
    }
    said = [f"{len(group)} {verb[len(group) > 1]}" for verb, group in groups.items() if group]
    left = [one for one in found if isinstance(one, Unjudged)]
    for outcome in (Outcome.FAILED, Outcome.KILLED):
        if n := sum(one.result.outcome is outcome for one in left):
            said.append(f"{n} {outcome.value} (not judged)")
    if n := sum(one.result.outcome.is_trained for one in left):
        said.append(f"{n} cannot be judged")
    whole, causes = failures_of(found), causes_of(found)
    where = [f"do not learn: {whole.words}"] if whole and whole.factor and len(causes) > 1 else []
    return "\n".join([f"{count(len(found), 'run')}: {', '.join(said)}", *where])


def blocks(found: Sequence[Judged | Unjudged], name: Name, command: Command) -> list[list[str]]:
    """The lines of each cause, those with most runs first; then runs that learn."""
    ill: dict[tuple[tuple[str, str], str], list[Judged]] = {}
    healthy: dict[str, list[Judged]] = {}
    for one in found:
        if isinstance(one, Judged) and one.diagnosis.verdict == "healthy" and not one.diagnosis.code:
            healthy.setdefault(one.result.spec.data.name, []).append(one)
        elif isinstance(one, Judged):
            ill.setdefault((kind_of(one), one.diagnosis.certainty), []).append(one)
    ranked = sorted(ill.values(), key=lambda group: -len(group))
    explained = {cause.kind: cause.words for cause in causes_of(found)}  # of a cause, whatever the certainty
    lines = [
        _of_cause(
            group, name, command, explained.pop(kind_of(group[0]), ""), ranges_of(group[0], found), len(found) > 1
        )
        for group in ranked
    ]
    lines += [
        [_of_healthy(group, label if len(healthy) > 1 else "", len(found) > 1)] for label, group in healthy.items()
    ]
    changed: dict[str, int] = {}
    for one in found:
        if isinstance(one, Unjudged) and one.result.outcome.is_trained:
            changed[one.why] = changed.get(one.why, 0) + 1
    return lines + [[f"{count(n, 'run')} cannot be judged: {why}"] for why, n in changed.items()]


def in_full(one: Judged, command: Command) -> list[str]:
    """All that is known of one run."""
    said = one.diagnosis
    lines = [headline(one), *_facts([one], command, {}, all_fixes=True)]
    lines += [_line("" if place else "tried", words_of_trial(each)) for place, each in enumerate(said.tried)]
    if one.symptoms:
        lines.append(_line("seen too", "; ".join(evidence_text(each) for each in one.symptoms)))
    lines.append(_line("scores", _scores(one)))
    if said.cause in TEXTS:
        text = TEXTS[said.cause]
        said_of = {"what": text.what, "looks": text.looks, "found": text.found}
        lines += [_line(label, sentence) for label, sentence in said_of.items() if sentence]
    return lines


def headline(one: Judged) -> str:
    """A run, or the first of several with the same cause, in one line."""
    said = one.diagnosis
    if said.verdict == "healthy":
        learns = f"{_learns(one)}: {_value(one, one.scores.tested)}; {allowed(one)}"
        return f"{learns}\nalthough {_cause(one)}" if said.code else learns
    if said.verdict == "unknown":
        return _unexplained(one)
    learns = "learns its training samples alone" if one.learns_badly else "does not learn"
    return f"{learns}: {_cause(one)}"


def _learns(one: Judged) -> str:
    return "learns, though the data allow more" if one.falls_short else "learns"


def allowed(one: Judged) -> str:
    """What the data allow, and what a constant and a linear model reach beside it."""
    given = one.reference
    beside = f"a constant reaches {_number(one, 0.0)}, a linear model {_number(one, given.linear)}"
    if not given.is_known:
        return f"the data allow perhaps {_number(one, given.score)} ({given.why_not.rstrip('.')}); {beside}"
    return f"the data allow about {_number(one, given.score)}{_r2(one, given.score)}; {beside}"


def evidence_text(one: Evidence, healthy: Range | None = None) -> str:
    """A number that a verdict rests on, its limit, where it was measured, and what it is in runs that learn."""
    value = number(one.value, 3) if isinstance(one.value, float) else one.value
    value = TEXTS[value].words if value in TEXTS else value
    limit = f" (limit {number(one.threshold, 3)})" if one.threshold is not None else ""
    others = f" ({healthy.words(float(one.value))})" if healthy else ""
    return f"{one.signal}: {value}{limit}{', ' if where(one) else ''}{where(one)}{others}"


def where(one: Evidence) -> str:
    """The layer and the step of a number, where it has them."""
    places = [f"layer {one.layer}" if one.layer is not None else "", f"step {one.step}" if one.step is not None else ""]
    return ", ".join(filter(None, places))


def _of_cause(
    group: Sequence[Judged], name: Name, command: Command, why: str, ranges: Mapping[Evidence, Range], is_sweep: bool
) -> list[str]:
    """A block: how many runs, why, and the first of them as the example that numbers are of."""
    first, n = group[0], len(group)
    if not is_sweep:
        return [headline(first), *_facts(group, command, ranges)]
    text = verdict_of(first, n > 1)
    runs = [f"{one.result.index} ({name(one.result)})" for one in group[:MOST_NAMED]]
    more = f" and {n - MOST_NAMED} more" if n > MOST_NAMED else ""
    lines = [f"{count(n, 'run')}: {text}", _line("runs", ", ".join(runs) + more)]
    lines += [_line("where", why)] if why else []
    return lines + _facts(group, command, ranges, of=f"run {first.result.index}: " if n > 1 else "")


def verdict_of(one: Judged, are_several: bool = False) -> str:
    """What is said of a run, or of several with the same cause, before any numbers."""
    text = _cause(one) if one.diagnosis.code else _unexplained(one, are_several)
    learn = "learn" if are_several else "learns"
    return f"{learn}, although {text}" if one.diagnosis.code and one.diagnosis.verdict == "healthy" else text


def reached(one: Judged) -> str:
    """What a run has reached, and what it could have."""
    return f"{_value(one, one.scores.tested)}; {allowed(one)}"


def page_of(one: Judged) -> str:
    """Where more is said of a run's cause; empty for one that has no page."""
    page = TEXTS[one.diagnosis.cause].page if one.diagnosis.cause in TEXTS else ""
    return f"{page}, {one.diagnosis.code}" if page else ""


def _cause(one: Judged) -> str:
    said = one.diagnosis
    return f"{words_of(said.cause)} ({said.certainty}, {said.code})"


def _unexplained(one: Judged, are_several: bool = False) -> str:
    """What is said of a run without a cause: no more than was looked at."""
    if math.isnan(one.scores.tested):
        return NO_SCORE
    do = "do" if are_several else "does"
    trained = "" if one.diagnosis.experiment else "; no fix was trained (--confirm tries some)"
    left_out = f" ({', '.join(RULES.silenced)} left out)" if RULES.silenced else ""
    return f"{do} not learn, and none of the {len(RULES)} known causes{left_out} fits{trained}"


def _facts(
    group: Sequence[Judged], command: Command, ranges: Mapping[Evidence, Range], of: str = "", all_fixes: bool = False
) -> list[str]:
    """Evidence, what was reached and what could be, of the first; what was tried; and what to try."""
    one, said = group[0], group[0].diagnosis
    lines = [_line("evidence" if not at else "", f"{'' if at else of}{evidence_text(each, ranges.get(each))}")
             for at, each in enumerate(said.evidence)]  # fmt: skip
    if said.verdict != "healthy" and not math.isnan(one.scores.tested):
        lines.append(_line("reached", f"{of}{reached(one)}"))
    lines += [] if all_fixes else [_line(label, text) for label, text in tried_lines(group)]
    fixes = said.fixes if all_fixes else said.fixes[:1]
    for at, fix in enumerate(fixes):
        lines.append(_line("else" if at else "to try", command(one.result, fix)))
    if page := page_of(one):
        lines.append(_line("more", page))
    return lines


def _of_healthy(group: Sequence[Judged], label: str, is_sweep: bool) -> str:
    on = f" on {label}" if label else ""
    if len(group) == 1:
        one = group[0]
        return f"{'1 run ' if is_sweep else ''}{_learns(one)}{on}: {_value(one, one.scores.tested)}; {allowed(one)}"
    reached = [one.shown(one.scores.tested) for one in group if math.isfinite(one.scores.tested)]
    could = [one.shown(one.reference.score) for one in group if one.reference.is_known]
    said = f"; the data allow about {_range(could)}" if could else ""
    return f"{count(len(group), 'run')} learn{on}: {group[0].metric} {_range(reached)}{said}"


def _scores(one: Judged) -> str:
    """On what is judged and on training samples, in the units that rules compare."""
    parts = {one.scores.part: one.scores.tested, "train": one.scores.trained}
    reached = ", ".join(f"{number(score, 3)} on {_SAMPLES[part]}" for part, score in parts.items())
    return f"{reached}; the data allow {number(one.reference.score, 3)} (0 is a constant, 1 is perfect)"


def _range(values: Sequence[float]) -> str:
    ends = list(dict.fromkeys(number(one, 3) for one in (min(values), max(values))))
    return " to ".join(ends)


def _value(one: Judged, score: float) -> str:
    if math.isinf(score):
        why = "its outputs are not finite, or far beyond the targets" if one.result.has_finished else "diverged"
        return f"no {one.metric} ({why})"
    return f"{one.metric} {_number(one, score)}{_r2(one, score)}"


def _r2(one: Judged, score: float) -> str:
    """What an error in the units of the targets is in those in which runs are judged."""
    return f" (R2 {number(score, 3)})" if one.metric == "rmse" else ""


def _number(one: Judged, score: float) -> str:
    return number(one.shown(score), 3)


def _line(label: str, text: str) -> str:
    return f"   {label:<10}{text}"
