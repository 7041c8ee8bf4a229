"""Runs that diverge or raise: each is a result of its own, and the runs beside it are not affected."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.end_to_end.conftest import Trained, trained
from tests.end_to_end.program import make_store, resume, run_runner, said
from tests.end_to_end.store import Bits, Store

pytestmark = pytest.mark.thorough

MODULE = '''
"""A user's own schedule, which breaks for one setting."""

from typing import Annotated

from nn.registry import Range
from nn.schedules import SCHEDULES


@SCHEDULES.register
def fragile(steps, n_steps, *, final: Annotated[float, Range(ge=0, le=1)] = 0.5):
    """A straight line from 1 to final, unless final is 0.25."""
    if final == 0.25:
        raise RuntimeError("final=0.25 breaks on purpose")
    return 1 + (final - 1) * steps / n_steps
'''
SINE = ("data=sine", "loss=half_mse", "seed=0,1", "training.epochs=10", "tracking.plots=all")
FRAGILE = ("-m", "modules=[fragile_parts]", "data=xor", "schedule=fragile", "seed=0,1", "training.epochs=20")


@pytest.fixture(scope="module")
def diverging(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Four runs; the two with the large rate diverge. `trained` sees to exit code 0."""
    return trained(tmp_path_factory.mktemp("diverging"), "-m", *SINE, "learning_rate=0.05,1e6")


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The same sweep without the rate that diverges."""
    return trained(tmp_path_factory.mktemp("calm"), "-m", *SINE, "learning_rate=0.05")


@pytest.fixture(scope="module", params=["stacked", "basic"])
def failing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Six runs, two of which raise."""
    folder = tmp_path_factory.mktemp(f"failing {request.param}")
    (folder / "fragile_parts.py").write_text(MODULE)
    make_store(folder)
    done = run_runner(*FRAGILE, "schedule.final=0.1,0.25,0.9", f"hydra/launcher={request.param}", cwd=folder)
    assert (folder / "mlflow.db").exists(), said(done)
    return Trained(done, Store(folder))


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The same sweep without the setting that raises."""
    folder = tmp_path_factory.mktemp("healthy")
    (folder / "fragile_parts.py").write_text(MODULE)
    return trained(folder, *FRAGILE, "schedule.final=0.1,0.9")


def by_outcome(sweep: Trained, outcome: str) -> list:
    children = sweep.store.children(sweep.store.only())
    return [run for run in children if run.data.tags["outcome"] == outcome]


def bits_of(sweep: Trained, outcome: str) -> dict[str, Bits]:
    return {run.data.tags["run_key"]: sweep.store.bits(run) for run in by_outcome(sweep, outcome)}


def test_a_diverged_run_is_a_finished_run_with_its_outcome_and_last_step(diverging: Trained) -> None:
    runs = by_outcome(diverging, "diverged")
    assert [run.data.params["learning_rate"] for run in runs] == ["1000000.0"] * 2
    for run in runs:
        assert run.info.status == "FINISHED"
        assert 0 <= int(run.data.tags["last_step"]) < 50


def test_a_diverged_run_records_finite_numbers_only(diverging: Trained) -> None:
    for run in by_outcome(diverging, "diverged"):
        assert run.data.metrics
        for name in run.data.metrics:
            points = diverging.store.metric(run, name)
            assert np.isfinite([value for _, value in points]).all()
            assert max(step for step, _ in points) <= int(run.data.tags["last_step"])
        assert np.isfinite(diverging.store.history(run).to_numpy()).all()
        with np.load(diverging.store.artifact(run, "weights.npz")) as arrays:
            assert np.isfinite(arrays["parameters"]).all()


@pytest.fixture(scope="module")
def hopeless(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Two runs that train, two whose cost is finite and 10^213, and two that overflow before their first evaluation."""
    arguments = ("-m", "data=sine", "training.epochs=2", "training.evaluations=1", "seed=0,1")
    return trained(tmp_path_factory.mktemp("hopeless"), *arguments, "learning_rate=0.0001,1e10,1e300")


def test_runs_that_diverged_are_not_found_among_those_with_a_good_final_value(hopeless: Trained) -> None:
    store = hopeless.store
    found = store.client.search_runs(["1"], "metrics.`final/test_rmse` < 0.62")
    assert [(run.data.params["learning_rate"], run.data.params["seed"]) for run in found] == [("0.0001", "1")]
    best_first = store.client.search_runs(["1"], "", order_by=["metrics.`final/test_rmse` ASC"])
    assert [run.data.tags["outcome"] for run in best_first[:2]] == ["stopped"] * 2
    assert len(by_outcome(hopeless, "diverged")) == 4
    for run in by_outcome(hopeless, "diverged"):
        assert not [name for name in run.data.metrics if name.startswith("final/")]
        assert "baseline/constant_rmse" in run.data.metrics


def test_runs_that_diverged_are_shown_without_warnings_or_infinite_numbers(hopeless: Trained) -> None:
    assert "Warning" not in hopeless.done.stderr
    assert "inf" not in hopeless.done.stdout.replace("infinite", "")
    rows = [line.split() for line in hopeless.done.stdout.splitlines() if line.startswith(("1e+300", "10000000000"))]
    assert [row[1:] for row in rows] == [["2", "-", "-", "2"]] * 2


def test_runs_beside_a_diverged_one_keep_their_bits(diverging: Trained, calm: Trained) -> None:
    assert bits_of(diverging, "stopped") == bits_of(calm, "stopped")
    assert len(bits_of(calm, "stopped")) == 2


def test_the_comparison_counts_diverged_runs_and_ranks_them_last(diverging: Trained) -> None:
    parent = diverging.store.only()
    assert parent.info.status == "FINISHED"
    table = pd.read_csv(diverging.store.artifact(parent, "comparison.csv"))
    assert list(table["diverged"]) == [0, 2]
    assert np.isfinite(table["rmse"][0])
    assert np.isnan(table["rmse"][1])
    assert {path.stem for path in diverging.store.artifact(parent, "plots").iterdir()} >= {"curves", "scores", "fits"}


def test_a_single_run_that_diverges_says_so_and_is_no_error(tmp_path: Path) -> None:
    alone = trained(tmp_path, "data=sine", "learning_rate=1e6", "loss=half_mse", "training.epochs=60")
    run = alone.store.only()
    assert run.data.tags["outcome"] == "diverged"
    assert f"diverged; the last finite values are those of step {run.data.tags['last_step']}" in alone.done.stdout


def test_a_sweep_in_which_every_run_diverges_still_ends_in_order(tmp_path: Path) -> None:
    sweep = trained(tmp_path, "-m", "data=sine", "learning_rate=1e6,1e7", "loss=half_mse", "training.epochs=60")
    assert sweep.store.only().info.status == "FINISHED"
    assert len(by_outcome(sweep, "diverged")) == 2


def test_a_run_that_raises_is_recorded_as_failed_with_its_error(failing: Trained) -> None:
    runs = by_outcome(failing, "failed")
    assert {run.data.params["schedule.final"] for run in runs} == {"0.25"}
    assert len(runs) == 2
    for run in runs:
        assert run.info.status == "FAILED"
        assert run.data.tags["error"] == "RuntimeError: final=0.25 breaks on purpose"
        error = failing.store.artifact(run, "error.txt").read_text()
        assert "final=0.25 breaks on purpose" in error
        assert "fragile_parts.py" in error


def test_runs_beside_a_failed_one_finish_with_the_same_bits(failing: Trained, healthy: Trained) -> None:
    runs = by_outcome(failing, "stopped")
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert len(runs) == 4
    assert bits_of(failing, "stopped") == bits_of(healthy, "stopped")


def test_the_comparison_counts_failed_runs(failing: Trained) -> None:
    parent = failing.store.only()
    table = pd.read_csv(failing.store.artifact(parent, "comparison.csv"))
    assert dict(zip(table["schedule.final"], table["failed"], strict=True)) == {0.1: 0, 0.25: 2, 0.9: 0}
    assert "RUNNING" not in {run.info.status for run in failing.store.runs()}


def test_a_sweep_with_failed_runs_exits_with_a_message_and_no_traceback(failing: Trained) -> None:
    assert failing.done.returncode == 1
    assert "2 of 6 runs failed: RuntimeError: final=0.25 breaks on purpose" in failing.done.stderr
    assert "Traceback" not in failing.done.stderr
    assert "Error executing job" not in failing.done.stderr, "Hydra's own line, which says nothing more"
    assert "mlflow ui" in failing.done.stdout


def test_a_long_error_is_short_on_the_terminal_and_whole_in_the_store(tmp_path: Path) -> None:
    long = f"no shape fits: {'(3, 4) ' * 300}"
    (tmp_path / "fragile_parts.py").write_text(MODULE.replace("final=0.25 breaks on purpose", long))
    make_store(tmp_path)
    alone = ("modules=[fragile_parts]", "data=xor", "schedule=fragile", "schedule.final=0.25", "training.epochs=20")
    done = run_runner(*alone, cwd=tmp_path)
    assert done.returncode == 1
    assert "outcome: failed: RuntimeError: no shape fits: (3, 4)" in done.stdout
    assert "1 of 1 runs failed: RuntimeError: no shape fits: (3, 4)" in done.stderr
    assert "the file error.txt of a failed run in MLflow" in done.stderr
    assert max(map(len, f"{done.stdout}\n{done.stderr}".splitlines())) < 200
    store = Store(tmp_path)
    assert long in store.artifact(store.only(), "error.txt").read_text()


def test_resume_finds_nothing_to_train_and_names_the_command_that_retrains_failed_runs(failing: Trained) -> None:
    (sweep,) = (failing.store.folder / "outputs").iterdir()
    told = resume(cwd=failing.store.folder).stdout
    assert told.startswith("nothing to resume: every sweep in outputs/ is finished; 2 of 6 runs of the newest failed. ")
    assert told.endswith(f"Retrain them with: python -m runner.resume {sweep.name} --failed\n")
