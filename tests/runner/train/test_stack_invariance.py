"""Laws 2 and 3, through the application: a run's bits depend on its own config alone, however it was stacked."""

import pickle

import pytest

from runner.plan.plan import make_plan
from runner.plan.task import Task
from runner.runs.spec import from_plain
from runner.train.training import train_task
from tests.runner.building import bits, composer, plan_of, trained_all

SHORT = ("training.epochs=6", "training.evaluations=4", "tracking.plots=none")
# Runs that share structures with some others, each with something that could leak from run to run.
MIXED = [
    ("seed=0",),
    ("seed=1", "learning_rate=0.3", "schedule=cosine"),
    ("seed=2", "learning_rate=1e6"),  # diverges and leaves the stack
    ("seed=3", "training.stop_cost=0.9", "data.noise=0.5"),  # converges at once
    ("seed=4", "training.patience=1", "init=constant", "learning_rate=0.9"),
    ("seed=0", "activation=relu", "optimizer=adam", "training.mode=online"),
    ("seed=1", "activation=relu", "optimizer=adam", "optimizer.beta1=0.5", "training.mode=online"),
    ("seed=2", "activation=relu", "optimizer=adam", "training.mode=online", "data.sampling=normal"),
    ("seed=0", "data=quadrants", "network.output=softmax", "dtype=float32", "training.l2=0.01"),
    ("seed=1", "data=quadrants", "network.output=softmax", "dtype=float32", "training.l2=0.5", "data.std=0.3"),
    ("seed=0", "data=xor", "training.mode=full", "training.clip_norm=0.1", "network.hidden=[3,2]"),
    ("seed=5", "data=xor", "training.mode=full", "training.clip_norm=9", "network.hidden=[3,2]", "init=he"),
    ("seed=0", "data=quadrants", "training.class_weights=balanced", "training.online_cost=true"),
    ("seed=1", "data=quadrants", "training.class_weights=balanced", "training.online_cost=true", "data.std=0.3"),
    ("seed=0", "data=quadrants", "training.online_cost=true"),
    ("seed=0", "data=quadrants", "training.online_cost=true", "training.dropout=0.5"),
    ("seed=0", "data=quadrants", "training.online_cost=true", "training.dropout=0.1", "training.l1=0.01"),
    ("seed=0", "data=xor", "training.mode=full"),  # the same batch of four as the next, but not the same way there
    ("seed=0", "data=xor", "training.mode=minibatch"),
]


@pytest.fixture(scope="module")
def alone() -> list[tuple]:
    return [bits(trained_all(plan_of((*SHORT, *overrides)))[0]) for overrides in MIXED]


def test_the_mixed_runs_end_in_every_way_a_trained_run_can_end(alone):
    assert {run[2] for run in alone} == {"stopped", "converged", "diverged"}
    assert len({run[3] for run in alone}) > 3
    assert len({run[9] for run in alone}) == len(MIXED)


@pytest.mark.quick(law=2)
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_run_has_the_same_bits_alone_and_in_every_plan(alone, workers):
    plan = plan_of(*MIXED, first=(*SHORT, f"workers={workers}"))
    if workers == 1:
        assert len(plan.tasks) < len(MIXED)
    assert [bits(result) for result in trained_all(plan)] == alone


def test_a_run_has_the_same_bits_in_whatever_order_the_jobs_come(alone):
    plan = plan_of(*reversed(MIXED), first=(*SHORT, "workers=1"))
    assert [bits(result) for result in reversed(trained_all(plan))] == alone


def test_a_run_has_the_same_bits_among_many_strangers(alone):
    strangers = [(f"seed={seed}", f"learning_rate={0.01 * seed}") for seed in range(10, 60)]
    plan = plan_of(*strangers[:25], *MIXED, *strangers[25:], first=(*SHORT, "workers=1"))
    assert [bits(result) for result in trained_all(plan)[25 : 25 + len(MIXED)]] == alone


def test_drawing_pictures_does_not_change_a_run(alone):
    plan = plan_of(MIXED[1], first=(*SHORT, "tracking.plots=all"))
    (result,) = trained_all(plan)
    assert list(result.pictures) == ["cost_and_fit.png"]
    assert bits(result) == alone[1]


def test_a_task_survives_the_way_to_another_process():
    (task, *_) = plan_of(*MIXED, first=(*SHORT, "workers=1")).tasks
    again = pickle.loads(pickle.dumps(task))
    assert again == task
    assert [bits(result) for result in train_task(again)] == [bits(result) for result in train_task(task)]


def test_a_run_that_raises_is_a_failed_result_and_changes_no_other(alone):
    """The sick spec has one sample less than its stack was planned for, so that stacking the arrays raises."""
    plan = plan_of(*MIXED[:5], first=(*SHORT, "workers=1"))
    (task,) = plan.tasks
    sick = dict(task.specs[2]) | {"data": task.specs[2]["data"] | {"samples": 199, "domain": [1.0, -1.0]}}
    task = Task(task.indices, task.keys, (*task.specs[:2], sick, *task.specs[3:]), task.shapes)
    results = sorted(train_task(task), key=lambda result: result.index)
    assert [result.outcome == "failed" for result in results] == [False, False, True, False, False]
    assert results[2].error.startswith("DataError: must be two finite numbers in ascending order")
    assert results[2].history == {} and results[2].network is None and results[2].data is None
    assert [bits(results[index]) for index in (0, 1, 3, 4)] == [alone[index] for index in (0, 1, 3, 4)]


def test_what_travels_to_a_worker_is_the_spec_itself():
    plan = make_plan([composer().compose(number, (*SHORT, *overrides)) for number, overrides in enumerate(MIXED)])
    sent = {index: spec for task in plan.tasks for index, spec in zip(task.indices, task.specs, strict=True)}
    assert [from_plain(sent[index]) for index in range(len(MIXED))] == plan.specs
