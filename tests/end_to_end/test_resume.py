"""`python -m runner.resume` in use: after Ctrl-C, a change or a loss; and when it must refuse."""

import json
import re
import shlex
import shutil
import signal
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.end_to_end.conftest import Trained, trained
from tests.end_to_end.program import ctrl_c, make_store, resume, run_runner, said, started, wait_until
from tests.end_to_end.resuming import QUICK, forget, refused, sweep_in
from tests.end_to_end.store import Store, statuses

# One stack per number of epochs, each of which takes some tenths of a second.
LONG = (
    "-m",
    "data=sine",
    "training.epochs=range(1600,1608)",
    "engine=numpy",
    "tracking.plots=none",
    "tracking.report=false",
    "workers=2",
)
ENDLESS = (
    "-m",
    "data=sine",
    "training.epochs=1000000,1000001",
    "engine=numpy",
    "tracking.plots=none",
    "tracking.report=false",
    "workers=2",
)
TWENTY = ("-m", *QUICK, "activation=tanh,relu", "seed=range(10)")


CTRL_C = pytest.param(signal.SIGINT, marks=pytest.mark.slow)  # test_interrupt.py and law 5 below press it too


@pytest.fixture(scope="module", params=[CTRL_C, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def interrupted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("interrupted")
    make_store(folder)
    with started(*LONG, cwd=folder) as process:
        wait_until(lambda: statuses(folder).get("FINISHED", 0) >= 2 or process.poll() is not None, "two were finished")
        if request.param == signal.SIGINT:
            ctrl_c(process)
        else:
            process.send_signal(signal.SIGTERM)
        return process.done(), folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(tmp_path_factory.mktemp("undisturbed"), *LONG[:-1], "workers=1")


def test_the_command_that_an_interrupted_sweep_prints_makes_it_whole(
    interrupted: tuple[subprocess.CompletedProcess[str], Path], undisturbed: Trained, request: pytest.FixtureRequest
) -> None:
    done, folder = interrupted
    assert done.returncode == (130 if "Ctrl-C" in request.node.name else 143), said(done)
    (command,) = re.findall(r"python -m (runner\.resume .*)$", done.stderr, re.MULTILINE)
    before = Store(folder).only()
    again = resume(*shlex.split(command)[1:], cwd=folder)
    store = Store(folder)
    parent = store.only()
    assert parent.info.run_id == before.info.run_id
    children = store.children(parent)
    assert Counter(run.info.status for run in (parent, *children)) == {"FINISHED": 9}
    (missing,) = re.findall(r"8 runs, \d+ finished, 0 failed, (\d+) missing", again.stdout)
    assert 0 < int(missing) < 7, said(again)
    assert store.bits_by_key(parent) == undisturbed.store.bits_by_key(undisturbed.store.only())
    assert parent.data.metrics == undisturbed.store.only().data.metrics


def test_a_change_of_data_is_named(tmp_path: Path) -> None:
    table = "a,y\n" + "".join(f"{k},{k * k % 7}.5\n" for k in range(20))
    (tmp_path / "table.csv").write_text(table)
    csv = (
        "data=csv",
        "data.path=table.csv",
        "data.target=y",
        "training.epochs=3",
        "tracking.plots=none",
        "tracking.report=false",
    )
    trained(tmp_path, "-m", *csv, "seed=range(2)", "activation=tanh,relu")
    forget(tmp_path, sweep_in(tmp_path))
    (tmp_path / "table.csv").write_text(table.replace("0.5", "0.75"))
    assert "the data table.csv" in refused(cwd=tmp_path)
    (tmp_path / "table.csv").unlink()
    assert "table.csv" in refused(cwd=tmp_path)
    (tmp_path / "table.csv").write_text(table)
    resume(cwd=tmp_path)
    assert Counter(run.info.status for run in Store(tmp_path).runs()) == {"FINISHED": 5}
    (tmp_path / "table.csv").unlink()
    (tmp_path / "mlflow.db").unlink()
    assert "4 finished, 0 failed, 0 missing" in resume(sweep_in(tmp_path), cwd=tmp_path).stdout
    assert Counter(run.info.status for run in Store(tmp_path).runs()) == {"FINISHED": 5}, "no data is needed to deliver"


@pytest.fixture
def sweep(tmp_path: Path) -> Trained:
    return trained(tmp_path, "-m", *QUICK, "activation=tanh,relu", "seed=range(3)")


def test_a_lost_store_is_written_again_without_training(sweep: Trained, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    before = sweep.store.bits_by_key(sweep.store.only())
    (sweep.store.folder / "outputs").rename(folder / "outputs")
    name = sweep_in(folder)
    assert "this sweep was written to" in refused(name, cwd=folder)
    (sweep.store.folder / "mlflow.db").rename(tmp_path / "lost.db")
    done = resume(name, cwd=folder)
    assert "nothing is left to train" in done.stdout
    store = Store(folder)
    assert store.bits_by_key(store.only()) == before


def test_a_damaged_file_of_results_is_named_and_its_runs_are_trained_again(sweep: Trained) -> None:
    folder = sweep.store.folder
    before = sweep.store.bits_by_key(sweep.store.only())
    file = folder / "outputs" / sweep_in(folder) / "stacks" / "00000.npz"
    file.write_bytes(file.read_bytes()[:-100])
    done = resume(sweep_in(folder), cwd=folder)
    assert "00000.npz is not a complete file of results" in done.stderr
    assert "3 missing" in done.stdout
    store = Store(folder)
    assert store.bits_by_key(store.only()) == before
    assert statuses(folder) == {"FINISHED": 7}


def test_lost_artifacts_are_written_again(sweep: Trained) -> None:
    folder = sweep.store.folder
    before = sweep.store.bits_by_key(sweep.store.only())
    shutil.rmtree(folder / "mlruns")
    resume(sweep_in(folder), cwd=folder)
    store = Store(folder)
    assert store.bits_by_key(store.only()) == before
    assert Counter(run.info.status for run in store.runs()) == {"FINISHED": 7}


def test_a_damaged_plan_and_an_unknown_name_are_refused(sweep: Trained) -> None:
    folder = sweep.store.folder
    name = sweep_in(folder)
    assert name in refused("nonsense", cwd=folder)
    assert "did you mean --failed?" in refused("--fail", cwd=folder)
    plan = folder / "outputs" / name / "plan.json"
    whole = plan.read_text()
    edited = json.loads(whole)
    edited["runs"][0]["seed"] = 77
    plan.write_text(json.dumps(edited))
    assert "cannot be used: it was changed after it was written" in refused(name, cwd=folder)
    plan.write_text(whole[:-5])
    assert "the plan in" in refused(name, cwd=folder)
    plan.write_text("[]")
    assert "another version" in refused(name, cwd=folder)
    shutil.rmtree(folder / "outputs" / name)
    (folder / "mlflow.db").unlink()
    told = resume(cwd=folder).stdout
    assert "nothing to resume" in told


def test_a_sweep_is_resumed_into_its_own_store_only(sweep: Trained) -> None:
    folder = sweep.store.folder
    name = sweep_in(folder)
    done = run_runner(name, cwd=folder, module="runner.resume", env={"MLFLOW_TRACKING_URI": "sqlite:///other.db"})
    assert done.returncode == 1
    assert re.search(
        r"this sweep was written to sqlite:////.*/mlflow.db, and the store here is sqlite:////.*/other.db", done.stderr
    )
    assert not (folder / "other.db").exists()


def test_a_sweep_that_is_still_running_is_left_alone(tmp_path: Path) -> None:
    make_store(tmp_path)
    resume(cwd=tmp_path)  # what it imports is there when the sweep runs
    with started(*ENDLESS, cwd=tmp_path) as process:
        wait_until(lambda: any(tmp_path.glob("outputs/*/plan.json")), "the plan was there")
        assert "another process is working on outputs/" in refused(cwd=tmp_path)
        assert process.poll() is None


def test_a_single_run_that_was_killed_is_trained(tmp_path: Path) -> None:
    make_store(tmp_path)
    with started("data=sine", "training.epochs=3000", "engine=numpy", cwd=tmp_path) as process:
        wait_until(lambda: any(tmp_path.glob("outputs/*/plan.json")), "the plan was there")
        process.kill()
    resume(cwd=tmp_path)
    store = Store(tmp_path)
    assert store.only().info.status == "FINISHED"
    assert store.only().data.params["training.epochs"] == "3000"


@pytest.fixture(scope="module")
def twenty(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(tmp_path_factory.mktemp("twenty"), *TWENTY)


@pytest.mark.parametrize(
    "end",
    [pytest.param(signal.SIGKILL, marks=pytest.mark.quick(law=5)), signal.SIGINT],
    ids=["killed", "Ctrl-C"],
)
def test_what_hydras_own_launcher_left_undone_is_trained_as_stacks(
    tmp_path: Path, twenty: Trained, end: signal.Signals
) -> None:
    make_store(tmp_path)
    with started(*TWENTY, "hydra/launcher=basic", cwd=tmp_path) as process:
        wait_until(lambda: any(tmp_path.glob("outputs/*/stacks/*.npz")), "a job was done")
        process.send_signal(end)
        done = process.done()
    if end == signal.SIGINT:
        assert done.returncode == 130, said(done)
        assert "Traceback" not in done.stderr, said(done)
        assert "python -m runner.resume" in done.stderr, said(done)
    resume(cwd=tmp_path)
    store = Store(tmp_path)
    assert store.bits_by_key(store.only()) == twenty.store.bits_by_key(twenty.store.only())
    assert Counter(run.info.status for run in store.runs()) == {"FINISHED": 21}


def test_every_run_says_what_it_was_trained_with(sweep: Trained) -> None:
    for run in sweep.store.children(sweep.store.only()):
        tags = run.data.tags
        assert tags["numpy"] == np.__version__
        for name in ("python", "runner", "platform", "blas", "cpu", "data_digest", "digest.weights", "digest.history"):
            assert tags[name], name
        assert len(tags["digest.weights"]) == 64
