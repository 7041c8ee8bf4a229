"""A server for several people, started and used by the commands that docs/servers.md shows."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.end_to_end.postgres import SUPERUSER, programs
from tests.end_to_end.program import ROOT, environment
from tests.end_to_end.server import LOOPBACK, free_port, listening

BLOCK = re.compile(r"^```bash ([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INSTALL = "pip install -qe '.[server]'\n"


def shown(name: str) -> str:
    """The block of commands that the page shows under this name."""
    return dict(BLOCK.findall((ROOT / "docs" / "servers.md").read_text(encoding="utf-8")))[name]


def replaced(command: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        assert old in command, f"{old} is not in {command}"
        command = command.replace(old, new)
    return command


@dataclass
class Shared:
    """The server, the folder that it is started in, and the passwords of those who have an account."""

    folder: Path
    port: int = field(default_factory=free_port)
    database: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def set_up(self, superuser: Mapping[str, str]) -> None:
        """Make the secrets and the database, once."""
        shutil.copytree(ROOT / "deploy", self.folder / "deploy", ignore=shutil.ignore_patterns("server.env"))
        self.run(replaced(shown("secrets"), {INSTALL: ""}))
        lines = (self.folder / "deploy" / "server.env").read_text().splitlines()
        written = dict(line.split("=", 1) for line in lines)
        self.passwords["admin"] = written["MLFLOW_AUTH_ADMIN_PASSWORD"]
        self.database = {name: value for name, value in written.items() if name.startswith("PG")}
        self.database["PGPORT"] = superuser["PGPORT"]
        login = f"PGUSER={SUPERUSER} PGPASSWORD={superuser['PGPASSWORD']} PGDATABASE={SUPERUSER}"
        self.run(replaced(shown("database"), {"sudo -u postgres psql": f"{login} {programs()}/psql --quiet"}))

    @contextmanager
    def running(self, more: Mapping[str, str] | None = None) -> Iterator[None]:
        """The server at work, with `more` in its environment; it is killed at the end."""
        with ExitStack() as self._servers:
            self._more = dict(more or {})
            self.start()
            yield

    def start(self) -> None:
        """Start the server, the first time or after it was killed."""
        script = "deploy/server.sh"
        start = replaced(shown("start"), {script: f"exec {script} --port {self.port} --workers 1"})
        env = self.environment() | self._more
        self._process = self._servers.enter_context(listening(["bash", "-ec", start], self.port, self.folder, env))

    def kill(self) -> None:
        """End it as `kill -9` does."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def environment(self) -> dict[str, str]:
        """With the tests' own Python, and the port of their database."""
        path = f"{Path(sys.executable).parent}:{environment()['PATH']}"
        return {"PATH": path} | ({"PGPORT": self.database["PGPORT"]} if self.database else {})

    def run(self, command: str) -> str:
        """Run commands in the server's folder, in which nothing may fail."""
        done = subprocess.run(
            ["bash", "-ec", command],
            cwd=self.folder, env=environment(self.environment()), timeout=60,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def add(self, name: str, password: str = "") -> None:
        """Make an account."""
        self.passwords[name] = password or f"the password of {name}"
        self._as_admin("account", {'"ann"': f'"{name}"', "at least 12 characters": self.passwords[name]})

    def permit(self, name: str, experiment: str) -> None:
        """Let somebody write to an experiment."""
        self._as_admin("permission", {'"bob"': f'"{name}"', '"1"': f'"{experiment}"'})

    def _as_admin(self, block: str, words: Mapping[str, str]) -> None:
        known = {"http://127.0.0.1:5000": self.uri, "--user admin": f"--user admin:{self.passwords['admin']}"}
        self.run(replaced(shown(block), known | dict(words)))

    def login(self, name: str, password: str = "") -> dict[str, str]:
        """What somebody sets to use the server."""
        return {
            "MLFLOW_TRACKING_URI": self.uri,
            "MLFLOW_TRACKING_USERNAME": name,
            "MLFLOW_TRACKING_PASSWORD": password or self.passwords[name],
        }
