"""Which runs are trained together: partition, equal structures, sizes; and when a run is measured."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.plan.phases import Checked
from runner.plan.stacks import DATA_BYTES, MAX_RUNS, STEP_BYTES, bytes_of, data_bytes_of, plan
from runner.runs.data import prepare
from runner.runs.shape import evaluation_steps
from runner.runs.structure import build_network
from tests.runner.building import checked

MIXED = [
    (), ("seed=1",), ("learning_rate=0.3",), ("schedule=cosine",), ("data.noise=0.5",), ("init=he",),
    ("activation=relu",), ("activation=leaky_relu", "activation.slope=0.1"), ("activation=leaky_relu",),
    ("network.hidden=[7]",), ("network.hidden=[6,6]",), ("network.bias=false",), ("network.output=tanh",),
    ("optimizer=momentum",), ("optimizer=momentum", "optimizer.momentum=0.5"), ("optimizer=adam",),
    ("training.mode=full",), ("training.mode=online",), ("training.mode=online", "data.sampling=grid"),
    ("training.batch_size=16",), ("training.epochs=7",), ("training.evaluations=3",), ("dtype=float32",),
    ("training.l1=0.1",), ("training.l1=0.2",), ("training.l2=0.1",), ("training.l2=0.2",), ("training.clip_norm=1",),
    ("training.clip_value=1",), ("training.patience=2",), ("training.stop_cost=0.1",), ("data=square",),
    ("data.samples=100",),
    ("data=xor",), ("data=xor", "data.targets=[-1,1]"), ("data=xor", "loss=half_mse"), ("data=quadrants",),
    ("data=quadrants", "training.class_weights=balanced"), ("training.dropout=0.1",), ("network.activations=[relu]",),
    ("network.hidden=[6,6]", "network.activations=[tanh,relu]"),
]  # fmt: skip
SEEDS = [(f"seed={seed}",) for seed in range(2, 30)]


@cache
def every_run() -> list[Checked]:
    return [checked(*overrides) for overrides in (*MIXED, *SEEDS)]


@pytest.fixture
def runs() -> list[Checked]:
    return every_run()


@given(n_steps=st.integers(1, 10**9), evaluations=st.integers(1, 1000))
def test_a_run_is_measured_first_and_last_and_at_most_so_often_in_between(n_steps, evaluations):
    steps = evaluation_steps(n_steps, evaluations)
    assert steps[0] == 0 and steps[-1] == n_steps
    assert all(earlier < later for earlier, later in pairwise(steps))
    assert len(steps) == min(evaluations, n_steps) + 1


@given(n_steps=st.integers(1, 10**6), evaluations=st.integers(1, 1000))
def test_the_steps_at_which_a_run_is_measured_are_evenly_spaced(n_steps, evaluations):
    gaps = np.diff(evaluation_steps(n_steps, evaluations))
    assert gaps.max() - gaps.min() <= 2
    assert abs(gaps.mean() - n_steps / min(evaluations, n_steps)) < 1e-6


def test_evaluation_steps_are_those_worked_out_by_hand():
    assert evaluation_steps(10, 5) == [0, 2, 4, 6, 8, 10]
    assert evaluation_steps(3, 50) == [0, 1, 2, 3]
    assert evaluation_steps(7, 1) == [0, 7]


@pytest.mark.parametrize(
    ("overrides", "steps"),
    [
        (("training.epochs=3",), 3 * 5),  # 150 training samples in batches of 32: five, the last smaller
        (("training.epochs=3", "training.batch_size=30"), 3 * 5),
        (("training.epochs=3", "training.batch_size=150"), 3),
        (("training.epochs=3", "training.mode=full"), 3),
        (("training.epochs=3", "training.mode=online"), 3 * 150),
        (("training.epochs=3", "data=xor"), 3),
        (("training.epochs=3", "data=xor", "training.batch_size=3"), 3 * 2),
        (("training.epochs=1", "data=quadrants"), 10),
    ],
)
def test_an_epoch_is_as_many_steps_as_cover_the_training_samples_once(overrides, steps):
    run = checked(*overrides)
    assert run.phases[-1].shape.n_steps == steps


@pytest.mark.parametrize("workers", [1, 2, 3, 8, 100])
def test_every_run_is_in_exactly_one_stack(runs, workers):
    stacks = plan(runs, workers)
    assert sorted(index for stack in stacks for index in stack) == list(range(len(runs)))
    assert all(stacks)


@given(chosen=st.lists(st.integers(0, len(MIXED) + len(SEEDS) - 1), max_size=40), workers=st.integers(1, 9))
def test_any_choice_of_runs_in_any_order_is_partitioned(chosen, workers):
    picked = [every_run()[index] for index in chosen]
    stacks = plan(picked, workers)
    assert sorted(index for stack in stacks for index in stack) == list(range(len(picked)))
    for stack in stacks:
        assert len({_needs_to_be_shared(picked[index]) for index in stack}) == 1
        of_run = _work(picked[stack[0]])
        assert len(stack) * of_run <= sum(map(_work, picked)) / workers + of_run, "no worker waits for more than a run"


def _work(run: Checked) -> int:
    """What a run's training costs, with one phase."""
    return bytes_of(run.phases[-1]) * run.phases[-1].shape.n_steps


