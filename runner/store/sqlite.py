"""Many runs into MLflow's SQLite file in one transaction: the rows that its client would write, without its ORM.

MLflow's client needs 40 ms or more of processor time per run, this 2 to 3. It is used only for a known schema; a test
compares the whole database with one that the client wrote.
"""

import itertools
import math
import sqlite3
import sys
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from runner.store.records import DataRecord, MetricRow, RunRecord

REVISION = "dc11669786a5"  # of MLflow's schema, as alembic names it
NUMBERS = 16**8  # of the first letters of an id, by which a person names a run
TIMEOUT = 120.0  # seconds, while another program writes

_METRIC = "run_uuid, key, value, is_nan, timestamp, step"
COLUMNS = {
    "runs": "run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time, "
    "source_version, lifecycle_stage, artifact_uri, experiment_id, deleted_time",
    "tags": "run_uuid, key, value",
    "params": "run_uuid, key, value",
    "metrics": _METRIC,
    "latest_metrics": _METRIC,
    "datasets": "dataset_uuid, experiment_id, name, digest, dataset_source_type, dataset_source, dataset_profile",
    "inputs": "input_uuid, source_type, source_id, destination_type, destination_id, step",
    "input_tags": "input_uuid, name, value",
}

Row = tuple[str | int | float | None, ...]
Runs = Sequence[tuple[str, str, RunRecord]]  # each is its id, where its files are, and itself


def knows(file: str) -> bool:
    """Whether a SQLite file has the schema that `insert` was made for."""
    try:
        with closing(sqlite3.connect(file, timeout=TIMEOUT)) as connection:
            return connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(REVISION,)]
    except sqlite3.Error:
        return False


def new_id() -> str:
    """An id for a row, as MLflow makes them."""
    return uuid.uuid4().hex


def run_ids() -> Iterator[str]:
    """Ids for runs: random, except that each begins with the number after that of the previous one.

    MLflow's keys and indices are sorted by id. Adjacent ids share a few pages of the file, while unrelated ids need a
    page of their own for every param, tag and metric: writing to a store of 10,000 runs then takes three times as long.
    """
    for number in itertools.count(uuid.uuid4().int % NUMBERS):
        yield f"{number % NUMBERS:08x}{new_id()[8:]}"


def insert(file: str, experiment_id: str, runs: Runs) -> None:
    """Write all runs or none. Raises sqlite3.Error."""
    with _transaction(file) as connection:
        for table, rows in _rows(connection, int(experiment_id), runs):
            if rows:
                values = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {table} ({COLUMNS[table]}) VALUES ({values})", rows)


def tag(file: str, tags: Mapping[str, Mapping[str, str]], stale: Mapping[str, Iterable[str]]) -> None:
    """Set tags of runs, by run id, and remove those with `stale` keys; all or none. Raises sqlite3.Error."""
    with _transaction(file) as connection:
        gone = [(run_id, key) for run_id, keys in stale.items() for key in keys]
        connection.executemany("DELETE FROM tags WHERE run_uuid = ? AND key = ?", gone)
        rows = [(run_id, *pair) for run_id, found in tags.items() for pair in found.items()]
        connection.executemany(f"INSERT OR REPLACE INTO tags ({COLUMNS['tags']}) VALUES (?, ?, ?)", rows)


def tags_of(file: str, run_id: str) -> dict[str, str] | None:
    """The tags of a run, or None if there is no such run. Raises sqlite3.Error."""
    with closing(sqlite3.connect(file, timeout=TIMEOUT)) as connection:
        if connection.execute("SELECT 1 FROM runs WHERE run_uuid = ?", (run_id,)).fetchone() is None:
            return None
        return dict(connection.execute("SELECT key, value FROM tags WHERE run_uuid = ?", (run_id,)).fetchall())


