"""Pictures of stored runs that have none, drawn by workers and added to the store."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Lock

from runner.base.errors import UserError
from runner.base.machine import default_workers
from runner.base.progress import Glance, Phase, within
from runner.base.threads import in_flight
from runner.conduct.gallery import draw_apart
from runner.findings.pictures import NO_PICTURE
from runner.runs.result import RunResult
from runner.store.address import check_own, sqlite_file, tracking_uri
from runner.store.reader import Reader
from runner.store.records import PICTURE, pictures_in
from runner.store.stored_run import StoredRun
from runner.store.writer import Tracker
from runner.train.workers import ProcessPool, ThisProcess, Workers

TOGETHER = 16  # runs that a worker draws at a time
SUBMITTING = Lock()  # a pool whose workers died is replaced by whoever notices


def add_pictures(reader: Reader, runs: Sequence[StoredRun], modules: tuple[str, ...]) -> tuple[int, Counter[str]]:
    """Draw the runs that have no picture; returns how many were added, and how many could not be drawn by the reason.

    Raises StoreError, also in a copy of a store, whose runs have their files in the original. What was added before an
    interrupt stays.
    """
    if file := sqlite_file(tracking_uri()):
        check_own(file, runs[0].artifacts.rsplit("/", 2)[0])
    tracker = Tracker(reader.experiment_of(runs[0]))
    batches = [runs[start : start + TOGETHER] for start in range(0, len(runs), TOGETHER)]
    pool: Workers = ProcessPool(min(default_workers(), len(batches))) if len(batches) > 1 else ThisProcess()
    done, lost = 0, Counter[str]()

    def look(_phase: str, passed: float) -> Glance:
        tried = done + lost.total()
        return Glance(passed * (len(runs) - tried) / tried if tried else None, f"{tried:,} of {len(runs):,} runs")

    try:
        with within(Phase.PICTURES, look):
            for place, drawn in in_flight(partial(_drawn, reader, pool, modules), batches, pool.slots + 1):
                for run, one in zip(batches[place], drawn, strict=True):
                    if isinstance(one, str):
                        lost[one] += 1
                    else:
                        tracker.add_files(run.run_id, pictures_in(one))
                        if run.tags.get("error", "").startswith(NO_PICTURE):
                            tracker.tag_runs({}, {run.run_id: ["error"]})
                        done += 1
    finally:
        pool.end()
    return done, lost


def _drawn(reader: Reader, pool: Workers, modules: tuple[str, ...], runs: Sequence[StoredRun]) -> list[RunResult | str]:
    """The runs with their pictures, or why one has none."""
    found = [_read(reader, run) for run in runs]
    there = [one for one in found if isinstance(one, RunResult)]
    drawn = iter(_by_worker(pool, there, modules) if there else [])
    return [one if isinstance(one, str) else next(drawn) for one in found]


def _by_worker(pool: Workers, results: list[RunResult], modules: tuple[str, ...]) -> list[RunResult | str]:
    """What a worker has drawn. Workers die together, so that of another one's batch is asked once more."""
    try:
        return _asked(pool, results, modules)
    except pool.deaths:
        pass
    try:
        return _asked(pool, results, modules)
    except pool.deaths:
        return ["a worker process ended while it drew"] * len(results)


def _asked(pool: Workers, results: list[RunResult], modules: tuple[str, ...]) -> list[RunResult | str]:
    with SUBMITTING:
        future = pool.submit(draw_apart, results, modules, str(Path.cwd()))
    return [_with_picture(one) for one in future.result()]


def _read(reader: Reader, run: StoredRun) -> RunResult | str:
    try:
        result = reader.result(run)
    except UserError as error:
        return str(error)
    return result if result.history.get("step") else "it was not trained"


def _with_picture(drawn: RunResult) -> RunResult | str:
    return drawn if drawn.pictures else drawn.lost_picture.removeprefix(NO_PICTURE)


def without_picture(reader: Reader, runs: Sequence[StoredRun]) -> list[StoredRun]:
    """Those that were trained and whose picture the store does not have."""
    return [run for run in runs if run.is_trained and not reader.has_file(run, PICTURE)]
