"""Pictures of a large sweep's runs: only some of them, drawn by workers that have no stack to train."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from runner.base.errors import RAISED, what_raised
from runner.base.files import working_in
from runner.base.machine import keep_freed_memory
from runner.findings.numbers.data_sets import by_data
from runner.findings.numbers.scores import rank_of
from runner.findings.pictures import NO_PICTURE, drawing, standing_for, with_picture
from runner.findings.rendering import drawn, render_here
from runner.findings.sketch import Render, Sketch
from runner.plan.plan import Plan
from runner.runs.components import load_modules
from runner.runs.overrides import settings_in, swept_keys, values_of
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.train.blas import ONE_BLAS_THREAD
from runner.train.execution import SECONDS_BETWEEN_LOOKS, Training
from runner.train.workers import NoWorkers, Workers

MOST_SETTINGS = 100  # of more of them the best are drawn, when all have ended
Wanted = list[RunResult]
Values = tuple[str, ...]  # of a setting, as they were typed: labels are cut


class Gallery:
    """Best, median and worst run of each setting of a plan, drawn when the last run of the setting has ended.

    `planned` are all runs of the sweep so far: settings of earlier batches may have more runs in this one. Nothing is
    drawn where `tracking.plots` is not `auto`, or where each run got its picture when it was trained, as there were
    few enough in `total`, with those on fresh seeds.
    """

    def __init__(self, plan: Plan, planned: Sequence[PlannedRun], training: Training, total: int | None = None) -> None:
        settings = plan.settings
        self._is_open = settings.tracking.plots == "auto" and drawing(settings, total or len(planned)) is None
        self._training, self._modules = training, settings.modules
        self._keys = swept_keys([run.overrides for run in planned]) if self._is_open else []
        mine = {self._setting(run) for run in plan.runs if self._is_open}
        self._to_come = Counter(label for run in planned if (label := self._setting(run)) in mine)
        self._members: dict[Values, list[RunResult]] = defaultdict(list)
        self._waiting, self._lent = list[Wanted](), list[tuple[Future[Wanted], Wanted]]()

    def add(self, results: Iterable[RunResult]) -> None:
        """Take results in as they come, and have workers draw what is known to be wanted, where they are idle."""
        for one in results if self._is_open else ():
            if (label := self._setting(one)) not in self._to_come:
                continue
            members = self._members[label]
            members.append(one)
            if len(members) == self._to_come[label] and len(self._to_come) <= MOST_SETTINGS:
                self._waiting.append(standing_for(members))
        if not self._training.is_waiting:
            self._lend()

    def _setting(self, run: PlannedRun | RunResult) -> Values:
        return tuple(values_of(run.overrides, settings_in(self._keys)).values())

    def drawn(self) -> Iterator[RunResult]:
        """When all runs have ended: those that are drawn, with their pictures."""
        if len(self._to_come) > MOST_SETTINGS:
            self._waiting += map(standing_for, self._best())
        self._lend()
        for future, wanted in self._lent:
            yield from self._results(future, wanted)

    def _best(self) -> Iterator[list[RunResult]]:
        groups = by_data([one for members in self._members.values() for one in members]).values()
        for some in groups:
            settings = defaultdict(list)
            for one in some:
                settings[self._setting(one)].append(one)
            yield from sorted(settings.values(), key=rank_of)[: max(1, MOST_SETTINGS // len(groups))]

    def _lend(self) -> None:
        for wanted in self._waiting:
            self._lent.append((self._draw(wanted), wanted))
        self._waiting.clear()

    def _draw(self, wanted: Wanted) -> Future[Wanted]:
        return self._training.workers.submit(draw_apart, wanted, self._modules, str(Path.cwd()))

    def _results(self, future: Future[Wanted], wanted: Wanted) -> Wanted:
        """What a worker has drawn; one that died with others' stacks is asked once more."""
        try:
            return self._awaited(future)
        except self._training.workers.deaths:
            future = self._draw(wanted)
        except (NoWorkers, CancelledError):  # they are all out of reach
            return draw_apart(wanted, self._modules, str(Path.cwd()))
        except RAISED as error:
            return _lost(wanted, what_raised(error))
        try:
            return self._awaited(future)
        except self._training.workers.deaths:
            return _lost(wanted, "a worker process ended while it drew")
        except RAISED as error:
            return _lost(wanted, what_raised(error))

    def _awaited(self, future: Future[Wanted]) -> Wanted:
        while not wait([future], SECONDS_BETWEEN_LOOKS).done:
            self._training.workers.look()
        return future.result()


def rendering(workers: Workers) -> Render:
    """What has workers of this machine make the pictures of a sweep; others may have other fonts."""

    def render(sketches: Sequence[Sketch]) -> list[Any]:
        try:
            futures = [workers.submit(drawn, one) for one in sketches]
        except workers.deaths:  # all of them, for good
            return render_here(sketches)
        return [_made(one, future) for one, future in zip(sketches, futures, strict=True)]

    return render_here if workers.is_spread or not workers.is_apart else render


def _made(sketch: Sketch, future: Future[Any]) -> Any:
    try:
        return future.result()
    except Exception:  # a worker that died, or a picture that cannot be drawn
        return render_here([sketch])[0]


def draw_apart(results: Sequence[RunResult], modules: tuple[str, ...], folder: str) -> Wanted:
    """The same with their pictures, drawn in any process; `folder` is that which their data files are named from."""
    keep_freed_memory()
    with working_in(Path(folder)), ONE_BLAS_THREAD, np.errstate(all="ignore"):
        load_modules(modules)
        return [with_picture(one) for one in results]


def _lost(wanted: Wanted, reason: str) -> Wanted:
    return [replace(one, error=f"{NO_PICTURE}{reason}") for one in wanted]
