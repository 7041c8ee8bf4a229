"""How many stacks are in flight depends on the workers, and each stack is handed back once."""

import logging
import re
from concurrent.futures import Future
from io import StringIO
from typing import Any

import pytest
from threadpoolctl import threadpool_info

from runner.base.errors import UserError
from runner.plan.task import Task
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from runner.train import clusters, execution
from runner.train.blas import ONE_BLAS_THREAD
from runner.train.execution import AHEAD, Training
from runner.train.starting import STACKS_EACH, training_of
from runner.train.workers import NoWorkers, ThisProcess
from tests.runner.building import bits, plan_of, trained_all

FAST = ("data=xor", "training.epochs=10", "training.evaluations=2", "tracking.plots=none")


class Counted:
    """Workers that count what is in flight, and do one thing after the other."""

    deaths: tuple[type[BaseException], ...] = ()
    is_apart, is_spread, slots = True, False, 3

    def look(self) -> None: ...

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []
        self.most = 0

    def submit(self, function: Any, /, task: Task, *_: Any) -> Future[Any]:
        self.futures.append(Future())
        in_flight = [future for future in self.futures if not future.done()]
        self.most = max(self.most, len(in_flight))
        if len(in_flight) > 4:
            in_flight[0].set_result([RunResult(task.indices[0], "", None, Outcome.STOPPED)])  # type: ignore[arg-type]
        return self.futures[-1]

    def end(self) -> None: ...


def test_no_more_stacks_are_in_flight_than_workers_need_to_be_busy():
    workers = Counted()
    tasks = [Task((place,), ("",), ({},), ()) for place in range(20)]
    with Training(tasks, workers) as training:
        results = iter(training)
        assert workers.most == 5, "the fifth made the first end, and nobody has asked for it"
        assert next(results) and len(workers.futures) == 6
        assert next(results) and len(workers.futures) == 7, "one more for the one that has been handed back"
    assert workers.most <= 2 * workers.slots


def in_flight(*futures: tuple[Future[Any], int]) -> Training:
    """Tasks that were handed out and have these futures."""
    training = Training([Task((place,), ("",), ({},), ()) for place in range(3)], Counted())
    training._waiting, training._futures = [], dict(futures)
    training._sent = {place: 0.0 for _, place in futures}
    return training


def finished(place: int) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result([place])
    return future


def gone() -> Future[Any]:
    future: Future[Any] = Future()
    future.cancel()
    future.set_running_or_notify_cancel()
    return future


def test_what_has_come_back_is_handed_on_before_a_lost_scheduler_is_reported():
    results = iter(in_flight((gone(), 0), (finished(1), 1), (finished(2), 2)))
    assert sorted([*next(results), *next(results)]) == [1, 2]
    with pytest.raises(NoWorkers, match="is gone"):
        next(results)


def test_a_task_and_its_double_are_handed_back_once_after_an_interrupt():
    training = in_flight((finished(1), 1), (finished(1), 1), (gone(), 2))
    assert list(training.already_done()) == [[1]]


def test_in_one_process_a_stack_is_handed_back_before_the_next_one_begins(monkeypatch: pytest.MonkeyPatch):
    begun = []
    monkeypatch.setattr(execution, "train_task", lambda task, meter, draw: begun.append(task.indices) or [task])
    with Training([Task((place,), ("",), ({},), ()) for place in range(3)], ThisProcess()) as training:
        assert begun == [], "the store is not open yet"
        for place, _ in enumerate(training):
            assert len(begun) == place + 1


def test_of_many_workers_only_a_few_have_a_stack_in_reserve():
    workers = Counted()
    workers.slots = 50
    training = Training([Task((place,), ("",), ({},), ()) for place in range(100)], workers)
    assert training._most == 50 + AHEAD


def test_every_stack_is_handed_out_once_and_handed_back_once():
    plan = plan_of(*[(f"seed={seed}",) for seed in range(6)], first=(*FAST, "workers=2"))
    with training_of(plan) as training:
        found = [result for results in training for result in results]
    assert [bits(one) for one in sorted(found, key=lambda one: one.index)] == [bits(one) for one in trained_all(plan)]


def test_a_plan_without_missing_runs_starts_no_workers():
    plan = plan_of(FAST, first=("executor=dask", "executor.address=tcp://127.0.0.1:9"))
    with training_of(plan, done={0}) as training:
        assert list(training) == [] and training.stacks == 0


def test_one_worker_more_than_the_number_of_workers_changes_no_run():
    plan = plan_of(*[(f"seed={seed}",) for seed in range(8)], first=FAST)
    few, many = (plan.tasks_without((), pieces) for pieces in (1, 2 * STACKS_EACH))
    assert len(few) == 1 and len(many) == 8
    assert few[0].indices == tuple(index for task in many for index in task.indices)


def test_blas_has_one_thread_until_the_last_of_many_has_ended():
    def threads() -> set[int]:
        return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}

    before = threads()
    with ONE_BLAS_THREAD:
        with ONE_BLAS_THREAD:
            assert threads() == {1}
        assert threads() == {1}, "somebody still trains"
    assert threads() == before


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (("executor=dask", "executor.address=here"), "executor.address must be the address of a Dask scheduler"),
        (("executor=dask", "+executor.jobs=3"), "executor.jobs is not a setting"),
        (("executor=slurm", "executor.jobs=0"), "executor.jobs must be >= 1, got 0"),
    ],
)
def test_settings_of_an_executor_are_validated_under_their_own_names(overrides: tuple[str, ...], told: str):
    with pytest.raises(UserError, match=re.escape(told)):
        plan_of((*FAST, *overrides))


@pytest.mark.parametrize("name", ["distributed.client", "distributed.gc", "tornado.application", "tornado.general"])
def test_what_the_libraries_of_a_cluster_log_reaches_nobody(name, monkeypatch):
    """What a client had begun when its cluster was closed is an error in tornado's log, with a traceback."""
    written = StringIO()
    for own in ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application"):
        monkeypatch.setattr(logging.getLogger(own), "handlers", [logging.StreamHandler(written)])
        monkeypatch.setattr(logging.getLogger(own), "propagate", False)
    logging.getLogger(name).critical("before")
    clusters.hush()
    logging.getLogger(name).critical("Exception in callback")
    assert written.getvalue() == "before\n"
