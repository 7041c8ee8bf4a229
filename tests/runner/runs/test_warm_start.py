"""Runs that continue something: training on earlier data, or the weights of another run."""

import json
import math
from functools import partial

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.batches import SliceBatches
from nn.initializers import INITIALIZERS
from nn.losses import LOSSES
from nn.metrics import rmse
from nn.network import Network
from nn.optimizers import OPTIMIZERS
from nn.schedules import SCHEDULES
from nn.training import train
from runner.runs.data import generator, prepare
from runner.runs.weights import write_weights
from tests.nn.building import grouped
from tests.runner.building import keys_of, plan_of, refusal, spec_of, trained, trained_all

QUICK = ("training.evaluations=2", "tracking.plots=none")
TWO = (
    "data=surface", "data.function=saddle", "warm_start=[{function:bowl}]", "data.noise=0.1", "activation=sigmoid",
    "optimizer=momentum", "optimizer.momentum=0.6", "schedule=inverse_power", "schedule.power=0.2", "seed=4",
    "training.order=cyclic", "training.batch_size=40", "training.steps=9", "training.l2=0.01", "training.l2_of=all",
)  # fmt: skip


def by_hand(phases: int):
    """One phase after another with `nn` alone: weights and velocity are kept, the steps of the schedule start again."""
    spec = spec_of(*TWO)
    network = Network((2, 6, 1), ACTIVATIONS["sigmoid"](), ACTIVATIONS["identity"](), LOSSES["half_mse"]())
    drawn = network.initialize(generator(4, "init"), INITIALIZERS["normal"], 2)
    parameters, state = drawn[np.newaxis], None
    for phase in spec.phases[:phases]:
        data = prepare(phase)
        X, Y = data.X_train[np.newaxis], data.Y_train[np.newaxis]
        stack = grouped(
            network=network, parameters=parameters, X_train=X, Y_train=Y,
            batches=SliceBatches(X, Y, 40, cyclic=True, order=network.memory_order(40)),
            X_test=data.X_test[np.newaxis], Y_test=data.Y_test[np.newaxis], metric=rmse,
            optimizer=OPTIMIZERS.optimizer("momentum"), hyperparameters={"momentum": np.array([0.6])},
            learning_rate=np.array([0.1]), schedules=[partial(SCHEDULES["inverse_power"], n_steps=9, power=0.2)],
            evaluations=[0, 4, 9], stop_cost=np.array([-np.inf]), patience=np.array([np.inf]),
            decayed=np.ones(network.n_parameters), l2=np.array([0.01]), state=state,
        )  # fmt: skip
        trained = train(stack)
        parameters, state = trained.parameters, trained.state
    return trained


def test_a_warm_start_is_two_trainings_one_after_the_other():
    result, expected = trained(*TWO, *QUICK), by_hand(2)
    assert result.network.parameters.tobytes() == expected.parameters[0].tobytes()
    assert list(result.history["step"]) == [0.0, 4.0, 9.0]
    assert list(result.history["train/cost"]) == expected.history["train_cost"][0].tolist()
    assert list(result.history["test/cost"]) == expected.history["test_cost"][0].tolist()
    assert list(result.history["learning_rate"]) == expected.history["learning_rate"][0].tolist()
    assert by_hand(1).parameters.tobytes() != expected.parameters.tobytes()


def test_a_run_begins_where_the_phase_before_ended():
    earlier = trained("data.noise=0.5", "training.epochs=3", *QUICK)
    result = trained("warm_start=[{noise:0.5}]", "data.noise=0", "training.epochs=3", *QUICK)
    data = prepare(result.spec)
    network = Network((1, 6, 1), ACTIVATIONS["tanh"](), ACTIVATIONS["identity"](), LOSSES["half_mse"]())
    outputs = network.predict(earlier.network.parameters[np.newaxis], data.X_train[np.newaxis])[0]
    assert result.history["train/cost"][0] == pytest.approx(0.5 * ((outputs - data.Y_train) ** 2).mean(), rel=1e-13)


