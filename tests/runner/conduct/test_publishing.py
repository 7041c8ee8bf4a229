"""Results into the store, a few dozen at a time: what a second Ctrl-C may and may not do."""

import os
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import mlflow.pyfunc
import numpy as np
import pytest
from mlflow.entities import LoggedModelOutput, LoggedModelStatus

from runner.base.interrupts import OrderlyInterrupt
from runner.conduct.claims import TakenOver
from runner.conduct.context import SweepContext
from runner.conduct.publishing import Publisher
from runner.findings.numbers.differences import compare
from runner.plan.plan import Plan
from runner.runs.about import About
from runner.store.folder import SweepFolder
from runner.store.writer import AT_ONCE, Tracker
from tests.runner.building import bits, plan_of, trained_all

# MLflow's own warnings are not errors of ours
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.usefixtures("store_here")]


def publisher_of(plan: Plan, overrides: list[tuple[str, ...]], folder: str = "sweep") -> Publisher:
    """The publisher of a process that starts or resumes a sweep of these jobs in a folder."""
    sweep = SweepContext(SweepFolder(Path(folder)), About("sweep", "", "id"), plan.settings)
    publisher = Publisher(Tracker("test"), sweep)
    publisher.start(overrides, b"{}")
    return publisher


def test_a_second_ctrl_c_leaves_a_chunk_of_runs_whole_and_writes_no_other(tmp_path, monkeypatch):
    plan = plan_of(("data=xor", "training.epochs=2"))
    (one,) = trained_all(plan)
    results = [replace(one, index=index, overrides=(f"seed={index}",)) for index in range(AT_ONCE + 10)]
    publisher = publisher_of(plan, [result.overrides for result in results])
    write = publisher._tracker.write_runs

    def pressed(*arguments):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
        return write(*arguments)

    monkeypatch.setattr(publisher._tracker, "write_runs", pressed)
    with OrderlyInterrupt() as interrupt, pytest.raises(KeyboardInterrupt):
        publisher.write(results, interrupt)
    assert [result.index for result in publisher.ledger.results] == list(range(AT_ONCE))
    with sqlite3.connect(tmp_path / "mlflow.db") as store:
        query = "SELECT count(*), count(DISTINCT name) FROM runs WHERE status = 'FINISHED'"
        assert store.execute(query).fetchone() == (AT_ONCE, AT_ONCE)


def test_a_model_that_was_left_half_written_is_completed_and_a_whole_one_kept():
    plan = plan_of(("data=xor", "training.epochs=2", "tracking.models=none"))
    results = trained_all(plan)
    publisher = publisher_of(plan, [()])
    with OrderlyInterrupt() as interrupt:
        publisher.write(results, interrupt)
    tracker, run_id = publisher._tracker, publisher.ledger.run_ids[0]
    client = tracker._client
    halves = [client.create_logged_model(tracker.experiment_id, name="model", source_run_id=run_id) for _ in range(2)]
    client.log_outputs(run_id, [LoggedModelOutput(halves[0].model_id, 0)])
    rows = client.get_metric_history(run_id, "final/train_cost")
    for _ in range(2):
        tracker.log_model(run_id, results[0])
        (model,) = client.search_logged_models([tracker.experiment_id])
        assert model.status == LoggedModelStatus.READY
        assert model.model_id in [half.model_id for half in halves]
    assert model.model_id in [one.model_id for one in client.get_run(run_id).outputs.model_outputs]
    assert client.get_metric_history(run_id, "final/train_cost") == rows, "no row is doubled"
    assert mlflow.pyfunc.load_model(model.artifact_location).predict(np.zeros((3, 2))).shape == (3, 1)


def test_a_sweep_whose_parent_was_deleted_gets_a_new_one_with_all_runs():
    jobs = [("data=xor", "training.epochs=2", f"seed={seed}") for seed in range(3)]
    plan = plan_of(*jobs)
    results = {result.index: result for result in trained_all(plan)}
    first = publisher_of(plan, jobs)
    with OrderlyInterrupt() as interrupt:
        first.write(list(results.values()), interrupt)
    first._tracker._client.delete_run(first.parent.run_id)
    second = publisher_of(plan, jobs)
    assert second.parent.run_id != first.parent.run_id
    unwritten = second.take_up(results, ())
    assert [result.index for result in unwritten] == [0, 1, 2]
    with OrderlyInterrupt() as interrupt:
        second.write(unwritten, interrupt)
    second.finish()
    assert not second.trouble
    found = second.reader.of_sweep("id")
    assert sorted(run.index for run in found) == [-1, 0, 1, 2]
    assert {run.status for run in found} == {"FINISHED"}
    assert {run.tags.get("mlflow.parentRunId") for run in found} == {None, second.parent.run_id}


