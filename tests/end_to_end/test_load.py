"""`runner.load` in a notebook: a sweep's numbers as tables, straight from the store."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import runner
from runner.base.errors import UserError
from runner.runs.result import RunResult
from runner.runs.signals import columns_of
from tests.end_to_end.conftest import Trained
from tests.end_to_end.program import environment, make_store, run_runner
from tests.end_to_end.store import Bits, Store

MODULE = '''
"""A schedule that raises for one of its settings."""

from nn.schedules import SCHEDULES


@SCHEDULES.register
def fragile(steps, n_steps, *, final: float = 0.5):
    """A straight line from 1 to final."""
    if final == 0.25:
        raise RuntimeError("it is broken")
    return 1 + (final - 1) * steps / n_steps
'''

NOTEBOOK = """
import json
import fragile_parts  # whoever has components of their own imports them first
import runner

sweep = runner.load()
print(json.dumps([list(sweep.runs["outcome"]), list(sweep.runs["error"]), sweep.curves["run"].nunique()]))
"""

UNCHANGED = """
import logging, os

def state():
    loggers = {name: logging.getLogger(name) for name in ("", "alembic", "psycopg", *LOGGERS)}
    return dict(os.environ), {name: (one.level, list(one.filters)) for name, one in loggers.items()}

LOGGERS = ("urllib3.connectionpool", "mlflow.store.db.utils", "mlflow.tracking.fluent")
import mlflow  # as most notebooks do; what it sets by itself is not ours
before = state()
import runner, runner.store.reader, runner.store.writer
runner.load()
assert state() == before, (before, state())
"""


@pytest.fixture
def store_of(monkeypatch: pytest.MonkeyPatch):
    """Has `runner.load` look into the store of a trained sweep."""

    def use(one: Trained) -> Store:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", one.store.uri)
        return one.store

    return use


def bits_of(result: RunResult) -> Bits:
    return Bits.of(result.network.parameters, result.history, columns_of(result.signals))


def test_the_newest_sweep_is_loaded_run_by_run_with_every_bit(sweep: Trained, store_of) -> None:
    store = store_of(sweep)
    loaded = runner.load()
    children = {int(run.data.tags["sweep_index"]): run for run in store.children(store.only())}
    assert [result.index for result in loaded.results] == list(range(20))
    assert loaded.findings.keys == ["activation", "data", "seed"]
    assert loaded.findings.parent_id == store.only().info.run_id
    for result in loaded.results:
        assert bits_of(result) == store.bits(children[result.index])
        assert loaded.findings.run_ids[result.index] == children[result.index].info.run_id


def test_loading_changes_neither_environment_nor_loggers_of_the_notebook(sweep: Trained) -> None:
    command = [sys.executable, "-c", UNCHANGED]
    done = subprocess.run(command, cwd=sweep.store.folder, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_table_of_runs_has_names_settings_and_final_values_as_in_mlflow(sweep: Trained, store_of) -> None:
    store = store_of(sweep)
    runs = runner.load().runs
    assert list(runs.columns[:6]) == ["run", "name", "run_id", "activation", "data", "seed"]
    assert runs["seed"].tolist() == [0, 1, 2, 3, 4] * 4, "numbers are numbers"
    for row in runs.to_dict("records"):
        run = store.client.get_run(row["run_id"])
        assert row["name"] == run.info.run_name
        assert row["outcome"] == run.data.tags["outcome"]
        assert row["network.hidden"] == run.data.params["network.hidden"]
        finals = {name: value for name, value in row.items() if name.startswith("final/") and not np.isnan(value)}
        assert finals.items() >= {name: run.data.metrics[name] for name in ("final/train_cost",)}.items()


def test_the_table_of_curves_has_every_point_of_every_run(sweep: Trained, store_of) -> None:
    store = store_of(sweep)
    loaded = runner.load()
    for run in store.children(store.only()):
        history = store.history(run)
        mine = loaded.curves.query(f"run == {run.data.tags['sweep_index']}")
        assert mine["step"].tolist() == history["step"].tolist()
        assert mine["train/cost"].tolist() == history["train/cost"].tolist()


def test_a_sweep_is_found_by_its_folder_and_by_its_parent_and_a_run_by_its_id(sweep: Trained, store_of) -> None:
    store = store_of(sweep)
    parent = store.only()
    child = store.children(parent)[3]
    for name in (parent.info.run_id, parent.data.tags["sweep_id"]):
        assert len(runner.load(name).results) == 20
    alone = runner.load(child.info.run_id)
    assert [bits_of(result) for result in alone.results] == [store.bits(child)]
    assert alone.runs["name"].tolist() == [child.info.run_name]


def test_a_single_run_is_loaded(one_run: Trained, store_of) -> None:
    store = store_of(one_run)
    loaded = runner.load()
    assert loaded.findings.keys == []
    assert loaded.runs["run_id"].tolist() == [store.only().info.run_id]
    assert bits_of(loaded.results[0]) == store.bits(store.only())


def test_failed_and_missing_runs_are_rows_and_never_hidden(tmp_path: Path, store_of) -> None:
    (tmp_path / "fragile_parts.py").write_text(MODULE)
    make_store(tmp_path)
    jobs = ("-m", "modules=[fragile_parts]", "data=xor", "training.epochs=5")
    done = run_runner(*jobs, "schedule=fragile", "schedule.final=0.1,0.25,0.9", cwd=tmp_path)
    assert done.returncode == 1
    store = Store(tmp_path)
    report = ("--output", "new", "modules=[fragile_parts]")
    assert run_runner(*report, cwd=tmp_path, module="runner.report").returncode == 0
    assert next((tmp_path / "new").iterdir()).read_bytes() == store.artifact(store.only(), "report.html").read_bytes()
    store.client.delete_run(store.children(store.only())[0].info.run_id)
    store_of(Trained(done, store))
    with pytest.raises(UserError, match=r"add modules=\[fragile_parts\], or in a notebook import fragile_parts first"):
        runner.load()
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    outcomes, errors, with_curves = json.loads(done.stdout)
    assert sorted(outcomes) == ["failed", "killed", "stopped"]
    assert "RuntimeError: it is broken" in errors
    assert with_curves == 1


def test_runs_on_the_same_data_keep_their_own_split_in_one_store(tmp_path: Path, store_of) -> None:
    make_store(tmp_path)
    for share in ("0", "0.25", "0.5"):
        data = (
            "data=quadrants",
            f"data.test_fraction={share}",
            "training.epochs=2",
            "tracking.plots=none",
            "tracking.report=false",
        )
        assert run_runner(*data, cwd=tmp_path).returncode == 0
    store = Store(tmp_path)
    store_of(Trained(subprocess.CompletedProcess([], 0), store))
    found = {tuple(runner.load(run.info.run_id).results[0].data.n_samples) for run in store.runs()}
    assert found == {(400, 0), (300, 100), (200, 200)}


def test_a_sweep_shows_itself_in_one_line(sweep: Trained, store_of) -> None:
    store_of(sweep)
    shown = repr(runner.load())
    runs = "<activation x data x seed (20 runs): 20 runs over activation, data, seed"
    assert shown == f"{runs}; see .answer, .table, .runs and .plot>"


def test_an_unknown_sweep_is_reported(
    sweep: Trained, store_of, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_of(sweep)
    with pytest.raises(UserError, match="MLflow has no run nonsense"):
        runner.load("nonsense")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(UserError, match="there is no MLflow store"):
        runner.load()
    assert not list(tmp_path.iterdir())


def test_runs_of_other_programs_and_runs_that_left_nothing_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store(tmp_path)
    store = Store(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    experiment = store.client.create_experiment("others", artifact_location=str(tmp_path / "files"))
    foreign = store.client.create_run(experiment).info.run_id
    with pytest.raises(UserError, match="has no run"):
        runner.load()
    with pytest.raises(UserError, match="was not made by this program"):
        runner.load(foreign)
    tags = {"sweep_id": "one", "sweep_index": "0", "run_key": "k", "outcome": "killed"}
    killed = store.client.create_run(experiment, tags=tags).info.run_id
    with pytest.raises(UserError, match="was not trained"):
        runner.load(killed)
    parent = store.client.create_run(experiment, tags={"sweep_id": "two"}).info.run_id
    store.client.log_text(parent, "[]", "plan.json")
    with pytest.raises(UserError, match=r"the plan of run .* cannot be used: another version"):
        runner.load(parent)


def test_a_sweep_without_its_parent_is_refused(sweep: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_store(tmp_path)
    store = Store(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    experiment = store.client.create_experiment("e", artifact_location=str(tmp_path / "files"))
    for index in range(2):
        tags = {"sweep_id": "one", "sweep_index": str(index), "run_key": "k", "outcome": "killed"}
        store.client.create_run(experiment, tags=tags)
    with pytest.raises(UserError, match="the parent run of one is not in the store"):
        runner.load()
