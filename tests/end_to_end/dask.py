"""A Dask cluster as a site has it: a scheduler and workers, each a program of its own on the loopback interface."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.end_to_end.program import environment, wait_until

LOOPBACK = ("--host", "127.0.0.1")


class Site:
    """A scheduler, and the workers that were started for it. Workers start in a folder of their own, as on a machine
    that is not the one where people type.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--port", "0", "--no-dashboard")
        log = folder / "scheduler.log"
        found: list[str] = []
        wait_until(
            lambda: bool(found.extend(re.findall(r"tcp://127\.0\.0\.1:\d+", log.read_text())) or found),
            "the scheduler said its address",
            seconds=60,
        )
        self.address = found[0]

    @property
    def overrides(self) -> tuple[str, str]:
        """What sends a sweep here."""
        return "executor=dask", f"executor.address={self.address}"

    def worker(self, threads: int = 1, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a worker; it has come when the scheduler knows it."""
        before = (self._folder / "scheduler.log").read_text().count("Register worker")
        program = self._start(
            "worker",
            self.address,
            "--nthreads",
            str(threads),
            "--nworkers",
            "1",
            "--no-dashboard",
            "--no-nanny",
            env=env,
        )
        wait_until(
            lambda: (self._folder / "scheduler.log").read_text().count("Register worker") > before,
            "a worker was there",
            seconds=60,
        )
        return program

    def _start(self, what: str, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        folder = self._folder / f"{what}-{len(self._programs)}"
        folder.mkdir()
        log = (self._folder / ("scheduler.log" if what == "scheduler" else f"{folder.name}.log")).open("wb")
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments, *LOOPBACK]
        with log:
            program = subprocess.Popen(
                command, cwd=folder, env=environment(env), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._programs.append(program)
        return program

    def end(self) -> None:
        for program in reversed(self._programs):
            kill(program)


def kill(program: subprocess.Popen[bytes]) -> None:
    """As when the machine goes down."""
    if program.poll() is None:
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()


@contextmanager
def site_in(folder: Path) -> Iterator[Site]:
    site = Site(folder)
    try:
        yield site
    finally:
        site.end()
