"""Faults in training: the bits of a run, single precision, and a cost in mixed units that changes nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nn.faults import FAULTS
from nn.network import Network, Trace
from nn.registry import Array
from nn.stack import Stack, Trained
from nn.training import train
from tests.nn.building import Structure, build_stack, changed, difference
from tests.nn.components import label
from tests.nn.covering import covering

EVALUATIONS = (0, 1, 5, 12)
any_fault = pytest.mark.parametrize("fault", list(FAULTS))
both_precisions = pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=label)


def structure_of(*faults: str, **options: Any) -> Structure:
    """2-3-3-3 with L2; ReLU for the faults of ReLU, classes for those of labels, Adam for those of Adam."""
    if any("relu" in fault for fault in faults):
        options["activation"] = "relu"
    if "column_labels" in faults:
        options |= {"output": "softmax", "loss": "softmax_cross_entropy"}
    if "missing_bias_correction" in faults:
        options["optimizer"] = "adam"
    return Structure((2, 3, 3, 3), faults=faults, extras=("l2",), evaluations=EVALUATIONS, **options)


def units_of(seed: int) -> tuple[float, float]:
    """A shift and a scale of a run's own."""
    rng = np.random.default_rng(1000 + seed)
    return float(rng.uniform(1, 3)), float(rng.uniform(2, 4))


def stack_with_units(structure: Structure, seeds: Sequence[int]) -> Stack:
    """Every second run starts with the copies of one output that a broadcast begins with."""
    stack = build_stack(structure, seeds)
    W = stack.network.layers(stack.parameters)[-1][0]
    W[...] = np.where(np.array(seeds)[:, np.newaxis, np.newaxis] % 2, W[:, :, :1], W)
    shift, scale = np.array([units_of(seed) for seed in seeds]).T
    return changed(stack, target_shift=shift, target_scale=scale)


def trained(structure: Structure, seeds: Sequence[int] = (0, 1, 2)) -> Trained:
    return train(stack_with_units(structure, seeds))


@pytest.mark.parametrize(
    ("fault", "dtype", "batches", "order"),
    covering(list(FAULTS), (np.float64, np.float32), ("full", "shuffled", "fresh"), ("C", "F")),
    ids=label,
)
def test_a_run_with_a_fault_has_the_same_bits_alone_and_in_a_stack(
    fault: str, dtype: Any, batches: str, order: str
) -> None:
    structure, seeds = structure_of(fault, dtype=dtype, batches=batches, order=order, optimizer="momentum"), range(8)
    together = trained(structure, seeds)
    for position in (0, 1, 5):
        assert difference(together, position, trained(structure, [seeds[position]])) == []


@any_fault
def test_a_run_with_a_fault_keeps_its_bits_when_its_neighbours_leave(fault: str) -> None:
    structure, seeds = structure_of(fault), range(8)
    all_along = trained(structure, seeds)
    # Every second run stops at the second point, because its cost there is no higher than it is.
    stop = np.where(np.arange(8) % 2, all_along.history["train_cost"][:, 1], -np.inf)
    shortened = train(changed(stack_with_units(structure, seeds), stop_cost=stop))
    assert (shortened.last_step[1::2] <= 1).all()
    for position in range(0, 8, 2):
        assert difference(shortened, position, trained(structure, [position])) == []


@any_fault
def test_a_fault_changes_what_a_training_reports(fault: str) -> None:
    """Otherwise the tests above compare healthy runs."""
    structure = structure_of(fault)
    wrong, right = trained(structure), trained(replace(structure, faults=()))
    assert not np.allclose(wrong.history["train_cost"][:, -1], right.history["train_cost"][:, -1], rtol=1e-6)


def test_the_cost_in_mixed_units_compares_trained_outputs_with_targets_in_the_units_of_the_data() -> None:
    structure = structure_of("mixed_units")
    stack, result = stack_with_units(structure, [0, 1, 2]), trained(structure)
    assert stack.data.X_test is not None and stack.data.Y_test is not None
    sets = {"train_cost": (stack.data.X_train, stack.data.Y_train), "test_cost": (stack.data.X_test, stack.data.Y_test)}
    for name, (X, Y) in sets.items():
        for run in range(3):
            shift, scale = units_of(run)
            outputs = stack.network.predict(result.parameters, X)[run]
            cost = (0.5 * (outputs - (Y[run] * scale + shift)) ** 2).sum(axis=1).mean()
            assert result.history[name][run, -1] == pytest.approx(cost, rel=1e-12)


