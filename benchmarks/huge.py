"""A hundred thousand runs: the sweep, its report, loading it, and `kill -9` in the middle of another one."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from benchmarks.markdown import markdown
from benchmarks.programs import Timing, environment, timed

SWEEP = ("data=xor", "activation=sigmoid,tanh", "tracking.plots=none")
SEEDS, FEW = 50_000, 20
LOAD = "import runner; sweep = runner.load(); print(len(sweep.runs), sweep.best)"
MOST_SECONDS = 3600.0


def tables(quick: bool) -> Iterator[str]:
    """Markdown; the short form has a few seeds."""
    seeds = FEW if quick else SEEDS
    with tempfile.TemporaryDirectory() as place:
        whole, killed = Path(place, "whole"), Path(place, "killed")
        whole.mkdir()
        killed.mkdir()
        sweep = ("-m", "runner", "-m", *SWEEP, f"seed=range({seeds})")
        took = {"the sweep": timed(sweep, whole)}
        took["its report"] = timed(("-m", "runner.report"), whole)
        took["runner.load, runs"] = timed(("-c", LOAD), whole)
        seconds = _kill_halfway(sweep, killed, took["the sweep"])
        took["resume after kill -9"] = timed(("-m", "runner.resume"), killed)
        disk = sum(file.stat().st_size for file in whole.rglob("*") if file.is_file()) / 2**30
    rows = [
        [name, f"{one.seconds:.0f}", f"{1000 * one.main / (2 * seeds):.2f}", f"{one.memory:.0f}"]
        for name, one in took.items()
    ]
    table = markdown(["what", "seconds", "ms a run of the main process", "peak MiB"], rows)
    yield f"{2 * seeds:,} runs, {disk:.1f} GiB on disk; killed after {seconds:.0f} s:\n\n{table}\n"


def _kill_halfway(sweep: tuple[str, ...], folder: Path, whole: Timing) -> float:
    """Start a sweep, and kill it when half of its time is over and it has kept results; returns the seconds."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *sweep], cwd=folder, env=environment(), stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        while time.perf_counter() - began < whole.seconds / 2 or not any(folder.glob("outputs/*/stacks/*.npz")):
            if process.poll() is not None or time.perf_counter() - began > MOST_SECONDS:
                break
            time.sleep(0.05)
        with suppress(ProcessLookupError):  # it has ended already
            os.killpg(process.pid, signal.SIGKILL)
    return time.perf_counter() - began
