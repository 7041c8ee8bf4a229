"""Sweeps on Dask clusters, by the real command line: equal bits, whatever joins, leaves, hangs or dies meanwhile."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.train.starting import training_of
from runner.train.workers import NoWorkers
from tests.end_to_end.conftest import FEWER, Trained, trained
from tests.end_to_end.dask import Site, kill
from tests.end_to_end.program import (
    ctrl_c,
    environment,
    is_alive,
    make_store,
    resume,
    run_runner,
    said,
    started,
    train,
    wait_until,
)
from tests.end_to_end.store import Bits, Store, statuses
from tests.runner.building import plan_of

pytestmark = pytest.mark.thorough

pytest.importorskip("distributed", reason="distributed is not installed")
# 24 runs of which each takes some tenths of a second: something can happen in the middle.
LONG = (
    "-m",
    "data=sine",
    "seed=range(24)",
    "training.epochs=600",
    "engine=numpy",
    "training.evaluations=7",
    "tracking.plots=none",
    "tracking.report=false",
)
DEADLY = '''
"""An activation that takes its process with it, for one setting and more than a few numbers."""

import os
from typing import Annotated

import numpy as np

from nn.activations import ACTIVATIONS, Activation
from nn.registry import Range


@ACTIVATIONS.register
def deadly(*, gain: Annotated[float, Range(gt=0)] = 1.0):
    """tanh(gain z)."""

    def value(z):
        if gain == 13.0 and z.size > 42:
            os._exit(1)
        return np.tanh(gain * z)

    return Activation(value, lambda z, a: gain * (1 - a * a))
'''


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bits]:
    """The long sweep, trained by processes of one machine."""
    return bits_of(trained(tmp_path_factory.mktemp("undisturbed"), *LONG))


def bits_of(sweep: Trained | Path) -> dict[str, Bits]:
    store = Store(sweep) if isinstance(sweep, Path) else sweep.store
    return store.bits_by_key(store.only())


def pictures_of(sweep: Trained) -> dict[str, bytes]:
    return {
        run.data.tags["run_key"]: sweep.store.artifact(run, "plots/cost_and_fit.png").read_bytes()
        for run in sweep.store.children(sweep.store.only())
    }


def check_as_in(sweep: Trained, few: Trained) -> None:
    """Eight of the runs of a sweep once more: the same bits and pictures."""
    bits, pictures = bits_of(sweep), pictures_of(sweep)
    found = bits_of(few)
    assert len(found) == 8
    assert found == {key: bits[key] for key in found}
    assert pictures_of(few) == {key: pictures[key] for key in found}


def check_equal(folder: Path, undisturbed: dict[str, Bits]) -> None:
    assert statuses(folder) == {"FINISHED": len(undisturbed) + 1}
    assert bits_of(folder) == undisturbed


def test_a_cluster_of_our_own_gives_the_bits_and_pictures_of_the_process_pool(sweep: Trained, tmp_path: Path) -> None:
    on_dask = trained(tmp_path, *FEWER, "executor=dask", "workers=2")
    check_as_in(sweep, on_dask)
    assert "WARNING" not in on_dask.done.stderr and not on_dask.done.stderr.strip(), said(on_dask.done)


def test_threads_of_one_worker_give_the_same_bits_and_pictures(sweep: Trained, site: Site, tmp_path: Path) -> None:
    site.worker(threads=4)
    on_dask = trained(tmp_path, *FEWER, *site.overrides)
    assert "8 runs in 6 stacks" in on_dask.done.stdout, "smaller ones than two processes get"
    check_as_in(sweep, on_dask)


def test_workers_that_join_and_leave_in_the_middle_change_no_bit(
    site: Site, undisturbed: dict[str, Bits], tmp_path: Path
) -> None:
    first = site.worker()
    make_store(tmp_path)
    with started(*LONG, *site.overrides, cwd=tmp_path) as process:
        wait_until(lambda: statuses(tmp_path).get("FINISHED", 0) >= 1 or process.poll() is not None, "a stack was done")
        site.worker()
        kill(first)
        site.worker()
        done = process.done()
    assert done.returncode == 0, said(done)
    check_equal(tmp_path, undisturbed)


def test_a_worker_that_hangs_does_not_hold_up_the_sweep(
    site: Site, undisturbed: dict[str, Bits], tmp_path: Path
) -> None:
    slow = site.worker()
    site.worker()
    make_store(tmp_path)
    with started(*LONG, *site.overrides, cwd=tmp_path) as process:
        wait_until(lambda: statuses(tmp_path).get("FINISHED", 0) >= 4 or process.poll() is not None, "stacks were done")
        os.killpg(slow.pid, signal.SIGSTOP)
        done = process.done()
        assert slow.poll() is None, "it still hangs"
    assert done.returncode == 0, said(done)
    check_equal(tmp_path, undisturbed)


def test_when_the_scheduler_is_lost_finished_results_stay_and_the_sweep_is_resumed_elsewhere(
    site: Site, undisturbed: dict[str, Bits], tmp_path: Path
) -> None:
    site.worker()
    make_store(tmp_path)
    with started(*LONG, *site.overrides, cwd=tmp_path) as process:
        wait_until(lambda: statuses(tmp_path).get("FINISHED", 0) >= 1 or process.poll() is not None, "a stack was done")
        kill(site.scheduler)
        done = process.done()
    assert done.returncode == 1, said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert done.stderr.splitlines()[-1].startswith("error: the Dask scheduler is gone"), said(done)
    assert "python -m runner.resume" in done.stderr
    kept = statuses(tmp_path)["FINISHED"]
    assert 0 < kept < len(undisturbed)
    again = resume("executor=process", "workers=1", cwd=tmp_path)
    assert f"{kept} finished" in again.stdout, said(again)
    check_equal(tmp_path, undisturbed)


def test_a_run_that_kills_its_workers_is_failed_and_all_others_finish(tmp_path: Path) -> None:
    (tmp_path / "deadly_parts.py").write_text(DEADLY)
    make_store(tmp_path)
    done = run_runner(
        "-m", "modules=[deadly_parts]", "activation=deadly", "activation.gain=1,2,13,3", "data=xor",
        "network.hidden=[20]", "training.epochs=5", "executor=dask", "workers=2", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1, said(done)
    assert "1 of 4 runs failed: WorkerDied" in done.stderr, said(done)
    runs = Store(tmp_path).runs()
    assert {run.data.params["activation.gain"]: run.info.status for run in runs if "sweep_index" in run.data.tags} == {
        "1.0": "FINISHED", "2.0": "FINISHED", "13.0": "FAILED", "3.0": "FINISHED"
    }  # fmt: skip


def test_files_and_modules_are_found_from_the_folder_of_the_sweep(site: Site, tmp_path: Path) -> None:
    (tmp_path / "own_parts.py").write_text(DEADLY.replace("deadly", "own"))
    rows = "\n".join(f"{i},{(7 * i) % 5},{(3 * i) % 7}" for i in range(24))
    (tmp_path / "table.csv").write_text(f"a,b,c\n{rows}\n")
    site.worker()
    own = ("modules=[own_parts]", "activation=own", "data=csv", "data.path=table.csv", "training.epochs=5")
    train("-m", *own, "seed=0,1", *site.overrides, cwd=tmp_path)
    assert statuses(tmp_path) == {"FINISHED": 3}


def test_ctrl_c_ends_the_workers_of_a_cluster_of_our_own(tmp_path: Path) -> None:
    make_store(tmp_path)
    with started(*LONG, "executor=dask", "workers=2", cwd=tmp_path) as process:
        wait_until(lambda: statuses(tmp_path).get("FINISHED", 0) >= 1 or process.poll() is not None, "a stack was done")
        ctrl_c(process)
        done = process.done()
        assert done.returncode == 130, said(done)
        assert "Traceback" not in done.stdout + done.stderr, said(done)
        assert "python -m runner.resume" in done.stderr
        wait_until(lambda: not is_alive(process.pid), "all processes had ended", seconds=20)
    assert not statuses(tmp_path).get("RUNNING")


@pytest.mark.skipif(importlib.util.find_spec("dask_jobqueue") is None, reason="dask-jobqueue is not installed")
def test_a_queue_leaves_ctrl_c_to_the_sweep() -> None:
    code = """
import signal, tempfile
from runner.train.clusters import queue_cluster
from runner.runs.settings import QueueExecutor
before = signal.getsignal(signal.SIGINT)
queue_cluster(QueueExecutor(name="slurm"), tempfile.mkdtemp()).close()
print(signal.getsignal(signal.SIGINT) is before)
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


@pytest.mark.slow
def test_a_scheduler_that_is_lost_while_results_are_written_loses_none_that_came_back(site: Site) -> None:
    site.worker()
    jobs = [("training.epochs=5", f"seed={seed}") for seed in range(8)]
    plan = plan_of(*jobs, first=("data=xor", "tracking.plots=none", "tracking.report=false", *site.overrides))
    with training_of(plan) as training:
        results = iter(training)
        next(results)
        wait_until(lambda: all(future.done() for future in training._futures), "what was in flight had come back")
        back = len(training._futures)
        kill(site.scheduler)
        time.sleep(15)  # as long as a slow store may take; the client has given up by then
        assert back and all(next(results) for _ in range(back))
        with pytest.raises(NoWorkers, match="the Dask scheduler is gone"):
            next(results)