def remove(file: str, run_ids: Iterable[str]) -> list[str]:
    """Remove runs for good, with their models and with data sets that no other run has learned from; all or none.
    Returns where the files of the models are. Raises sqlite3.Error.
    """
    with _transaction(file) as connection:
        connection.execute("CREATE TEMP TABLE gone (id TEXT PRIMARY KEY)")
        connection.executemany("INSERT OR IGNORE INTO gone VALUES (?)", [(run_id,) for run_id in run_ids])
        connection.execute(
            "CREATE TEMP TABLE models AS SELECT model_id AS id FROM logged_models WHERE source_run_id IN gone"
        )
        connection.execute(
            "CREATE TEMP TABLE used AS SELECT DISTINCT source_id AS id FROM inputs WHERE destination_id IN gone"
        )
        places = connection.execute("SELECT artifact_location FROM logged_models WHERE model_id IN models").fetchall()
        for table in ("logged_model_metrics", "logged_model_params", "logged_model_tags", "logged_models"):
            connection.execute(f"DELETE FROM {table} WHERE model_id IN models")
        links = "FROM inputs WHERE destination_id IN gone OR source_id IN gone"
        connection.execute(f"DELETE FROM input_tags WHERE input_uuid IN (SELECT input_uuid {links})")
        connection.execute(f"DELETE {links}")
        unused = "dataset_uuid IN used AND dataset_uuid NOT IN (SELECT source_id FROM inputs)"
        connection.execute(f"DELETE FROM datasets WHERE {unused}")
        for table in ("latest_metrics", "metrics", "params", "tags", "runs"):
            connection.execute(f"DELETE FROM {table} WHERE run_uuid IN gone")
        return [str(place) for (place,) in places]


@contextmanager
def _transaction(file: str) -> Iterator[sqlite3.Connection]:
    """All that is written in here, or nothing.

    With a log the disk is waited for when that is folded in, at the latest when a sweep ends: until then results are on
    disk elsewhere. Without one it is waited for now, or a power cut could damage the file.
    """
    with closing(sqlite3.connect(file, timeout=TIMEOUT, isolation_level=None)) as connection:
        if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
            connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _rows(connection: sqlite3.Connection, experiment: int, runs: Runs) -> Iterator[tuple[str, list[Row]]]:
    """The rows of every table."""
    yield "runs", _runs(experiment, runs)
    yield "tags", _tags(runs)
    yield "params", [(run_id, *pair) for run_id, _, one in runs for pair in one.params.items()]
    metrics = [(run_id, [_storable(row) for row in dict.fromkeys(one.metrics)]) for run_id, _, one in runs]
    yield "metrics", [(run_id, *row) for run_id, rows in metrics for row in rows]
    yield "latest_metrics", [(run_id, *row) for run_id, rows in metrics for row in _latest(rows)]
    data = [(run_id, one) for run_id, _, record in runs for one in record.data]
    known = _known_data(connection, experiment, [one for _, one in data])
    fresh = {(one.name, one.digest): one for _, one in data if (one.name, one.digest) not in known}
    known |= {key: new_id() for key in fresh}
    yield "datasets", [(known[key], experiment, *key, "code", one.source, one.profile) for key, one in fresh.items()]
    inputs = [(new_id(), known[one.name, one.digest], run_id, one.context) for run_id, one in data]
    yield "inputs", [(input_id, "DATASET", source, "RUN", run_id, 0) for input_id, source, run_id, _ in inputs]
    yield "input_tags", [(input_id, "mlflow.data.context", context) for input_id, _, _, context in inputs]


def _runs(experiment: int, runs: Runs) -> list[Row]:
    return [
        (
            run_id, one.name, "UNKNOWN", "", "", one.tags["mlflow.user"], one.status, one.started, one.ended, "",
            "active", artifact_uri, experiment, None,
        )
        for run_id, artifact_uri, one in runs
    ]  # fmt: skip


def _tags(runs: Runs) -> list[Row]:
    named = [(run_id, {**one.tags, "mlflow.runName": one.name}) for run_id, _, one in runs]
    return [(run_id, *pair) for run_id, values in named for pair in values.items()]


def _storable(row: MetricRow) -> tuple[str, float, bool, int, int]:
    """A metric as MLflow stores it: NaN as a mark, infinity as the largest number."""
    key, value, timestamp, step = row
    is_nan = math.isnan(value)
    largest = sys.float_info.max
    return key, 0.0 if is_nan else max(-largest, min(largest, float(value))), is_nan, timestamp, step


def _latest(rows: Sequence[tuple[str, float, bool, int, int]]) -> list[tuple[str, float, bool, int, int]]:
    """Of every metric the row with the last step."""
    latest: dict[str, tuple[str, float, bool, int, int]] = {}
    for row in rows:
        best = latest.get(row[0])
        if best is None or (row[4], row[3], row[1]) > (best[4], best[3], best[1]):
            latest[row[0]] = row
    return list(latest.values())


def _known_data(
    connection: sqlite3.Connection, experiment: int, data: Sequence[DataRecord]
) -> dict[tuple[str, str], str]:
    """The ids of data sets that the experiment already has."""
    found = {}
    for name, digest in {(one.name, one.digest) for one in data}:
        query = "SELECT dataset_uuid FROM datasets WHERE experiment_id = ? AND name = ? AND digest = ?"
        row = connection.execute(query, (experiment, name, digest)).fetchone()
        if row is not None:
            found[name, digest] = str(row[0])
    return found
