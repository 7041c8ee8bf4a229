"""The training kernel: microseconds per step of one run, beside compiled and uncompiled peers on the same core."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from benchmarks.contestants import CONTESTANTS, Timed
from benchmarks.markdown import markdown
from benchmarks.work import SHAPES, Work

REPEATS = 5


def tables(quick: bool) -> Iterator[str]:
    """Markdown, a part at a time: one table per precision."""
    from runner.base.machine import keep_freed_memory

    keep_freed_memory()
    shapes = [replace(work, steps=10) for work in SHAPES[::4]] if quick else list(SHAPES)
    missing: dict[str, str] = {}
    for dtype in ("float64", "float32"):
        rows = [_row(replace(work, dtype=dtype), 1 if quick else REPEATS, missing) for work in shapes]
        header = ["layers", "batch", "runs", *CONTESTANTS, "JAX / this", "loop / this", "JAX compiles, s"]
        yield f"Microseconds per run-step, {dtype}:\n\n{markdown(header, rows)}\n"
    for name, why in missing.items():
        yield f"{name} is not measured: {why}.\n"


def _row(work: Work, repeats: int, missing: dict[str, str]) -> list[str]:
    times, first = _times(work, repeats, missing)
    ratios = [f"{times[peer] / times['this']:.2f}" if peer in times else "-" for peer in ("JAX", "NumPy loop")]
    compiles = f"{first['JAX']:.1f}" if "JAX" in first else "-"
    cells = [f"{times[name]:.3g}" if name in times else "-" for name in CONTESTANTS]
    return [work.name, str(work.batch), str(work.runs), *cells, *ratios, compiles]


def _times(work: Work, repeats: int, missing: dict[str, str]) -> tuple[dict[str, float], dict[str, float]]:
    """Median microseconds per run-step, the contestants taking turns; and what a first call takes more, in seconds."""
    ready: dict[str, Timed] = {}
    first: dict[str, float] = {}
    for name, make in CONTESTANTS.items():
        try:
            ready[name] = make(work)
        except ImportError as error:
            missing[name] = f"{error} (pip install -e '.[bench]')"
            continue
        first[name] = _seconds(ready[name][0])
    measured: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(repeats):
        for name, (run, _) in ready.items():
            measured[name].append(_seconds(run))
    medians = {name: statistics.median(seconds) for name, seconds in measured.items()}
    first = {name: max(0.0, first[name] - medians[name]) for name in medians}
    return {name: 1e6 * medians[name] / ready[name][1] for name in ready}, first


def _seconds(run: Callable[[], Any]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
