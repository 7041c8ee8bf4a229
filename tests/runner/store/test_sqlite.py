"""Rows written without MLflow's client are those that the client writes, in every table."""

import signal
import sqlite3
from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alembic.script import ScriptDirectory
from mlflow.store.db.utils import _get_alembic_config
from mlflow.tracking import MlflowClient

from runner.base.interrupts import session
from runner.runs.origin import Provenance
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from runner.store import sqlite, writer
from runner.store.errors import StoreError
from runner.store.records import RunRecord, record_of
from runner.store.run_ids import RUN_ID
from runner.store.writer import Tracker
from tests.end_to_end.program import make_store
from tests.runner.building import spec_of, trained

pytestmark = pytest.mark.filterwarnings("default")  # MLflow's own are not errors of ours
QUICK = ("training.epochs=30", "training.evaluations=30", "tracking.plots=all")
PATHS = ("artifact_uri", "artifact_location")
CLOCK = ("creation_time", "last_update_time")


@pytest.fixture
def new_tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def make(name: str) -> tuple[Tracker, Path]:
        folder = tmp_path / name
        folder.mkdir()
        make_store(folder)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        monkeypatch.setattr("runner.store.writer.user", lambda: "someone")
        return Tracker("experiment"), folder / "mlflow.db"

    return make


@cache
def results() -> Sequence[RunResult]:
    """Every outcome, both tasks, with and without a test set, a warm start, and data sets that two runs share."""
    quadrants = trained("data=quadrants", "data.seed=1", *QUICK)
    return [
        quadrants,
        replace(trained("data=quadrants", "data.seed=1", "activation=relu", *QUICK), index=1),
        trained("data=xor", "fault=missing_factor", "test.probes=[[0,0]]", *QUICK),
        trained("data=sine", "loss=absolute_error", "cost=half_mse", "training.online_cost=true", *QUICK),
        trained("data=square", "learning_rate=1e150", "activation=identity", *QUICK),
        trained("data=xor", "activation=identity", "init.gain=1e300", *QUICK),
        replace(quadrants, measures={"baseline/odd": float("nan"), "baseline/large": float("-inf"), "z": float("inf")}),
        RunResult(
            7, "key", spec_of("data=xor"), Outcome.FAILED, error="ValueError: no\nmore", provenance=Provenance(1e9)
        ),
        RunResult(8, "key", spec_of("data=xor"), Outcome.KILLED, error="Killed: the sweep was interrupted"),
    ]


def records(points: int = 17) -> list[RunRecord]:
    made = [record_of(result, f"run {place}", {"sweep": "s"}, points) for place, result in enumerate(results())]
    return [replace(one, started=one.started or 1, ended=one.ended) for one in made]


def refuse(file: Path, change: str) -> None:
    """Have the store refuse such changes of the tags of runs."""
    with closing(sqlite3.connect(file)) as store, store:
        store.execute(
            f"CREATE TRIGGER refused BEFORE {change} ON tags BEGIN SELECT RAISE(ABORT, 'no such change'); END"
        )


