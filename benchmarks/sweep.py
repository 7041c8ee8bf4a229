"""A whole sweep: quadrants, 2-2-1 and 2-4-1, 500 epochs, curves and pictures, beside the usual way."""

import importlib.util
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.markdown import markdown
from benchmarks.programs import ROOT, timed

USUAL = str(ROOT / "benchmarks" / "usual.py")
USUAL_RUNS = 32
OURS = ("data=quadrants", "training.mode=full", "training.epochs=500")
LAUNCHERS = {"basic": (), "joblib": ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")}
SAMPLE = 300
SIZES = ((16, "auto"), (100, "auto"), (1000, "auto"), (1000, "all"), (5000, "auto"), (10_000, "auto"))
QUICK = ((4, "auto"), (4, "all"))


def tables(quick: bool) -> Iterator[str]:
    """Markdown, a part at a time."""
    sizes, workers = (QUICK, 1) if quick else (SIZES, 2)
    usual: dict[str, float] = {}
    if importlib.util.find_spec("sklearn") is None:
        yield "The usual way is not measured: scikit-learn is not installed (pip install -e '.[bench]').\n"
    else:
        usual = _usual(1, ["basic"]) if quick else _usual(USUAL_RUNS, list(LAUNCHERS))
    rows = []
    for runs, plots in sizes:
        with tempfile.TemporaryDirectory() as folder:
            jobs = (
                f"workers={workers}",
                f"tracking.plots={plots}",
                "network.hidden=[2],[4]",
                f"seed=range({runs // 2})",
            )
            took = timed(("-m", "runner", "-m", *OURS, *jobs), Path(folder))
        others = [f"{of_a_run * runs / took.seconds:.1f}" for of_a_run in usual.values()]
        a_run = [f"{1000 * spent / runs:.1f}" for spent in (took.seconds, took.main)]
        rows.append([f"{runs:,} ({plots})", f"{took.seconds:.1f}", *a_run, f"{took.memory:.0f}", *others])
    header = ["runs (pictures)", "seconds", "ms a run", "of the main process", "peak MiB"]
    header += [f"{name} / this" for name in usual]
    yield f"Whole sweeps, {'two workers' if workers == 2 else 'one worker'}:\n\n{markdown(header, rows)}\n"
    if usual:
        told = ", ".join(f"{name} {seconds:.2f} s a run" for name, seconds in usual.items())
        yield f"The usual way, timed with {USUAL_RUNS} runs and taken as proportional: {told}.\n"
    yield _breakdown(4 if quick else SAMPLE)


def _usual(runs: int, launchers: list[str]) -> dict[str, float]:
    """Seconds per run of the usual way, by launcher; of several runs without imports and the tables of a new store."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        if runs > 1:
            timed((USUAL,), Path(folder))
        for name in launchers:
            if name == "joblib" and importlib.util.find_spec("hydra_plugins.hydra_joblib_launcher") is None:
                continue
            few = timed((USUAL, "-m", "seed=range(1)", "hidden=2", *LAUNCHERS[name]), Path(folder)).seconds
            if runs == 1:
                found[name] = few
                continue
            jobs = (f"seed=range({runs // 2})", "hidden=2,4", *LAUNCHERS[name])
            found[name] = (timed((USUAL, "-m", *jobs), Path(folder)).seconds - few) / (runs - 1)
    return found


def _breakdown(runs: int) -> str:
    """Milliseconds of processor time per run, stage by stage, each alone in one process."""
    from runner.app.setup import composing
    from runner.base.machine import keep_freed_memory
    from runner.plan.plan import make_plan
    from runner.train.blas import ONE_BLAS_THREAD
    from runner.train.training import train_task

    keep_freed_memory()
    clock, spent = time.process_time, {}
    overrides = [(*OURS, "workers=2", f"network.hidden=[{2 + 2 * (k % 2)}]", f"seed={k}") for k in range(runs)]
    with composing() as composer:
        composer.compose(0, overrides[0])
        started = clock()
        jobs = [composer.compose(place, one) for place, one in enumerate(overrides)]
        spent["compose"] = clock() - started
        started = clock()
        plan = make_plan(jobs)
        spent["validate and plan"] = clock() - started
    started = clock()
    results = [result for task in plan.tasks for result in train_task(task)]
    spent["train"] = clock() - started
    from runner.findings.figures import draw_run
    from runner.runs.data import prepare

    with ONE_BLAS_THREAD:  # as in a worker
        draw_run(results[0], prepare(results[0].spec))
        started = clock()
        results = [draw_run(result, prepare(result.spec)) for result in results]
        spent["draw"] = clock() - started
    from runner.store.records import record_of
    from runner.store.writer import Tracker

    with tempfile.TemporaryDirectory() as folder:
        before = Path.cwd()
        os.chdir(folder)
        try:
            tracker = Tracker("benchmark")
            list(tracker.write_runs([record_of(results[0], "first", {}, 17)]))
            started = clock()
            for start in range(0, runs, 50):
                records = [record_of(result, "run", {}, 17) for result in results[start : start + 50]]
                list(tracker.write_runs(records))
            spent["write"] = clock() - started
        finally:
            os.chdir(before)
    rows = [[stage, f"{1000 * seconds / runs:.2f}"] for stage, seconds in spent.items()]
    return f"Processor time per run, {runs} runs:\n\n{markdown(['stage', 'ms'], rows)}\n"
