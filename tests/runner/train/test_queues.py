"""Clusters of batch systems: the job that the settings ask for, and jobs that train, end and are cancelled."""

import gc
import importlib.util
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from runner.runs.settings import QueueExecutor, Settings
from runner.train.clusters import dask_workers, queue_cluster
from runner.train.starting import training_of
from runner.train.workers import NoWorkers
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


def read(executor: dict[str, Any]) -> Settings:
    plan = plan_of(FAST)
    return Settings.model_validate({**plan.settings.model_dump(), "executor": executor})


def wait_for(happened: Any, seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit
        time.sleep(0.05)


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
def test_a_queue_that_takes_no_job_is_reported_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
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
