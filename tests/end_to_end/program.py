"""The program as a user starts it: a command line, a working folder, and what it prints."""

import atexit
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from filelock import FileLock

import runner
from tests.end_to_end.forks import Fork, Forks

ROOT = Path(runner.__file__).resolve().parents[1]
TIMEOUT = 180.0
SHARED = "TESTS_SHARED_FOLDER"  # set by the process that starts those that run tests side by side
OURS = ("MLFLOW_", "HYDRA_", "COLUMNS", "TERM", "FORCE_COLOR", "PYTHONPATH", "PG", "AWS_")
ONE_PROCESSOR = {"LOKY_MAX_CPU_COUNT": "1"}  # starting a pool takes longer than most of these programs
READ_BY_IMPORTS = ("NPY_", "OPENBLAS_", "PYTHON")
ERROR = re.compile(r"^error: ", re.MULTILINE)


def command(*arguments: str, module: str = "runner") -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without anything that changes the program, and with the program on the path."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith((*OURS, "PYTHONUNBUFFERED"))}
    return kept | {"PYTHONPATH": str(ROOT)} | dict(more or {})


def run_runner(
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    module: str = "runner",
    from_nothing: bool = False,
    file_size: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run `python -m runner` in a folder, its output in files. `env` is added to a clean environment.

    By default it trains in one process, as on a machine with one processor: `workers=2` asks for a pool. Most of its
    imports are there when it starts, but not when it is to start `from_nothing` or `env` has what imports read. No file
    of a program whose imports are there may grow beyond `file_size` bytes.
    """
    from_nothing = from_nothing or any(name.startswith(READ_BY_IMPORTS) for name in env or ())
    env = environment(ONE_PROCESSOR | dict(env or {}))
    if not from_nothing:
        done = _forks().start(module, arguments, cwd, env, timeout, file_size).done()
        assert done.returncode != -signal.SIGALRM, f"took more than {timeout:g} s\n{said(done)}"
        return done
    return subprocess.run(
        command(*arguments, module=module),
        cwd=cwd, env=env, timeout=timeout, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def train(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, from_nothing: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run what must succeed, in a folder that has a store with MLflow's tables, unless it is to start from nothing."""
    if not from_nothing:
        make_store(cwd)
    done = run_runner(*arguments, cwd=cwd, env=env, from_nothing=from_nothing)
    assert done.returncode == 0, said(done)
    return done


def resume(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `python -m runner.resume`, which must succeed."""
    done = run_runner(*arguments, cwd=cwd, env=env, module="runner.resume")
    assert done.returncode == 0, said(done)
    return done


def make_store(folder: Path) -> None:
    """An empty store, as another program has left it: making MLflow's tables takes longer than a short run."""
    file = folder / "mlflow.db"
    if not file.exists():
        shutil.copy(_empty_store(), file)


def copy_program(folder: Path, *more: str) -> None:
    """Its own files, with their bytecode, which would take longer to compile than a short run; and `more` folders."""
    for name in ("nn", "runner", "conf", "sweeps", *more):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc.*"))  # half written ones


@cache
def _forks() -> Forks:
    return Forks(ROOT, environment())


@cache
def _empty_store() -> Path:
    """Made once by all processes that run tests side by side."""
    if SHARED not in os.environ:
        os.environ[SHARED] = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, os.environ[SHARED])
    folder = Path(os.environ[SHARED])
    with FileLock(folder / "lock"):
        if not (folder / "mlflow.db").exists():
            done = _forks().start("tests.end_to_end.empty_store", (), folder, environment(), TIMEOUT).done()
            assert done.returncode == 0, said(done)
    return folder / "mlflow.db"


def said(done: subprocess.CompletedProcess[str]) -> str:
    """All that a program printed, for whoever reads a red test."""
    return f"exit code {done.returncode}\n--- stdout\n{done.stdout}\n--- stderr\n{done.stderr}"


@contextmanager
def started(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = TIMEOUT
) -> Iterator[Fork]:
    """The program running in a process group of its own, as a terminal starts it; the group is ended at the end.

    Its imports are there, and its environment has no limit of processors.
    """
    process = _forks().start("runner", arguments, cwd, environment(env), timeout)
    try:
        yield process
    finally:
        if is_alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.forget()


def ctrl_c(process: Fork) -> None:
    """What a terminal does: an interrupt to every process of the group."""
    os.killpg(process.pid, signal.SIGINT)


def is_alive(group: int) -> bool:
    """Whether a process group has members that are not just waiting to be reaped."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, process_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(process_group) == group and state not in "ZX":
            return True
    return False


def wait_until(happened: Callable[[], bool], what: str, seconds: float = TIMEOUT) -> None:
    """Wait for something that will happen; only a program that hangs runs into the limit."""
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit, f"waited {seconds:g} s in vain until {what}"
        time.sleep(0.05)
