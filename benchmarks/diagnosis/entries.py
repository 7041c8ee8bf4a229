"""One run of the corpus before training: what was done to it, and what it is compared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["strong", "middle", "mild", ""]
Settings = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A control of a `kind`, or a run with `causes` put in, one or two.

    `settings` are its overrides without the seed, `twin` those of the run without the causes, and `alone` those of the
    runs with each of two causes alone. `source` is the data set that all of them are of. A run that `depends_on_seed`
    has its cause where other seeds of the same settings learn.
    """

    settings: Settings
    seed: int
    source: str
    kind: str = ""
    causes: tuple[str, ...] = ()
    severity: Severity = ""
    twin: Settings = ()
    alone: tuple[Settings, ...] = ()
    depends_on_seed: bool = False


def settled(*parts: Iterable[str]) -> Settings:
    """Overrides of which a later one replaces an earlier one of the same key, and a choice its own settings."""
    found: dict[str, str] = {}
    for one in (one for part in parts for one in part):
        key = one.partition("=")[0]
        found = {name: text for name, text in found.items() if not name.startswith(f"{key}.")}
        found[key] = one
    return tuple(found.values())