def test_a_single_run_that_is_whole_in_the_store_is_not_written_again_when_it_is_resumed():
    plan = plan_of(
        ("data=xor", "training.epochs=2", "tracking.models=none", "tracking.plots=none", "tracking.report=false")
    )
    (result,) = trained_all(plan)
    sweep = SweepContext(SweepFolder(Path("run")), About("run", "", "id"), plan.settings, is_sweep=False)
    first, second = Publisher(Tracker("test"), sweep), Publisher(Tracker("test"), sweep)
    first.start([()], b"{}")
    with OrderlyInterrupt() as interrupt:
        first.write([result], interrupt)
    second.start([()], b"{}")
    assert second.take_up({0: result}, ()) == []
    assert second.ledger.run_ids == first.ledger.run_ids


def test_a_run_that_diverged_at_once_is_read_back_as_it_was():
    plan = plan_of(("data=sine", "data.noise=1e200", "training.epochs=3"))
    (result,) = trained_all(plan)
    assert result.outcome == "diverged" and not result.history["step"], "there is nothing finite"
    publisher = publisher_of(plan, [()])
    with OrderlyInterrupt() as interrupt:
        publisher.write([result], interrupt)
    assert not publisher.trouble
    stored = publisher.reader.with_key(result.key)
    again = publisher.reader.result(stored)
    assert compare(again, result) is None
    assert publisher.reader.changed(stored, again) == []
    assert bits(again)[-1] == bits(result)[-1], "its signals"


def test_signals_are_read_back_from_a_folder_and_through_the_client_and_runs_without_any_have_none(monkeypatch):
    plan = plan_of(("data=xor", "training.epochs=9", "tracking.plots=none", "tracking.report=false"))
    (result,) = trained_all(plan)
    publisher = publisher_of(plan, [()])
    with OrderlyInterrupt() as interrupt:
        publisher.write([result, replace(result, index=1, key="old", signals={})], interrupt)
    assert not publisher.trouble
    reader = publisher.reader
    new, old = reader.with_key(result.key), reader.with_key("old")
    for is_far in (False, True):
        if is_far:
            monkeypatch.setattr("runner.store.reader.folder_of", lambda uri: None)
        assert bits(reader.result(new)) == bits(result)
        assert reader.result(old).signals == {} and reader.changed(old, reader.result(old)) == []


def test_a_process_whose_sweep_another_one_has_taken_over_writes_no_more_and_no_run_is_stored_twice():
    """As with two copies of a folder on two machines, which cannot see each other's locks."""
    plan = plan_of(
        ("data=xor", "training.epochs=2", "tracking.models=none", "tracking.plots=none", "tracking.report=false")
    )
    (one,) = trained_all(plan)
    results = [replace(one, index=index, overrides=(f"seed={index}",)) for index in range(3)]
    overrides = [result.overrides for result in results]
    first = publisher_of(plan, overrides)
    with OrderlyInterrupt() as interrupt:
        first.write(results[:1], interrupt)
        second = publisher_of(plan, overrides, "copy")
        assert second.take_up({}, ()) == []
        first.parent.claim.check = lambda found: None  # it looked just before, and writes just after
        first.write(results[1:2], interrupt)
        del first.parent.claim.check
        with pytest.raises(TakenOver, match=r"another process has taken this sweep over, in .*copy"):
            first.write(results[2:], interrupt)
        first.close("FAILED")
        second.write(results[1:], interrupt)
        second.finish()
    runs = second.reader.of_sweep("id")
    assert [run.status for run in runs if run.is_parent] == ["FINISHED"]
    assert sorted(run.index for run in runs if not run.is_parent) == [0, 1, 2]


def test_a_locked_store_is_trouble_in_a_sentence_and_gets_the_results_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("runner.store.sqlite.TIMEOUT", 0.1)
    plan = plan_of(("data=xor", "training.epochs=2", "tracking.models=none"))
    results = trained_all(plan)
    publisher = publisher_of(plan, [()])
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as other, OrderlyInterrupt() as interrupt:
        other.execute("BEGIN IMMEDIATE")
        publisher.write(results, interrupt)
    assert publisher.trouble == "database is locked"
    assert [result.index for result in publisher.ledger.results] == [0], "it is on disk, and shown"
    assert [run.is_parent for run in publisher.reader.of_sweep("id")] == [True]
    again = publisher_of(plan, [()])
    with OrderlyInterrupt() as interrupt:
        again.write(again.take_up(dict(enumerate(results)), ()), interrupt)
    assert sorted(run.index for run in again.reader.of_sweep("id")) == [-1, 0]


def test_a_bug_is_no_trouble_of_the_store_and_ends_the_parent(monkeypatch):
    plan = plan_of(("data=xor", "training.epochs=2"))
    results = trained_all(plan)
    publisher = publisher_of(plan, [()])
    monkeypatch.setattr("runner.conduct.parents.parent_record", lambda *_, **__: None + 1)
    with OrderlyInterrupt() as interrupt:
        publisher.write(results, interrupt)
    with pytest.raises(TypeError, match="NoneType"):
        publisher.finish()
    assert not publisher.trouble
    assert {run.is_parent: run.status for run in publisher.reader.of_sweep("id")} == {True: "FAILED", False: "FINISHED"}
