"""What is minimised and what is reported: sum or mean, another loss shown, train_loss, and the cost seen online."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.batches import SliceBatches
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array
from nn.stack import SERIES, Trained
from nn.training import train
from tests.nn.components import loss_output_pairs, make_loss
from tests.nn.stacks import stack_of
from tests.nn.test_law_gradient import back_propagated, forward, some_point

RUNS, N = 2, 7


def network(reduction: Literal["mean", "sum"] = "mean", shown: str | None = None, **options: Any) -> Network:
    return Network(
        (2, 3, 2),
        ACTIVATIONS["tanh"](),
        ACTIVATIONS["identity"](),
        LOSSES["half_mse"](),
        reduction=reduction,
        shown=LOSSES[shown]() if shown else None,
        **options,
    )


def problem(n: int = N) -> tuple[Array, Array, Array]:
    """Parameters, X and Y of two runs."""
    rng = np.random.default_rng(11)
    return rng.normal(size=(RUNS, network().n_parameters)), rng.normal(size=(RUNS, n, 2)), rng.normal(size=(RUNS, n, 2))


def trained(network: Network, rate: float = 0.1, evaluations: Any = (0, 1, 2, 6), **options: Any) -> Trained:
    parameters, X, Y = problem()
    return train(stack_of(network, parameters, X, Y, rate, evaluations, **options))


def sliced(batch_size: int, **options: Any) -> SliceBatches:
    _, X, Y = problem()
    return SliceBatches(X, Y, batch_size, **options)


@pytest.mark.parametrize("n", [1, 2, 9])
@pytest.mark.parametrize(("loss", "output"), loss_output_pairs())
def test_the_objective_is_the_mean_or_the_sum_of_the_samples_losses(loss: str, output: str, n: int) -> None:
    mean = Network((3, 4, 2), ACTIVATIONS["tanh"](), ACTIVATIONS[output](), make_loss(loss))
    total, point = replace(mean, reduction="sum"), some_point(mean, n, 5)
    trace = forward(mean, point.parameters, point)
    singles = [
        mean.loss.per_sample(trace.z[-1][..., [k]], trace.a[-1][..., [k]], point.t[..., [k]]).item() for k in range(n)
    ]
    assert mean.objective(trace, point.t) == pytest.approx(sum(singles) / n, rel=1e-13, abs=1e-15)
    assert total.objective(trace, point.t) == pytest.approx(sum(singles), rel=1e-13, abs=1e-15)
    assert total.cost(trace, point.t) == mean.cost(trace, point.t) == mean.objective(trace, point.t)


@pytest.mark.parametrize("n", [2, 9])
@pytest.mark.parametrize(("loss", "output"), loss_output_pairs())
def test_the_gradient_of_the_sum_is_n_times_that_of_the_mean(loss: str, output: str, n: int) -> None:
    mean = Network((3, 4, 2), ACTIVATIONS["tanh"](), ACTIVATIONS[output](), make_loss(loss))
    point = some_point(mean, n, 5)
    of_sum, of_mean = back_propagated(replace(mean, reduction="sum"), point), back_propagated(mean, point)
    np.testing.assert_allclose(of_sum, n * of_mean, rtol=1e-12, atol=1e-15)
    assert np.abs(of_mean).max() > 1e-6


def test_a_sum_steps_by_the_samples_of_the_batch_and_not_of_the_set() -> None:
    # 7 samples by 4: the sum over 4, then over 3, is 4 and 3 times the mean.
    one_by_one = trained(network(), 0.1, (0, 2), batches=sliced(4), schedules=[lambda steps: 4.0 - steps] * RUNS)
    summed = trained(network("sum"), 0.1, (0, 2), batches=sliced(4))
    np.testing.assert_allclose(summed.parameters, one_by_one.parameters, rtol=1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("shown", ["squared_error", "absolute_error"])
def test_the_shown_loss_changes_the_cost_and_not_a_bit_of_the_training(
    shown: str, reduction: Literal["mean", "sum"]
) -> None:
    rate = 0.02
    plain, other = trained(network(reduction), rate), trained(network(reduction, shown), rate)
    assert plain.parameters.tobytes() == other.parameters.tobytes()
    for series in ("train_metric", "gradient_norm", "learning_rate"):
        assert plain.history[series].tobytes() == other.history[series].tobytes()
    _, X, Y = problem()
    errors = network().predict(other.parameters, X) - Y
    expected = (errors**2 if shown == "squared_error" else np.abs(errors)).sum(axis=2).mean(axis=1)
    np.testing.assert_allclose(other.history["train_cost"][:, -1], expected, rtol=1e-12)
    assert not np.allclose(plain.history["train_cost"], other.history["train_cost"])


def test_the_test_cost_and_the_stopping_rule_use_the_shown_loss() -> None:
    _, X, Y = problem()
    test_set = {"X_test": X, "Y_test": Y}
    costs = trained(network(shown="absolute_error"), **test_set).history
    assert costs["test_cost"].tobytes() == costs["train_cost"].tobytes()
    stopped = trained(network(shown="absolute_error"), stop_cost=costs["train_cost"][:, 2])
    assert stopped.outcomes == ["converged"] * RUNS
    assert stopped.last_step.tolist() == [2] * RUNS


@pytest.mark.parametrize(
    ("reduction", "shown", "differs"),
    [("mean", None, False), ("sum", None, True), ("mean", "squared_error", True), ("sum", "absolute_error", True)],
)
def test_the_trained_loss_is_reported_exactly_where_it_is_not_the_cost(
    reduction: Literal["mean", "sum"], shown: str | None, differs: bool
) -> None:
    result = trained(network(reduction, shown), 0.02)
    assert set(result.history) == {*SERIES, "train_loss"} if differs else set(SERIES)
    if differs:
        _, X, Y = problem()
        errors = network().predict(result.parameters, X) - Y
        losses = 0.5 * (errors**2).sum(axis=2)
        expected = losses.sum(axis=1) if reduction == "sum" else losses.mean(axis=1)
        np.testing.assert_allclose(result.history["train_loss"][:, -1], expected, rtol=1e-12)


def batch_costs(batch_size: int, steps: int, cyclic: bool, shown: str | None) -> Array:
    """The cost of every step's batch before its update, `(runs, steps)`, from trainings that stop just there."""
    _, X, Y = problem()
    starts, costs, start = [], [], 0
    for step in range(steps):
        starts.append(start)
        start = (start + batch_size) % N if cyclic or start + batch_size < N else 0
        before = trained(network(), evaluations=(0, step), batches=sliced(batch_size, cyclic=cyclic)) if step else None
        parameters = before.parameters if before else problem()[0]
        rows = slice(starts[-1], starts[-1] + batch_size)
        errors = network().predict(parameters, X[:, rows]) - Y[:, rows]
        per_output = np.abs(errors) if shown == "absolute_error" else 0.5 * errors**2
        costs.append(per_output.sum(axis=2).mean(axis=1))
    return np.array(costs).T


