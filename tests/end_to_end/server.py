"""A real MLflow server on this machine, and a door in front of it that can be slow, shut or unwilling."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.end_to_end.program import environment, make_store, wait_until

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        return int(free.getsockname()[1])


@contextmanager
def mlflow_server(folder: Path, *options: str, port: int | None = None) -> Iterator[int]:
    """MLflow's server in a folder, with a database and artifacts of its own unless options say more; gives its port.

    At the end it is killed, as it is; another one with the same folder and port is the same server, started again.
    """
    port = port or free_port()
    if not options:
        make_store(folder)
    command = [
        sys.executable, "-m", "mlflow", "server", "--host", LOOPBACK, "--port", str(port), "--workers", "1",
        *(options or ("--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "artifacts")),
    ]  # fmt: skip
    more = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with listening(command, port, cwd=folder, env=more):
        yield port


@contextmanager
def listening(
    command: Sequence[str], port: int, cwd: Path, env: Mapping[str, str], path: str = "/health"
) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers at `path`, in a process group of its own, which is killed at the end."""
    log = cwd / f"server-{port}.log"
    with (
        log.open("ab") as into,
        subprocess.Popen(
            command, cwd=cwd, env=environment(env), start_new_session=True, stdout=into, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            wait_until(lambda: process.poll() is not None or answers(port, path), "the server answered", seconds=120)
            assert process.poll() is None, log.read_text()
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def answers(port: int, path: str = "/health") -> bool:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass
class Door:
    """Hands requests on to a server, as long as `is_open`, each after `delay` seconds, but refuses some.

    The first batches of metrics are answered with the statuses of `busy` and not handed on, one each.

    After `refuse_after` batches of metrics it answers 400 to all others; after `shut_after` it is shut. Of every
    kind of request the first answer is lost, and then every `loses`-th, but none to a probe,
    which asks once.
    """

    server: int
    port: int = 0
    delay: float = 0.0
    is_open: bool = True
    refuse_after: float = float("inf")
    shut_after: float = float("inf")
    busy: list[int] = field(default_factory=list)
    loses: float = float("nan")
    asked: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    batches: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def uri(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def sees(self, path: str) -> int:
        """The status that a request is refused with; 0 for one that is handed on."""
        is_batch = path.endswith("/runs/log-batch")
        with self.lock:
            self.batches += is_batch
            if self.batches > self.shut_after:
                self.is_open = False
            if is_batch and self.busy:
                return self.busy.pop()
            return 400 if is_batch and self.batches > self.refuse_after else 0

    @contextmanager
    def passing(self) -> Iterator[None]:
        """A request is on its way: how many are at the same time is counted."""
        with self.lock:
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        finally:
            with self.lock:
                self.in_flight -= 1

    def loses_answer(self, method: str, path: str) -> bool:
        """Whether the answer of the server is dropped."""
        kind = kind_of(method, path)
        with self.lock:
            self.asked[kind] += 1
            is_lost = path != "/health" and self.asked[kind] % self.loses == 1
            self.lost[kind] += is_lost
            return is_lost


def kind_of(method: str, path: str) -> str:
    """What is asked for, whichever run it is about."""
    where = path.partition("?")[0].removeprefix("/api/2.0").removeprefix("/mlflow/")
    kinds = [kind for kind in ("/mlflow-artifacts", "logged-models/m-") if kind in where]
    return f"{method} {kinds[0] if kinds else where}"


@contextmanager
def door_to(server: int) -> Iterator[Door]:
    """A door on a port of its own."""
    door = Door(server)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            with door.passing(), suppress(BrokenPipeError):  # who asked was killed
                self.hand_on()

        def hand_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            refused = door.sees(self.path)
            if not door.is_open:
                self.close_connection = True
                return
            time.sleep(door.delay)
            if refused:
                self.reply(
                    refused, b'{"error_code": "INVALID_PARAMETER_VALUE", "message": "this server refuses batches"}'
                )
                return
            with closing(http.client.HTTPConnection(LOOPBACK, door.server, timeout=60)) as connection:
                headers = {key: value for key, value in self.headers.items() if key != "Host"}
                connection.request(self.command, self.path, body, headers | {"Host": f"{LOOPBACK}:{door.server}"})
                answer = connection.getresponse()
                content, kind = answer.read(), answer.headers.get("Content-Type", "application/json")
            if door.loses_answer(self.command, self.path):
                self.close_connection = True
                return
            self.reply(answer.status, content, kind)

        def reply(self, status: int, content: bytes, kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as listening:
        door.port = listening.server_address[1]
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        try:
            yield door
        finally:
            listening.shutdown()
