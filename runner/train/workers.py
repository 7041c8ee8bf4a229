"""Where stacks train: in this process, in a pool of processes, or on a cluster (`clusters.py`). All are executors."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any, Protocol

from loky import ProcessPoolExecutor
from loky.process_executor import BrokenProcessPool, ShutdownExecutorError

from runner.base.errors import UserError
from runner.base.interrupts import held_back


class NoWorkers(UserError):
    """There are no workers, or all are gone; whatever they have not returned is not done."""


class Workers(Protocol):
    """What trains stacks, like a `concurrent.futures.Executor`: `submit` returns a future.

    `deaths` are the exceptions of a future whose worker died. `is_apart` says whether stacks train while this process
    does something else, `is_spread` whether other machines may train them.
    """

    deaths: tuple[type[BaseException], ...]
    is_apart: bool
    is_spread: bool

    @property
    def slots(self) -> int:
        """How many stacks can train at the same time, as far as is known; at least one."""
        ...

    def look(self) -> None:
        """Check, now and then, which workers are there."""
        ...

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Make a worker call a function. The future is cancelled if all workers are out of reach."""
        ...

    def end(self) -> None:
        """Stop: nothing more is needed, and unfinished work is not waited for."""
        ...


class ThisProcess:
    """No workers: a stack trains while its submitter waits."""

    deaths: tuple[type[BaseException], ...] = ()
    is_apart, is_spread, slots = False, False, 1

    def look(self) -> None: ...

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def end(self) -> None: ...


class ProcessPool:
    """Processes on this machine. If one dies, all stacks in flight are lost, and a new pool is started."""

    deaths: tuple[type[BaseException], ...] = (BrokenProcessPool, ShutdownExecutorError)
    is_apart, is_spread = True, False

    def __init__(self, workers: int) -> None:
        self.slots, self._executor = workers, _pool(workers)

    def look(self) -> None: ...

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        try:
            return self._submit(function, *arguments)
        except BrokenProcessPool:
            self.end()
            self._executor = _pool(self.slots)
            return self._submit(function, *arguments)

    def _submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        with _interrupts_held_back():  # the first one starts the processes
            return self._executor.submit(function, *arguments)

    def end(self) -> None:
        with _interrupts_held_back():
            self._executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]  # loky's own


def _pool(workers: int) -> Executor:
    pool: Executor = ProcessPoolExecutor(max_workers=workers, initializer=_prepare_worker, initargs=(os.getpid(),))
    return pool


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C reaches all processes of a terminal, and the main process alone decides what it means.

    Processes that are started in here never hear it, not even while they import; this one hears it afterwards, as
    workers that are half started, or half ended, would end in tracebacks of their own.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    resource_tracker.ensure_running()  # it would let Ctrl-C in again when it starts with the first worker
    with held_back():
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _prepare_worker(parent: int) -> None:
    """The same for a process that takes the place of another one, whoever started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()


def _end_with_parent(parent: int) -> None:
    """A worker of a killed process would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