@pytest.mark.parametrize("cyclic", [False, True])
@pytest.mark.parametrize("shown", [None, "absolute_error"])
def test_the_online_cost_is_the_mean_of_the_batches_before_their_updates_since_the_last_evaluation(
    shown: str | None, cyclic: bool
) -> None:
    evaluations = (0, 1, 3, 8)
    batches = sliced(3, cyclic=cyclic)
    result = trained(network(shown=shown), evaluations=evaluations, batches=batches, online=True)
    costs = batch_costs(3, 8, cyclic, shown)
    expected = [costs[:, :1].mean(axis=1), costs[:, 1:3].mean(axis=1), costs[:, 3:].mean(axis=1)]
    np.testing.assert_allclose(result.history["online_cost"][:, 1:].T, expected, rtol=1e-12)
    assert result.history["online_cost"][:, 0].tobytes() == result.history["train_cost"][:, 0].tobytes()


def test_the_online_cost_is_there_when_asked_for_and_changes_nothing_else() -> None:
    silent, online = trained(network(), batches=sliced(3)), trained(network(), batches=sliced(3), online=True)
    assert set(online.history) - set(silent.history) == {"online_cost"}
    assert set(silent.history) == set(SERIES)
    assert silent.parameters.tobytes() == online.parameters.tobytes()
    assert all(silent.history[name].tobytes() == online.history[name].tobytes() for name in SERIES)


def test_with_full_batches_the_online_cost_of_a_single_step_is_the_cost_before_it() -> None:
    history = trained(network(), evaluations=range(6), online=True).history
    assert np.array_equal(history["online_cost"][:, 1:], history["train_cost"][:, :-1])


def test_the_online_cost_of_the_others_is_unchanged_when_a_run_leaves() -> None:
    costs = trained(network(), batches=sliced(3)).history["train_cost"]
    stop = np.array([costs[0, 1], -np.inf])
    left = trained(network(), batches=sliced(3), online=True, stop_cost=stop).history["online_cost"]
    stayed = trained(network(), batches=sliced(3), online=True).history["online_cost"]
    assert left[1].tobytes() == stayed[1].tobytes()
    assert np.isnan(left[0, 2:]).all()
