"""What a cluster costs: bytes per run over the wire, tasks per second, and how much faster two workers are than one."""

import importlib.util
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.markdown import markdown

OURS = ("data=quadrants", "training.mode=full", "training.epochs=500", "network.hidden=[4]")
RUNS, TASKS = 400, 400


def tables(quick: bool) -> Iterator[str]:
    """Markdown, a part at a time."""
    from runner.findings.pictures import drawing
    from runner.train.training import train_task

    if importlib.util.find_spec("distributed") is None:
        yield "Dask is not measured: distributed is not installed (pip install -e '.[dask]').\n"
    runs, tasks = (8, 4) if quick else (RUNS, TASKS)
    sizes, rows = {"nothing": 0}, []
    for told, plots in (("without pictures", "none"), ("with pictures", "all")):
        plan = _plan(runs, plots)
        (task, *_) = plan.tasks_without((), 1)
        results, stack = train_task(task, draw=drawing(plan.settings, len(plan.runs))), len(task.indices)
        sizes[f"a stack {told}"] = len(pickle.dumps(results))
        there, back = (len(pickle.dumps(one)) / stack for one in (task, results))
        rows.append([told, str(stack), f"{there:.0f}", f"{back:.0f}"])
    header = ["results", "runs in a stack", "there", "back"]
    yield f"Bytes per run over the wire:\n\n{markdown(header, rows)}\n"
    yield _overhead(tasks, sizes)
    yield _scaling(_plan(runs, "all"), runs, (1,) if quick else (1, 2))


def _plan(runs: int, plots: str) -> Any:
    from runner.app.setup import composing
    from runner.plan.plan import make_plan

    with composing() as composer:
        jobs = [composer.compose(seed, (*OURS, f"tracking.plots={plots}", f"seed={seed}")) for seed in range(runs)]
    return make_plan(jobs)


def _trained(task: Any) -> Any:
    from runner.findings.pictures import with_picture
    from runner.train.training import train_task

    return train_task(task, draw=with_picture)


def _kinds() -> dict[str, Callable[[int], Any]]:
    """Makers of workers, by name."""
    from runner.train.workers import ProcessPool

    kinds: dict[str, Callable[[int], Any]] = {"process": ProcessPool}
    if importlib.util.find_spec("distributed") is not None:
        from runner.runs.settings import DaskExecutor
        from runner.train.clusters import dask_workers

        kinds["dask"] = lambda workers: dask_workers(DaskExecutor(), workers)
    return kinds


def _back(size: int) -> bytes:
    return b"\x01" * size


def _overhead(tasks: int, sizes: dict[str, int]) -> str:
    """Tasks that only return a number of bytes: what sending them out and taking them back costs by itself."""
    rows = []
    for name, make in _kinds().items():
        workers = make(1)
        try:
            workers.submit(_back, 0).result()
            for told, size in sizes.items():
                some = tasks if size < 1 << 20 else max(2, tasks // 10)
                wall, busy = time.perf_counter(), time.process_time()
                for future in [workers.submit(_back, size) for _ in range(some)]:
                    future.result()
                wall, busy = time.perf_counter() - wall, time.process_time() - busy
                per_task = [f"{some / wall:.0f}", f"{1000 * wall / some:.2f}", f"{1000 * busy / some:.2f}"]
                rows.append([f"{name}, {told}", f"{size:,}", *per_task])
        finally:
            workers.end()
    header = ["executor, and what comes back", "bytes", "tasks/s", "ms a task", "ms of the main process"]
    return f"Tasks that do nothing, one worker (Dask's scheduler is in the main process):\n\n{markdown(header, rows)}\n"


@dataclass(frozen=True)
class Timed:
    """Seconds until workers are there and warm, for all stacks, and of the main process's processor meanwhile."""

    start: float
    wall: float
    busy: float


def _scaling(plan: Any, runs: int, counts: Sequence[int]) -> str:
    rows = []
    for name, make in _kinds().items():
        found = [_timed(plan, make, workers) for workers in counts]
        for workers, timed in zip(counts, found, strict=True):
            told = [f"{timed.start:.1f}", f"{timed.wall:.2f}", f"{runs / timed.wall:.1f}"]
            times = f"{found[0].wall / timed.wall:.2f}"
            rows.append([name, str(workers), *told, times, f"{1000 * timed.busy / runs:.2f}"])
    header = ["executor", "workers", "start, s", "seconds", "runs/s", "times one", "ms a run of the main process"]
    return f"{runs} runs with pictures, trained and handed back, not written:\n\n{markdown(header, rows)}\n"


def _timed(plan: Any, make: Callable[[int], Any], workers: int) -> Timed:
    from runner.findings.pictures import drawing
    from runner.train.execution import Training
    from runner.train.starting import STACKS_EACH

    tasks = plan.tasks_without((), STACKS_EACH * 2)  # the same stacks, however many train them
    began = time.perf_counter()
    trainers = make(workers)
    warm: Sequence[Any] = [trainers.submit(_trained, _first_of(tasks[0])) for _ in range(4 * workers)]
    for future in warm:
        future.result()
    start, wall, busy = time.perf_counter() - began, time.perf_counter(), time.process_time()
    with Training(tasks, trainers, drawing(plan.settings, len(plan.runs))) as training:
        for _ in training:
            pass
        wall, busy = time.perf_counter() - wall, time.process_time() - busy
    return Timed(start, wall, busy)


def _first_of(task: Any) -> Any:
    """A task of one run, to have a worker import what it needs."""
    return replace(task, indices=task.indices[:1], keys=task.keys[:1], specs=task.specs[:1], starts=task.starts[:1])
