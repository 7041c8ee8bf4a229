"""Which store runs are written to, and whether it can be used: found out in seconds, where MLflow tries for minutes."""

import http.client
import os
import re
import sqlite3
import urllib.error
import urllib.request
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from urllib.parse import quote, unquote, urlparse

from filelock import FileLock

from runner.store.errors import StoreError, reason, shown

DEFAULT_URI = "sqlite:///mlflow.db"
TRAINING_PAGE = "?workflowType=machine_learning"  # ends the address of a page, which else shows what agents do
LOCAL_PAGES = "http://127.0.0.1:5000"  # of `mlflow ui`
DATABASES = ("postgresql", "mysql", "mssql")
PROBE_SECONDS = 10
_files: dict[Path, list[tuple[int, int]]] = {}  # those that were seen at a place, one after another


def tracking_uri() -> str:
    """`MLFLOW_TRACKING_URI` where that is set, else a SQLite file in the working directory."""
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI


def named_store() -> str:
    """The store in use as it may be written down: a server without the user, a file with its whole path."""
    uri = tracking_uri()
    if is_server(uri):
        return address(uri)
    file = sqlite_file(uri)
    return shown(uri) if file is None else f"sqlite:///{Path(file).resolve()}"


def is_lost(store: str) -> bool:
    """Whether a SQLite file is no longer there: a sweep may be written to another one."""
    file = sqlite_file(store)
    return file is not None and not Path(file).exists()


def address(uri: str) -> str:
    """A server's address for a browser: without the user, for whom it will ask."""
    return re.sub(r"://.*@", "://", uri.rstrip("/"))


def run_pages(experiment_id: str) -> str:
    """The address of MLflow's page of a run, before its id: the server's, or where `mlflow ui` opens the store."""
    uri = tracking_uri()
    return f"{address(uri) if is_server(uri) else LOCAL_PAGES}/#/experiments/{experiment_id}/runs/"


def is_server(uri: str) -> bool:
    """Whether a store is reached through MLflow's server."""
    return uri.startswith(("http://", "https://"))


def probe(uri: str) -> None:
    """A server or database that is not there is noticed in seconds; MLflow would try for minutes."""
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
    """A SQLite file by its whole path: MLflow opens an address once, and a notebook may change its folder.

    A file that was deleted and made again has an address of its own, as what MLflow has opened is the one that is gone.
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
    """MLflow tries for minutes to open a folder as a database, and forgets what it writes to no file."""
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
    """MLflow writes down the whole path of an experiment's files: in a moved folder it would use the old place.

    Raises StoreError when that is no longer there.
    """
    folder = folder_of(artifacts)
    if folder is not None and not (place := Path(folder).parent.parent).exists():
        raise StoreError(
            f"experiment {experiment!r} keeps its files in {folder}, and {place} is not there. Was it moved? "
            "A link under its old name will do, or another experiment (tracking.experiment=...)"
        )


def check_own(file: str, artifacts: str) -> None:
    """A copy of a SQLite file has the addresses of the files of the original, which must not be changed by it.

    Raises StoreError where another store is beside the files.
    """
    folder = folder_of(artifacts)
    other = Path(folder).parent.parent / Path(file).name if folder is not None else Path(file)
    if other.exists() and not other.samefile(file):
        raise StoreError(f"{file} is a copy of {other}, whose files would be changed: do it there")


def alone_with(uri: str) -> AbstractContextManager[object]:
    """MLflow's creation of a store's tables fails when two programs do it at once; one waits for the other."""
    file = sqlite_file(uri)
    return nullcontext() if file is None else FileLock(f"{file}.lock", timeout=120)


def for_reading(uri: str) -> str:
    """The address under which a store is read.

    SQLite makes a log and its index beside a file even to read it. Where the folder may not be written and has none it
    has to know that the file does not change, as is so without a log. Raises StoreError for a log without an index.
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
    """Switch a local SQLite file to its write-ahead log: writers are faster and readers never wait."""
    file = sqlite_file(uri)
    if file is None:
        return
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def fold_log_in(uri: str) -> None:
    """Bring what is in a SQLite file's write-ahead log into the file itself, so that a copy of it is whole."""
    file = sqlite_file(uri)
    if file is None or not Path(file).exists():
        return
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def in_sight(artifact_uri: str, name: str) -> str | None:
    """Where a file of a run's artifacts is, from the working folder; None where it is not on this machine."""
    path = Path(folder_of(artifact_uri) or "", name)
    return os.path.relpath(path) if path.is_absolute() and path.exists() else None


def folder_of(artifact_uri: str) -> str | None:
    """The path of artifacts on this machine; None for those elsewhere."""
    if artifact_uri.startswith("file:"):
        return unquote(urlparse(artifact_uri).path)
    return None if "://" in artifact_uri or artifact_uri.startswith("mlflow-artifacts:") else unquote(artifact_uri)
