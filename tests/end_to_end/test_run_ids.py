"""Runs are named by the first letters of their id as well: those that tables show."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from runner.base.errors import UserError
from runner.store.reader import open_reader
from runner.store.run_ids import SHORTEST
from tests.end_to_end.conftest import Trained
from tests.end_to_end.program import make_store, run_runner, said
from tests.end_to_end.store import Store


def told(module: str, *arguments: str, folder: Path, codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
    done = run_runner(*arguments, cwd=folder, module=f"runner.{module}")
    assert done.returncode in codes, said(done)
    return done


def test_the_first_letters_of_an_id_are_enough(one_run: Trained, tmp_path: Path) -> None:
    whole, folder = one_run.store.only().info.run_id, one_run.store.folder
    for name in (whole[:SHORTEST], whole[:-1]):
        assert told("reproduce", name, folder=folder).stdout.startswith("IDENTICAL: ")
    assert told("report", whole[:SHORTEST], "--table", str(tmp_path / "runs.csv"), folder=folder)
    done = told("reproduce", whole[: SHORTEST - 1], folder=folder, codes=(1,))
    assert done.stderr.startswith(f"error: MLflow has no run {whole[: SHORTEST - 1]}; of the 32 letters of an id ")


def test_a_sweep_is_named_so_too(sweep: Trained) -> None:
    parent, folder = sweep.store.only().info.run_id, sweep.store.folder
    short = parent[:SHORTEST]
    done = told("reproduce", short, folder=folder, codes=(1,))
    assert done.stderr.endswith(f"to reproduce all of its runs: python -m runner.reproduce --all {short}\n")


def test_two_runs_that_are_compared_are_named_so(sweep: Trained) -> None:
    (one, other, *_) = (run.info.run_id for run in sweep.store.children(sweep.store.only()))
    whole, short = (
        told("diagnose", one[:letters], "--against", other[:letters], folder=sweep.store.folder, codes=(0, 3))
        for letters in (None, SHORTEST)
    )
    assert whole.stdout and (short.stdout, short.stderr) == (whole.stdout, whole.stderr)


def test_letters_with_which_several_ids_begin_are_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store(tmp_path)
    monkeypatch.chdir(tmp_path)
    store = Store(tmp_path)
    experiment = store.client.create_experiment("twins")
    ids = [f"deadbeef{place:024x}" for place in (1, 2)]
    for run_id in ids:
        made = store.client.create_run(experiment).info.run_id
        with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection, connection:
            for table in ("runs", "tags"):
                connection.execute(f"UPDATE {table} SET run_uuid = ? WHERE run_uuid = ?", (run_id, made))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    reader = open_reader()
    assert reader.run(ids[0][:-1] + "1").run_id == ids[0]
    assert reader.run(ids[1]).run_id == ids[1]
    message = f"the ids of 2 runs begin with deadbeef: {ids[0]}, {ids[1]}; type more letters"
    with pytest.raises(UserError, match=f"^{message}$"):
        reader.run("deadbeef")
