"""The corpus trained, in stacks, by the program's own way from overrides to results."""

import time
from collections.abc import Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from benchmarks.diagnosis.entries import Entry, Settings
from runner.app.compose import Composer
from runner.app.setup import composing
from runner.plan.jobs import Job
from runner.plan.phases import Checked
from runner.plan.plan import make_plan
from runner.plan.validation import SpecBuilder
from runner.runs.result import RunResult
from runner.train.execution import Training
from runner.train.workers import ProcessPool

WORKERS = 2
Key = tuple[Settings, int]  # settings and seed


@dataclass(frozen=True)
class Trained:
    """Every run by its settings and seed, and how many seconds all took."""

    runs: dict[Key, RunResult]
    seconds: float


def train(entries: Sequence[Entry], folder: Path) -> Trained:
    """Train all runs, each once, in a folder with the tables.

    A mistake in code that would change nothing where it is put is left out: the program's own checks say so.
    """
    started = time.perf_counter()
    with chdir(folder), composing() as composer:
        fits = {one: _fits(composer, one) for one in dict.fromkeys(entry.settings for entry in entries)}
        keys = [key for key in dict.fromkeys((one.settings, one.seed) for one in entries) if fits[key[0]]]
        jobs = [
            composer.compose(number, (*settings, f"seed={seed}", f"workers={WORKERS}"))
            for number, (settings, seed) in enumerate(keys)
        ]
        plan = make_plan(jobs)
        results: dict[int, RunResult] = {}
        with Training(plan.tasks, ProcessPool(WORKERS)) as training:
            for some in training:
                results |= {result.index: result for result in some}
    runs = {key: results[place] for key, place in zip(keys, plan.of_jobs, strict=True)}
    return Trained(runs, time.perf_counter() - started)


def _fits(composer: Composer, settings: Settings) -> bool:
    if not any(one.startswith("fault=") for one in settings):
        return True
    job = composer.compose(0, settings)
    return isinstance(job, Job) and isinstance(SpecBuilder().build(job.config, settings), Checked)
