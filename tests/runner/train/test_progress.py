"""How far a stack is shows while it trains, and no number of any run knows of it."""

import copy
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runner.findings.pictures import with_picture
from runner.train import costs, progress
from runner.train.execution import Training
from runner.train.progress import Meter, Meters
from runner.train.training import train_task
from runner.train.workers import ProcessPool
from tests.runner.building import bits, plan_of

JOBS = [("data=xor", "training.epochs=40", f"seed={seed}") for seed in range(3)]


@pytest.fixture
def always_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0.0)


@pytest.mark.usefixtures("always_told")
def test_a_stack_that_is_watched_has_the_bits_of_one_that_is_not():
    (task,) = plan_of(*JOBS, first=("workers=1",)).tasks
    watched = Meters([3])
    results = train_task(task, watched.of(0), with_picture)
    assert all(one.pictures for one in results)
    assert 0 < watched.share < 1, "its runs are not written yet"
    watched.end(0)
    assert watched.share == 1
    watched.close()
    assert [bits(one) for one in results] == [bits(one) for one in train_task(task)]


@pytest.mark.usefixtures("always_told")
@pytest.mark.parametrize("extra", [(), ("warm_start=[{samples:8},{samples:9}]", "data=sine")], ids=["one", "phases"])
def test_the_share_of_a_stack_grows_while_it_trains(extra):
    (task,) = plan_of(("training.epochs=3", *extra), first=("workers=1", "tracking.plots=none")).tasks
    shares: list[float] = []
    watched = Meters([1])
    meter = watched.of(0)
    told = meter._tell

    def tell(left: float) -> None:
        told(left)
        shares.append(watched.share)

    meter._tell = tell  # type: ignore[method-assign]
    train_task(task, meter)
    watched.close()
    assert len(shares) >= 3 and shares == sorted(shares)


def test_a_stack_counts_by_its_runs_and_its_steps():
    seconds = [
        costs.of_training(plan_of(*jobs, first=("workers=1",)).tasks[0], with_pictures)
        for jobs, with_pictures in (
            (JOBS, False),
            (JOBS, True),
            (JOBS[:1], True),
            ([(*JOBS[0], "training.epochs=4000")], True),
        )
    ]
    plain, drawn, single, longer = seconds
    assert plain < drawn and single < drawn and single < longer


def test_stacks_count_by_the_seconds_that_they_take():
    watched = Meters([30, 10])
    assert watched.share == 0
    watched.end(1)
    assert watched.share == 0.25
    watched.close()


@pytest.mark.usefixtures("always_told")
def test_a_worker_on_another_machine_trains_without_the_file(tmp_path):
    (task,) = plan_of(*JOBS, first=("workers=1", "tracking.plots=none")).tasks
    far = copy.deepcopy(Meter(str(tmp_path / "not there")))
    assert [one.outcome for one in train_task(task, far)] == ["stopped"] * 3
    assert not list(tmp_path.iterdir())


def test_without_a_place_for_the_file_there_is_no_share_before_the_end(monkeypatch):
    def full(**_):
        raise OSError("no space left")

    monkeypatch.setattr(progress.tempfile, "NamedTemporaryFile", full)
    watched = Meters([2])
    watched.of(0).drawn(0)
    assert watched.share == 0
    watched.end(0)
    assert watched.share == 1


def test_a_pool_tells_how_far_it_is_and_removes_the_file():
    plan = plan_of(*JOBS, first=("workers=2", "tracking.plots=none"))
    shares = []
    with Training(plan.tasks, ProcessPool(2)) as training:
        file = training._meters._file
        assert file is not None
        for _ in training:
            shares.append(training.share())
    assert len(shares) == 2 and shares[0] < shares[1]
    assert math.isclose(training.share(), 1)
    assert not Path(file.name).exists()


def test_a_task_that_raises_is_measured_again_in_halves():
    (task,) = plan_of(*JOBS, first=("workers=1", "tracking.plots=none")).tasks
    broken = replace(task, starts=(None, None, np.zeros(1)))
    watched = Meters([3])
    outcomes = [one.outcome for one in train_task(broken, watched.of(0))]
    watched.close()
    assert outcomes == ["stopped", "stopped", "failed"]
