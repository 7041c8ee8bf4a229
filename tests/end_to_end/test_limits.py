"""What must not happen by a slip of the finger, and what one run must not do to the others."""

from pathlib import Path

import pytest

from tests.end_to_end.program import make_store, run_runner, said
from tests.end_to_end.store import Store, nothing_was_trained

pytestmark = pytest.mark.thorough

DEADLY = '''
"""A schedule that ends its process for one setting and more than a few steps, as running out of memory does."""

import os

import numpy as np

from nn.schedules import SCHEDULES


@SCHEDULES.register
def deadly(steps, n_steps, *, final: float = 0.5):
    """Constant, unless final is 0.25."""
    if final == 0.25 and n_steps > 12:
        os._exit(3)
    return np.ones_like(steps)
'''
REFUSED = {
    "no values": (["seed=range(0)"], ["seed=range(0)", "no values"]),
    "more runs than anybody waits for": (["seed=range(100000000)"], ["1,000,000 runs"]),
    "two sweeps at once": (["sweep=activations,optimizers"], ["sweep=activations,optimizers", "one at a time"]),
    "two searches at once": (["search=random,tpe", "seed=1,2"], ["search=random,tpe", "one at a time"]),
    "an interval": (["learning_rate=interval(0.1,1)"], ["interval(0.1,1)", "range(1,5), or search=random"]),
}


@pytest.mark.parametrize("slip", REFUSED)
def test_a_sweep_over_nothing_or_everything_is_refused(slip: str, tmp_path: Path) -> None:
    overrides, named = REFUSED[slip]
    done = run_runner("-m", *overrides, cwd=tmp_path)
    assert done.returncode == 1, said(done)
    assert [part for part in named if part not in done.stderr] == [], said(done)
    assert "Traceback" not in done.stderr
    assert nothing_was_trained(tmp_path)


def test_a_run_that_kills_its_worker_is_failed_and_the_others_finish(tmp_path: Path) -> None:
    (tmp_path / "deadly_parts.py").write_text(DEADLY, encoding="utf-8")
    make_store(tmp_path)
    done = run_runner(
        "-m", "modules=[deadly_parts]", "data=xor", "schedule=deadly", "schedule.final=0.1,0.25,0.9", "seed=0,1",
        "training.epochs=20", "tracking.plots=none", "tracking.report=false", "workers=2", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1, said(done)
    assert "2 of 6 runs failed: WorkerDied" in done.stderr
    (parent,) = Store(tmp_path).parents()
    outcomes = [child.data.tags["outcome"] for child in Store(tmp_path).children(parent)]
    assert sorted(outcomes) == ["failed"] * 2 + ["stopped"] * 4


def test_a_folder_in_the_place_of_the_store_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").mkdir()
    done = run_runner("training.epochs=2", cwd=tmp_path)
    assert done.returncode == 1, said(done)
    assert "mlflow.db is a folder" in done.stderr