def test_an_epoch_is_one_pass_in_every_phase_whatever_its_size():
    """By hand: full batches are one step an epoch; 32 of 600 samples are 19, of 300 ten."""
    first = ("data=quadrants", "warm_start=[{samples_per_cluster:200}]", "training.epochs=2")
    for mode, expected in (("full", [2, 2]), ("minibatch", [2 * 19, 2 * 10])):
        plan = plan_of((f"training.mode={mode}",), first=first)
        (task,) = plan.tasks
        assert [shape.n_steps for shape in task.shapes] == expected


def test_phases_may_have_more_or_fewer_samples_than_a_batch():
    result = trained("warm_start=[{samples:10},{samples:900}]", "training.batch_size=100", "training.epochs=2", *QUICK)
    assert (result.outcome, result.last_step) == ("stopped", 2 * math.ceil(150 / 100))


@pytest.mark.parametrize("plots", ["none", "all"])
def test_a_run_that_diverges_before_its_own_data_is_diverged_and_harms_no_other(plots):
    """Targets of 10^200 in the first phase; the neighbour in the stack has none."""
    huge = "warm_start=[{domain:[1e150,2e150]}]"
    first = ("data=square", "training.steps=5", "training.evaluations=2", "workers=1", f"tracking.plots={plots}")
    plan = plan_of((huge, "seed=1"), ("warm_start=[{}]", "seed=2"), first=first)
    assert len(plan.tasks) == 1
    diverged, other = trained_all(plan)
    assert (diverged.outcome, diverged.last_step) == ("diverged", 0)
    assert list(diverged.history["step"]) == []
    assert math.isnan(diverged.objective)
    assert all(math.isfinite(value) for value in diverged.finals.values())
    assert other.outcome == "stopped"
    assert (
        other.network.parameters.tobytes() == trained("warm_start=[{}]", "seed=2", *first).network.parameters.tobytes()
    )


@pytest.fixture
def weights(tmp_path):
    """A trained run and the override that starts from its weights."""

    def make(*overrides: str):
        result = trained(*overrides, "training.epochs=2", *QUICK)
        path = tmp_path / "weights.npz"
        path.write_bytes(write_weights(result.network))
        return result, f"network.start={path}"

    return make


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("network.hidden=[3,2]", "network.bias=false"),
        ("dtype=float32",),
        ("data=quadrants", "network.output=softmax"),
    ],
)
def test_a_run_starts_from_the_weights_of_another(overrides, weights):
    earlier, start = weights(*overrides)
    plan = plan_of((start,), ("seed=1",), (start, "seed=2"), first=(*overrides, "workers=1"))
    (task,) = plan.tasks
    found = [None if one is None else one.tobytes() for one in task.starts]
    assert found == [earlier.network.parameters.tobytes(), None, earlier.network.parameters.tobytes()]
    result = trained(start, *overrides, "training.epochs=2", *QUICK)
    assert result.history["train/cost"][0] == earlier.history["train/cost"][-1]
    assert result.history["test/cost"][0] == earlier.history["test/cost"][-1]


