"""A task whose worker dies is halved: every run keeps what belongs to it."""

from concurrent.futures import Future

import numpy as np
import pytest

from runner.execution import Training, _halves
from runner.training import Task


def test_halves_of_a_task_keep_the_first_weights_and_file_digests_of_their_own_runs():
    starts = tuple(np.full(3, float(place)) for place in range(5))
    specs, digests = tuple({"spec": place} for place in range(5)), tuple((str(place),) for place in range(5))
    task = Task(tuple(range(5)), tuple("abcde"), specs, (), starts=starts, digests=digests)
    for half in _halves(task):
        assert [one[0] for one in half.starts] == list(half.indices)
        assert [spec["spec"] for spec in half.specs] == list(half.indices)
        assert [int(digest) for (digest,) in half.digests] == list(half.indices)
        assert "".join(half.keys) == "".join("abcde"[place] for place in half.indices)
    assert [half.starts for half in _halves(Task((0, 1), ("a", "b"), ({}, {}), ()))] == [(), ()]


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
