"""Diagnosis: a labelled corpus of runs, and how many of them get the right cause.

Thresholds of rules were looked at on seeds below 16; of those here the odd ones judge.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

from benchmarks.diagnosis import confirmed, shown
from benchmarks.diagnosis.corpus import entries
from benchmarks.diagnosis.entries import Entry
from benchmarks.diagnosis.figures import Case, Figures
from benchmarks.diagnosis.fixes import cured
from benchmarks.diagnosis.injection import alike
from benchmarks.diagnosis.judged import judge
from benchmarks.diagnosis.labels import Labels, measure
from benchmarks.diagnosis.sources import write
from benchmarks.diagnosis.trained import Trained, train


def tables(quick: bool) -> Iterator[str]:
    """Markdown: the goals, each cause, what is confused with what, healthy and harmless runs, two causes, experiments.

    A short form has one data set and network for each cause and value, and a pair of seeds.
    """
    planned = entries(quick)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        yield from report(planned, train(planned, folder), folder, quick)


def report(planned: Sequence[Entry], trained: Trained, folder: Path, quick: bool) -> Iterator[str]:
    """The same of a corpus that is trained, with its tables in a folder."""
    with chdir(folder):
        labels = Labels(planned, measure(trained.runs, {(one.settings, one.seed): one.source for one in planned}))
        left_out = {one.key: alike(one.label) for one in labels.all if one.is_ill}
        said = judge(trained.runs, left_out, folder)
        cases = [Case(one, said[one.key]) for one in dict.fromkeys(labels.all)]
        others = [(case.run, case.name) for case in cases if case.run.is_ill and case.has_other_name]
        right = cured(others, labels, folder)
        cases = [replace(case, is_cured=(case.run.key, case.name) in right) for case in cases]
    halves = [Figures([case for case in cases if case.run.entry.seed % 2 == rest]) for rest in (0, 1)]
    yield f"{len(labels.all):,} runs, {len(said):,} of them different ones, trained in {trained.seconds:.0f} s.\n"
    yield from shown.tables(*halves, labels)
    looked = confirmed.look_into(labels.all, trained.runs, folder, quick)
    yield f"Experiments on settings of odd seeds:\n\n{confirmed.table(looked, labels, folder)}\n"