def test_the_key_of_a_run_follows_the_weights_it_starts_from(weights):
    _, start = weights()
    before = keys_of((start,))
    assert keys_of((start,)) == before != keys_of(())
    weights("seed=5")
    assert keys_of((start,)) != before


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("network.hidden=[7]",), " holds a 1-6-1 network; this one is 1-7-1"),
        (("network.hidden=[6,6]",), " holds a 1-6-1 network; this one is 1-6-6-1"),
        (("data=surface",), " holds a 1-6-1 network; this one is 2-6-1"),
        (("network.bias=false",), " holds a 1-6-1 network with biases; this one is 1-6-1"),
    ],
)
def test_weights_of_another_network_are_refused_with_both_shapes(overrides, said, weights):
    _, start = weights()
    message = refusal(start, *overrides)
    assert message == f"{start.replace('network.start=', 'network.start=')}{said}"


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("activation=sigmoid",), " weights of activation=tanh; this run has activation=sigmoid"),
        (("network.activations=[relu]",), " weights of activation=tanh; this run has activation=relu"),
        (("network.input=tanh",), " weights of network.input=identity; this run has network.input=tanh"),
        (("network.output=tanh",), " weights of network.output=identity; this run has network.output=tanh"),
        (("data.standardize=true",), " weights for inputs that are scaled otherwise: (value - 0) / 1, here (value - "),
        (("network.target_range=[0,1]",), " weights for targets that are scaled otherwise: (value - 0) / 1, here (val"),
    ],
)  # fmt: skip
def test_weights_of_another_activation_or_scaling_are_refused_with_what_differs(overrides, said, weights):
    _, start = weights()
    assert refusal(start, *overrides).startswith(f"{start} holds{said}")


@pytest.mark.parametrize(
    "overrides",
    [("data=quadrants", "data.standardize=true"), ("network.output=tanh",), ("network.target_range=[0,1]",)],
)
def test_weights_are_used_under_their_own_scaling_and_refused_for_data_that_are_scaled_otherwise(overrides, weights):
    earlier, start = weights(*overrides)
    result = trained(start, *overrides, "training.epochs=2", *QUICK)
    assert result.history["train/cost"][0] == earlier.history["train/cost"][-1]
    assert "are scaled otherwise" in refusal(start, *overrides, "seed=1")
    trained(start, *overrides, "seed=1", "data.seed=0", "training.epochs=2", *QUICK)


def test_the_activation_of_hidden_layers_does_not_matter_where_there_are_none(weights):
    earlier, start = weights("network.hidden=[]")
    result = trained(start, "network.hidden=[]", "activation=sigmoid", "training.epochs=2", *QUICK)
    assert result.history["train/cost"][0] == earlier.history["train/cost"][-1]


def rewritten(start: str, **changed) -> None:
    path = start.partition("=")[2]
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **{key: value for key, value in (arrays | changed).items() if value is not None})


@pytest.mark.parametrize(
    "changed",
    [
        {"parameters": None}, {"structure": None}, {"structure": np.array("{")}, {"structure": np.array("3")},
        {"structure": np.array(json.dumps({"sizes": [1, 6, 1]}))}, {"parameters": np.array([object], dtype=object)},
        {"parameters": np.zeros(3)}, {"parameters": np.array(["a"] * 19)},
    ],
    ids=["no parameters", "no structure", "no JSON", "no object", "no bias", "pickle", "another length", "text"],
)  # fmt: skip
def test_a_file_that_is_not_of_weights_is_refused(changed, weights):
    _, start = weights()
    rewritten(start, **changed)
    assert " is not the weights.npz of a run: " in refusal(start)


def test_what_is_wrong_with_a_file_of_weights_is_in_the_refusal(weights):
    _, start = weights()
    for changed, said in (
        ({"x_shift": np.zeros(7)}, "its x_shift should be 1 numbers, as its structure needs"),
        ({"parameters": np.zeros(3)}, "its parameters should be "),
        ({"x_scale": None}, "it has no x_scale"),
    ):
        rewritten(start, **changed)
        assert said in refusal(start)


@pytest.mark.parametrize("contents", [b"", b"a,b\n1,2\n", b"PK\x03\x04"])
def test_a_file_that_is_no_archive_is_refused(contents, tmp_path):
    path = tmp_path / "weights.npz"
    path.write_bytes(contents)
    said = f"network.start={path} is not the weights.npz of a run: File is not a zip file"
    assert refusal(f"network.start={path}") == said


def test_weights_that_are_not_finite_are_refused(weights):
    _, start = weights()
    rewritten(start, parameters=np.full(19, np.nan))
    assert refusal(start).startswith(f"{start} holds NaN or infinite weights")
