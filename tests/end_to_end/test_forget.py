"""`python -m runner.forget`: what goes, what stays, and what it asks."""

import os
import pty
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.program import command, environment, run_runner, said, train
from tests.end_to_end.resuming import sweep_in
from tests.end_to_end.store import Store

pytestmark = pytest.mark.thorough

SWEEP = ("-m", "data=xor", "activation=sigmoid,tanh", "seed=range(3)", "training.epochs=20", "tracking.models=all")
OF_RUNS = ("runs", "metrics", "latest_metrics", "params", "tags", "inputs", "input_tags", "datasets", "logged_models",
           "logged_model_metrics", "logged_model_params", "logged_model_tags")  # fmt: skip


def forget(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run_runner(*arguments, cwd=cwd, module="runner.forget")


def rows(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "mlflow.db") as connection:
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in OF_RUNS}


def files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "mlruns").rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sweep that no test deletes."""
    folder = tmp_path_factory.mktemp("kept")
    train(*SWEEP, cwd=folder)
    return folder


def sweep_of(folder: Path) -> str:
    (parent,) = [run for run in Store(folder).parents() if run.data.tags["level"] == "sweep"]
    return str(parent.data.tags["sweep_id"])


def test_a_sweep_goes_with_all_that_it_left_and_another_run_stays_as_it_is(tmp_path: Path) -> None:
    train("data=xor", "training.epochs=20", cwd=tmp_path)
    before = rows(tmp_path), files(tmp_path), sorted((tmp_path / "outputs").iterdir())
    train(*SWEEP, cwd=tmp_path)
    swept = tmp_path
    done = forget(sweep_of(swept), "--yes", cwd=swept)
    assert done.returncode == 0 and "6 runs and 2 settings in MLflow" in done.stdout, said(done)
    assert done.stdout.endswith("deleted\n")
    after = rows(swept), files(swept), sorted((swept / "outputs").iterdir())
    assert after == before
    store = Store(swept)
    tags = store.client.get_experiment(store.only().info.experiment_id).tags
    assert not [key for key in tags if "sharedViewState" in key]
    again = forget(sweep_in(swept), "--yes", cwd=swept)
    assert again.returncode == 0 and "data=xor" not in again.stderr and rows(swept)["runs"] == 0, said(again)


def ask(folder: Path, name: str, answer: str) -> tuple[int, str]:
    """Run the command on a terminal, and type an answer; returns its exit code and what it has printed."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(name, module="runner.forget"), cwd=folder, env=environment(), stdin=theirs, stdout=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        os.write(ours, f"{answer}\n".encode())
        printed, _ = process.communicate(timeout=120)
    return process.returncode, printed


def test_a_person_is_asked_and_a_setting_goes_with_its_runs_and_a_run_alone(tmp_path: Path) -> None:
    train(*SWEEP, cwd=tmp_path)
    store, sweep = Store(tmp_path), sweep_of(tmp_path)
    parent = store.only()
    tanh = next(run for run in store.settings(parent) if run.info.run_name == "tanh").info.run_id[:8]
    before = rows(tmp_path)
    code, printed = ask(tmp_path, tanh, "")
    assert code == 1 and "delete all of this? [y/N]" in printed and "nothing is deleted" in printed
    assert rows(tmp_path) == before
    code, printed = ask(tmp_path, tanh, "y")
    assert code == 0 and "setting tanh: 3 runs and 1 setting in MLflow" in printed, printed
    assert f"python -m runner.settings {sweep}" in printed
    assert {run.data.tags["setting"] for run in store.children(parent)} == {"sigmoid"}
    first = store.children(parent)[0]
    assert forget(first.info.run_id, "--yes", cwd=tmp_path).returncode == 0
    assert len(store.children(parent)) == 2
    listed = run_runner(sweep, cwd=tmp_path, module="runner.settings")
    assert listed.returncode == 0, said(listed)
    (sigmoid,) = store.settings(parent)
    assert "2 runs and 1 setting in MLflow" in forget(sweep, "--dry-run", cwd=tmp_path).stdout
    assert sigmoid.data.metrics["runs"] == 2 and "finished" not in sigmoid.data.tags


