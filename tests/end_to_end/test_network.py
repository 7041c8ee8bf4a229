"""Nothing listens on a network port while runs are trained and written, or for who has no certificate; none calls."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.program import ROOT, environment, make_store, run_runner, said, started
from tests.end_to_end.server import free_port, listening

LISTENING = "0A"  # as the kernel writes the state of a TCP socket
TABLES = [Path("/proc/net", name) for name in ("tcp", "tcp6", "udp", "udp6")]

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells about sockets in /proc"),
]


def members(group: int) -> Iterator[Path]:
    """The folders in /proc of the processes of a group."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                yield folder
        except OSError:
            continue


def sockets(process: Path) -> set[str]:
    """The inodes of the sockets that a process has open."""
    found = set()
    for descriptor in (process / "fd").glob("*"):
        try:
            target = str(descriptor.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            found.add(target[len("socket:[") : -1])
    return found


def open_ports(processes: Iterable[Path]) -> set[str]:
    """Addresses where processes of this machine's network listen by TCP, or wait for anything by UDP."""
    own, found = set().union(*map(sockets, processes)), set()
    for table in filter(Path.exists, TABLES):
        for line in table.read_text().splitlines()[1:]:
            _, address, _, state, *rest = line.split()
            if rest[5] in own and (state == LISTENING or table.name.startswith("udp")):
                found.add(f"{table.name} {address}")
    return found


def test_the_probe_sees_a_port_that_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"{server.getsockname()[1]:04X}"
        assert any(address.endswith(f":{port}") for address in open_ports([Path(f"/proc/{os.getpid()}")]))


@dataclass(frozen=True)
class Watched:
    """How many processes a program had at most, and where they listened."""

    processes: int
    ports: set[str]


def watch(folder: Path, *overrides: str) -> Watched:
    """Where a sweep with two workers listens while it lasts."""
    make_store(folder)
    found, most = set[str](), 0
    with started(
        "-m", "data=xor,sine", "seed=0,1", "training.epochs=100", "workers=2", *overrides, cwd=folder
    ) as process:
        while process.poll() is None:
            time.sleep(0.02)
            group = list(members(process.pid))
            most = max(most, len(group))
            found |= open_ports(group)
        done = process.done()
    assert done.returncode == 0, said(done)
    return Watched(most, found)


HEARS = """
import sys

def hear(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        with open({log!r}, "a") as file:
            file.write(f"{{event}} {{arguments}}\\n")

sys.addaudithook(hear)
"""
COMMANDS = """
import runpy, sys

for sys.argv in {commands!r}:
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        assert not end.code, sys.argv
"""  # of one process: what they import alike takes longer than all that they do


def test_commands_talk_to_nobody(tmp_path: Path) -> None:
    """Python tells of every connection in every process, workers too, as all of them import `sitecustomize`."""
    log, work = tmp_path / "heard", tmp_path / "work"
    work.mkdir()
    (tmp_path / "sitecustomize.py").write_text(HEARS.format(log=str(log)))
    env = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    sweep = ["runner", "-m", "data=xor", "seed=0,1", "training.epochs=2", "workers=2"]
    (tmp_path / "commands.py").write_text(COMMANDS.format(commands=[sweep, ["runner.report"], ["runner.resume"]]))
    done = run_runner(module="commands", cwd=work, env=env)
    assert done.returncode == 0, said(done)
    assert "2 runs in" in done.stdout and "report" in done.stdout and "nothing to resume" in done.stdout, said(done)
    assert not log.exists(), log.read_text()
    probe = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"
    subprocess.run([sys.executable, "-c", probe], cwd=work, env=environment(env), check=True)
    assert "socket.connect" in log.read_text(), "it hears nothing"


def test_mlflow_ui_listens_on_the_loopback_address_alone(tmp_path: Path) -> None:
    make_store(tmp_path)
    command = [sys.executable, "-m", "mlflow", "ui", "--workers", "1", "--port", str(port := free_port())]
    env = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with listening(command, port, cwd=tmp_path, env=env) as process:
        found = open_ports(members(process.pid))
    assert f"tcp 0100007F:{port:04X}" in found
    assert {address.partition(" ")[2].partition(":")[0] for address in found} == {"0100007F"}


@pytest.mark.parametrize(
    "launcher", [(), pytest.param(("hydra/launcher=joblib",), marks=pytest.mark.slow)], ids=["stacked", "joblib"]
)
def test_a_sweep_with_workers_opens_no_port(tmp_path: Path, launcher: tuple[str, ...]) -> None:
    if launcher:
        pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    watched = watch(tmp_path, *launcher)
    assert watched.processes > 2, "no worker was looked at"
    assert watched.ports == set()


def test_a_dask_cluster_of_our_own_listens_on_the_loopback_address_alone(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    watched = watch(tmp_path, "executor=dask")
    assert watched.ports, "the scheduler listens for its workers"
    assert {port.partition(" ")[2].partition(":")[0] for port in watched.ports} == {"0100007F"}


def test_who_has_no_certificate_cannot_talk_to_a_dask_cluster_of_our_own() -> None:
    distributed = pytest.importorskip("distributed")
    from runner.runs.settings import DaskExecutor
    from runner.train.clusters import dask_workers

    workers = dask_workers(DaskExecutor(), 1)
    try:
        address = workers._client.scheduler.address
        assert address.startswith("tls://127.0.0.1:")
        stranger = distributed.Security.temporary()
        with pytest.raises(OSError, match=r"Timed out|[Cc]ertificate|TLS|SSL"):
            distributed.Client(address, security=stranger, timeout=2, set_as_default=False)
    finally:
        workers.end()
