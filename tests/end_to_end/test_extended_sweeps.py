"""Runs with equal run keys are reused from the store; a sweep that another process works on is left alone."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.end_to_end.conftest import trained
from tests.end_to_end.program import resume, train
from tests.end_to_end.resuming import QUICK, forget, refused, sweep_in
from tests.end_to_end.store import Store, statuses

pytestmark = pytest.mark.thorough

# One stack per number of epochs, each of which takes some tenths of a second.


def test_an_extended_sweep_takes_the_runs_that_are_there_from_the_store(tmp_path: Path) -> None:
    jobs = ("-m", "data=sine", "activation=tanh,relu", "training.epochs=20")
    first = trained(tmp_path, *jobs, "seed=0,1")
    second = trained(tmp_path, *jobs, "seed=range(3)", "skip_finished=true")
    assert "4 of 6 runs in the store already, and reused" in second.done.stdout
    assert "2 runs in" in second.done.stdout
    before, after = second.store.parents()
    runs = second.store.children(after)
    reused = {run.data.tags["reused_from"] for run in runs if "reused_from" in run.data.tags}
    assert reused == {run.info.run_id for run in second.store.children(before)}
    old, new = first.store.bits_by_key(before), second.store.bits_by_key(after)
    assert len(new) == 6
    assert {key: new[key] for key in old} == old
    by_key = {run.data.tags["run_key"]: run for run in second.store.children(before)}
    for run in runs:
        if origin := by_key.get(run.data.tags["run_key"]):
            assert run.data.metrics == origin.data.metrics
            assert run.data.params == origin.data.params
            files = [path.name for path in second.store.artifact(origin, "plots").iterdir()]
            assert [path.name for path in second.store.artifact(run, "plots").iterdir()] == files
    third = trained(tmp_path, *jobs, "seed=range(3)", "skip_finished=true")
    assert "6 of 6 runs" in third.done.stdout
    table = "comparison.csv"
    latest = third.store.parents()[-1]
    assert third.store.artifact(latest, table).read_bytes() == third.store.artifact(after, table).read_bytes()


def test_what_another_run_key_has_is_not_taken(tmp_path: Path) -> None:
    trained(tmp_path, *QUICK)
    second = trained(tmp_path, *QUICK, "learning_rate=0.2", "skip_finished=true")
    assert "0 of 1 run in the store already" in second.done.stdout
    rates = {run.data.params["learning_rate"] for run in second.store.runs()}
    assert rates == {"0.1", "0.2"}


def test_a_copy_of_a_sweep_that_another_process_works_on_is_refused_until_that_has_ended(tmp_path: Path) -> None:
    train("-m", *QUICK, "seed=0,1", cwd=tmp_path)
    sweep = sweep_in(tmp_path)
    lost = forget(tmp_path, sweep)
    shutil.copytree(tmp_path / "outputs" / sweep, tmp_path / "outputs" / "copy")
    before = statuses(tmp_path)
    with FileLock(tmp_path / "outputs" / sweep / "lock"):
        told = refused("copy", cwd=tmp_path)
    assert f"outputs/copy is a copy of outputs/{sweep}, where another process is working on the same sweep" in told
    assert statuses(tmp_path) == before
    resume("copy", cwd=tmp_path)
    store = Store(tmp_path)
    assert lost and sorted(run.data.tags["sweep_index"] for run in store.children(store.only())) == ["0", "1"]