def test_what_cannot_be_deleted_is_one_error_and_nothing_is_deleted_where_nobody_can_be_asked(kept: Path) -> None:
    before = rows(kept), files(kept)
    for arguments, told in (
        ((), "one sweep or run at a time, got 0"),
        (("nothing", "--yes"), "MLflow has no run nothing, and outputs/ no sweep of this name"),
        (("0123456789abcdef", "--yes"), "MLflow has no run whose id begins with 0123456789abcdef"),
        (("x", "--now"), "--now is not an option"),
        ((sweep_of(kept),), "--yes deletes without asking"),
    ):
        done = forget(*arguments, cwd=kept)
        assert done.returncode == 1 and told in done.stderr and done.stderr.count("\n") == 1, said(done)
    dry = forget(sweep_of(kept), "--dry-run", cwd=kept)
    assert dry.returncode == 0 and "and the folder outputs/" in dry.stdout, said(dry)
    assert (rows(kept), files(kept)) == before


def test_of_settings_that_are_called_alike_only_one_goes(tmp_path: Path) -> None:
    rates = "learning_rate=0.3,0.30000000000000004"  # which are shown alike
    train(
        "-m",
        "data=xor",
        rates,
        "seed=range(2)",
        "training.epochs=5",
        "tracking.plots=none",
        "tracking.report=false",
        cwd=tmp_path,
    )
    store = Store(tmp_path)
    one, other = store.settings(store.only())
    assert {one.info.run_name, other.info.run_name} == {"lr=0.3", "lr=0.3 (2)"}
    dry = forget(one.info.run_id, "--dry-run", cwd=tmp_path)
    assert "2 runs and 1 setting in MLflow" in dry.stdout, said(dry)


def test_a_sweep_in_another_store_is_not_deleted_by_half(kept: Path) -> None:
    sweep = sweep_of(kept)
    env = {"MLFLOW_TRACKING_URI": f"sqlite:///{kept}/other.db"}
    train("data=xor", "training.epochs=5", "tracking.plots=none", "tracking.report=false", cwd=kept, env=env)
    done = run_runner(sweep, "--yes", cwd=kept, env=env, module="runner.forget")
    assert done.returncode == 1 and "this sweep was written to sqlite:///" in done.stderr, said(done)
    assert (kept / "outputs" / sweep / "plan.json").exists()


def test_a_copy_of_a_project_deletes_no_file_of_the_original(
    kept: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = tmp_path_factory.mktemp("copy") / "project"
    shutil.copytree(kept, copy)
    before, sweep = files(kept), sweep_of(kept)
    setting = Store(kept).settings(Store(kept).only())[0].info.run_id
    whole, part = forget(sweep, "--yes", cwd=copy), forget(setting, "--yes", cwd=copy)
    assert whole.returncode == 1 and "this sweep was written to sqlite:///" in whole.stderr, said(whole)
    assert part.returncode == 1 and "mlflow.db is a copy of " in part.stderr, said(part)
    assert files(kept) == before


def test_when_all_runs_are_deleted_one_by_one_no_setting_stays(tmp_path: Path) -> None:
    train(
        "-m",
        "data=xor",
        "seed=range(2)",
        "training.epochs=5",
        "tracking.plots=none",
        "tracking.report=false",
        cwd=tmp_path,
    )
    store = Store(tmp_path)
    for run in store.children(store.only()):
        assert forget(run.info.run_id, "--yes", cwd=tmp_path).returncode == 0
    assert len(store.settings(store.only())) == 1
    assert run_runner(cwd=tmp_path, module="runner.settings").returncode == 0
    assert store.settings(store.only()) == []


def test_a_sweep_whose_model_is_registered_stays(kept: Path) -> None:
    store = Store(kept)
    parent = next(run for run in store.parents() if run.data.tags["level"] == "sweep")
    run_id = store.children(parent)[0].info.run_id
    store.client.create_registered_model("mine")
    store.client.create_model_version("mine", f"runs:/{run_id}/model", run_id)
    before = rows(kept)
    done = forget(sweep_of(kept), "--yes", cwd=kept)
    assert done.returncode == 1 and "registered in MLflow: mine 1;" in done.stderr, said(done)
    assert rows(kept) == before
