"""What a dry run says a sweep takes, beside what it took: seconds, memory, and bytes on disk."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.markdown import markdown
from benchmarks.programs import environment, timed

SWEEPS = {
    "sine, 6 activations": ("activation=sigmoid,tanh,relu,leaky_relu,softplus,gelu",),
    "xor, 100 seeds": ("data=xor", "seed=range(100)"),
    "the same, no pictures": ("data=xor", "seed=range(100)", "tracking.plots=none", "tracking.report=false"),
    "quadrants, full batches, 1,000 runs": (
        "data=quadrants", "training.mode=full", "network.hidden=[2],[4]", "seed=range(500)",
    ),
    "the same in one process, no pictures": (
        "data=quadrants", "training.mode=full", "network.hidden=[2],[4]", "seed=range(500)",
        "tracking.plots=none", "tracking.report=false",
        "workers=1",
    ),
    "sine online, 100 seeds": ("training.mode=online", "training.epochs=100", "seed=range(100)"),
    "16 lengths, one stack each": ("training.epochs=range(1000,1016)",),
}  # fmt: skip
ABOUT = re.compile(r"about (?:(\d+) min )?(\d+) s, ([\d,.]+) MiB of memory, ([\d,.]+) MiB on disk")


def tables(quick: bool) -> Iterator[str]:
    """Markdown, a part at a time."""
    rows = []
    for name, sweep in list(SWEEPS.items())[: 1 if quick else None]:
        with tempfile.TemporaryDirectory() as folder:
            told = _told(sweep, Path(folder))
            seconds, memory, _ = timed(("-m", "runner", "-m", *sweep), Path(folder))
            disk = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 2**20
        pairs = zip(told, (seconds, memory, disk), strict=True)
        rows.append(
            [name, *(text for said, real in pairs for text in (f"{said:.1f}", f"{real:.1f}", f"{said / real:.2f}"))]
        )
    header = ["sweep"]
    for what in ("seconds", "MiB memory", "MiB disk"):
        header += [f"{what}, about", "real", "ratio"]
    yield f"{markdown(header, rows)}\n"


def _told(sweep: tuple[str, ...], folder: Path) -> tuple[float, float, float]:
    """Seconds, and MiB of memory and of disk, as a dry run has them."""
    done = subprocess.run(
        [sys.executable, "-m", "runner", "-m", *sweep, "dry_run=true"],
        cwd=folder, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not list(folder.iterdir())
    found = ABOUT.search(done.stdout)
    assert found, done.stdout
    minutes, seconds, memory, disk = (float((part or "0").replace(",", "")) for part in found.groups())
    return 60 * minutes + seconds, memory, disk
