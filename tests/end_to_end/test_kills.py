"""kill -9 at random instants, and what `python -m runner.resume` makes of it: the sweep that was never killed."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from tests.end_to_end.conftest import Trained
from tests.end_to_end.program import is_alive, resume, said, started, wait_until
from tests.end_to_end.store import Bits, Store

pytestmark = pytest.mark.thorough

# Stacks of many lengths, so that results come all the time: 2 activations x 4 lengths; of the long ones 8, and 3 seeds.
SWEEP = ("-m", "data=xor", "activation=sigmoid,tanh", "workers=2", "tracking.plots=best", "engine=numpy")
SHORT = (*SWEEP, "training.epochs=range(1500,5500,1000)")
LONG = (*SWEEP, "training.epochs=range(3000,15000,1500)", "seed=range(3)")
FEW, MANY = 2, 50
ALONE = ("executor=process", "workers=1")  # test_resume.py resumes with two, as the message says


@dataclass(frozen=True)
class Whole:
    """A sweep as it is when nobody kills it."""

    bits: dict[str, Bits]
    files: dict[str, bytes]
    metrics: dict[str, float]


@dataclass(frozen=True)
class Undisturbed:
    """A command, what it leaves, and the time that it takes."""

    jobs: tuple[str, ...]
    whole: Whole
    seconds: float


def undisturbed(folder: Path, jobs: tuple[str, ...]) -> Undisturbed:
    began = time.monotonic()
    with started(*jobs, cwd=folder) as process:
        done = process.done()
    seconds = time.monotonic() - began
    assert done.returncode == 0, said(done)
    return Undisturbed(jobs, whole(Trained(done, Store(folder))), seconds)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return undisturbed(tmp_path_factory.mktemp("undisturbed"), SHORT)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return undisturbed(tmp_path_factory.mktemp("undisturbed"), LONG)


def whole(sweep: Trained) -> Whole:
    parent = sweep.store.only()
    names = ("comparison.csv", "plots/curves.png", "plots/scores.png")
    files = {name: sweep.store.artifact(parent, name).read_bytes() for name in names}
    runs = pd.read_csv(sweep.store.artifact(parent, "runs.csv"), dtype=str)
    files["runs.csv"] = runs.drop(columns=["run_id", "seconds"]).to_csv().encode()
    return Whole(sweep.store.bits_by_key(parent), files, parent.data.metrics)


def check(folder: Path, undisturbed: Undisturbed) -> None:
    """No run lost, none twice, none running, all bits and the whole comparison equal."""
    done = resume(*ALONE, cwd=folder)
    store = Store(folder)
    parent = store.only()
    children = store.children(parent)
    runs = len(undisturbed.whole.bits)
    assert Counter(run.info.status for run in (parent, *children)) == {"FINISHED": runs + 1}, said(done)
    assert sorted(int(run.data.tags["sweep_index"]) for run in children) == list(range(runs))
    found = whole(Trained(done, store))
    assert found.bits == undisturbed.whole.bits
    assert [name for name in found.files if found.files[name] != undisturbed.whole.files[name]] == []
    assert found.metrics == undisturbed.whole.metrics


def kill_main(folder: Path, jobs: tuple[str, ...], instant: float) -> bool:
    """Returns whether there was something to kill."""
    with started(*jobs, cwd=folder) as process:
        wait_until(lambda: any(folder.glob("outputs/*/plan.json")) or process.poll() is not None, "the plan was there")
        time.sleep(instant)
        was_running = process.poll() is None
        process.kill()
        wait_until(lambda: not is_alive(process.pid), "the workers had ended too", seconds=30)
    return was_running


def kill_a_worker(folder: Path, jobs: tuple[str, ...], instant: float, choose: random.Random) -> bool:
    """A worker that dies takes nothing with it: the sweep ends by itself. Returns whether there was one to kill."""
    with started(*jobs, cwd=folder) as process:
        wait_until(lambda: any(folder.glob("outputs/*/plan.json")) or process.poll() is not None, "the plan was there")
        wait_until(lambda: bool(workers_of(process.pid)) or process.poll() is not None, "a worker was there")
        time.sleep(instant)
        others = workers_of(process.pid)
        if others:
            with suppress(ProcessLookupError):  # it has ended in this moment
                os.kill(choose.choice(others), signal.SIGKILL)
        done = process.done()
        assert done.returncode == 0, said(done)
        return bool(others)


def workers_of(group: int) -> list[int]:
    """Processes of a program that train."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            is_member = os.getpgid(int(path.name)) == group and int(path.name) != group
            if is_member and b"popen_loky" in (path / "cmdline").read_bytes():
                found.append(int(path.name))
        except OSError:
            continue
    return found


def test_a_sweep_whose_main_process_is_killed_a_few_times_is_whole_after_a_resume(
    tmp_path: Path, short: Undisturbed
) -> None:
    main_process_is_killed(tmp_path, short, FEW)


def test_a_sweep_whose_worker_is_killed_is_whole(tmp_path: Path, short: Undisturbed) -> None:
    workers_are_killed(tmp_path, short, 1)


@pytest.mark.slow
def test_a_sweep_whose_main_process_is_killed_many_times_is_whole_after_a_resume(
    tmp_path: Path, long: Undisturbed
) -> None:
    main_process_is_killed(tmp_path, long, MANY)


@pytest.mark.slow
def test_a_sweep_whose_workers_are_killed_many_times_is_whole(tmp_path: Path, long: Undisturbed) -> None:
    workers_are_killed(tmp_path, long, MANY)


def main_process_is_killed(tmp_path: Path, undisturbed: Undisturbed, times: int) -> None:
    """A kill that comes after the end is none: the sweep was timed on a busier machine, and another one follows."""
    choose, killed, seconds = random.Random(times), 0, undisturbed.seconds
    for place in range(2 * times):
        folder = tmp_path / str(place)
        folder.mkdir()
        instant = (killed + choose.random()) / times * 0.7 * seconds  # all but the start-up
        if kill_main(folder, undisturbed.jobs, instant):
            killed += 1
        else:
            seconds *= 0.7
        check(folder, undisturbed)
        if killed == times:
            break
    assert killed > times / 2
    assert "nothing to resume" in resume(cwd=folder).stdout


def workers_are_killed(tmp_path: Path, undisturbed: Undisturbed, times: int) -> None:
    choose, killed = random.Random(times), 0
    for place in range(times):
        folder = tmp_path / str(place)
        folder.mkdir()
        killed += kill_a_worker(folder, undisturbed.jobs, choose.uniform(0, 0.3 * undisturbed.seconds), choose)
        assert whole(Trained(resume(*ALONE, cwd=folder), Store(folder))).bits == undisturbed.whole.bits
    assert killed > times / 2


def test_a_store_that_was_killed_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    """MLflow cannot work with a database in which only some tables exist."""
    jobs = ("data=xor", "training.epochs=2", "tracking.plots=none", "tracking.report=false")
    with started(*jobs, cwd=tmp_path) as process:
        wait_until(lambda: any(tmp_path.glob("mlflow.db.*.partial")) or process.poll() is not None, "tables were made")
        process.kill()
    assert not (tmp_path / "mlflow.db").exists()
    resume(cwd=tmp_path)
    assert Store(tmp_path).only().info.status == "FINISHED"
