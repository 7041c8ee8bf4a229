"""What experiments make of some ill settings, and whether a confirmed fix helps on seeds that they have not seen."""

import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from benchmarks.diagnosis.entries import Settings
from benchmarks.diagnosis.figures import share
from benchmarks.diagnosis.fixes import cured
from benchmarks.diagnosis.labels import MARGIN, Labelled, Labels
from benchmarks.diagnosis.trained import WORKERS, Key
from benchmarks.markdown import markdown
from runner.app.setup import composing
from runner.diagnosis.experiments import confirm, inquiries
from runner.diagnosis.judged import Judged, judge_all
from runner.diagnosis.scores import scores_of
from runner.diagnosis.trials import MOST_STACKS, Compose, Trials
from runner.plan.phases import Checked
from runner.runs.commands import fixed
from runner.runs.data import prepare
from runner.runs.diagnosis import is_of_seeds
from runner.runs.result import RunResult
from runner.train.training import train_task

UNSEEN = range(1000, 1007)  # seeds
EACH = 4  # settings of each cause
Asked = list[tuple[Labelled, RunResult]]  # the ill runs of a setting


@dataclass(frozen=True)
class Looked:
    """A setting that was looked into: what a run of it is called then, how sure that is, and what it took.

    `gain` is by how much the median score over UNSEEN rises with a confirmed fix; None where that is another seed, or
    nothing is confirmed.
    """

    run: Labelled
    name: str
    certainty: str
    stacks: int
    seconds: float
    gain: float | None = None


def look_into(labelled: Sequence[Labelled], runs: Mapping[Key, RunResult], folder: Path, quick: bool) -> list[Looked]:
    """Settings of each cause, those of odd seeds whose runs are ill, strong ones first."""
    chosen = list(_chosen(labelled, runs, 1 if quick else EACH))[: 4 if quick else None]
    parts = [chosen[place::WORKERS] for place in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS, get_context("fork"), initializer=os.chdir, initargs=(folder,)) as pool:
        return [one for part in pool.map(_look_into, parts) for one in part]


def _chosen(labelled: Sequence[Labelled], runs: Mapping[Key, RunResult], each: int) -> Iterator[Asked]:
    settings: dict[str, dict[Settings, list[Labelled]]] = {}
    for one in labelled:
        if one.is_ill and one.entry.severity != "mild" and one.entry.seed % 2:
            settings.setdefault(one.label, {}).setdefault(one.entry.settings, []).append(one)
    for _, found in sorted(settings.items()):
        for some in list(found.values())[:: max(1, len(found) // each)][:each]:
            yield [(one, _typed(one.key, runs[one.key])) for one in dict.fromkeys(some)]


def _typed(key: Key, result: RunResult) -> RunResult:
    """With the overrides that make it again."""
    settings, seed = key
    return replace(result, overrides=(*settings, f"seed={seed}"))


def _look_into(part: Sequence[Asked]) -> list[Looked]:
    with composing() as composer:
        return [_looked(one, lambda overrides: composer.compose(0, overrides)) for one in part]


def _looked(asked: Asked, compose: Compose) -> Looked:
    started = time.process_time()
    judged = judge_all([replace(result, index=place) for place, (_, result) in enumerate(asked)])
    settings = inquiries(judged, Trials(compose), {run.entry.seed for run, _ in asked})
    for known in confirm(judged, settings):
        judged = known
    seconds = time.process_time() - started
    one = next((one for one in judged if isinstance(one, Judged) and one.diagnosis.verdict != "healthy"), judged[0])
    assert isinstance(one, Judged)
    said, stacks = one.diagnosis, max((MOST_STACKS - setting.stacks_left for setting in settings), default=0)
    tried = said.experiment
    is_confirmed = tried is not None and tried.has_helped and tried.is_fresh and not is_of_seeds(said.fix)
    gain = _gain(one, compose) if is_confirmed else None
    run, _ = asked[one.result.index]
    return Looked(run, said.cause or said.verdict, said.certainty or said.verdict, stacks, seconds, gain)


def _gain(one: Judged, compose: Compose) -> float:
    """The median score over UNSEEN with the fix, beyond that without."""
    typed = one.result.overrides
    medians = [
        _median([fixed(typed, (*fix, f"seed={seed}")) for seed in UNSEEN], compose) for fix in ((), one.diagnosis.fix)
    ]
    return medians[1] - medians[0]


def _median(runs: Sequence[Settings], compose: Compose) -> float:
    """Of the scores, 0 where a run is worse than a constant."""
    trials = Trials(compose)
    checked = [(overrides, trials.check(overrides)) for overrides in runs]
    plan = trials.plan([(overrides, one) for overrides, one in checked if isinstance(one, Checked)])
    results = [result for task in plan.tasks for result in train_task(task)]
    return statistics.median(max(0.0, scores_of(result, prepare(result.spec)).tested) for result in results)


def table(found: Sequence[Looked], labels: Labels, folder: Path) -> str:
    """The goals of experiments, and what was reached."""
    gains = [one.gain for one in found if one.gain is not None]
    cures = cured([(one.run, one.name) for one in found if one.name != one.run.label], labels, folder)
    right = {one: one.name == one.run.label or (one.run.key, one.name) in cures for one in found}
    confirmed = [one for one in found if one.certainty == "confirmed"]
    stacks = sorted(one.stacks for one in found)
    rows = [
        ["settings looked into", "", str(len(found))],
        ["confirmed fixes that help on unseen seeds", ">= 0.95", str(share(gain > MARGIN for gain in gains))],
        ["stacked trainings a setting, median and most", "<= 12", f"{statistics.median(stacks):g}, {stacks[-1]}"],
        ["right cause, of all settings", "", str(share(right[one] for one in found))],
        ["right cause, of confirmed ones", "", str(share(right[one] for one in confirmed))],
        ["seconds of processor time a setting, median", "", f"{statistics.median(one.seconds for one in found):.1f}"],
    ]
    return markdown(["number", "goal", "reached"], rows)
