"""Which store runs are written to, and whether it can be used: found out in seconds, not in minutes as by MLflow."""

import http.client
import os
import re
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlparse

from filelock import FileLock

from runner.base.interrupts import held_back_in_session
from runner.store.errors import StoreError, reason, shown

DEFAULT_URI = "sqlite:///mlflow.db"
TRAINING_PAGE = "?workflowType=machine_learning"  # ends the address of a page, which else shows what agents do
LOCAL_PAGES = "http://127.0.0.1:5000"  # of `mlflow ui`
DATABASES = ("postgresql", "mysql", "mssql")
PROBE_SECONDS = 10
_files: dict[Path, list[tuple[int, int]]] = {}  # those that were seen at a place, one after another


def tracking_uri() -> str:
    """`MLFLOW_TRACKING_URI` if it is set, else a SQLite file in the working directory."""
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI


def named_store() -> str:
    """The current store as it may be recorded: a server without the user, a file with its full path."""
    uri = tracking_uri()
    if is_server(uri):
        return address(uri)
    file = sqlite_file(uri)
    return shown(uri) if file is None else f"sqlite:///{Path(file).resolve()}"


def is_lost(store: str) -> bool:
    """Whether a SQLite file no longer exists; a sweep may then be written to another store."""
    file = sqlite_file(store)
    return file is not None and not Path(file).exists()


def address(uri: str) -> str:
    """A server's address for a browser, without the user, whom the browser asks for."""
    return re.sub(r"://.*@", "://", uri.rstrip("/"))


def run_pages(experiment_id: str) -> str:
    """The address of MLflow's page of a run, up to its id: on the server, or where `mlflow ui` opens the store."""
    uri = tracking_uri()
    return f"{address(uri) if is_server(uri) else LOCAL_PAGES}/#/experiments/{experiment_id}/runs/"


def is_server(uri: str) -> bool:
    """Whether a store is reached through MLflow's server."""
    return uri.startswith(("http://", "https://"))


def probe(uri: str) -> None:
    """Detect an unreachable server or database within seconds; MLflow would try for minutes."""
    if is_server(uri):
        _probe_server(uri)
    elif uri.startswith(DATABASES):
        _probe_database(uri)


def _probe_server(uri: str) -> None:
    try:
        with urllib.request.urlopen(f"{address(uri)}/health", timeout=PROBE_SECONDS):
            pass
    except urllib.error.HTTPError:
        return  # something answers; whether it accepts us, MLflow's client finds out
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise StoreError(
            f"no MLflow server answers at {shown(uri)} ({reason(error)}); MLFLOW_TRACKING_URI names it"
        ) from error


def _probe_database(uri: str) -> None:
    from sqlalchemy import create_engine

    try:
        engine = create_engine(uri)
        engine.connect().close()
        engine.dispose()
    except ModuleNotFoundError as error:
        raise StoreError(
            f"for the store {shown(uri)} a driver is missing ({error}); that of PostgreSQL is in the extra `server`"
        ) from error
    except Exception as error:  # each driver raises its own
        raise StoreError(
            f"the database {shown(uri)} cannot be used ({reason(error)}); MLFLOW_TRACKING_URI names it"
        ) from error


def sqlite_file(uri: str) -> str | None:
    """The file of a local SQLite store; None for any other store."""
    path = uri.removeprefix("sqlite:///").partition("?")[0] if uri.startswith("sqlite:///") else ""
    return path if path not in ("", ":memory:") else None


def anywhere(uri: str) -> str:
    """A SQLite file with its full path: MLflow opens an address once, and a notebook may change its folder.

    A file that was deleted and recreated gets a new address, because MLflow still has the deleted one open.
    """
    file = sqlite_file(uri)
    if file is None:
        return uri
    path = Path(file).absolute()
    return uri.replace(file, f"{path.parent}{'/.' * _replacements(path)}/{path.name}", 1)


def _replacements(path: Path) -> int:
    """How often another file has come to this place while this process is running."""
    try:
        there = path.stat()
    except OSError:
        return 0
    known = _files.setdefault(path, [])
    if (there.st_dev, there.st_ino) not in known:
        known.append((there.st_dev, there.st_ino))
    return known.index((there.st_dev, there.st_ino))


