"""A sweep that 1.0.0 stored, and that every later 1.x reads: docs/stability.md promises it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from runner.runs.model import model_of
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.store.folder import SweepFolder
from tests.runner.building import plan_of, trained_all

STORED = Path(__file__).parent / "of_1_0_0"  # outputs/SWEEP, as the command in its plan wrote it; never to be remade
ROUNDING = 1e-9


@pytest.fixture
def stored(tmp_path: Path) -> tuple[list[PlannedRun], list[RunResult]]:
    shutil.copytree(STORED, tmp_path / "sweep")
    folder = SweepFolder(tmp_path / "sweep")
    planned = folder.read_plan().planned
    results, damaged = folder.results(planned)
    assert not damaged and not folder.is_unfinished
    return planned, [results[run.index] for run in planned]


def test_plan_and_results_are_read_with_numbers_and_a_model(stored: tuple[list[PlannedRun], list[RunResult]]) -> None:
    planned, results = stored
    assert [(run.spec.data.name, run.spec.optimizer.name) for run in planned] == [
        ("xor", "sgd"), ("xor", "adam"), ("sine", "sgd"), ("sine", "adam"),
    ]  # fmt: skip
    assert [result.spec for result in results] == [run.spec for run in planned]
    assert [result.provenance.environment["runner"] for result in results] == ["1.0.0"] * 4
    assert [result.outcome for result in results] == ["stopped"] * 4
    for result in results:
        inputs = result.network.sizes[0] if result.network else 0
        assert np.isfinite(model_of(result).predict(np.zeros((3, inputs)))).all()


def test_the_same_overrides_mean_the_same_spec_and_the_same_numbers_but_for_rounding(
    stored: tuple[list[PlannedRun], list[RunResult]],
) -> None:
    planned, results = stored
    plan = plan_of(*(run.overrides for run in planned))
    assert [run.spec for run in plan.runs] == [run.spec for run in planned]
    for before, today in zip(results, trained_all(plan), strict=True):
        assert before.history.keys() <= today.history.keys() and before.measures.keys() <= today.measures.keys()
        for name, values in before.history.items():
            np.testing.assert_allclose(today.history[name], values, rtol=ROUNDING, err_msg=name)
        for name, value in before.measures.items():
            assert today.measures[name] == pytest.approx(value, rel=ROUNDING), name
