"""What is said of a run that was diagnosed, as plain data: verdict, cause, evidence, what to try."""

from dataclasses import dataclass
from typing import Literal

Overrides = tuple[str, ...]
Verdict = Literal["healthy", "ill", "unknown"]
Certainty = Literal["proved", "confirmed", "likely", ""]


@dataclass(frozen=True)
class Evidence:
    """One number, or a few words, that a verdict rests on, and the threshold that it is beyond.

    `layer` counts from 1, the first hidden one; `step` counts updates.
    """

    signal: str
    value: float | str
    threshold: float | None = None
    layer: int | None = None
    step: int | None = None


@dataclass(frozen=True)
class Diagnosis:
    """A run is `healthy`, `ill` for a cause, or it does not learn for a cause that is `unknown`.

    A healthy run has a cause where its code is wrong all the same. `layer` counts from 1, the first hidden one, and
    `step` counts updates; both are those of the evidence. `fixes` are overrides to try, those of one line together.
    """

    verdict: Verdict
    code: str = ""
    cause: str = ""
    certainty: Certainty = ""
    layer: int | None = None
    step: int | None = None
    evidence: tuple[Evidence, ...] = ()
    symptoms: tuple[Evidence, ...] = ()
    fixes: tuple[Overrides, ...] = ()

    @property
    def fix(self) -> Overrides:
        """The overrides to try first."""
        return self.fixes[0] if self.fixes else ()
