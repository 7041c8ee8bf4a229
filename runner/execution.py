"""Running tasks: in this process, or in a pool of worker processes. The same function trains in both."""

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, as_completed
from types import TracebackType

from loky import ProcessPoolExecutor, cpu_count
from loky.process_executor import BrokenProcessPool

from runner.results import RunResult
from runner.spec import from_plain
from runner.training import Task, train_task


def default_workers() -> int:
    """The processors that this process may use."""
    return int(cpu_count())


class Training:
    """All tasks of a sweep in training; a context, because its workers must be ended whatever happens.

    With several tasks and workers they start at once. A worker that dies takes no other task with it: what it leaves
    undone is tried once more, each task with a worker of its own.
    """

    def __init__(self, tasks: Sequence[Task], workers: int) -> None:
        self._tasks = tasks
        self._executor = _pool(min(workers, len(tasks))) if workers > 1 and len(tasks) > 1 else None
        self._futures: dict[Future[list[RunResult]], Task] = {}

    def __enter__(self) -> "Training":
        if self._executor:
            self._futures = {self._executor.submit(train_task, task): task for task in self._tasks}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor:
            self._executor.shutdown(wait=True, kill_workers=True)

    def __iter__(self) -> Iterator[list[RunResult]]:
        """The results of each task as it ends."""
        if not self._executor:
            yield from map(train_task, self._tasks)
            return
        undone = []
        for future in as_completed(self._futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                undone.append(self._futures[future])
        yield from map(_train_apart, undone)


def _train_apart(task: Task) -> list[RunResult]:
    executor = _pool(1)
    try:
        return list(executor.submit(train_task, task).result())
    except BrokenProcessPool:
        error = "WorkerDied: the worker process ended without an answer; it was killed or ran out of memory"
        runs = zip(task.indices, task.keys, task.specs, strict=True)
        return [RunResult(index, key, from_plain(spec), "failed", error=error) for index, key, spec in runs]
    finally:
        executor.shutdown(wait=True, kill_workers=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(max_workers=workers, initializer=_leave_interrupts_to_the_parent)


def _leave_interrupts_to_the_parent() -> None:
    """Ctrl-C reaches all processes of a terminal; the main process alone decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
