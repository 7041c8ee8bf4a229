"""A PostgreSQL of the tests' own, on the loopback address."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.program import wait_until
from tests.end_to_end.server import LOOPBACK, free_port

SUPERUSER = "postgres"


def programs() -> Path:
    """The folder of PostgreSQL's server; where there is none the test is skipped, in CI it fails."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    if found is None:
        missing = "PostgreSQL's server is not installed; on Debian: apt-get install postgresql"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return Path(found).parent


@contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """An empty PostgreSQL, and libpq's variables for its superuser.

    It refuses to run as root. Where the system can do that, it ends when this process is killed.
    """
    where, port = programs(), free_port()
    own: dict[str, Any] = {"user": SUPERUSER, "group": SUPERUSER, "extra_groups": []} if os.getuid() == 0 else {}
    bound = ["setpriv", "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []
    env = {"PGHOST": LOOPBACK, "PGPORT": str(port), "PGUSER": SUPERUSER, "PGPASSWORD": "of-the-superuser"}
    with tempfile.TemporaryDirectory() as name:
        folder, secret = Path(name), Path(name, "password")
        secret.write_text(env["PGPASSWORD"])
        for path in (folder, secret) if own else ():
            shutil.chown(path, SUPERUSER, SUPERUSER)
        make = [where / "initdb", "-D", "data", "-U", SUPERUSER, "--pwfile", secret, "--auth", "scram-sha-256"]
        subprocess.run([*make, "-E", "UTF8", "--no-sync"], cwd=folder, check=True, stdout=subprocess.DEVNULL, **own)
        run = [*bound, where / "postgres", "-D", "data", "-p", str(port), "-h", LOOPBACK, "-k", folder, "-F"]
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(run, cwd=folder, stdout=log, stderr=log, **own) as process,
        ):
            try:
                wait_until(lambda: process.poll() is not None or is_ready(env), "PostgreSQL answered", seconds=60)
                assert process.poll() is None, (folder / "log").read_text()
                yield env
            finally:
                process.send_signal(signal.SIGQUIT)


def is_ready(env: Mapping[str, str]) -> bool:
    try:
        ask(env, "SELECT 1")
    except OSError:
        return False
    return True


def ask(env: Mapping[str, str], query: str) -> list[tuple[Any, ...]]:
    """Rows of a database, if the query gives some. Raises OSError when it does not answer."""
    import psycopg

    try:
        with psycopg.connect(
            host=env["PGHOST"], port=env["PGPORT"], user=env["PGUSER"], password=env["PGPASSWORD"],
            dbname=env.get("PGDATABASE", SUPERUSER), autocommit=True,
        ) as connection:  # fmt: skip
            answer = connection.execute(query.encode())
            return answer.fetchall() if answer.description else []
    except psycopg.OperationalError as error:
        raise OSError(error) from error
