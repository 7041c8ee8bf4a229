"""The diagnosis of a run as plain data: verdict, cause, evidence, what to try."""

from dataclasses import dataclass
from operator import index
from typing import Literal, SupportsFloat

from runner.base.texts import number

Overrides = tuple[str, ...]
Verdict = Literal["healthy", "ill", "unknown"]
Certainty = Literal["proved", "confirmed", "likely", ""]
Reach = Literal["enough", "short", "nothing", ""]
Side = Literal["above", "below"]


def _plain(value: object) -> float | str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, SupportsFloat):
        return float(value)
    raise TypeError(f"the value of Evidence must be a number or text, got {value!r}")


@dataclass(frozen=True)
class Evidence:
    """One number, or a few words, that a verdict is based on; it is a symptom on one `side` of the threshold.

    A value without a threshold is a plain fact. `layer` counts from 1, the first hidden one; `step` counts updates.
    """

    signal: str
    value: float | str
    threshold: float | None = None
    layer: int | None = None
    step: int | None = None
    side: Side = "above"

    def __post_init__(self) -> None:
        """Numbers of any kind, those of NumPy too, become Python's. Raises TypeError for what is none."""
        for name, plain in (("value", _plain), ("threshold", float), ("layer", index), ("step", index)):
            if (given := getattr(self, name)) is not None:
                object.__setattr__(self, name, plain(given))

    @property
    def is_beyond(self) -> bool:
        """Whether the value is a number on the bad side of the threshold, or equal to it."""
        if self.threshold is None or isinstance(self.value, str):
            return False
        return self.value >= self.threshold if self.side == "above" else self.value <= self.threshold


def in_words(signal: str, value: float | str, threshold: float | str | None, side: Side | None, place: str) -> str:
    """Evidence in words: `threshold` is one that the value exceeds, `place` a layer, a step, or "".

    Values that JSON cannot hold as numbers are words.
    """
    said, shown = (one if isinstance(one, str) else number(one, 3, ",") for one in (value, threshold or 0.0))
    limit = ""
    if threshold is not None:
        inclusive = "or more" if side == "above" else "or less"
        limit = f" ({shown} {inclusive})" if value == threshold else f" ({side} {shown})"
    return f"{signal}: {said}{limit}{', ' if place else ''}{place}"


@dataclass(frozen=True)
class Experiment:
    """A fix that was trained on `seeds`, compared with the run without it on the same seeds; or `why_not`.

    `before` and `after` are the scores of the median seed, in `metric`; `helped` counts the seeds on which the score
    rose by more than chance explains, and `has_helped` says whether these are enough. With `is_fresh`, no seed is one
    of the sweep's, all fail as the run does, and `learn` further seeds learn without a fix. If the fix is another seed,
    `seeds` are all that were tried, and `helped` of them learn. `reach` is what the median seed reaches with the fix:
    `enough` if it learns, `nothing` if it is hardly better than a constant, else `short` of what the data allow; empty
    if nothing was trained.
    """

    overrides: Overrides
    metric: str = ""
    seeds: tuple[int, ...] = ()
    before: float | None = None
    after: float | None = None
    helped: int = 0
    has_helped: bool = False
    is_fresh: bool = False
    learn: int = 0
    why_not: str = ""
    reach: Reach = ""


def change(metric: str, before: float | None, after: float | None) -> str:
    """The score before and after a fix; `diverged` if there is none."""
    shown = ["diverged" if one is None else number(one, 3, ",") for one in (before, after)]
    if before is None:
        return f"diverged -> {shown[1] if after is None else f'{metric} {shown[1]}'}"
    return f"{metric} {shown[0]} -> {shown[1]}"


def is_of_seeds(fix: Overrides) -> bool:
    """Whether the fix is only another seed."""
    return bool(fix) and all(one.startswith("seed=") for one in fix)


@dataclass(frozen=True)
class Diagnosis:
    """A run is `healthy`, `ill` with a known cause, or does not learn for an `unknown` cause.

    If two causes were found together, `second` is the other one, whose fix is part of the one to try first.

    A healthy run has a cause if its code is wrong all the same. `layer` counts from 1, the first hidden one, and `step`
    counts updates; both are those of the evidence. `fixes` are overrides to try, one line per fix, and `tried` are the
    experiments, in order.
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
    tried: tuple[Experiment, ...] = ()
    second: str = ""

    @property
    def experiment(self) -> Experiment | None:
        """The last experiment with the fix to try first, or with any fix if that one was not trained."""
        trained = [one for one in self.tried if not one.why_not]
        of_fix = [one for one in trained if one.overrides == self.fix]
        return next(reversed(of_fix or trained), None)

    @property
    def fix(self) -> Overrides:
        """The overrides to try first."""
        return self.fixes[0] if self.fixes else ()
