"""Programs as a user starts them: how long they take, and how much memory all their processes use together."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
MIB = 1 << 10  # the kernel counts in KiB


def on_one_core() -> None:
    """Limit this process, and the libraries that it loads from now on, to one core; NumPy must come later."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def environment() -> dict[str, str]:
    """The environment of a program: on the path, and with the default store."""
    kept = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    return kept | {"PYTHONPATH": str(ROOT)}


class Timing(NamedTuple):
    """What a program took: seconds, MiB of all its processes at their peak, and processor seconds of the first one."""

    seconds: float
    memory: float
    main: float


def timed(arguments: Sequence[str], folder: Path) -> Timing:
    """What `python arguments` takes in a folder. Raises RuntimeError when it fails."""
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            [sys.executable, *arguments], cwd=folder, env=environment(), stdout=said, stderr=subprocess.STDOUT
        ) as process,
    ):
        most, done = {"memory": 0.0, "main": 0.0}, Event()
        watcher = Thread(target=_watch, args=(process.pid, most, done))
        watcher.start()
        code = process.wait()
        seconds = time.perf_counter() - started
        done.set()
        watcher.join()
        if code:
            said.seek(0)
            raise RuntimeError(f"{' '.join(arguments)} ended with {code}:\n{said.read().decode()[-2000:]}")
    return Timing(seconds, **most)


def _watch(pid: int, most: dict[str, float], done: Event) -> None:
    while not done.wait(0.2):
        most["memory"] = max(most["memory"], sum(_proportional_kib(one) for one in family(pid)) / MIB)
        most["main"] = max(most["main"], _processor_seconds(pid))


def _processor_seconds(pid: int) -> float:
    """Of a process alone, in user mode and in the kernel."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(member for child in children for member in family(int(child)))]


def _proportional_kib(pid: int) -> int:
    """Memory of a process, pages that it shares counted in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
