"""Training the stacks of a sweep: a bounded number in flight, results as they complete, whatever dies in between."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from types import TracebackType

from runner.base.errors import UserError
from runner.plan.task import Task
from runner.runs.result import RunResult
from runner.train import costs
from runner.train.progress import Meters
from runner.train.stalls import Watch
from runner.train.training import Draw, failed, train_task
from runner.train.workers import NoWorkers, Workers

AHEAD = 8  # stacks at most that no worker is there for yet
SECONDS_BETWEEN_LOOKS = 5.0
LATE, SHORTEST = 3.0, 20.0  # times the longest time that a stack has taken; seconds, where none may have ended yet


class Training:
    """All tasks of a sweep in training; a context manager, because its workers must end, unless they are `lent`.

    Enough tasks are in flight to keep the workers busy, so results never pile up here. Worker processes start at once,
    while this process imports MLflow. If a worker dies, its task is retried once, alone, after all others. On a
    cluster, a task that takes very long is also given to an idle worker, and the first to finish wins: a stack has the
    same bits everywhere. On this machine a line reports it, with the names of runs by `named`.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        workers: Workers,
        draw: Draw | None = None,
        named: Callable[[int], str] = str,
        are_lent: bool = False,
    ) -> None:
        self._tasks, self._workers, self._draw, self._named, self._are_lent = tasks, workers, draw, named, are_lent
        self._waiting = list(reversed(range(len(tasks))))
        self._futures: dict[Future[list[RunResult]], int] = {}
        self._sent: dict[int, float] = {}
        self._done: dict[int, float] = {}
        self._longest, self._looked = 0.0, time.monotonic()
        seconds = [costs.of_training(task, draw is not None) for task in tasks]
        self._meters = Meters(seconds, costs.slowness(sum(len(task.indices) for task in tasks)))
        self._watch = Watch()

    @property
    def stacks(self) -> int:
        """The number of stacks."""
        return len(self._tasks)

    @property
    def seconds(self) -> float:
        """About how many seconds everything was expected to take on this machine, before anything was measured."""
        return self._meters.foreseen / min(self._workers.slots, max(1, self.stacks))

    @property
    def workers(self) -> Workers:
        """The workers, which may do other work while no stack is waiting."""
        return self._workers

    @property
    def is_waiting(self) -> bool:
        """Whether some stacks have no worker yet."""
        return bool(self._waiting)

    def share(self) -> float:
        """The share of all work that is done, from 0 to 1, as far as is known."""
        return self._meters.share

    def __enter__(self) -> "Training":
        if self._workers.is_apart:
            try:
                self._fill()
            except BaseException:  # an interrupt: nobody else would end the workers, which have tasks already
                self._end()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        if not self._are_lent:
            self._workers.end()
        self._meters.close()

    def __iter__(self) -> Iterator[list[RunResult]]:
        """The results of each task as it ends. Raises NoWorkers, and UserError when workers are of no use."""
        undone = []
        self._fill()
        while self._futures:
            future = self._next_to_end()
            place = self._take(future)
            try:
                results = self._results(self._tasks[place], future)
            except self._workers.deaths:
                undone.append(place)
            else:
                yield results
                self._meters.end(place)
            self._fill()
        for place in undone:
            yield self._train_alone(self._tasks[place], place)
            self._meters.end(place)

    @property
    def _most(self) -> int:
        """In flight: a task for every worker, and some in reserve."""
        slots = self._workers.slots
        return slots + min(slots, AHEAD) if self._workers.is_apart else 1

    def _fill(self) -> None:
        while self._waiting and len(self._futures) < self._most:
            self._submit(self._waiting.pop())

    def _submit(self, place: int) -> None:
        future = self._workers.submit(train_task, self._tasks[place], self._meters.of(place), self._draw)
        self._futures[future] = place
        self._sent.setdefault(place, time.monotonic())
        future.add_done_callback(lambda _: self._done.setdefault(place, time.monotonic()))

    def _next_to_end(self) -> Future[list[RunResult]]:
        while True:
            ended, _ = wait(self._futures, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
            if not ended or time.monotonic() - self._looked > SECONDS_BETWEEN_LOOKS:
                self._looked = time.monotonic()
                self._workers.look()
            if ended:  # what has come back is handed on before a scheduler that has gone is complained of
                return min(ended, key=lambda future: future.cancelled())
            self._fill()  # workers may have joined
            if self._workers.is_spread:
                self._double_late_ones()
            else:
                self._look_at([self._tasks[place] for place in self._futures.values()])

    @property
    def _patience(self) -> float:
        """After this many seconds a stack is late, or hangs."""
        return LATE * max(self._longest, SHORTEST)

    def _look_at(self, tasks: Sequence[Task]) -> None:
        self._watch.look(self.share(), [self._named(task.indices[0]) for task in tasks], self._patience)

    def _double_late_ones(self) -> None:
        """Give tasks that are late to one more worker, when no other is left to be given."""
        now = time.monotonic()
        late = [place for place, sent in self._sent.items() if now - sent > LATE * self._longest > 0]
        places = list(self._futures.values())
        alone = [place for place in late if places.count(place) == 1]
        for place in alone[: max(0, self._most - len(places))]:
            self._submit(place)

    def _take(self, future: Future[list[RunResult]]) -> int:
        """The place of a task that has ended; its double, where it has one, is not wanted any more."""
        place = self._futures.pop(future)
        self._longest = max(self._longest, self._done.pop(place, 0.0) - self._sent.pop(place))
        for double in [one for one, other in self._futures.items() if other == place]:
            del self._futures[double]
            double.cancel()
        return place

    def _results(self, task: Task, future: Future[list[RunResult]]) -> list[RunResult]:
        """What a task has left. Raises what a future raises whose worker died, NoWorkers, and UserError."""
        try:
            return future.result()
        except CancelledError as error:
            raise NoWorkers("the Dask scheduler is gone, and its workers with it") from error
        except UserError:
            raise
        except self._workers.deaths:
            raise
        except ImportError as error:
            raise UserError(f"workers cannot import what they need: {error}; install this package there too") from error
        except Exception as error:  # the task could not be sent, or its results not be sent back
            if self._workers.is_spread:  # which says something of the workers, and nothing of the runs
                told = str(error).partition("\n")[0]
                raise NoWorkers(f"workers, or their scheduler, cannot read what they are sent: {told}") from error
            return failed(task, f"{type(error).__name__}: {error}")

    def _train_alone(self, task: Task, place: int) -> list[RunResult]:
        """Train a task while no other is in flight; when its worker dies, halve it until the run to blame is alone."""
        try:
            return self._results(task, self._first_to_end(task, place))
        except self._workers.deaths:
            if len(task.indices) > 1:
                return [result for half in task.halves for result in self._train_alone(half, place)]
        return failed(task, "WorkerDied: the worker process was killed or ran out of memory, again and again")

    def _first_to_end(self, task: Task, place: int) -> Future[list[RunResult]]:
        """A task trained alone; on a cluster by a second worker too when the first, which may hang, is late."""
        futures, sent = [self._workers.submit(train_task, task, self._meters.of(place), self._draw)], time.monotonic()
        while not (ended := wait(futures, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED).done):
            self._workers.look()
            if not self._workers.is_spread:
                self._look_at([task])
            elif time.monotonic() - sent > self._patience and len(futures) == 1 < self._workers.slots:
                futures.append(self._workers.submit(train_task, task, None, self._draw))
        for future in futures:
            future.cancel()
        return ended.pop()

    def already_done(self) -> Iterator[list[RunResult]]:
        """After an interrupt: the results of finished tasks that were not yet handed out."""
        for future in {
            place: one for one, place in self._futures.items() if one.done() and not one.cancelled()
        }.values():
            if future.exception() is None:
                yield future.result()