def tables(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables. Random ids are replaced by what they stand for: a run's name, a data set's digest."""
    with closing(sqlite3.connect(database)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        meaning = dict(connection.execute("SELECT run_uuid, name FROM runs"))
        meaning |= dict(connection.execute("SELECT dataset_uuid, digest FROM datasets"))
        edges = connection.execute("SELECT input_uuid, source_id, destination_id FROM inputs").fetchall()
        meaning |= {edge: f"{meaning[source]} of {meaning[run]}" for edge, source, run in edges}
        found: dict[str, list[tuple[Any, ...]]] = {}
        for name in names:
            columns = [column[1] for column in connection.execute(f"PRAGMA table_info({name})")]
            rows = [dict(zip(columns, row, strict=True)) for row in connection.execute(f"SELECT * FROM {name}")]
            found[name] = sorted((tuple(_value(row, column, meaning) for column in columns) for row in rows), key=repr)
        return found


def _value(row: dict[str, Any], column: str, meaning: dict[str, str]) -> Any:
    value = row[column]
    if column in CLOCK or (column == "start_time" and row["name"] == "sweep"):
        return "a time"
    if column in PATHS:
        run = next((random for random in meaning if random in value), "")
        return value[value.rfind("/mlruns") :].replace(run, meaning.get(run, ""))
    if isinstance(value, str) and value in meaning:
        return meaning[value]
    return (type(value).__name__, value)


def test_the_whole_database_is_the_one_that_the_client_writes(new_tracker, monkeypatch):
    all_records = records()
    assert {one.status for one in all_records} == {"FINISHED", "FAILED", "KILLED"}
    by_bulk, file = new_tracker("bulk")
    parent = by_bulk.start_sweep("sweep", {"mlflow.note.content": "a note"})
    assert sqlite.knows(str(file))
    for start in (0, 3):  # in two transactions, so that a data set is there already
        list(by_bulk.write_runs(all_records[start : start + 3 if start == 0 else None], parent))
    found = tables(file)
    by_client, other_file = new_tracker("client")
    monkeypatch.setattr(sqlite, "knows", lambda file: False)
    list(by_client.write_runs(all_records, by_client.start_sweep("sweep", {"mlflow.note.content": "a note"})))
    expected = tables(other_file)
    assert len(found["metrics"]) > 200
    for name, rows in expected.items():
        assert found[name] == rows, name


def test_tags_that_come_later_are_those_that_the_client_would_set_and_delete(new_tracker, monkeypatch):
    found = []
    for knows in (sqlite.knows, lambda file: False):
        monkeypatch.setattr(sqlite, "knows", knows)
        tracker, file = new_tracker(f"store {len(found)}")
        first, second, third = (run_id for _, run_id in tracker.write_runs(records()[:3]))
        tracker.tag_runs({first: {"a": "1", "b": "2"}, second: {"a": "x" * 9000}}, {})
        tracker.tag_runs({first: {"a": "3"}, third: {"c": "4"}}, {first: {"a", "b"}, second: {"a", "never"}})
        found.append(tables(file)["tags"])
        tags = [tracker.reader.run(run_id).tags for run_id in (first, second, third)]
        assert [(one.get("a"), one.get("b"), one.get("c")) for one in tags] == [
            ("3", None, None), (None, None, None), (None, None, "4"),
        ]  # fmt: skip
    assert found[0] == found[1]


def test_a_store_that_deletes_no_tags_is_an_error_and_a_tag_that_is_gone_is_none(new_tracker, monkeypatch):
    monkeypatch.setattr(sqlite, "knows", lambda file: False)
    tracker, file = new_tracker("store")
    ((_, run_id),) = tracker.write_runs(records()[:1])
    tracker.tag_runs({run_id: {"a": "1"}}, {run_id: {"never"}})
    refuse(file, "DELETE")
    tracker.tag_runs({}, {run_id: {"never"}})
    with pytest.raises(StoreError, match="no such change"):
        tracker.tag_runs({}, {run_id: {"a"}})


def test_the_files_of_runs_are_where_mlflow_looks_for_them(new_tracker, tmp_path):
    tracker, file = new_tracker("bulk")
    all_records = records()
    run_ids = [run_id for _, run_id in tracker.write_runs(all_records)]
    client = MlflowClient(f"sqlite:///{file}")
    for run_id, record in zip(run_ids, all_records, strict=True):
        assert client.get_run(run_id).info.run_name == record.name
        for name, content in record.files.items():
            assert Path(client.download_artifacts(run_id, name, str(tmp_path))).read_bytes() == content


def test_all_children_have_their_parent(new_tracker):
    tracker, file = new_tracker("bulk")
    parent = tracker.start_sweep("sweep", {})
    run_ids = [run_id for _, run_id in tracker.write_runs(records()[:3], parent)]
    client = MlflowClient(f"sqlite:///{file}")
    assert {client.get_run(run_id).data.tags["mlflow.parentRunId"] for run_id in run_ids} == {parent}


def test_a_transaction_that_fails_leaves_nothing_behind(new_tracker):
    tracker, file = new_tracker("bulk")
    before = tables(file)
    good, other = records()[:2]
    bad = replace(other, params={**other.params, "broken": object()})
    with pytest.raises(StoreError, match="not supported"):
        list(tracker.write_runs([good, bad]))
    assert tables(file) == before
    assert not list(file.parent.glob("mlruns/*/*")), "no files without a run"


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("in_session", [True, False])
def test_in_a_session_a_store_is_opened_before_an_interrupt_is_heard(new_tracker, tmp_path, monkeypatch, in_session):
    def open_interrupted(uri):
        signal.raise_signal(signal.SIGINT)
        opened.append(open_first(uri))

    opened, open_first = [], writer.make_tables
    monkeypatch.setattr(writer, "make_tables", open_interrupted)
    with session() if in_session else nullcontext(), pytest.raises(KeyboardInterrupt):
        new_tracker("interrupted")
    assert opened == [None] * in_session
    with closing(sqlite3.connect(tmp_path / "interrupted" / "mlflow.db")) as connection:
        found = connection.execute("SELECT 1 FROM experiments WHERE name = 'experiment'").fetchall()
    assert found == [(1,)] * in_session


def test_the_schema_is_that_of_the_mlflow_that_is_installed():
    assert ScriptDirectory.from_config(_get_alembic_config("sqlite://")).get_current_head() == sqlite.REVISION


def test_another_schema_is_left_to_the_client(new_tracker):
    tracker, file = new_tracker("bulk")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'another'")
    assert not sqlite.knows(str(file))
    assert not sqlite.knows(str(file.with_name("none.db")))
    written = dict(tracker.write_runs(records()[:2]))
    with closing(sqlite3.connect(file)) as connection:
        assert {run_id for (run_id,) in connection.execute("SELECT run_uuid FROM runs")} == set(written.values())
    for place, run_id in written.items():
        data = MlflowClient(f"sqlite:///{file}").get_run(run_id).data
        assert data.params == records()[place].params
        assert data.metrics.keys() == {key for key, *_ in records()[place].metrics}


@pytest.mark.parametrize("points", [2, 5, 17, 1000])
def test_a_series_keeps_both_ends_and_no_more_points_than_asked_for(points):
    result = results()[0]
    rows = record_of(result, "run", {}, points).metrics
    steps = [step for key, _, _, step in rows if key == "train/cost"]
    assert len(steps) == min(points, len(result.history["step"]))
    assert (steps[0], steps[-1]) == (0, result.history["step"][-1])
    assert steps == sorted(set(steps))
    values = dict(zip(result.history["step"], result.history["train/cost"], strict=True))
    assert all(values[step] == value for key, value, _, step in rows if key == "train/cost")
    assert [step for key, _, _, step in rows if key == "learning_rate"] == [0, steps[-1]], "a constant has its ends"
    assert np.isfinite([row[1] for row in rows]).all()


def test_by_default_a_run_has_at_most_a_hundred_metric_rows():
    for result in results()[:2]:
        assert 50 < len(record_of(result, "run", {}, 17).metrics) <= 100


def test_ids_of_runs_are_neighbours_and_none_comes_twice():
    ids = list(islice(sqlite.run_ids(), 1000))
    assert len(set(ids)) == 1000 and all(RUN_ID.fullmatch(one) for one in ids)
    first = [int(one[:8], 16) for one in ids]
    assert first == [(first[0] + place) % 16**8 for place in range(1000)]
    assert len({one[8:] for one in ids}) == 1000
    assert next(sqlite.run_ids())[:8] != next(sqlite.run_ids())[:8]
