"""A task whose worker dies is halved: every run keeps what belongs to it."""

import numpy as np

from runner.execution import _halves
from runner.training import Task


def test_halves_of_a_task_keep_the_first_weights_of_their_own_runs():
    starts = tuple(np.full(3, float(place)) for place in range(5))
    task = Task(tuple(range(5)), tuple("abcde"), tuple({"spec": place} for place in range(5)), (), starts=starts)
    for half in _halves(task):
        assert [one[0] for one in half.starts] == list(half.indices)
        assert [spec["spec"] for spec in half.specs] == list(half.indices)
        assert "".join(half.keys) == "".join("abcde"[place] for place in half.indices)
    assert [half.starts for half in _halves(Task((0, 1), ("a", "b"), ({}, {}), ()))] == [(), ()]
