"""Training finds what it should find, and chunks of prepared rates change nothing."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.batches import FullBatches
from nn.initializers import INITIALIZERS
from nn.losses import LOSSES
from nn.metrics import rmse
from nn.network import Network
from nn.optimizers import OPTIMIZERS, Optimizer, Step
from nn.registry import Array
from nn.schedules import SCHEDULES
from nn.stack import Trained
from nn.training import train
from tests.nn.building import EXTRAS, Structure, accuracy, build_stack, changed, grouped, weights_only
from tests.nn.components import defaults, per_run, shared


def learn(
    network: Network, X: Any, Y: Any, seeds: Sequence[int], steps: int, rate: float, optimizer: str, metric: Any = rmse
) -> Trained:
    """Full batches of the same data for every seed; measured at the start and at the end."""
    runs, glorot = len(seeds), INITIALIZERS["glorot"]
    X, Y = np.repeat(X[np.newaxis], runs, axis=0), np.repeat(Y[np.newaxis], runs, axis=0)
    settings = defaults(OPTIMIZERS, optimizer)
    stack = grouped(
        network=network,
        parameters=np.stack([network.initialize(np.random.default_rng(seed), glorot) for seed in seeds]),
        batches=FullBatches(X, Y),
        X_train=X,
        Y_train=Y,
        X_test=None,
        Y_test=None,
        metric=metric,
        optimizer=OPTIMIZERS.optimizer(optimizer, **shared(settings)),
        hyperparameters={name: np.full(runs, value) for name, value in per_run(settings).items()},
        learning_rate=np.full(runs, rate),
        schedules=[np.ones_like] * runs,
        evaluations=(0, steps),
        stop_cost=np.full(runs, -np.inf),
        patience=np.full(runs, np.inf),
        decayed=weights_only(network),
    )
    return train(stack)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov"])
@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_network_converges_to_the_least_squares_solution(bias: bool, optimizer: str) -> None:
    identity = ACTIVATIONS["identity"]()
    network = Network((3, 2), identity, identity, LOSSES["half_mse"](), bias)
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(30, 3)), rng.normal(size=(30, 2))
    result = learn(network, X, Y, seeds=[0, 1], steps=1500, rate=0.05, optimizer=optimizer)
    columns = np.hstack([X, np.ones((30, 1))]) if bias else X
    solution = np.linalg.lstsq(columns, Y)[0]  # weights row by row, then the bias: the order of our parameters
    for run in range(2):
        np.testing.assert_allclose(result.parameters[run], solution.ravel(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(result.history["gradient_norm"][:, -1], 0, atol=1e-9)


def test_a_network_of_four_tanh_units_learns_xor_from_most_of_twenty_seeds() -> None:
    sigmoid = ACTIVATIONS["sigmoid"]()
    network = Network((2, 4, 1), ACTIVATIONS["tanh"](), sigmoid, LOSSES["binary_cross_entropy"]())
    X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], dtype=float)
    Y = np.array([[0], [1], [1], [0]], dtype=float)
    result = learn(network, X, Y, range(20), steps=1000, rate=0.5, optimizer="sgd", metric=accuracy)
    solved = result.history["train_metric"][:, -1] == 1
    assert solved.sum() >= 15
    assert (result.history["train_cost"][solved, -1] < result.history["train_cost"][solved, 0]).all()
    # What the history says is what the kept parameters do.
    right = (network.predict(result.parameters, X[np.newaxis]) > 0.5) == Y
    assert (right.all(axis=(1, 2)) == solved).all()


def test_a_network_without_hidden_layers_cannot_learn_xor() -> None:
    # Minsky and Papert (1969): no line separates the classes, so at most three of four are right.
    network = Network((2, 1), ACTIVATIONS["tanh"](), ACTIVATIONS["sigmoid"](), LOSSES["binary_cross_entropy"]())
    X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], dtype=float)
    Y = np.array([[0], [1], [1], [0]], dtype=float)
    result = learn(network, X, Y, range(20), steps=300, rate=0.5, optimizer="sgd", metric=accuracy)
    assert result.history["train_metric"][:, -1].max() <= 0.75


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "rmsprop", "adam"])
def test_every_shipped_optimizer_learns_a_straight_line(optimizer: str) -> None:
    identity = ACTIVATIONS["identity"]()
    network = Network((1, 1), identity, identity, LOSSES["half_mse"]())
    X = np.linspace(-1, 1, 21)[:, np.newaxis]
    result = learn(network, X, 0.7 * X - 0.2, range(5), steps=1500, rate=0.01, optimizer=optimizer)
    np.testing.assert_allclose(result.parameters, np.tile([0.7, -0.2], (5, 1)), atol=0.02)


@pytest.mark.parametrize("weight_decay", [0.1, 1.0])
def test_l2_gives_the_solution_of_ridge_regression_and_spares_the_biases(weight_decay: float) -> None:
    # Hoerl and Kennard (1970): (X'X / n + l2 D) w = X'y / n, here with D = 0 for the bias.
    structure = Structure((2, 1), batches="full", n=40, evaluations=(0, 1500), schedule="constant", extras=("l2",))
    stack = changed(build_stack(structure, [0]), learning_rate=np.array([0.3]), l2=np.array([weight_decay]))
    result = train(stack)
    columns, targets = np.hstack([stack.data.X_train[0], np.ones((40, 1))]), stack.data.Y_train[0]
    normal = columns.T @ columns / 40 + weight_decay * np.diag([1, 1, 0])
    solution = np.linalg.solve(normal, columns.T @ targets / 40)
    np.testing.assert_allclose(result.parameters[0], solution.ravel(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("rates_ahead", [1, 2, 5, 13, 4096])
@pytest.mark.parametrize("schedule", list(SCHEDULES))
def test_how_many_rates_are_prepared_at_once_changes_no_bit(
    schedule: str, rates_ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    structure = Structure(schedule=schedule, evaluations=(0, 3, 14, 40), optimizer="adam")

    def run() -> Trained:
        stack = build_stack(structure, range(6))
        assert stack.data.X_test is not None
        # Half the runs can never improve on their first test cost: they leave at step 14 and cut the prepared rates.
        Y_test = stack.network.predict(stack.parameters, stack.data.X_test)
        return train(changed(stack, Y_test=Y_test, patience=np.where(np.arange(6) % 2, 4.0, np.inf)))

    usual = run()
    monkeypatch.setattr("nn.rates.RATES_AHEAD", rates_ahead)
    other = run()
    assert usual.last_step.tolist() == [40, 14] * 3
    assert usual.last_step.tolist() == other.last_step.tolist()
    assert usual.parameters.tobytes() == other.parameters.tobytes()
    for name, series in usual.history.items():
        assert series.tobytes() == other.history[name].tobytes()


def test_rates_are_right_beyond_the_first_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a gradient that is 1 for ever, what a step subtracts is its rate: 1 / (1 + step)."""
    monkeypatch.setattr("nn.rates.RATES_AHEAD", 4)

    def rate_alone(step: Step, state: list[Array]) -> Array:
        return np.ones_like(step.gradient) * step.rate

    stack = changed(
        build_stack(Structure((1, 1), bias=False, evaluations=(0, 11)), [0]),
        optimizer=Optimizer(rate_alone, slots=0),
        hyperparameters={},
        learning_rate=np.ones(1),
        schedules=[partial(SCHEDULES["inverse_power"], n_steps=11, power=1.0)],
    )
    walked = stack.parameters - train(stack).parameters
    assert walked.item() == pytest.approx(sum(1 / (1 + step) for step in range(11)), rel=1e-14)


def test_a_step_in_single_precision_is_given_nothing_in_double() -> None:
    stack, seen = build_stack(Structure(dtype=np.float32, extras=EXTRAS), range(3)), set[Any]()

    def noting(step: Step, state: list[Array]) -> Array:
        seen.update({step.gradient.dtype, step.parameters.dtype, step.decayed.dtype, step.rate.dtype})
        return step.rate * step.gradient

    train(changed(stack, optimizer=Optimizer(noting, slots=0)))
    assert seen == {np.dtype(np.float32)}
