"""Training of the case studies as stacks in two workers, beside a NumPy loop and the times of the published programs.

Composing, drawing, MLflow and the start of the workers are left out. "Loop" is the per-run NumPy loop of the kernel's
benchmark on the same shape, timed here; "published" are the plain loops of docs/case_studies, timed on another day.
"""

import statistics
import time
from collections.abc import Iterator

from benchmarks.contestants import loop
from benchmarks.markdown import markdown
from benchmarks.work import Work

WORKERS = 2
LOOP_REPEATS = 5
SYSTEMS = (
    ("C0 Q1 sine, 100,000 steps online", ("case=c0_q1_sine_fixed",), 0.95, (1, 6, 1), 1, 100_000),
    ("C0 Q1 XOR, 400,000 steps online", ("case=c0_q1_xor",), 6.02, (2, 6, 1), 1, 400_000),
    ("C1, 100 epochs of 400 rows", ("case=c1",), 0.31, (2, 2, 1), 400, 100),
    (
        "C3, 8 hidden units, 20,000 steps",
        ("case=c3", "test.points=100", "training.online_cost=false"), 33.3, (2, 8, 1), 40, 20_000,
    ),
    ("C4, 10 passes of 1,000 rows", ("case=c4", "training.online_cost=false"), 0.25, (1, 3, 3, 1), 1, 10_000),
)  # fmt: skip


def tables(quick: bool) -> Iterator[str]:
    """Markdown: one row per system."""
    runs = 4 if quick else 800
    rows = []
    for name, overrides, published, sizes, batch, steps in SYSTEMS[3:4] if quick else SYSTEMS:
        run, looped = loop(Work(sizes, batch, 1, 400))
        looped_seconds = statistics.median(_seconds(run) for _ in range(LOOP_REPEATS)) * steps / looped
        own = _own(overrides, runs)
        ratios = [f"{looped_seconds / own:.0f}", f"{published / own:.0f}"]
        rows.append([name, f"{own:.5f}", f"{looped_seconds:.3g}", f"{published:.3g}", *ratios])
    header = ["system", "here, s a run", "loop, s", "published, s", "loop / here", "published / here"]
    yield f"Training alone, {runs} runs in {WORKERS} workers:\n\n{markdown(header, rows)}\n"


def _own(overrides: tuple[str, ...], runs: int) -> float:
    """Seconds per run of the stacks."""
    from runner.app.setup import composing
    from runner.plan.plan import make_plan
    from runner.train.execution import Training
    from runner.train.workers import ProcessPool

    common = ("training.evaluations=2", "tracking.plots=none", "tracking.report=false", f"workers={WORKERS}")
    with composing() as composer:
        plan = make_plan([composer.compose(seed, (*overrides, *common, f"seed={seed}")) for seed in range(runs)])
    with Training(plan.tasks, ProcessPool(WORKERS)) as training:
        return sum(result.provenance.seconds for results in training for result in results) / runs / WORKERS


def _seconds(run: object) -> float:
    assert callable(run)
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
