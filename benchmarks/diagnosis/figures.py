"""Recall, precision and false alarms of judged runs, with intervals."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.diagnosis.judged import Said
from benchmarks.diagnosis.labels import HARMLESS, HEALTHY, TWO, WEAK, Labelled

Z = 1.959964  # of a 95 % interval
CLEAR, MILD = ("strong", "middle"), ("mild",)
NO_CAUSES = (HEALTHY, "unknown")
OF_CODE = ("wrong_gradient", "wrong_update", "mixed_units")  # mistakes that are named whatever a run reaches


@dataclass(frozen=True)
class Case:
    """A labelled run and what was said of it; `is_cured` says whether a fix of the name that it got cures it."""

    run: Labelled
    said: Said
    is_cured: bool = False

    @property
    def name(self) -> str:
        """The cause that an ill run got, else the verdict; a mistake in code that is named at once is named."""
        found = self.said.diagnosis
        return found.cause if found.verdict == "ill" or (self.run.is_ill and found.cause) else found.verdict

    @property
    def is_own(self) -> bool:
        """Whether the name is what was put in, or one of two."""
        return self.name == self.run.label or (self.run.label == TWO and self.name in self.run.entry.causes)

    @property
    def has_other_name(self) -> bool:
        """Whether it got the name of a cause that was not put in."""
        return not self.is_own and self.name not in NO_CAUSES

    @property
    def is_right(self) -> bool:
        return self.is_own or self.is_cured

    @property
    def shown(self) -> str:
        """What was said, with the mistake in the code of a run that learns."""
        found = self.said.diagnosis
        return f"learns, although {found.cause}" if found.verdict == HEALTHY and found.cause else self.name


@dataclass(frozen=True)
class Share:
    """`k` of `n`."""

    k: int
    n: int

    @property
    def value(self) -> float:
        return self.k / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """95 %. Wilson (1927), Probable inference, the law of succession, and statistical inference."""
        if not self.n:
            return 0.0, 1.0
        p, n = self.value, self.n
        middle, half = p + Z * Z / (2 * n), Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return max(0.0, (middle - half) / (1 + Z * Z / n)), (middle + half) / (1 + Z * Z / n)

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.interval[0]:.2f}, {self.interval[1]:.2f}] of {self.n}" if self.n else "-"


def share(found: Iterable[bool]) -> Share:
    """How many of them hold."""
    each = list(found)
    return Share(sum(each), len(each))


class Figures:
    """Numbers of some cases, such as those of odd seeds."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.healthy = [case for case in cases if case.run.label == HEALTHY]
        self.harmless = [case for case in cases if case.run.label == HARMLESS]
        self.two = [case for case in cases if case.run.label == TWO]
        self.ill = [case for case in cases if case.run.is_ill]
        self.weak = [case for case in cases if case.run.label == WEAK]
        self._all = list(cases)

    def of(self, *severities: str) -> list[Case]:
        """Ill runs of these severities."""
        return [case for case in self.ill if case.run.entry.severity in severities]

    def named(self, *severities: str) -> list[Case]:
        """All runs that got a cause: ill and harmless ones of these severities, and healthy ones beside strong ones."""
        harmless = [case for case in self.harmless if case.run.entry.severity in severities]
        healthy = self.healthy if "strong" in severities else []
        return [case for case in [*self.of(*severities), *harmless, *healthy] if case.name not in NO_CAUSES]

    @property
    def causes(self) -> list[str]:
        """Of ill runs, and those that any run was given, in alphabetical order."""
        return sorted({case.run.label for case in self.ill} | {case.name for case in self.named(*CLEAR, *MILD)})

    def recall(self, cause: str, *severities: str) -> Share:
        """How many runs with a cause get a name that is right."""
        return share(case.is_right for case in self.of(*severities) if case.run.label == cause)

    def own_recall(self, cause: str, *severities: str) -> Share:
        """How many runs with a cause get the name that was put in."""
        return share(case.is_own for case in self.of(*severities) if case.run.label == cause)

    def precision(self, cause: str, *severities: str) -> Share:
        """How many of the runs that were given a cause have it, of ill, harmless and healthy ones."""
        return share(case.is_right for case in self.named(*severities) if case.name == cause)

    def macro(self, of: Callable[..., Share], *severities: str) -> float:
        """The mean of a share over all causes that have one: that runs of these severities have, or were given."""
        return float(np.mean([one.value for cause in self.causes if (one := of(cause, *severities)).n]))

    def lowest(self, fewest: int, *severities: str) -> tuple[str, Share]:
        """The cause with the lowest recall, of those with as many runs."""
        found = {cause: self.recall(cause, *severities) for cause in self.causes}
        enough = {cause: one for cause, one in found.items() if one.n >= fewest}
        return min(enough.items(), key=lambda item: item[1].value, default=("-", Share(0, 0)))

    @property
    def false_alarms(self) -> Share:
        """Healthy runs that are not called healthy."""
        return share(case.name != HEALTHY for case in self.healthy)

    @property
    def blamed(self) -> Share:
        """Runs with a harmless injection that are called ill."""
        return share(case.said.diagnosis.verdict == "ill" for case in self.harmless)

    @property
    def proved(self) -> Share:
        """Of verdicts that are proved, those that are right; of a harmless injection, those that name it."""
        found = [case for case in [*self.ill, *self.harmless, *self.healthy] if case.said.diagnosis.verdict == "ill"]
        proved = [case for case in found if case.said.diagnosis.certainty == "proved"]
        return share(case.is_right or case.name in case.run.entry.causes for case in proved)

    @property
    def although(self) -> Share:
        """Of runs that learn although their code is wrong, those of which both is said."""
        found = [case for case in self.harmless if case.run.entry.causes[0] in OF_CODE]
        return share(case.said.diagnosis.cause == case.run.entry.causes[0] for case in found)

    @property
    def wrong_gradient(self) -> Share:
        """Of all runs that are said to have a wrong gradient, those that have one."""
        found = [case for case in self._all if case.said.diagnosis.cause == "wrong_gradient"]
        return share("wrong_gradient" in case.run.entry.causes for case in found)

    @property
    def unknown(self) -> Share:
        """Ill runs that get no cause."""
        return share(case.name == "unknown" for case in self.ill)

    @property
    def unknown_without(self) -> Share:
        """The same of runs whose cause was taken out of the list, of those that are still not called healthy."""
        found = (case.said.without for case in self.ill)
        return share(one.verdict == "unknown" for one in found if one is not None)

    @property
    def first_of_two(self) -> Share:
        """Runs with two causes that get one of them."""
        return share(case.is_right for case in self.two)

    @property
    def milliseconds(self) -> tuple[float, float]:
        """The median and the 95 % quantile of a run."""
        each = [case.said.milliseconds for case in self._all]
        return float(np.median(each)), float(np.quantile(each, 0.95))

    def commonest(self, *severities: str) -> tuple[str, float]:
        """The cause that most ill runs have, and the macro recall of naming always it."""
        counts = Counter(case.run.label for case in self.of(*severities))
        (name, _), *_ = counts.most_common(1)
        return name, 1 / len(counts)
