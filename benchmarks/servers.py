"""PostgreSQL and MLflow's server on the loopback address, and the processor time that they take."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.programs import family

LOOPBACK = "127.0.0.1"
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 120


@dataclass(frozen=True)
class Program:
    """A server that runs, and where it is reached."""

    uri: str
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time of all its processes so far, and of those that have ended."""
        return sum(_ticks(pid, with_ended=pid == self.pid) for pid in family(self.pid)) / TICKS


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's own programs; None when they, or the driver, are not installed."""
    if importlib.util.find_spec("psycopg") is None:
        return None
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parts[-2]), default=None)


@contextmanager
def postgres(programs: Path, folder: Path) -> Iterator[Program]:
    """A database server with two empty databases, `direct` and `served`. It refuses root: a user of its own runs it."""
    folder.mkdir()
    run: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if os.geteuid() == 0:
        run["user"] = run["group"] = "postgres"
        shutil.chown(folder, "postgres")
        folder.parent.chmod(0o755)
    subprocess.run([programs / "initdb", "-D", "data", "-A", "trust", "-U", "postgres"], check=True, **run)
    port = _free_port()
    command = [programs / "postgres", "-D", "data", "-p", str(port), "-h", LOOPBACK, "-k", str(folder)]
    with subprocess.Popen(command, **run) as process:
        try:
            _wait_until(partial(_make_databases, port))
            yield Program(f"postgresql+psycopg://postgres@{LOOPBACK}:{port}", process.pid)
        finally:
            process.send_signal(signal.SIGINT)


@contextmanager
def mlflow_server(folder: Path, store: str) -> Iterator[Program]:
    """MLflow's server with two workers, through which artifacts go too."""
    port = _free_port()
    command = [
        sys.executable, "-m", "mlflow", "server", "--host", LOOPBACK, "--port", str(port), "--workers", "2",
        "--backend-store-uri", store, "--artifacts-destination", str(folder / "artifacts"),
    ]  # fmt: skip
    more = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with subprocess.Popen(
        command, env=os.environ | more, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_until(lambda: _listens(port))
            yield Program(f"http://{LOOPBACK}:{port}", process.pid)
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def _ticks(pid: int, with_ended: bool) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11 : 15 if with_ended else 13]))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        return int(free.getsockname()[1])


def _make_databases(port: int) -> bool:
    """Whether the server has come far enough that it could be done."""
    import psycopg

    try:
        with psycopg.connect(host=LOOPBACK, port=port, user="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE direct")
            connection.execute("CREATE DATABASE served")
    except psycopg.OperationalError:
        return False
    return True


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex((LOOPBACK, port)) == 0


def _wait_until(happened: Callable[[], bool]) -> None:
    limit = time.monotonic() + START_SECONDS
    while not happened():
        if time.monotonic() > limit:
            raise RuntimeError(f"a server did not start in {START_SECONDS} seconds")
        time.sleep(0.1)
