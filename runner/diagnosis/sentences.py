"""Diagnoses in words: a line with counts, then one block per cause, not per run; and one run in full."""

import math
from collections.abc import Callable, Mapping, Sequence

from runner.base.console import count
from runner.base.texts import number
from runner.diagnosis.causes import causes_of, kind_of
from runner.diagnosis.judged import Judged, Unjudged
from runner.diagnosis.ranges import Range, ranges_of
from runner.diagnosis.rules import RULES
from runner.diagnosis.texts import TEXTS, words_of
from runner.diagnosis.tried import tried_lines, words_of_trial
from runner.diagnosis.verdicts import (
    SHORTFALLS,
    TRAINING_ONLY,
    WORSE,
    allowed_to,
    common,
    fall_short,
    reached,
    shortfall,
    span,
)
from runner.runs.commands import Command
from runner.runs.diagnosis import Evidence, in_words
from runner.runs.result import RunResult

MOST_NAMED = 6
_SAMPLES = {"test": "test samples", "validation": "validation samples", "train": "training samples"}
NO_SCORE = "no score says what is learned: all targets to judge by are the same"

Name = Callable[[RunResult], str]


def blocks(found: Sequence[Judged | Unjudged], name: Name, command: Command) -> list[list[str]]:
    """The lines of each cause, the most frequent first; then runs that learn."""
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
    """Everything that is known about one run."""
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
        learns = f"{_learns(one)}: {reached(one)}"
        return f"{learns}\nalthough {_cause(one)}" if said.code else learns
    if said.verdict == "unknown":
        return _unexplained(shortfall(one), one)
    return f"{shortfall(one) or NO_SCORE}: {_cause(one)}"


def _learns(one: Judged) -> str:
    return "learns, though the data allow more" if one.falls_short else "learns"


def evidence_text(one: Evidence, healthy: Range | None = None) -> str:
    """A value of the evidence, its threshold, where it was measured, and its range in healthy runs."""
    value = TEXTS[one.value].words if isinstance(one.value, str) and one.value in TEXTS else one.value
    said = in_words(one.signal, value, one.threshold if one.is_beyond else None, one.side, where(one))
    beside = healthy.words(float(one.value)) if healthy else ""
    return f"{said} ({beside})" if beside else said


def where(one: Evidence) -> str:
    """The layer and the step of a value, if it has them."""
    places = [f"layer {one.layer}" if one.layer is not None else "", f"step {one.step}" if one.step is not None else ""]
    return ", ".join(filter(None, places))


def _of_cause(
    group: Sequence[Judged], name: Name, command: Command, why: str, ranges: Mapping[Evidence, Range], is_sweep: bool
) -> list[str]:
    """A block: how many runs, why, and the first of them as the example that numbers are of."""
    first, n = group[0], len(group)
    if not is_sweep:
        return [headline(first), *_facts(group, command, ranges)]
    runs = [f"{one.result.index} ({name(one.result)})" for one in group[:MOST_NAMED]]
    more = f" and {n - MOST_NAMED} more" if n > MOST_NAMED else ""
    is_other = first.diagnosis.verdict == "ill" and common(group) in (WORSE, TRAINING_ONLY)
    fall = f" {fall_short(common(group), n)}" if is_other else ""
    lines = [f"{count(n, 'run')}{fall}: {verdict_of(group)}", _line("runs", ", ".join(runs) + more)]
    lines += [*_shortfalls(group), *[_line("where", why)] * bool(why)]
    return lines + _facts(group, command, ranges, of=f"run {first.result.index}: " if n > 1 else "")


def _shortfalls(group: Sequence[Judged]) -> list[str]:
    """Which of several runs fall short in which way, where it is not the same."""
    if len({shortfall(one) for one in group}) < 2:
        return []
    lines = list[str]()
    for way in SHORTFALLS:
        some = [str(one.result.index) for one in group if shortfall(one) == way]
        more = f" and {len(some) - MOST_NAMED} more" if len(some) > MOST_NAMED else ""
        if some:
            which = f"run{'s' * (len(some) > 1)} {', '.join(some[:MOST_NAMED])}{more}"
            words = f"{len(some)} {fall_short(way, len(some))}: {which}"
            lines.append(_line("" if lines else "of these", words))
    return lines


def verdict_of(group: Sequence[Judged], after: str = "") -> str:
    """What is said of runs with the same cause, before any numbers; not again how they fall short where that is what is
    said before.
    """
    one, n = group[0], len(group)
    way = common(group)
    text = _cause(one) if one.diagnosis.code else _unexplained("" if way == after else fall_short(way, n), one)
    learn = "learn" if n > 1 else "learns"
    return f"{learn}, although {text}" if one.diagnosis.code and one.diagnosis.verdict == "healthy" else text


def advice_of(one: Judged) -> str:
    """What to do if no command would help; empty if one would."""
    said = one.diagnosis
    return "" if said.fixes or said.cause not in TEXTS else TEXTS[said.cause].cure.replace("`", "")


def page_of(one: Judged) -> str:
    """Where to read more about a run's cause; empty if there is no page."""
    page = TEXTS[one.diagnosis.cause].page if one.diagnosis.cause in TEXTS else ""
    return f"{page}, {one.diagnosis.code}" if page else ""


def _cause(one: Judged) -> str:
    said = one.diagnosis
    second = f", and, with that fixed, {words_of(said.second)}" if said.second else ""
    return f"{words_of(said.cause)}{second} ({said.certainty}, {said.code})"


def _unexplained(way: str, one: Judged) -> str:
    """What is said of a run without a cause, or of several: no more than was looked at."""
    if math.isnan(one.scores.tested):
        return NO_SCORE
    trained = "" if one.diagnosis.experiment else " (no fix was trained: --confirm tries some)"
    left_out = f" ({', '.join(RULES.silenced)} left out)" if RULES.silenced else ""
    return f"{way}{', and ' * bool(way)}none of the {len(RULES)} known causes{left_out} fits{trained}"


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
    lines += [_line("to do", advice)] if (advice := advice_of(one)) else []
    for at, fix in enumerate(fixes):
        lines.append(_line("else" if at else "to try", command(one.result, fix)))
    if page := page_of(one):
        lines.append(_line("more", page))
    return lines


def _of_healthy(group: Sequence[Judged], label: str, is_sweep: bool) -> str:
    on = f" on {label}" if label else ""
    if len(group) == 1:
        one = group[0]
        return f"{'1 run ' if is_sweep else ''}{_learns(one)}{on}: {reached(one)}"
    values = [one.shown(one.scores.tested) for one in group if math.isfinite(one.scores.tested)]
    could = allowed_to(group)
    return f"{count(len(group), 'run')} learn{on}: {group[0].metric} {span(values)}{could and '; '}{could}"


def _scores(one: Judged) -> str:
    """On what is judged and on training samples, in the units that rules compare."""
    parts = {one.scores.part: one.scores.tested, "train": one.scores.trained}
    both = ", ".join(f"{number(score, 3)} on {_SAMPLES[part]}" for part, score in parts.items())
    return f"{both}; the data allow {number(one.allowed, 3)} (0 is a constant, 1 is perfect)"


def _line(label: str, text: str) -> str:
    return f"   {label:<10}{text}"