def check_file(uri: str, is_read: bool = False) -> None:
    """Reject a store that is a folder, which MLflow would try to open for minutes, or that is only in memory."""
    file, (right, done) = sqlite_file(uri), (os.R_OK, "read") if is_read else (os.W_OK, "written")
    if uri.startswith("sqlite:") and file is None:
        raise StoreError(f"the MLflow store {uri} (MLFLOW_TRACKING_URI names it) is not a file: nothing would be kept")
    if file is not None and Path(file).is_dir():
        raise StoreError(f"the MLflow store {uri} cannot be used: {file} is a folder")
    if file is not None and Path(file).exists() and not os.access(file, right):
        raise StoreError(f"the MLflow store {uri} cannot be used: {file} may not be {done}")
    if not is_server(uri):
        _check_working_folder(str(Path.cwd()))


def _check_working_folder(folder: str) -> None:
    """MLflow takes `%25` in the path of files for an escape, and makes broken SQL of a path with both quotes."""
    escape = re.search("%[0-9a-fA-F]{2}", folder)
    if escape or {"'", '"'} <= set(folder):
        what = f"{escape[0]}, which MLflow reads as an escape" if escape else "both ' and \", which MLflow cannot store"
        raise StoreError(f"the path of this folder has {what}; start in a folder of another name: {folder}")


def check_place(experiment: str, artifacts: str) -> None:
    """Check that an experiment's folder still exists: MLflow stores full paths, and would recreate the old folder.

    Raises StoreError if it does not.
    """
    folder = folder_of(artifacts)
    if folder is not None and not (place := Path(folder).parent.parent).exists():
        raise StoreError(
            f"experiment {experiment!r} keeps its files in {folder}, and {place} is not there. Was it moved? "
            "A link under its old name will do, or another experiment (tracking.experiment=...)"
        )


def check_own(file: str, artifacts: str) -> None:
    """Check that a SQLite file is not a copy: a copy refers to the files of the original, which it must not change.

    Raises StoreError if another store is next to the files.
    """
    folder = folder_of(artifacts)
    other = Path(folder).parent.parent / Path(file).name if folder is not None else Path(file)
    if other.exists() and not other.samefile(file):
        raise StoreError(f"{file} is a copy of {other}, whose files would be changed: do it there")


@contextmanager
def alone_with(uri: str) -> Iterator[None]:
    """Create a store's tables in one program at a time: MLflow fails if two do it at once.

    In a session Ctrl-C takes effect afterwards: if interrupted, SQLAlchemy can keep a lock on a file that is opened
    again.
    """
    file = sqlite_file(uri)
    if file is None:
        yield
        return
    with FileLock(f"{file}.lock", timeout=120), held_back_in_session():
        yield


def for_reading(uri: str) -> str:
    """The address for reading a store.

    SQLite creates a log and its index next to a file even to read it. If the folder is read-only and has none, SQLite
    needs to know that the file does not change, which is true without a log. Raises StoreError for a log without an
    index.
    """
    file = sqlite_file(uri)
    log, index = Path(f"{file}-wal"), Path(f"{file}-shm")
    if file is None or os.access(Path(file).parent, os.W_OK) or (log.exists() and index.exists()):
        return anywhere(uri)
    if log.exists() and log.stat().st_size:
        raise StoreError(
            f"the MLflow store {uri} cannot be used: its folder may not be written, which reading it with its log "
            f"takes. Copy {file} and {log} into a folder of your own; MLFLOW_TRACKING_URI names the copy"
        )
    return f"sqlite:///file:{quote(str(Path(file).resolve()))}?immutable=1&uri=true"


def use_write_ahead_log(uri: str) -> None:
    """Switch a local SQLite file to its write-ahead log: writes are faster, and reads never wait."""
    file = sqlite_file(uri)
    if file is None:
        return
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def fold_log_in(uri: str) -> None:
    """Merge a SQLite file's write-ahead log into the file, so that a copy of the file is complete."""
    file = sqlite_file(uri)
    if file is None or not Path(file).exists():
        return
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def in_sight(artifact_uri: str, name: str) -> str | None:
    """The path of a run's artifact, from the working folder; None if it is not on this machine."""
    path = Path(folder_of(artifact_uri) or "", name)
    return os.path.relpath(path) if path.is_absolute() and path.exists() else None


def folder_of(artifact_uri: str) -> str | None:
    """The path of artifacts on this machine; None for those elsewhere."""
    if artifact_uri.startswith("file:"):
        return unquote(urlparse(artifact_uri).path)
    return None if "://" in artifact_uri or artifact_uri.startswith("mlflow-artifacts:") else unquote(artifact_uri)
