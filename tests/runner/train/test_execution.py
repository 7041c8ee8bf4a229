"""A task whose worker dies is halved: every run keeps what belongs to it."""

from concurrent.futures import Future

import numpy as np
import pytest

from runner.plan.task import Task
from runner.train import execution
from runner.train.execution import Training
from runner.train.workers import NoWorkers


def test_halves_of_a_task_keep_the_first_weights_and_file_digests_of_their_own_runs():
    starts = tuple(np.full(3, float(place)) for place in range(5))
    specs, digests = tuple({"spec": place} for place in range(5)), tuple((str(place),) for place in range(5))
    task = Task(tuple(range(5)), tuple("abcde"), specs, (), starts=starts, digests=digests)
    for half in task.halves:
        assert [one[0] for one in half.starts] == list(half.indices)
        assert [spec["spec"] for spec in half.specs] == list(half.indices)
        assert [int(digest) for (digest,) in half.digests] == list(half.indices)
        assert "".join(half.keys) == "".join("abcde"[place] for place in half.indices)
    assert [half.starts for half in Task((0, 1), ("a", "b"), ({}, {}), ()).halves] == [(), ()]


class Slow:
    """Workers whom an interrupt reaches while they take their second task."""

    deaths, is_apart, is_spread, slots = (), True, False, 2

    def __init__(self) -> None:
        self.submitted, self.ended = 0, False

    def submit(self, *_):
        self.submitted += 1
        if self.submitted == 2:
            raise KeyboardInterrupt
        return Future()

    def look(self):
        pass

    def end(self):
        self.ended = True


def test_an_interrupt_while_tasks_are_handed_out_ends_the_workers():
    workers = Slow()
    training = Training([Task((0,), ("a",), ({},), ())] * 3, workers)
    with pytest.raises(KeyboardInterrupt), training:
        pytest.fail("it was not heard")
    assert workers.ended


class Dead(Exception):
    pass


class Cluster:
    """Two workers: the first to get a task dies; what is sent then hangs, but for the task that is sent `at_last`."""

    deaths, is_apart, is_spread, slots = (Dead,), True, True, 2

    def __init__(self, at_last: int, gone_after: int = 1000) -> None:
        self.sent, self.looks, self._at_last, self._gone_after = 0, 0, at_last, gone_after

    def submit(self, _function, task, *_):
        self.sent += 1
        future: Future = Future()
        if self.sent == 1:
            future.set_exception(Dead())
        elif self.sent == self._at_last:
            future.set_result([task.indices])
        return future

    def look(self):
        self.looks += 1
        if self.looks > self._gone_after:
            raise NoWorkers("the Dask scheduler has not answered")

    def end(self):
        pass


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "SECONDS_BETWEEN_LOOKS", 0.001)
    monkeypatch.setattr(execution, "SHORTEST", 0.0)


def test_a_task_that_is_trained_alone_by_a_worker_that_hangs_is_given_to_another_one(impatient):
    workers = Cluster(at_last=3)
    with Training([Task((0,), ("a",), ({},), ())], workers) as training:
        assert list(training) == [[(0,)]]
    assert workers.sent == 3


def test_a_scheduler_that_goes_while_a_task_is_trained_alone_is_noticed(impatient):
    with (
        Training([Task((0,), ("a",), ({},), ())], Cluster(at_last=9, gone_after=5)) as training,
        pytest.raises(NoWorkers, match="has not answered"),
    ):
        list(training)
