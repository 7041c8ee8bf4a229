"""What a dry run counts up is about what training takes; coarse bounds, as other programs may run beside the tests."""

import time

import numpy as np
import pytest

from runner.conduct import estimate as module
from runner.conduct.dry_run import _structure
from runner.conduct.estimate import _rates, _steps_seconds, estimate
from runner.runs.data import prepare
from runner.runs.structure import build_network
from runner.train.stacking import build_stack, first_parameters
from runner.train.training import train_task
from tests.runner.building import plan_of

SHAPES = {
    "mini-batches": ("data=xor", "training.steps=20000"),
    "online, two phases": ("training.mode=online", "training.steps=4000", "warm_start=[{samples:50}]", "engine=numpy"),
    "full batches": ("data=quadrants", "training.mode=full", "training.steps=3000"),
    "compiled": ("training.mode=online", "training.steps=400000", "engine=compiled"),
    "compiled in time": ("training.mode=online", "training.steps=400000"),
    "few steps": ("data=xor", "training.steps=3"),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_steps_are_counted_up_to_about_what_training_takes(shape):
    jobs = [(*shape, f"seed={seed}") for seed in range(4)]
    plan = plan_of(*jobs, first=("workers=1", "tracking.plots=none", "tracking.report=false"))
    (task,) = plan.tasks
    train_task(task)
    started = time.process_time()
    train_task(task)
    real = time.process_time() - started
    told = _steps_seconds(task, plan.specs, budget=0.2)
    assert told < 3 * real
    assert told > real / 3 or real < 0.1, "a few steps are not what a run takes"


def test_what_a_run_takes_besides_its_steps_is_measured_on_whole_runs_of_one_step(monkeypatch, csv_file):
    """Else a dry run would take as long as what it is about, and count its steps twice."""
    table = csv_file("a,b\n" + "".join(f"{row},{row % 7}\n" for row in range(40)))
    jobs = [("data=csv", table, "training.epochs=50", f"seed={seed}") for seed in range(5)]
    plan = plan_of(
        *jobs, first=("workers=1", "tracking.plots=none", "tracking.report=false", "warm_start=[{test_fraction:0.5}]")
    )
    trained = []

    def remembered(task, **more):
        trained.append(train_task(task, **more))
        return trained[-1]

    monkeypatch.setattr(module, "train_task", remembered)
    (task,) = plan.tasks
    assert task.digests and module._seconds_of_a_run(task, None) > 0
    assert [(result.outcome, result.last_step) for results in trained for result in results] == [("stopped", 1)] * 4


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("n_steps", [1, 2, 8, 9, 17, 1000])
def test_any_number_of_steps_has_rates(n_steps, engine):
    plan = plan_of(("data=xor", f"training.steps={n_steps}"))
    (task,) = plan.tasks
    (shape,), data = task.shapes, [prepare(plan.specs[0])]
    network = build_network(shape.structure)
    stack = build_stack(network, plan.specs, data, shape, first_parameters(network, plan.specs, [None], shape.drawn))
    for budget in (0.0, 10.0):
        assert np.all(np.array(_rates(stack, budget, engine)) >= 0)


def test_more_runs_and_pictures_take_more_of_everything():
    jobs = [("data=xor", f"seed={seed}") for seed in range(40)]
    plain, drawn = (plan_of(*jobs, first=("workers=2", f"tracking.plots={plots}")) for plots in ("none", "all"))
    few = plan_of(*jobs[:4], first=("workers=2", "tracking.plots=none", "tracking.report=false"))
    # By one process, as with two the pictures may be drawn while the store is opened.
    small, middle, large = (estimate(plan, plan.tasks, 1) for plan in (few, plain, drawn))
    assert small.memory < middle.memory < large.memory
    assert small.disk < middle.disk < large.disk
    assert middle.seconds < large.seconds


def test_a_dry_run_counts_the_steps_of_every_phase_by_its_own_samples():
    """By hand: 32 of 600 samples are 19 steps, of 300 ten; two epochs of each."""
    plan = plan_of(("data=quadrants", "warm_start=[{samples_per_cluster:200}]", "training.epochs=2"))
    assert _structure(plan.checked[0].phases) == ("2-6-1 tanh", "300 of quadrants", "58 steps of 32, sgd")
