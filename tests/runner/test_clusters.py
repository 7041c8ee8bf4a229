"""Clusters are built from settings, and how many stacks are in flight depends on their workers."""

import gc
import importlib.util
import os
import re
import signal
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from threadpoolctl import threadpool_info

from runner import execution
from runner.blas import ONE_BLAS_THREAD
from runner.clusters import dask_workers, queue_cluster
from runner.errors import UserError
from runner.execution import AHEAD, STACKS_EACH, Training, training_of
from runner.results import RunResult
from runner.settings import QueueExecutor, Settings
from runner.training import Task
from runner.workers import NoWorkers, ThisProcess
from tests.runner.building import bits, plan_of, trained_all

needs_jobqueue = pytest.mark.skipif(
    importlib.util.find_spec("dask_jobqueue") is None, reason="dask-jobqueue is not installed"
)
FAST = ("data=xor", "training.epochs=10", "training.evaluations=2", "tracking.plots=none")
WANTED = {"jobs": 3, "cores": 4, "memory": "8GB", "walltime": "02:00:00", "queue": "short", "account": "lab"}
SCRIPTS = {
    "slurm": ("#SBATCH -p short", "#SBATCH -A lab", "#SBATCH --cpus-per-task=4", "#SBATCH --mem=8G", "-t 02:00:00"),
    "pbs": ("#PBS -q short", "#PBS -A lab", "ncpus=4:mem=7630MB", "walltime=02:00:00"),
    "sge": ("#$ -q short", "#$ -P lab", "h_rt=02:00:00"),
    "lsf": ("#BSUB -q short", '#BSUB -P "lab"', "#BSUB -n 4", "#BSUB -W 02:00:00"),
}
# A batch system as small as it can be: it takes a copy of the job, as a real one does, and runs it here.
SBATCH = """#!/bin/sh
cp "$1" job.sh
setsid sh job.sh > job.log 2>&1 < /dev/null &
echo "Submitted batch job $!"
"""
SCANCEL = """#!/bin/sh
kill -- -$1
"""


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
            in_flight[0].set_result([RunResult(task.indices[0], "", None, "stopped")])  # type: ignore[arg-type]
        return self.futures[-1]

    def end(self) -> None: ...


def read(executor: dict[str, Any]) -> Settings:
    plan = plan_of(FAST)
    return Settings.model_validate({**plan.settings.model_dump(), "executor": executor})


def wait_for(happened: Any, seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit
        time.sleep(0.05)


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


def test_what_has_come_back_is_handed_on_before_a_scheduler_that_has_gone_is_told():
    results = iter(in_flight((gone(), 0), (finished(1), 1), (finished(2), 2)))
    assert sorted([*next(results), *next(results)]) == [1, 2]
    with pytest.raises(NoWorkers, match="has gone"):
        next(results)


def test_a_task_and_its_double_are_handed_back_once_after_an_interrupt():
    training = in_flight((finished(1), 1), (finished(1), 1), (gone(), 2))
    assert list(training.already_done()) == [[1]]


def test_in_one_process_a_stack_is_handed_back_before_the_next_one_begins(monkeypatch: pytest.MonkeyPatch):
    begun = []
    monkeypatch.setattr(execution, "train_task", lambda task, meter: begun.append(task.indices) or [task])
    with Training([Task((place,), ("",), ({},), ()) for place in range(3)], ThisProcess()) as training:
        assert begun == [], "the store is not open yet"
        for place, _ in enumerate(training):
            assert len(begun) == place + 1


def test_of_many_workers_only_a_few_have_a_stack_to_go_on_with():
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


@needs_jobqueue
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_queue_gets_the_job_that_the_settings_say(name: str, tmp_path: Path):
    executor = QueueExecutor.model_validate({"name": name, **WANTED})
    cluster = queue_cluster(executor, str(tmp_path))
    try:
        script = cluster.job_script()
        assert [line for line in SCRIPTS[name] if line not in script] == []
        assert "--nworkers 4 --nthreads 1" in script or ("--nthreads 1" in script and "--nworkers 4" in script)
        assert f"--tls-key {tmp_path}" in script, "who has no certificate is not let in"
        assert cluster.scheduler_address.startswith("tls://")
    finally:
        cluster.close()


@pytest.mark.parametrize("key", ["queue", "account", "memory", "walltime"])
@pytest.mark.parametrize("value", ["a\\nrm -rf x", "a; reboot", "$(reboot)", "a b", "", "`x`", "a'b"])
def test_a_setting_of_a_queue_cannot_be_more_than_a_word_of_a_job_script(key: str, value: str):
    with pytest.raises(ValueError, match=r"must be (one word|a size|hours)"):
        read({"name": "slurm", key: value.replace("\\n", "\n")})


@needs_jobqueue
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Dask's, of the cluster that never was
def test_a_queue_that_takes_no_job_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    sbatch = tmp_path / "sbatch"
    sbatch.write_text("#!/bin/sh\necho 'invalid partition specified: night' >&2; exit 1\n")
    sbatch.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(NoWorkers, match=r"slurm has taken no job: .*invalid partition specified: night"):
        dask_workers(QueueExecutor(name="slurm"), 1)
    assert list((tmp_path / "outputs").iterdir()) == [], "no certificate is left behind"
    gc.collect()


@needs_jobqueue
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_job_that_ends_is_followed_by_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    numbered = SBATCH.replace("job.log", "job-$$.log").replace("job.sh", "job-$$.sh") + "echo $! > job-$$.pid\n"
    for name, text in (("sbatch", numbered), ("scancel", SCANCEL)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    plan = plan_of(*[(f"seed={seed}",) for seed in range(12)], first=(*FAST, "executor=slurm"))
    found = []
    with training_of(plan) as training:
        for results in training:
            if not found:
                (job,) = tmp_path.glob("job-*.pid")
                os.killpg(int(job.read_text()), signal.SIGKILL)
            found += results
    assert len(list(tmp_path.glob("job-*.pid"))) > 1
    assert [bits(one) for one in sorted(found, key=lambda one: one.index)] == [bits(one) for one in trained_all(plan)]


@needs_jobqueue
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_jobs_of_a_queue_train_and_are_cancelled_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    plan = plan_of(*[(f"seed={seed}",) for seed in range(4)], first=(*FAST, "executor=slurm", "executor.cores=2"))
    with training_of(plan) as training:
        assert training.stacks == 4
        found = [result for results in training for result in results]
    assert [bits(one) for one in sorted(found, key=lambda one: one.index)] == [bits(one) for one in trained_all(plan)]
    wait_for(lambda: "End worker" in (tmp_path / "job.log").read_text())
    assert list((tmp_path / "outputs").iterdir()) == []


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
