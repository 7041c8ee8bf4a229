"""The section of a report that says why runs do not learn, as diagnosed at the end of the sweep."""

from collections.abc import Mapping

from runner.base.texts import short
from runner.findings.findings import Findings
from runner.findings.numbers.answer import NOT_LEARNING, NOT_LEARNING_ALONE
from runner.findings.numbers.baselines import has_learned
from runner.findings.numbers.layers import panels_of
from runner.findings.section import Block, Picture, Section
from runner.findings.sketch import sketch_of
from runner.runs.account import Cause
from runner.runs.result import RunResult

MOST_NAMED, MAX_NAME = 6, 50
LABELS = ("fix", "tried")  # of what was tried, before a colon
Runs = Mapping[int, RunResult]


def failures(sweep: Findings) -> Section | None:
    """Why runs do not learn: each cause, the evidence and what to try; and one of them next to a run that learns.

    Also what is wrong with runs that learn all the same.
    """
    said = sweep.account
    if said is None or not (said.missed or said.flaws):
        return None
    runs = {one.index: one for one in sweep.results}
    blocks = [_block(cause, sweep, runs) for cause in (*said.causes, *said.flaws)]
    pictures = _pictures(sweep, runs)
    if len(runs) == 1:
        title = NOT_LEARNING_ALONE if said.missed else "What is wrong with it"
        return Section(title, pictures=pictures, blocks=blocks)
    title = NOT_LEARNING if said.missed else "What is wrong with runs that learn"
    heads = [f"{head[0].upper()}{head[1:]}." for head in (said.headline, said.headline_of_others) if head]
    note = " ".join([*heads, "The command judges all of them."])
    return Section(title, note, None, pictures, [said.command], blocks)


def _block(cause: Cause, sweep: Findings, runs: Runs) -> Block:
    """A cause; where it has several runs, numbers say which of them they are of."""
    first, is_alone = cause.runs[0], len(runs) == 1
    of = f"run {first}: " if len(cause.runs) > 1 else ""
    named = [f"{index} ({short(sweep.name_of(runs[index]), MAX_NAME)})" for index in cause.runs[:MOST_NAMED]]
    more = f" and {len(cause.runs) - MOST_NAMED} more" if len(cause.runs) > MOST_NAMED else ""
    facts = [] if is_alone else [("runs", ", ".join(named) + more)]
    facts += [("where", cause.settings)] if cause.settings else []
    facts += [("evidence", f"{of}{'; '.join(cause.evidence)}")] if cause.evidence else []
    facts += [("reached", f"{of}{cause.reached}")] if cause.reached else []
    facts += [_labelled(each) for each in cause.tried]
    facts += [("to do", cause.to_do)] if cause.to_do else []
    facts += [("more", cause.page)] if cause.page else []
    return Block(cause.text if is_alone else cause.title, facts, cause.to_try)


def _labelled(text: str) -> tuple[str, str]:
    """What was tried, with its name where it has one."""
    label, _, rest = text.partition(": ")
    return (label, rest) if label in LABELS else ("", text)


def _pictures(sweep: Findings, runs: Runs) -> list[Picture]:
    """The first run that does not learn beside one that does; nothing where either has no signals."""
    said = sweep.account
    if said is None or not said.causes:
        return []
    learning = [runs[said.healthy]] if said.healthy is not None and has_learned(runs[said.healthy]) else []
    shown = [runs[said.causes[0].runs[0]], *learning]
    if not all(one.signals and one.history.get("step") for one in shown):
        return []
    what = [f"run {one.index} {how}\n" for one, how in zip(shown, ("does not learn", "learns"), strict=False)]
    names = [f"{text * (len(runs) > 1)}{sweep.name_of(one)}" for text, one in zip(what, shown, strict=True)]
    caption = "What happened in every layer" + (": a run that does not learn, and one that does" if shown[1:] else "")
    rows = [(name, panels_of(one)) for name, one in zip(names, shown, strict=True)]
    return [Picture("layers.png", caption, sketch_of("draw_layers", rows, caption))]
