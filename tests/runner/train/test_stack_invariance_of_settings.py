"""Law 2 for each setting that changes what a step or a measurement is: the same bits alone and in a stack."""

import pytest

from nn.faults import FAULTS
from nn.losses import LOSSES
from runner.runs.structure import build_network
from runner.train.stacking import first_parameters
from tests.runner.building import bits, plan_of, trained_all
from tests.runner.faults import WHERE

SHORT = ("training.epochs=3", "training.evaluations=3", "tracking.plots=none", "workers=1")
# The second diverges or at least leaves the path of the others; the third draws other data and other weights.
RUNS = [("seed=0",), ("seed=1", "learning_rate=1e4"), ("seed=2", "learning_rate=0.03"), ("seed=0", "init.gain=0.5")]
ORDERS = [("online", "given"), ("online", "shuffled"), ("online", "cyclic"), ("online", "fresh")]
ORDERS += [("minibatch", order) for _, order in ORDERS] + [("full", "given")]
COSTS = [name for name in LOSSES if LOSSES[name]().only_output is None]
SETTINGS = {
    **{f"fault={name}": (f"fault={name}", *where) for name, where in WHERE.items()},
    "two faults": ("fault=[missing_factor,weights_subtracted]", "network.hidden=[3,3]"),
    "a wide output and warm starts": ("fault=broadcast_update", "warm_start=[{noise:0.3}]", "optimizer=momentum"),
    "warm_start": ("warm_start=[{noise:0.3},{samples:40}]", "optimizer=adam"),
    "warm_start on another data set": ("warm_start=[{name:square}]", "training.patience=1"),
    "warm_start on a surface": ("data=surface", "data.function=saddle", "warm_start=[{function:bowl}]"),
    "warm_start on fresh samples": ("warm_start=[{noise:0.3}]", "training.order=fresh", "optimizer=rmsprop"),
    "steps": ("training.epochs=null", "training.steps=7", "schedule=cosine"),
    **{f"{mode} {order}": (f"training.mode={mode}", f"training.order={order}") for mode, order in ORDERS},
    "cyclic slices that do not divide": ("training.order=cyclic", "training.batch_size=40"),
    "reduction=sum": ("training.reduction=sum", "learning_rate=0.001"),
    **{f"cost={name}": (f"cost={name}", "network.output=tanh", "loss=matching") for name in COSTS},
    "test.set=grid": ("test.set=grid", "test.points=31", "test.margin=0.5", "test.probes=[3,-2]"),
    "test.set=fresh": ("test.set=fresh", "test.points=31", "data=quadrants"),
    "test.set=grid of two inputs": ("test.set=grid", "test.points=30", "data=surface"),
    "target_range": ("network.target_range=[-2,2]", "network.output=sigmoid", "loss=matching"),
    "no target_range": ("network.target_range=null", "network.output=tanh"),
    "online_cost": ("training.online_cost=true", "training.mode=online"),
    "online_cost with patience": ("training.online_cost=true", "training.patience=1", "data.noise=1"),
    "network.input": ("network.input=tanh", "data.standardize=true"),
    "bias_init=hidden": ("network.bias_init=hidden", "network.hidden=[4,3]"),
    "l2_of=all": ("training.l2=0.2", "training.l2_of=all"),
    "class_weights": ("data=quadrants", "training.class_weights=balanced", "warm_start=[{std:0.5}]", "loss=half_mse"),
    "schedule=plateau": ("schedule=plateau", "schedule.patience=1", "schedule.threshold=0.5", "training.evaluations=6"),
    "float32": ("dtype=float32", "network.input=sigmoid", "cost=absolute_error", "training.reduction=sum"),
}


def test_every_fault_has_a_run_in_which_it_can_be_made():
    assert set(WHERE) == set(FAULTS)


@pytest.mark.parametrize("overrides", SETTINGS.values(), ids=SETTINGS)
def test_a_run_has_the_same_bits_alone_and_in_a_stack(overrides):
    first = (*SHORT, *overrides)
    plan = plan_of(*RUNS, first=first)
    assert [task.indices for task in plan.tasks] == [(0, 1, 2, 3)]
    together = [bits(result) for result in trained_all(plan)]
    alone = [bits(trained_all(plan_of((*first, *run)))[0]) for run in RUNS]
    assert together == alone
    assert {run[2] for run in together} <= {"stopped", "converged", "diverged"}
    assert len({run[9] for run in together}) == len(RUNS)


@pytest.mark.parametrize("overrides", SETTINGS.values(), ids=SETTINGS)
def test_a_run_has_the_same_bits_whatever_else_is_in_the_sweep(overrides):
    """Runs with every other setting around it: nothing of them may be taken for its own."""
    others = [other for other in SETTINGS.values() if other != overrides][::5]
    jobs = [*others, overrides, *others[::-1]]
    plan = plan_of(*jobs, first=(*SHORT, "training.evaluations=1"))
    among = [result for result in trained_all(plan) if result.index == len(others)]
    (alone,) = trained_all(plan_of((*SHORT, "training.evaluations=1", *overrides)))
    assert bits(among[0]) == bits(alone)


def test_first_weights_do_not_depend_on_neighbours_that_start_from_other_weights():
    """A stack may mix runs that draw their weights with runs that take them from elsewhere."""
    plan = plan_of(*RUNS, first=SHORT)
    (task,) = plan.tasks
    network, sizes = build_network(task.shapes[-1].structure), task.shapes[-1].drawn
    drawn = first_parameters(network, plan.specs, [None] * 4, sizes)
    taken = first_parameters(network, plan.specs, [None, drawn[2], None, None], sizes)
    assert taken[1].tobytes() == drawn[2].tobytes()
    assert taken[[0, 2, 3]].tobytes() == drawn[[0, 2, 3]].tobytes()
