"""Results into the store, a few dozen at a time: what a second Ctrl-C may and may not do."""

import os
import signal
import sqlite3
from dataclasses import replace

import pytest

from runner.about import About
from runner.interrupts import OrderlyInterrupt
from runner.publishing import Publisher
from runner.tracking import AT_ONCE, Tracker
from tests.runner.building import plan_of, trained_all

pytestmark = pytest.mark.filterwarnings("default")  # MLflow's own are not errors of ours


def test_a_second_ctrl_c_leaves_a_chunk_of_runs_whole_and_writes_no_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    plan = plan_of(("data=xor", "training.epochs=2"))
    (one,) = trained_all(plan)
    results = [replace(one, index=index, overrides=(f"seed={index}",)) for index in range(AT_ONCE + 10)]
    publisher = Publisher(Tracker("test"), plan.settings, About("sweep", "", "id"), is_sweep=True)
    publisher.start([result.overrides for result in results], b"{}")
    write = publisher._tracker.write_runs

    def pressed(*arguments):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
        return write(*arguments)

    monkeypatch.setattr(publisher._tracker, "write_runs", pressed)
    with OrderlyInterrupt() as interrupt, pytest.raises(KeyboardInterrupt):
        publisher.write(results, interrupt)
    assert [result.index for result in publisher.results] == list(range(AT_ONCE))
    with sqlite3.connect(tmp_path / "mlflow.db") as store:
        query = "SELECT count(*), count(DISTINCT name) FROM runs WHERE status = 'FINISHED'"
        assert store.execute(query).fetchone() == (AT_ONCE, AT_ONCE)