def _needs_to_be_shared(run: Checked) -> tuple:
    """What the arrays and functions of one stack cannot differ in, from what `nn` is given."""
    spec, training = run.spec, run.spec.training
    network, data = build_network(run.phases[-1].shape.structure), prepare(spec)
    return (
        network.sizes, network.bias, network.dtype, spec.activation, spec.network.activations, spec.network.output,
        spec.loss,
        spec.optimizer.name, training.mode, training.mode == "online" and data.draw is not None, training.batch_size,
        len(data.split.train), len(data.split.test), training.epochs, training.evaluations, data.samples.task,
        data.samples.levels, training.l1 > 0, training.l2 > 0, training.clip_value is None, training.clip_norm is None,
        training.class_weights,
    )  # fmt: skip


@pytest.mark.parametrize("workers", [1, 3])
def test_only_equal_structures_share_a_stack_and_all_of_them_do(runs, workers):
    stacks = plan(runs, workers)
    for stack in stacks:
        assert len({_needs_to_be_shared(runs[index]) for index in stack}) == 1
    if workers == 1:
        assert len(stacks) == len({_needs_to_be_shared(run) for run in runs})


@pytest.mark.parametrize(
    "overrides",
    [
        ("learning_rate=0.7",), ("seed=9",), ("schedule=step", "schedule.every=3"), ("init=uniform",),
        ("data.noise=0.4",), ("data.domain=[0,1]",), ("data.seed=3",), ("training.stop_cost=0.1",),
        ("training.patience=4",), ("data.standardize=true",), ("training.dropout=0.3",),
    ],
)  # fmt: skip
def test_settings_that_may_differ_from_run_to_run_do_not_split_a_stack(overrides):
    assert plan([checked(), checked(*overrides)], 1) == [[0, 1]]


@pytest.mark.parametrize(
    ("runs", "workers", "sizes"), [(10, 1, [10]), (10, 2, [5, 5]), (10, 3, [4, 4, 2]), (2, 8, [1, 1])]
)
def test_a_structure_is_cut_evenly_for_the_workers(runs, workers, sizes):
    stacks = plan([checked(f"seed={seed}") for seed in range(runs)], workers)
    assert [len(stack) for stack in stacks] == sizes
    assert [index for stack in sorted(stacks) for index in stack] == list(range(runs))


def test_a_stack_is_never_larger_than_the_limit_of_runs():
    run = checked("data=xor", "network.hidden=[]")
    stacks = plan([run] * (2 * MAX_RUNS + 1), 1)
    assert sorted(len(stack) for stack in stacks) == [1, MAX_RUNS, MAX_RUNS]


@pytest.mark.parametrize("hidden", ["[64]", "[200,200]", "[2000,2000]"])
def test_a_stack_fits_into_the_cache_or_holds_a_single_run(hidden):
    run = checked(f"network.hidden={hidden}")
    stacks = plan([run] * 100, 1)
    largest = max(len(stack) for stack in stacks)
    assert largest == 1 or largest * bytes_of(run.phases[-1]) <= STEP_BYTES
    assert largest < 100


@pytest.mark.parametrize("samples", [20_000, 100_000])
def test_a_stack_of_large_data_stays_far_below_the_memory_of_a_machine(samples):
    run = checked(f"data.samples={samples}")
    stacks = plan([run] * 100, 1)
    largest = max(len(stack) for stack in stacks)
    assert largest == 1 or largest * data_bytes_of(run.phases[-1]) <= DATA_BYTES
    assert largest < 100


def test_the_stacks_with_most_work_come_first():
    few, many = checked("training.epochs=1"), checked("training.epochs=1000", "training.mode=full", "dtype=float32")
    assert plan([few, many], 1) == [[1], [0]]
    assert plan([many, few], 1) == [[0], [1]]


def test_no_runs_are_no_stacks():
    assert plan([], 4) == []