@both_precisions
def test_mixed_units_change_the_two_costs_alone(dtype: Any) -> None:
    structure = structure_of("mixed_units", dtype=dtype, reduction="sum")
    mixed, healthy = trained(structure), trained(replace(structure, faults=()))
    for run in range(3):
        found = difference(mixed, run, trained(replace(structure, faults=()), [run]))
        assert sorted(found) == ["test_cost", "train_cost"]
    assert mixed.history["train_loss"].tobytes() == healthy.history["train_loss"].tobytes()


def test_a_healthy_cost_is_the_same_with_and_without_units_and_mixed_units_need_them() -> None:
    for faults in ((), ("mixed_units",)):
        plain = replace(structure_of(), faults=faults)
        without = changed(stack_with_units(plain, [0, 1]), target_shift=None, target_scale=None)
        reference = trained(replace(plain, faults=()), [0, 1])
        assert train(without).history["train_cost"].tobytes() == reference.history["train_cost"].tobytes()


def test_a_run_whose_cost_in_mixed_units_is_low_has_converged_by_that_cost() -> None:
    """The rule looks at what is shown, so the fault ends runs too late, or never."""
    stack = stack_with_units(structure_of("mixed_units"), [0, 1])
    healthy_costs = trained(structure_of(), [0, 1]).history["train_cost"]
    result = train(changed(stack, stop_cost=healthy_costs.max(axis=1)))
    assert result.outcomes == ["stopped", "stopped"]


@pytest.mark.parametrize(
    "faults",
    [("weights_subtracted", "missing_factor"), ("transposed_gradient", "broadcast_update"), tuple(FAULTS)],
    ids=label,
)
@both_precisions
def test_combined_faults_have_the_same_bits_alone_and_in_a_stack(faults: tuple[str, ...], dtype: Any) -> None:
    structure = structure_of(*faults, dtype=dtype)
    together = trained(structure, range(6))
    for position in (0, 3):
        assert difference(together, position, trained(structure, [position])) == []


@any_fault
def test_in_single_precision_a_fault_computes_nothing_in_double(fault: str) -> None:
    network = structure_of(fault, dtype=np.float32).network
    seen = dtypes_of_a_gradient(network)
    ones = np.ones((1, network.n_parameters), dtype=np.float32)
    assert seen == {np.dtype(np.float32)}
    assert network.penalty(ones[:, :1], ones[0], ones).dtype == np.float32
    assert network.cost_targets(ones, ones[:, :1], ones[:, :1]).dtype == np.float32


def dtypes_of_a_gradient(network: Network) -> set[Any]:
    """Of the gradient, of delta, and of every derivative that back-propagation asks for."""
    seen: set[Any] = set()

    def noting(derivative: Any) -> Any:
        def noted(z: Array, a: Array) -> Array:
            slope: Array = derivative(z, a)
            seen.update({z.dtype, a.dtype, slope.dtype})
            return slope

        return noted

    hidden = replace(network.activation, derivative=noting(network.activation.derivative))
    noted = replace(network, activation=hidden)
    parameters = np.random.default_rng(0).normal(size=(1, network.n_parameters)).astype(np.float32)
    x, t = np.ones((1, 2, 4), dtype=np.float32), np.zeros((1, 3, 4), dtype=np.float32)
    layers, out = network.layers(parameters), np.zeros_like(parameters)
    trace: Trace = network.forward(layers, x)
    noted.gradient(layers, trace, t, network.layers(out))
    return seen | {out.dtype, noted.output_delta(trace, t).dtype}


@any_fault
def test_single_precision_agrees_with_double_over_a_few_steps(fault: str) -> None:
    double, single = (trained(structure_of(fault, dtype=dtype, schedule="step")) for dtype in (np.float64, np.float32))
    assert single.parameters.dtype == np.float32
    np.testing.assert_allclose(single.parameters, double.parameters, rtol=1e-4, atol=1e-4)
