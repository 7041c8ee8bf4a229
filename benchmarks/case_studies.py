"""Seconds per run of training alone, as stacks in two workers, beside the loops of the published programs.

    python benchmarks/case_studies.py [runs]

Composing, drawing, MLflow and the start of the workers are left out. The loops are plain NumPy programs that train one
run at a time, timed on another day by the reference of docs/case_studies: the ratios are orders of magnitude.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from runner.execution import Training
from runner.gradcheck import composing
from runner.jobs import make_plan

WORKERS = 2
SYSTEMS = (
    ("C0 Q1 sine, 100,000 steps online", ("case=c0_q1_sine_fixed",), 0.95),
    ("C0 Q1 XOR, 400,000 steps online", ("case=c0_q1_xor",), 6.02),
    ("C1, 100 epochs of 400 rows", ("case=c1",), 0.31),
    ("C3, 8 hidden units, 20,000 steps", ("case=c3", "test.points=100", "training.online_cost=false"), 33.3),
    ("C4, 10 passes of 1,000 rows", ("case=c4", "training.online_cost=false"), 0.25),
)


def main() -> None:
    """Print one row per system."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 800
    common = ("training.evaluations=2", "tracking.plots=none", f"workers={WORKERS}")
    print(f"{'system':<36}{'loop, s':>10}{'here, s':>10}{'ratio':>8}   ({runs} runs, {WORKERS} workers)")
    for name, overrides, loop in SYSTEMS:
        with composing() as composer:
            plan = make_plan([composer.compose(seed, (*overrides, *common, f"seed={seed}")) for seed in range(runs)])
        with Training(plan.tasks, WORKERS) as training:
            own = sum(result.seconds for results in training for result in results) / runs / WORKERS
        print(f"{name:<36}{loop:>10.2f}{own:>10.5f}{loop / own:>8.0f}", flush=True)


if __name__ == "__main__":
    main()
