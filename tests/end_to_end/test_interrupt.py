"""Ctrl-C in the middle of a sweep: what is finished stays, the rest is marked, no process is left behind."""

import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.program import ctrl_c, is_alive, make_store, run_runner, said, started, wait_until
from tests.end_to_end.store import Store, has_experiment, statuses

# One stack per number of epochs, each of which takes some tenths of a second: not all can be done when Ctrl-C comes.
LONG = ("-m", "data=sine", "engine=numpy", "tracking.plots=none", "tracking.report=false")
FIRST = 3000


@dataclass(frozen=True)
class Interrupted:
    done: subprocess.CompletedProcess[str]
    store: Store
    orphans: bool


def interrupt(folder: Path, runs: int, workers: int, times: int) -> Interrupted:
    """Press Ctrl-C once two runs are finished; and again while the program is still ending."""
    make_store(folder)
    epochs = f"training.epochs=range({FIRST},{FIRST + runs})"
    with started(*LONG, epochs, f"workers={workers}", cwd=folder) as process:
        wait_until(
            lambda: statuses(folder).get("FINISHED", 0) >= 2 or process.poll() is not None, "two runs were finished"
        )
        ctrl_c(process)
        if times > 1:
            time.sleep(0.02)  # two signals at the same instant would be one
            ctrl_c(process)
        done = process.done()
        try:
            wait_until(lambda: not is_alive(process.pid), "all processes had ended", seconds=20)
            orphans = False
        except AssertionError:
            orphans = True
    return Interrupted(done, Store(folder), orphans)


@pytest.fixture(scope="module", params=[1, 2], ids=["one process", "two processes"])
def once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    return interrupt(tmp_path_factory.mktemp("once"), runs=16, workers=request.param, times=1)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    return interrupt(tmp_path_factory.mktemp("twice"), runs=16, workers=2, times=2)


def test_one_ctrl_c_ends_the_program_with_130_and_no_traceback(once: Interrupted) -> None:
    assert once.done.returncode == 130, said(once.done)
    assert "Traceback" not in once.done.stdout + once.done.stderr, said(once.done)


def test_one_ctrl_c_keeps_what_is_finished_and_marks_the_rest_as_killed(once: Interrupted) -> None:
    parent = once.store.only()
    children = once.store.children(parent)
    finished = [run for run in children if run.info.status == "FINISHED"]
    killed = [run for run in children if run.info.status == "KILLED"]
    assert len(finished) >= 2
    assert killed
    assert len(finished) + len(killed) == len(children) == 16
    assert parent.info.status == "KILLED"
    assert len({run.data.tags["run_key"] for run in children}) == 16
    epochs = {int(run.data.params["training.epochs"]) for run in children}
    assert epochs == set(range(FIRST, FIRST + 16)), "also of those that were not trained"


def test_one_ctrl_c_leaves_whole_runs(once: Interrupted) -> None:
    for run in once.store.children(once.store.only()):
        if run.info.status == "FINISHED":
            assert run.data.tags["outcome"] == "stopped"
            assert once.store.bits(run).parameters
        else:
            assert run.data.tags["outcome"] == "killed"
            assert not run.data.metrics


def test_one_ctrl_c_compares_what_is_finished(once: Interrupted) -> None:
    parent = once.store.only()
    assert once.store.artifact(parent, "comparison.csv").exists()


def test_one_ctrl_c_says_what_is_kept_and_how_to_resume(once: Interrupted) -> None:
    finished = sum(run.info.status == "FINISHED" for run in once.store.children(once.store.only()))
    said_all = once.done.stdout + once.done.stderr
    assert f"interrupted: {finished} finished runs kept in outputs/" in said_all
    assert "\nResume with: python -m runner.resume " in said_all


def test_no_process_is_left_behind(once: Interrupted) -> None:
    assert not once.orphans


def test_a_second_ctrl_c_ends_the_program_with_130_and_no_traceback(twice: Interrupted) -> None:
    assert twice.done.returncode == 130, said(twice.done)
    assert "Traceback" not in twice.done.stdout + twice.done.stderr, said(twice.done)
    assert not twice.orphans
    keys = [run.data.tags["run_key"] for run in twice.store.children(twice.store.only())]
    assert len(keys) == len(set(keys)), "no run is written twice"


def test_a_single_run_that_is_interrupted_is_recorded_as_killed(tmp_path: Path) -> None:
    with started("data=sine", "training.epochs=3000000", "engine=numpy", cwd=tmp_path) as process:
        wait_until(lambda: has_experiment(tmp_path) or process.poll() is not None, "the store was open")
        ctrl_c(process)
        done = process.done()
    assert done.returncode == 130, said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert set(statuses(tmp_path)) <= {"KILLED"}


def test_a_second_ctrl_c_loses_no_finished_run(twice: Interrupted) -> None:
    finished = [run for run in twice.store.children(twice.store.only()) if run.info.status == "FINISHED"]
    assert len(finished) >= 2
    for run in finished:
        assert twice.store.bits(run).parameters


SLOW_FIX = (
    "data=sine",
    "optimizer=sgd",
    "activation=tanh",
    "tracking.plots=none",
    "tracking.report=false",
    "training.epochs=30000",
    "engine=numpy",
    "seed=3",
)


@pytest.mark.parametrize("swept", [("learning_rate=30",), ("-m", "learning_rate=30,20")], ids=["one run", "a sweep"])
def test_ctrl_c_while_fixes_are_trained_ends_these_alone_and_says_how_to_train_them(
    tmp_path: Path, swept: tuple[str, ...]
) -> None:
    make_store(tmp_path)
    with started(*swept, *SLOW_FIX, "diagnose=confirm", cwd=tmp_path) as process:
        wait_until(lambda: "fixes are tried" in process.printed or process.poll() is not None, "fixes were trained")
        ctrl_c(process)
        done = process.done()
    assert done.returncode == 130 and "Traceback" not in done.stderr, said(done)
    assert "looked into" in done.stdout and "(likely, D506)" in done.stdout and "\nfiles: " in done.stdout, said(done)
    (line,) = (line for line in done.stderr.splitlines() if "--confirm" in line)
    assert line.startswith("fixes are no longer trained, and all results are kept. To train them: "), said(done)
    runs = Store(tmp_path).runs()
    assert {run.info.status for run in runs} == {"FINISHED"}, "all runs are trained, and nothing is left to resume"
    assert {run.data.tags.get("diagnosis") for run in runs} <= {"lr_high", None}
    assert any("diagnosis.summary" in run.data.tags for run in runs) and list(tmp_path.glob("outputs/*/diagnosis.json"))
    again = run_runner(*shlex.split(line.partition("runner.diagnose")[2])[:1], cwd=tmp_path, module="runner.diagnose")
    assert again.returncode == 3 and "(likely, D506)" in again.stdout, said(again)
