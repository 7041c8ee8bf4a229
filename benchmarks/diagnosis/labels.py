"""What each trained run of the corpus is, decided without the program's diagnosis: by what was put in, and by harm.

A control is healthy where its score is within MARGIN of what can be reached: by the rule that made the targets, on the
same test samples, or by the best recipe where that is less. Of many samples it is within twice that of the rule in any
case. A run has its cause where its score is more than MARGIN below that of its twin, which must be healthy itself; else
the cause did no harm. A network of few units is too small where it fails from every seed; where it learns from some,
the others had a bad start. All causes are labelled alike.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.diagnosis.entries import Entry, Settings
from benchmarks.diagnosis.sources import right_answers
from benchmarks.diagnosis.trained import Key
from runner.diagnosis.judged import prepared_key
from runner.diagnosis.scores import explained, of_classes, scores_of
from runner.runs.data import Prepared, prepare
from runner.runs.result import RunResult

MARGIN, MANY = 0.1, 100
HEALTHY, HARMLESS, WEAK, TWO = "healthy", "harmless", "weak", "two"


@dataclass(frozen=True)
class Measured:
    """Of a run its score, that of its training samples, and that of the rule which made the targets, NaN if unknown.

    `data` is the same for all runs on the same samples.
    """

    score: float
    trained: float
    rule: float
    data: str
    n: int


@dataclass(frozen=True)
class Labelled:
    """An entry with what it is: a cause, `two` of them, or `healthy`, `harmless`, or `weak`, which counts for nothing:
    a control, or the twin of a run, that does not reach what can be reached.
    """

    entry: Entry
    label: str

    @property
    def key(self) -> Key:
        return self.entry.settings, self.entry.seed

    @property
    def is_ill(self) -> bool:
        """Whether it has one cause, which hurts."""
        return self.label not in (HEALTHY, HARMLESS, WEAK, TWO)


def measure(runs: Mapping[Key, RunResult], sources: Mapping[Key, str]) -> dict[Key, Measured]:
    """Every run, in a working folder with the tables."""
    known: dict[str, tuple[Prepared, float]] = {}
    found = {}
    for key, result in runs.items():
        spec = result.spec
        where = repr((spec.data, spec.test))
        what = prepared_key(spec)
        if what not in known:
            data = prepare(spec)
            known[what] = data, _of_rule(data, sources[key], spec.data.settings().get("path", ""))
        data, rule = known[what]
        scores = scores_of(result, data)
        found[key] = Measured(scores.tested, scores.trained, rule, where, len(data.X_train))
    return found


def _of_rule(data: Prepared, source: str, path: str) -> float:
    """What the rule that made the targets is worth on the samples that runs are judged by."""
    X, Y = data.tested
    answers = right_answers(data.samples, source, Path(path).stem.partition("_")[2], X)
    if answers is None:
        return math.nan
    if data.samples.task == "classification":
        return of_classes(answers.astype(np.int64), np.asarray(Y, dtype=np.int64))
    trained = data.samples.Y[data.split.train].mean(axis=0)
    return explained(answers[:, np.newaxis] - Y, trained - Y)


class Labels:
    """The labels of all entries that could be trained."""

    def __init__(self, entries: Sequence[Entry], found: Mapping[Key, Measured]) -> None:
        self._found = found
        self._seeds: dict[Settings, list[Key]] = defaultdict(list)
        for key in found:
            self._seeds[key[0]].append(key)
        self._best = self._best_recipes([one for one in entries if one.kind])
        self.all = [self._of(one) for one in entries if (one.settings, one.seed) in found and self._has_twin(one)]

    def _has_twin(self, entry: Entry) -> bool:
        return not entry.twin or (entry.twin, entry.seed) in self._found

    def _best_recipes(self, controls: Sequence[Entry]) -> dict[str, Settings]:
        """The settings with the highest mean score over seeds, of each data set."""
        best: dict[str, tuple[float, Settings]] = {}
        for settings in dict.fromkeys(one.settings for one in controls):
            keys = self._seeds[settings]
            mean = float(np.mean([self._found[key].score for key in keys]))
            data = self._found[keys[0]].data
            best[data] = max(best.get(data, (-math.inf, settings)), (mean, settings))
        return {data: settings for data, (_, settings) in best.items()}

    def _is_healthy(self, key: Key) -> bool:
        one = self._found[key]
        best = self._found.get((self._best[one.data], key[1]), one).score
        reachable = best if math.isnan(one.rule) else min(one.rule, best)
        if one.n >= MANY and not math.isnan(one.rule):
            reachable = max(reachable, one.rule - MARGIN)
        return one.score >= reachable - MARGIN

    def _hurts(self, key: Key, twin: Key) -> bool:
        return self._found[key].score < self._found[twin].score - MARGIN

    def _of(self, entry: Entry) -> Labelled:
        key, twin = (entry.settings, entry.seed), (entry.twin, entry.seed)
        if entry.kind:
            return Labelled(entry, HEALTHY if self._is_healthy(key) else WEAK)
        if not self._is_healthy(twin):
            return Labelled(entry, WEAK)
        if not self._hurts(key, twin):
            return Labelled(entry, HARMLESS)
        if len(entry.causes) > 1:
            return Labelled(entry, TWO)
        fails = entry.depends_on_seed and all(self._hurts(one, (entry.twin, one[1])) for one in self._siblings(entry))
        return Labelled(entry, "too_small" if fails else entry.causes[0])

    def is_cured(self, one: Labelled, fixed: Measured) -> bool:
        """Whether a run with a fix is as good as the twin of the run without."""
        return fixed.score >= self._found[one.entry.twin, one.entry.seed].score - MARGIN

    def _siblings(self, entry: Entry) -> list[Key]:
        """The runs of the same settings whose twins are there."""
        return [one for one in self._seeds[entry.settings] if (entry.twin, one[1]) in self._found]

    def left(self, one: Labelled, cured: str) -> Labelled | None:
        """The run that is left of one with two causes when one is cured; None where the other is harmless."""
        entry = one.entry
        other = 1 - entry.causes.index(cured)
        alone = replace(entry, settings=entry.alone[other], causes=(entry.causes[other],), alone=())
        found = self._of(alone) if (alone.settings, alone.seed) in self._found else None
        return found if found is not None and found.is_ill else None
