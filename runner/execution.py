"""Running tasks: in this process, or in a pool of worker processes. The same function trains in both."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import replace
from types import TracebackType

from loky import ProcessPoolExecutor, cpu_count
from loky.process_executor import BrokenProcessPool

from runner.meters import Meters
from runner.results import RunResult
from runner.spec import from_plain
from runner.training import Task, train_task

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of malloc.h


def default_workers() -> int:
    """The processors that this process may use."""
    return int(cpu_count())


class Training:
    """All tasks of a sweep in training; a context, because its workers must be ended whatever happens.

    With more than one worker they start at once, even where there is only one task: this process imports MLflow
    meanwhile. A worker that dies takes no other task with it: what it leaves undone is tried once more, each task in a
    worker of its own.
    """

    def __init__(self, tasks: Sequence[Task], workers: int) -> None:
        self._tasks = tasks
        self._executor = _pool(min(workers, len(tasks))) if workers > 1 and tasks else None
        self._futures: dict[Future[list[RunResult]], int] = {}
        self._meters = Meters([len(task.indices) for task in tasks])

    def share(self) -> float:
        """How much of all tasks is done, from 0 to 1, as far as is known while they train."""
        return self._meters.share

    def __enter__(self) -> "Training":
        if self._executor:
            try:
                for place, task in enumerate(self._tasks):
                    self._futures[self._executor.submit(train_task, task, self._meters.of(place))] = place
            except BaseException:  # an interrupt: nobody else would end the workers, which have tasks already
                self._end()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._executor:
            self._executor.shutdown(wait=True, kill_workers=True)
        self._meters.close()

    def __iter__(self) -> Iterator[list[RunResult]]:
        """The results of each task as it ends."""
        for place, results in self._in_pool() if self._executor else self._here():
            yield results
            self._meters.end(place)

    def _here(self) -> Iterator[tuple[int, list[RunResult]]]:
        keep_freed_memory()
        for place, task in enumerate(self._tasks):
            yield place, train_task(task, self._meters.of(place))

    def _in_pool(self) -> Iterator[tuple[int, list[RunResult]]]:
        undone = []
        for future in as_completed(list(self._futures)):
            place = self._futures.pop(future)
            try:
                results = future.result()
            except BrokenProcessPool:
                undone.append(place)
            except Exception as error:  # the task could not be sent, or its results not be sent back
                yield place, _failed(self._tasks[place], f"{type(error).__name__}: {error}")
            else:
                yield place, results
        for place in undone:
            yield place, _train_apart(self._tasks[place])

    def already_done(self) -> Iterator[list[RunResult]]:
        """After an interrupt: the results of tasks that have ended and were not handed out."""
        for future in self._futures:
            if future.done() and not future.cancelled() and future.exception() is None:
                yield future.result()


def _train_apart(task: Task) -> list[RunResult]:
    """Train a task in a worker of its own; when that dies too, halve the task until the run to blame is alone."""
    executor = _pool(1)
    try:
        return list(executor.submit(train_task, task).result())
    except BrokenProcessPool:
        if len(task.indices) > 1:
            return [result for half in _halves(task) for result in _train_apart(half)]
        return _failed(task, "WorkerDied: the worker process was killed or ran out of memory, again and again")
    finally:
        executor.shutdown(wait=True, kill_workers=True)


def _halves(task: Task) -> list[Task]:
    middle = len(task.indices) // 2
    return [
        replace(
            task,
            indices=task.indices[part],
            keys=task.keys[part],
            specs=task.specs[part],
            starts=task.starts[part],
        )
        for part in (slice(middle), slice(middle, None))
    ]


def _failed(task: Task, error: str) -> list[RunResult]:
    runs = zip(task.indices, task.keys, task.specs, strict=True)
    return [RunResult(index, key, from_plain(spec), "failed", error=error) for index, key, spec in runs]


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(max_workers=workers, initializer=_prepare_worker, initargs=(os.getpid(),))


def _prepare_worker(parent: int) -> None:
    """Ctrl-C reaches all processes of a terminal; the main process alone decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    keep_freed_memory()


def _end_with_parent(parent: int) -> None:
    """A worker of a killed process would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def keep_freed_memory() -> None:
    """Have this process keep the memory of arrays that are freed, for the next ones.

    glibc hands arrays of some 100 KB back to the system at once and pays for every page when it asks for them again,
    which made full batches four times slower. Other C libraries have no such setting.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 1 << 30)
        mallopt(M_TRIM_THRESHOLD, 1 << 30)
