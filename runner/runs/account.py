"""What is printed at the end of a sweep or run about runs that do not learn: plain data, stored with the diagnoses."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

from runner.base.console import count
from runner.runs.diagnosis import change, in_words, is_of_seeds

FILE = "diagnosis.json"
TAG, SUMMARY = "diagnosis", "diagnosis.summary"  # of runs, and of a sweep
NOT_LOOKED_INTO = "not looked into"  # the tag of a run that does not learn, for a cause that nobody has asked about


@dataclass(frozen=True)
class Cause:
    """Runs with one cause, or with no known cause; the numbers are those of the first run.

    `runs` are indices, `text` the cause with its certainty and code, and `settings` the settings that explain it.
    `evidence`, `reached` and `tried` are text, `to_try` commands, `to_do` what to look at if no command would help;
    `page` is where to read more, and `steps` are those of the evidence of each run.
    """

    runs: tuple[int, ...]
    text: str
    settings: str = ""
    evidence: tuple[str, ...] = ()
    reached: str = ""
    tried: tuple[str, ...] = ()
    to_try: tuple[str, ...] = ()
    page: str = ""
    to_do: str = ""
    steps: tuple[int | None, ...] = ()

    @property
    def line(self) -> str:
        """The cause in one line: how many runs, why, and where."""
        return "; ".join(filter(None, [self.title, self.settings]))

    @property
    def title(self) -> str:
        """How many runs, and why."""
        return f"{count(len(self.runs), 'run')}: {self.text}"


@dataclass(frozen=True)
class Account:
    """All causes, the most frequent first; `trained` counts the runs that could be judged.

    `compared` runs were compared with what their data allow: `missed` of them do worse, which `settings` explains, and
    `judged` of these were diagnosed. `healthy` is the index of a run that does as well; `command` judges the rest.
    `asked` other runs were checked for further problems: `flaws`. `left` are the indices of runs that do worse and were
    not diagnosed.
    """

    trained: int
    compared: int
    missed: int
    judged: int
    settings: str = ""
    causes: tuple[Cause, ...] = ()
    healthy: int | None = None
    command: str = ""
    asked: int = 0
    flaws: tuple[Cause, ...] = ()
    left: tuple[int, ...] = ()

    @property
    def headline(self) -> str:
        """How many runs do worse than their data allow; empty if none does."""
        if not self.missed:
            return ""
        of, do = count(self.compared, "run"), "do" if self.missed > 1 else "does"
        in_all = f" looked at ({self.trained} in all)" if self.compared < self.trained else ""
        where = f" ({self.settings})" if self.settings else ""
        first = f"; causes of the first {self.judged}" if 0 < self.judged < self.missed else ""
        return f"{self.missed} of {of}{in_all} {do} worse than the data allow{where}{first}"

    @property
    def headline_of_others(self) -> str:
        """How many of the other runs have a problem; empty if none has."""
        n, others = sum(len(flaw.runs) for flaw in self.flaws), self.compared - self.missed
        if not n:
            return ""
        other, kind = ("other ", " of another kind") if self.missed else ("", "")
        if self.asked < others:
            which = f"{n} of {count(self.asked, f'{other}run')} looked into ({others} in all)"
        else:
            which = count(n, "other run") if self.missed else f"{n} of {count(others, 'run')}"
        return f"{which} {'has' if n == 1 else 'have'} a problem{kind}"

    @property
    def _parts(self) -> list[tuple[str, tuple[Cause, ...]]]:
        return [part for part in ((self.headline, self.causes), (self.headline_of_others, self.flaws)) if part[0]]

    @property
    def lines(self) -> list[str]:
        """The account of a sweep in a few lines: one per cause, and how to see the rest."""
        if self.trained == 1:
            return [
                *(line for one in (*self.causes, *self.flaws) for line in (one.text, *one.tried)),
                *[f"{self.rest}: {self.command}"] * bool(self.causes or self.flaws),
            ]
        lines = [line for head, causes in self._parts for line in _lines_of(head, causes)]
        return [*lines, f"{self.rest}: {self.command}"] if lines else []

    @property
    def rest(self) -> str:
        """What the command for the rest does."""
        if self.trained == 1:
            return "the evidence, and what to try"
        return "all of them, with evidence and what to try" if self.causes or self.flaws else "to see why"

    @property
    def summary(self) -> str:
        """The account in one line, also if all is well."""
        said = [
            self.headline,
            *(one.line for one in self.causes),
            self.headline_of_others,
            *(one.line for one in self.flaws),
            f"{count(len(self.left), 'run')} not looked into" if self.left else "",
        ]
        if any(said):
            return "; ".join(filter(None, said))
        as_good = ": each does as well as its data allow" if self.compared else ""
        return f"{self.compared} of {count(self.trained, 'run')} looked at{as_good}"

    def plain(self) -> dict[str, Any]:
        """The account as plain data for JSON."""
        return asdict(self)


def _lines_of(head: str, causes: Sequence[Cause]) -> Iterator[str]:
    yield f"{head}{':' if causes else ''}"
    for cause in causes:
        yield f"  {cause.line}"
        yield from (f"      {way}" for way in cause.tried)


_ACCOUNT = TypeAdapter(Account)


def account_of(content: bytes) -> Account | None:
    """The account in a file of diagnoses; None if it has none that this version understands."""
    try:
        return _ACCOUNT.validate_python(_document(content)["account"])
    except (ValueError, KeyError, RecursionError):
        return None


def tags_in(content: bytes) -> dict[int, dict[str, str]]:
    """The tags of every run that does not learn, by index, from a file of diagnoses; none from a damaged one."""
    try:
        document = _document(content)
        left = {int(index): {TAG: NOT_LOOKED_INTO} for index in document.get("account", {}).get("left", ())}
        return left | {int(run["index"]): _tags(run) for run in document["runs"] if run["verdict"] != "healthy"}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _document(content: bytes) -> dict[str, Any]:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _tags(run: Mapping[str, Any]) -> dict[str, str]:
    experiment = run.get("experiment") or {}
    tags = {
        TAG: run["cause"] or "unknown",
        f"{TAG}.code": run["code"],
        f"{TAG}.certainty": run["certainty"],
        f"{TAG}.evidence": "; ".join(map(_evidence, run["evidence"])),
        f"{TAG}.fix": " ".join(run["fix"]),
        f"{TAG}.effect": _effect(experiment) if experiment else "",
    }
    return {name: value for name, value in tags.items() if value}


def _evidence(one: Mapping[str, Any]) -> str:
    return in_words(one["signal"], one["value"], one["threshold"], one.get("side"), one["where"] or "")


def _effect(one: Mapping[str, Any]) -> str:
    n, fresh = len(one["seeds"]), "fresh " * one["fresh"]
    if is_of_seeds(tuple(one["overrides"])):
        return f"{one['helped']} of {n} fresh seeds learn"
    numbers = change(one["metric"] or "", one["before"], one["after"])
    return f"{'median ' * (n > 1)}{numbers}, better in {one['helped']} of {count(n, f'{fresh}seed')}"
