"""What was tried, in words: one line for each setting whose fixes were trained."""

import textwrap
from collections.abc import Sequence

from runner.base.console import count
from runner.base.texts import number
from runner.diagnosis.judged import Judged
from runner.runs.diagnosis import Diagnosis, Experiment, Reach, is_of_seeds

WIDTH = 107  # columns of a line, after a label
MOST_SETTINGS = 3  # of a cause, whose numbers are shown
# What is to be said of a fix by what the middle seed reaches with it.
REACHED: dict[Reach, str] = {
    "enough": "",
    "short": "still short of what the data allow",
    "nothing": "still hardly better than a constant",
    "": "",
}
Line = tuple[str, str]  # a label and a text


def tried_lines(group: Sequence[Judged]) -> list[Line]:
    """What was tried for runs of one cause, or of none, for each setting of them; nothing where nothing was."""
    settings: dict[tuple[Experiment, ...], Judged] = {}
    for one in group:
        if one.diagnosis.tried:
            settings.setdefault(one.diagnosis.tried, one)
    lines = list[Line]()
    for one in list(settings.values())[:MOST_SETTINGS]:
        of = f"run {one.result.index}: " if len(settings) > 1 else ""
        lines += _of_setting(one, of)
    if (more := len(settings) - MOST_SETTINGS) > 0:
        lines.append(("", f"and {count(more, 'setting')} more"))
    return [(label if label not in {said for said, _ in lines[:place]} else "", text)
            for place, (label, text) in enumerate(lines)]  # fmt: skip


def _of_setting(one: Judged, of: str) -> list[Line]:
    """Lines that begin with the run that they are `of`, but for those that go on."""
    said, found = one.diagnosis, one.diagnosis.experiment
    if found is not None and said.verdict == "unknown":
        return [("tried", line) for line in in_vain(said.tried, of)]
    return [(label, f"{of}{text}") for label, text in _of_cause(said, found)]


def _of_cause(said: Diagnosis, found: Experiment | None) -> list[Line]:
    if found is None:
        return [("fix", words_of_trial(said.tried[0]))]
    beside = [each for each in said.tried if each.is_fresh and each is not found]
    others = [("", words_of_trial(each)) for each in beside if each.why_not or each.has_helped or said.second]
    return [("fix" if found.has_helped else "tried", words_of_trial(found)), *others]


def in_vain(tried: Sequence[Experiment], of: str = "") -> list[str]:
    """The fixes that were trained and do not help, each once, none cut by the end of a line.

    Of other seeds the lines say how many learn.
    """
    helpful = {one.overrides for one in tried if one.has_helped and one.is_fresh}
    names = [_fix(one) + _some(one) for one in tried if not one.why_not and one.overrides not in helpful]
    uncut = ", ".join(name.replace(" ", "\xa0") for name in dict.fromkeys(names))
    lines = textwrap.wrap(f"{of}without success: {uncut}", WIDTH, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\xa0", " ") for line in lines]


def _some(one: Experiment) -> str:
    return f" ({one.helped} of {len(one.seeds)} learn)" if is_of_seeds(one.overrides) and one.helped else ""


def words_of_trial(one: Experiment) -> str:
    """A fix, and what came out of it."""
    if one.why_not:
        where = " on fresh seeds" if one.is_fresh else ""
        return f"{_fix(one)}: not tried{where}: {one.why_not}" if one.overrides else f"no fix was tried: {one.why_not}"
    n = len(one.seeds)
    if is_of_seeds(one.overrides):
        return f"{_fix(one)}   {one.helped} of {n} fresh seeds learn"
    others = f"{count(one.learn, 'other')} learn{'' if one.learn > 1 else 's'} without it" if one.learn else ""
    fresh = f"{n} fresh seeds{' that fail' if others else ''}"
    on = fresh if one.is_fresh else f"{n} of its own seeds" if n > 1 else "its own seed"
    came = f"better in {one.helped} of {n}" if n > 1 else "it helped" if one.helped else "it did not help"
    change = f"{'median ' if n > 1 else ''}{_change(one)}, {came}"
    return f"{_fix(one)}   tried on {on}: {'; '.join(filter(None, [change, others, REACHED[one.reach]]))}"


def _fix(one: Experiment) -> str:
    return "other seeds" if is_of_seeds(one.overrides) else " ".join(one.overrides)


def _change(one: Experiment) -> str:
    """Before and after, without a number where there is none."""
    if one.before is None:
        return f"diverged -> {'diverged' if one.after is None else f'{one.metric} {number(one.after, 3)}'}"
    after = "diverged" if one.after is None else number(one.after, 3)
    return f"{one.metric} {number(one.before, 3)} -> {after}"
