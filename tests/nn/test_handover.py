"""Training continues an earlier one: parameters and the optimizer's state handed over."""

from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.batches import SliceBatches
from nn.losses import LOSSES
from nn.network import Network
from nn.optimizers import OPTIMIZERS
from nn.registry import Array
from nn.stack import Trained
from nn.training import train
from tests.nn.components import label
from tests.nn.stacks import stack_of

RUNS, N = 3, 8
# Adam and its kin correct their bias by the step number, which begins anew, so they are not among these.
STATELESS_IN_TIME = ("adagrad", "momentum", "nesterov", "rmsprop", "sgd")


def network(**options: Any) -> Network:
    return Network((2, 4, 1), ACTIVATIONS["tanh"](), ACTIVATIONS["identity"](), LOSSES["half_mse"](), **options)


def first_parameters() -> Array:
    return np.random.default_rng(1).normal(size=(RUNS, network().n_parameters))


def trained(steps: int, parameters: Array, optimizer: str, batch_size: int = 2, **options: Any) -> Trained:
    rng = np.random.default_rng(2)
    X, Y = rng.normal(size=(RUNS, N, 2)), rng.normal(size=(RUNS, N, 1))
    net = options.pop("network", network())
    batches = SliceBatches(X.astype(net.dtype), Y.astype(net.dtype), batch_size)
    fields = {"batches": batches, "optimizer": optimizer, "l2": np.array([0.0, 0.1, 0.2]), **options}
    return train(stack_of(net, parameters, X, Y, 0.05, fields.pop("evaluations", (0, steps)), **fields))


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=label)
@pytest.mark.parametrize("k", [4, 8, 12])
@pytest.mark.parametrize("optimizer", STATELESS_IN_TIME)
def test_two_trainings_of_k_steps_are_one_of_2k_to_the_last_bit(optimizer: str, k: int, dtype: Any) -> None:
    options = {"network": network(dtype=dtype)}
    whole = trained(2 * k, first_parameters(), optimizer, evaluations=(0, k, 2 * k), **options)
    half = trained(k, first_parameters(), optimizer, **options)
    rest = trained(k, half.parameters, optimizer, state=half.state, **options)
    assert rest.parameters.tobytes() == whole.parameters.tobytes()
    assert [slot.tobytes() for slot in rest.state] == [slot.tobytes() for slot in whole.state]
    for name, series in whole.history.items():
        assert series[:, 1].tobytes() == half.history[name][:, 1].tobytes() == rest.history[name][:, 0].tobytes()
        assert series[:, 2].tobytes() == rest.history[name][:, 1].tobytes()


@pytest.mark.parametrize("optimizer", [name for name in STATELESS_IN_TIME if name != "sgd"])
def test_without_its_state_an_optimizer_starts_again(optimizer: str) -> None:
    whole, half = trained(8, first_parameters(), optimizer), trained(4, first_parameters(), optimizer)
    forgetful = trained(4, half.parameters, optimizer)
    assert not np.allclose(forgetful.parameters, whole.parameters, rtol=1e-6)


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_the_state_has_an_array_per_slot_and_starts_at_zero(optimizer: str) -> None:
    result = trained(4, first_parameters(), optimizer)
    assert [slot.shape for slot in result.state] == [(RUNS, network().n_parameters)] * OPTIMIZERS.slots(optimizer)
    zeros = [np.zeros_like(slot) for slot in result.state]
    assert trained(4, first_parameters(), optimizer, state=zeros).parameters.tobytes() == result.parameters.tobytes()
    assert all(slot.any() for slot in result.state)


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_the_arrays_that_are_handed_over_are_left_as_they_were(optimizer: str) -> None:
    first = trained(4, first_parameters(), optimizer)
    arrays = [first.parameters, *first.state]
    before = [array.tobytes() for array in arrays]
    trained(4, first.parameters, optimizer, state=first.state)
    assert [array.tobytes() for array in arrays] == before


def test_momentum_that_is_handed_over_pulls_in_the_first_step() -> None:
    # By hand: v = 0.9 v0 + rate g, subtracted; without v0 the step is rate g.
    start, v0 = first_parameters(), np.random.default_rng(3).normal(size=(RUNS, network().n_parameters))
    pulled = trained(1, start, "momentum", state=[v0]).parameters
    plain = trained(1, start, "momentum").parameters
    np.testing.assert_allclose(pulled - plain, -0.9 * v0, rtol=1e-10, atol=1e-14)


def test_the_state_of_every_run_is_that_of_its_last_finite_step() -> None:
    """The first run stops early, the second diverges, the third continues; state and parameters belong together."""
    evaluations = (0, 2, 4, 6)
    schedules = [np.ones_like, lambda steps: np.where(steps < 3, 1.0, 1e200), np.ones_like]
    costs = trained(6, first_parameters(), "momentum", evaluations=evaluations).history["train_cost"]
    stop = np.array([costs[0, 2], -np.inf, -np.inf])
    options = {"schedules": schedules, "stop_cost": stop, "evaluations": evaluations}
    result = trained(6, first_parameters(), "momentum", **options)
    assert result.outcomes == ["converged", "diverged", "stopped"]
    assert result.last_step[1:].tolist() == [2, 6]
    for run, last in enumerate(result.last_step):
        until = trained(int(last), first_parameters(), "momentum")
        assert result.state[0][run].tobytes() == until.state[0][run].tobytes()
        assert result.parameters[run].tobytes() == until.parameters[run].tobytes()
