"""What is said when a sweep or a run ends of runs that do not learn: plain data, kept beside the diagnoses in JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

from runner.base.console import count
from runner.base.texts import number
from runner.runs.diagnosis import is_of_seeds

FILE = "diagnosis.json"
TAG, SUMMARY = "diagnosis", "diagnosis.summary"  # of runs, and of a sweep


@dataclass(frozen=True)
class Cause:
    """Runs that have one cause, or none that is known; the numbers are those of the first of them.

    `runs` are indices, `text` the cause with its certainty and code, and `settings` which settings explain it.
    `evidence`, `reached` and `tried` are text, `to_try` commands; `page` says where more is written.
    """

    runs: tuple[int, ...]
    text: str
    settings: str = ""
    evidence: tuple[str, ...] = ()
    reached: str = ""
    tried: tuple[str, ...] = ()
    to_try: tuple[str, ...] = ()
    page: str = ""

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
    """All causes, those of most runs first; `trained` counts the runs that there was something to judge of.

    Of `compared` ones it was asked whether they reach what their data allow: `missed` do not, which `settings` explain,
    and of `judged` ones it is known why. `healthy` is the index of one that does; `command` has the rest.
    """

    trained: int
    compared: int
    missed: int
    judged: int
    settings: str = ""
    causes: tuple[Cause, ...] = ()
    healthy: int | None = None
    command: str = ""

    @property
    def headline(self) -> str:
        """How many runs there are causes of; empty where none misses what its data allow."""
        if not self.missed:
            return ""
        of = f"of the {self.compared} runs looked at ({self.trained} in all)"
        of = of if self.compared < self.trained else f"of {count(self.trained, 'run')}"
        first = "" if self.judged == self.missed else f"; the first {self.judged} by cause" if self.judged else ""
        where = f" ({self.settings})" if self.settings else ""
        return f"{of}, {self.missed} {'are' if self.missed > 1 else 'is'} worse than the data allow{where}{first}"

    @property
    def lines(self) -> list[str]:
        """A sweep's account in a few lines: one for each cause, and how to see the rest."""
        if not self.headline:
            return []
        causes = [
            line for cause in self.causes for line in (f"  {cause.line}", *(f"      {way}" for way in cause.tried))
        ]
        return [f"{self.headline}{':' if causes else ''}", *causes, f"{self.rest}: {self.command}"]

    @property
    def rest(self) -> str:
        """What the command says."""
        return "all of them, with evidence and what to try" if self.causes else "why"

    @property
    def summary(self) -> str:
        """The same in a line, also where all is well."""
        if self.missed:
            return "; ".join([self.headline, *(cause.line for cause in self.causes)])
        as_good = ": the score of each is what its data allow" if self.compared else ""
        return f"{self.compared} of {count(self.trained, 'run')} looked at{as_good}"

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


_ACCOUNT = TypeAdapter(Account)


def account_of(content: bytes) -> Account | None:
    """The account in a file of diagnoses; None where it has none that this version understands."""
    try:
        return _ACCOUNT.validate_python(_document(content)["account"])
    except (ValueError, KeyError, RecursionError):
        return None


def tags_in(content: bytes) -> dict[int, dict[str, str]]:
    """The tags of every run that a file of diagnoses judges ill or unknown, by index; none of one that is damaged."""
    try:
        return {int(run["index"]): _tags(run) for run in _document(content)["runs"] if run["verdict"] != "healthy"}
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
    value, limit = (number(one[key], 3) if isinstance(one[key], float) else one[key] for key in ("value", "threshold"))
    limit = "" if limit is None else f" (limit {limit})"
    return f"{one['signal']}: {value}{limit}{', ' if one['where'] else ''}{one['where'] or ''}"


def _effect(one: Mapping[str, Any]) -> str:
    before, after = (number(value, 3) if isinstance(value, float) else "-" for value in (one["before"], one["after"]))
    n = len(one["seeds"])
    if is_of_seeds(tuple(one["overrides"])):
        return f"{one['helped']} of {n} fresh seeds learn"
    return f"{one['metric']} {before} -> {after}, better in {one['helped']} of {count(n, 'seed')}"
