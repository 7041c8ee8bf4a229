"""What a spec becomes as a stack: first weights, batches and rates by their definitions, and who shares a stack."""

import math

import numpy as np
import pytest

from nn.batches import next_batch
from runner.runs.data import prepare
from runner.runs.structure import build_network
from runner.train.stacking import build_stack, first_parameters
from tests.runner.building import bits, plan_of, trained, trained_all

QUICK = ("training.evaluations=4", "tracking.plots=none")


def stack_of(*overrides: str):
    """The stack of one run, and its data."""
    plan = plan_of(overrides)
    (spec,), (task,) = plan.specs, plan.tasks
    data, (shape,) = prepare(spec), task.shapes
    network = build_network(shape.structure)
    first = first_parameters(network, [spec], [None], shape.drawn)
    return build_stack(network, [spec], [data], shape, first), data


@pytest.mark.parametrize(
    ("setting", "drawn"), [("zero", [False] * 3), ("init", [True] * 3), ("hidden", [True, True, False])]
)
def test_biases_are_drawn_in_the_layers_that_are_named(setting, drawn):
    stack, _ = stack_of("network.hidden=[4,3]", f"network.bias_init={setting}")
    biases = [b for _, b in stack.network.layers(stack.parameters)]
    assert [bool((b != 0).all()) for b in biases] == drawn
    assert [bool((b == 0).all()) for b in biases] == [not one for one in drawn]


@pytest.mark.parametrize(("decayed", "of_biases"), [("weights", 0.0), ("all", 1.0)])
def test_the_penalty_is_on_the_weights_or_on_all(decayed, of_biases):
    stack, _ = stack_of("training.l2=0.5", f"training.l2_of={decayed}")
    for W, b in stack.network.layers(stack.regularisation.decayed[np.newaxis]):
        assert (W == 1).all() and (b == of_biases).all()


@pytest.mark.parametrize(
    ("order", "slices"),
    [
        ("given", [(0, 60), (60, 120), (120, 150), (0, 60)]),
        ("cyclic", [(0, 60), (60, 120), (120, 150), (30, 90), (90, 150), (0, 60)]),
    ],
)
def test_batches_in_the_given_order_are_slices_of_the_training_samples(order, slices):
    stack, data = stack_of("training.batch_size=60", f"training.order={order}")
    for start, stop in slices:
        x, t = next_batch(stack.batches)
        assert x[0].T.tolist() == data.X_train[start:stop].tolist()
        assert t[0].T.tolist() == data.Y_train[start:stop].tolist()


def test_shuffled_batches_are_every_training_sample_once_and_fresh_ones_none_of_them():
    stack, data = stack_of("training.batch_size=60", "training.order=shuffled")
    passed = np.concatenate([next_batch(stack.batches)[0][0].T for _ in range(3)])
    assert sorted(passed.tolist()) == sorted(data.X_train.tolist()) != passed.tolist()
    stack, data = stack_of("training.batch_size=60", "training.order=fresh")
    x = np.concatenate([next_batch(stack.batches)[0][0].T for _ in range(3)])
    assert len(x) == 180
    assert not np.isin(x, data.samples.X).any()


@pytest.mark.parametrize(("mode", "steps"), [("online", 150), ("minibatch", 3), ("full", 1)])
def test_patience_is_given_in_epochs_and_kept_in_steps(mode, steps):
    size = ("training.batch_size=60",) if mode == "minibatch" else ()
    stack, data = stack_of("training.patience=2", f"training.mode={mode}", *size)
    assert len(data.X_train) == 150
    assert stack.stopping.patience.tolist() == [2 * steps]


def test_a_schedule_ends_with_the_last_step():
    """Half a cosine from 1 to 0 over 8 steps: at step k it is (1 + cos(pi k / 8)) / 2."""
    result = trained("schedule=cosine", "schedule.warmup=0", "schedule.final=0", "training.steps=8", *QUICK)
    steps = [0, 2, 4, 6, 7]  # the last rate is that of the last update
    expected = [0.1 * (1 + math.cos(math.pi * step / 8)) / 2 for step in steps]
    assert result.history["learning_rate"] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("overrides", "watched"),
    [
        (("data=sine",), ("train_cost", -1)),
        (("data=sine", "score=r2"), ("train_cost", -1)),
        (("data=sine", "data.validation_fraction=0.2"), ("validation_cost", -1)),
        (("data=sine", "data.validation_fraction=0.2", "score=r2"), ("validation_metric", 1)),
        (("data=sine", "data.validation_fraction=0.2", "score=mae"), ("validation_metric", -1)),
    ],
)
def test_a_plateau_is_looked_for_where_patience_looks_but_never_in_test_samples(overrides, watched):
    stack, data = stack_of(*overrides, "schedule=plateau", "schedule.patience=3", "training.batch_size=60")
    assert stack.descent.plateaus is not None and len(data.X_test) > 0
    assert stack.descent.plateaus.watched == watched
    steps_of_epoch = math.ceil(len(data.X_train) / 60)
    assert stack.descent.plateaus.patience.tolist() == [3 * steps_of_epoch]
    assert stack_of(*overrides)[0].descent.plateaus is None


def test_a_plateau_starts_anew_with_the_data_that_follow():
    """All of the rate of the first data is gone at their end, and the next ones begin with the whole of it."""
    falling = ("schedule=plateau", "schedule.patience=1", "schedule.threshold=0.99", "schedule.factor=0.1")
    alone, after = (
        trained(*falling, *QUICK, "training.epochs=4", *first) for first in ((), ("warm_start=[{noise:1}]",))
    )
    assert alone.history["learning_rate"] == after.history["learning_rate"]
    assert alone.history["learning_rate"][0] == 0.1 > 10 * alone.history["learning_rate"][-1]


def test_runs_whose_phases_differ_in_size_are_not_trained_together():
    phases = ["warm_start=[{samples:40}]", "warm_start=[{samples:80}]", "warm_start=[{samples:40},{samples:40}]"]
    jobs = [(phase, f"seed={seed}") for seed in range(2) for phase in phases]
    first = ("training.epochs=2", *QUICK, "workers=1")
    plan = plan_of(*jobs, first=first)
    assert sorted(task.indices for task in plan.tasks) == [(0, 3), (1, 4), (2, 5)]
    together = [bits(result) for result in trained_all(plan)]
    assert together == [bits(trained(*job, *first)) for job in jobs]
