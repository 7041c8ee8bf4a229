"""The answer of a sweep: the result in a few sentences that lead to the sections with numbers."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from runner.base.console import count
from runner.findings.numbers.comparing import MORE_SEEDS, TOO_FEW, compared
from runner.findings.numbers.data_sets import MAX_DATA, by_data
from runner.findings.numbers.scores import scores_of
from runner.plan.expectations import Verdict
from runner.runs.account import Account
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult

MAX_CAUSES = 2
CONFIRMED = "Confirmed on fresh seeds"
SETTINGS, EXPECTED, UNFINISHED = "Settings, best first", "What was expected", "Runs that did not finish"
NOT_LEARNING, NOT_LEARNING_ALONE = "Why runs do not learn", "Why it does not learn"
SEEDS = re.compile(r"(?<![\w.])seed=range\((\d+)\)")


class Sentence(str):
    """A sentence of an answer: `section` is the title of the section with details, `command` what to type."""

    section: str
    command: str

    def __new__(cls, text: str, section: str = "", command: str = "") -> "Sentence":
        """The text with the command after it; `said` is the text alone."""
        made = super().__new__(cls, f"{text} {command}" if command else text)
        made.section, made.command = section, command
        return made

    @property
    def said(self) -> str:
        """The sentence without its command."""
        return self.removesuffix(f" {self.command}") if self.command else str(self)


def title_of(title: str, label: str) -> str:
    """The title of a section, prefixed by its data set if there are several."""
    return f"{label}: {title[0].lower()}{title[1:]}" if label else title


def answer(
    results: Sequence[RunResult],
    keys: Sequence[str],
    verdicts: Sequence[Verdict] = (),
    account: Account | None = None,
    command: str = "",
    smallest: float | None = None,
    headlines: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[Sentence]:
    """What was expected and whether it is so; of every data set the best setting, how sure that is and what matters
    most; what does not learn and why; and what to try next, where that is known.

    Scores on different data cannot be compared, so every data set has an answer of its own. `command` has started the
    sweep, and differences of the score below `smallest` count as none. Where a data set has a headline, by its label or
    the empty one, that is what is to be said of its settings: it is of fresh seeds, all other scores have been chosen.
    """
    found = expected(verdicts)
    if not any(result.has_finished for result in results):
        nothing = Sentence("No run finished, so there is nothing to compare.")
        return [*found, nothing, *_unfinished(results), *_failing(account), *_next([], account, command)]
    groups = by_data(results)
    for label, members in list(groups.items())[:MAX_DATA]:
        own = label if len(groups) > 1 else ""
        headline = headlines.get(own, ())
        sentences, title = list(headline), title_of(CONFIRMED if headline else SETTINGS, own)
        sentences = sentences or compared(members, keys, smallest)
        if own:
            sentences[0] = f"On {label}, {sentences[0][0].lower()}{sentences[0][1:]}"
        found += [Sentence(one, title) for one in sentences]
    if len(groups) > MAX_DATA:
        more = len(groups) - MAX_DATA
        have = "has a section of its" if more == 1 else "have sections of their"
        found.append(Sentence(f"{count(more, 'more data set')} {have} own."))
    return [*found, *_unfinished(results), *_failing(account), *_next(found, account, command)]


def expected(verdicts: Sequence[Verdict]) -> list[Sentence]:
    """What came out of what was expected: what is not so, what is, and what was not judged.

    What is so answers the question of a sweep only where nothing is otherwise: its control may have failed.
    """
    surprises = any(one.holds is False for one in verdicts)
    kinds = {False: "Expected, and not so: ", True: "As expected: " if surprises else "", None: "Not judged: "}
    said = []
    for holds, head in kinds.items():
        some = [f"{one.sentence}{_shares(one)}" for one in verdicts if one.holds is holds]
        if some:
            text = f"{head}{'; '.join(some)}"
            end = ". This was expected" if holds and len(some) == len(verdicts) else ""
            said.append(Sentence(f"{text[0].upper()}{text[1:]}{end}.", EXPECTED))
    return said


def _shares(verdict: Verdict) -> str:
    if verdict.holds and not verdict.shares:
        return ""
    return f" ({', '.join(verdict.shares) if verdict.shares else verdict.numbers})"


def _failing(account: Account | None) -> list[Sentence]:
    """What does not learn, and why, as it was said when the sweep ended."""
    if account is None or not account.missed:
        return []
    if account.trained == 1:
        return [Sentence(f"{one.text[0].upper()}{one.text[1:]}.", NOT_LEARNING_ALONE) for one in account.causes]
    causes = [one.text for one in account.causes[:MAX_CAUSES]]
    if more := len(account.causes) - len(causes):
        causes.append(f"and {count(more, 'more cause')}")
    why = f": {'; '.join(causes)}" if causes else ""
    return [Sentence(f"{account.headline}{why}.", NOT_LEARNING)]


def _next(found: Sequence[Sentence], account: Account | None, command: str) -> list[Sentence]:
    """What to try: the cure of what fails most often, and more seeds where they would decide."""
    tried = [way for cause in account.causes for way in cause.to_try[:1]] if account else []
    is_one = account is not None and account.trained == 1
    title = NOT_LEARNING_ALONE if is_one else NOT_LEARNING
    ways = [Sentence("To try next:", title, tried[0])] if tried else []
    seeds = SEEDS.search(command) if "\n" not in command else None  # of one sweep
    if seeds and any(one.endswith((f"{MORE_SEEDS}.", f"{TOO_FEW}.")) for one in found):
        more = command.replace(seeds[0], f"seed=range({2 * int(seeds[1])})")
        ways.append(Sentence("More seeds:", "", more))
    return ways


def _unfinished(results: Sequence[RunResult]) -> list[Sentence]:
    """Runs that are in no mean, and those that have no score."""
    counts = Counter(result.outcome for result in results if not result.has_finished)
    told = [f"{counts[outcome]} {outcome.counted(counts[outcome])}" for outcome in Outcome if counts[outcome]]
    of = count(len(results), "run")
    all_told = f"Of {of}, {' and '.join(told)}; they are excluded from all means."
    sentences = [Sentence(all_told, UNFINISHED)] if told else []
    lacking = Counter(one.score for one in results if one.has_finished and one.score not in scores_of(one))
    return sentences + [
        Sentence(f"{score} is not defined for {number} of {of}: see what it needs in docs/reference.md.")
        for score, number in lacking.items()
    ]
