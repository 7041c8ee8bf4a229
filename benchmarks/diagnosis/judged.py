"""Every run of the corpus as the program judges it, beside the other seeds of its settings."""

import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from benchmarks.diagnosis.trained import WORKERS, Key
from runner.diagnosis.judged import Judged, judge_all
from runner.diagnosis.rules import RULES
from runner.runs.diagnosis import Diagnosis
from runner.runs.result import RunResult

Names = frozenset[str]
Asked = tuple[list[tuple[Key, RunResult]], dict[Key, Names]]


@dataclass(frozen=True)
class Said:
    """What was said of a run, in how many milliseconds of processor time, with what the data allow; and what is said
    when the names that are right are taken out of the list, of runs for which that was asked.
    """

    diagnosis: Diagnosis
    milliseconds: float
    without: Diagnosis | None = None


def judge(runs: Mapping[Key, RunResult], left_out: Mapping[Key, Names], folder: Path) -> dict[Key, Said]:
    """All runs, those of the same settings together; `left_out` has the names that are taken out a second time."""
    groups: dict[object, list[tuple[Key, RunResult]]] = defaultdict(list)
    for key, result in runs.items():
        groups[key[0]].append((key, result))
    asked = [(group, {key: left_out[key] for key, _ in group if key in left_out}) for group in groups.values()]
    asked.sort(key=lambda one: repr(one[0][0][1].spec.data))  # so that a worker knows what the data allow
    with ProcessPoolExecutor(WORKERS, get_context("fork"), initializer=os.chdir, initargs=(folder,)) as pool:
        found = pool.map(_judge, asked, chunksize=max(1, min(40, len(asked) // (4 * WORKERS))))
        return {key: said for group in found for key, said in group}


def _judge(asked: Asked) -> list[tuple[Key, Said]]:
    """The runs of one setting."""
    group, left_out = asked
    results = [replace(result, index=place) for place, (_, result) in enumerate(group)]
    started = time.process_time()
    diagnoses = _said(results)
    each = 1000 * (time.process_time() - started) / len(results)
    without: dict[int, Diagnosis] = {}
    for names in set(left_out.values()):
        places = [place for place, (key, _) in enumerate(group) if left_out.get(key) == names]
        without |= zip(places, _said(results, places, names), strict=True)
    return [(key, Said(diagnoses[place], each, without.get(place))) for place, (key, _) in enumerate(group)]


def _said(
    results: Sequence[RunResult], asked: Sequence[int] | None = None, left_out: Names = frozenset()
) -> list[Diagnosis]:
    judged = judge_all(results, asked, RULES.without(sorted(left_out)))
    assert all(isinstance(one, Judged) for one in judged)
    return [one.diagnosis for one in judged if isinstance(one, Judged)]
