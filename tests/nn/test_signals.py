"""Signals are what a plain loop computes, whatever the activation; and training is the same with them and without.

That they are the same alone and in any stack is part of the tests of law 2, which compare them too.
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS, Activation
from nn.optimizers import OPTIMIZERS
from nn.registry import Array, Order
from nn.signals import EARLY_SAMPLES, Recording, largest_slope, recorded_steps
from nn.stack import Trained
from nn.training import train
from tests.nn.building import BATCHES, Structure, build_stack, changed
from tests.nn.components import ELEMENTWISE, label
from tests.nn.covering import covering
from tests.nn.sameness import difference
from tests.nn.test_law_compaction import EVALUATIONS, fated_stack

LARGEST_SLOPES = {
    "sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "floored_relu": 1.0, "leaky_relu": 1.0, "elu": 1.0, "softplus": 1.0,
    "gelu": 1.128904, "identity": 1.0, "selu": 1.7580993, "silu": 1.099839, "hard_tanh": 1.0, "sine": 1.0,
}  # fmt: skip
FOUR, ALL = ("gradient_norm", "weight_norm", "moved", "dead"), ("saturated", "flat", "spread")
DTYPES, ORDERS = (np.float64, np.float32), ("C", "F")


def size(*arrays: Array | None) -> float:
    """The Euclidean norm of some arrays together, by a sum over their entries."""
    return math.sqrt(math.fsum(float(entry) ** 2 for one in arrays if one is not None for entry in one.flat))


def at_step(structure: Structure, seed: int, step: int) -> Array:
    """The parameters `(P,)` of a run after so many updates."""
    return train(build_stack(replace(structure, evaluations=(0, step)), [seed])).parameters[0] if step else (
        build_stack(structure, [seed]).parameters[0].astype(structure.dtype)
    )  # fmt: skip


def by_hand(structure: Structure, seed: int, step: int, before: int) -> dict[str, list[float]]:
    """All seven signals of one run at a step, unit by unit and sample by sample, `before` is the record before."""
    network, part = structure.network, build_stack(structure, [seed]).data
    now, then = (at_step(structure, seed, one)[np.newaxis] for one in (step, before))
    layers, old, gradient = network.layers(now), network.layers(then), np.zeros_like(now)
    x, t = (np.ascontiguousarray(values.swapaxes(1, 2)) for values in (part.X_train, part.Y_train))
    trace = network.forward(layers, x)
    network.gradient(layers, trace, t, network.layers(gradient))
    found: dict[str, list[float]] = {name: [] for name in (*FOUR, *ALL)}
    for (W, b), (W0, b0), (dW, db) in zip(layers, old, network.layers(gradient), strict=True):
        found["gradient_norm"].append(size(dW, db))
        found["weight_norm"].append(size(W))
        change = size(W.astype(float) - W0, None if b is None or b0 is None else b.astype(float) - b0)
        found["moved"].append(change / max(size(W0), math.sqrt(W.shape[2])))
    for z, a, name in zip(trace.z[:-1], trace.a[1:-1], structure.hidden, strict=True):
        activation, largest = ACTIVATIONS[name](), LARGEST_SLOPES[name]
        low, lower = (float(structure.dtype(share * largest)) for share in (0.05, 0.01))
        assert activation.derivative is not None
        slopes = np.abs(activation.derivative(z, a))[0].tolist()
        found["dead"].append(np.mean([all(slope < lower for slope in unit) for unit in slopes]))
        found["saturated"].append(np.mean([slope < low for unit in slopes for slope in unit]))
        units = a[0].astype(float).tolist()
        found["flat"].append(np.mean([max(unit) - min(unit) <= 1e-3 * max(map(abs, unit)) for unit in units]))
        found["spread"].append(math.sqrt(np.mean([np.mean((np.array(u) - np.mean(u)) ** 2) for u in units])))
    return found


@pytest.mark.parametrize(
    ("activation", "second", "dtype", "order", "bias", "batches", "dropout"),
    covering(ELEMENTWISE, (None, "relu"), DTYPES, ORDERS, (True, False), ("full", "shuffled"), (False, True)),
    ids=label,
)
def test_every_signal_is_what_a_plain_loop_computes(
    activation: str, second: str | None, dtype: Any, order: Order, bias: bool, batches: str, dropout: bool
) -> None:
    structure = Structure(
        (2, 9, 5, 3), activation, dtype=dtype, order=order, bias=bias, batches=batches, evaluations=(0, 3, 11), n=21,
        extras=("l2",), activations=(activation, second) if second else (), dropout=dropout,
    )  # fmt: skip
    signals = train(build_stack(structure, range(3))).signals
    assert signals["step"].tolist() == [0, 1, 2, 3, 4, 8, 11]
    for place, before in ((0, 0), (1, 0), (5, 4), (6, 5)):
        steps = [int(signals["step"][one]) for one in (place, before)]
        for name, expected in by_hand(structure, 1, *steps).items():
            rtol = 1e-6 if dtype is np.float64 else 1e-4
            np.testing.assert_allclose(signals[name][1, place], expected, rtol, 1e-7, err_msg=name)
            assert signals[name].dtype == np.float32


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_largest_slope_is_that_of_the_activation(name: str) -> None:
    assert largest_slope(ACTIVATIONS[name]()) == pytest.approx(LARGEST_SLOPES[name], rel=6e-3)


@pytest.mark.parametrize(
    ("optimizer", "batches", "dtype", "order"), covering(list(OPTIMIZERS), BATCHES, DTYPES, ORDERS), ids=label
)
def test_a_training_has_the_same_bits_with_signals_and_without(
    optimizer: str, batches: str, dtype: Any, order: Order
) -> None:
    """In stacks whose runs converge, lose patience and diverge."""
    structure = Structure(
        optimizer=optimizer, batches=batches, dtype=dtype, order=order, evaluations=EVALUATIONS, extras=("clip_norm",),
        online=True, weighted=True,
    )  # fmt: skip

    def trained(recording: Recording | None) -> Trained:
        return train(replace(fated_stack(structure, range(8)), recording=recording))

    without, hidden = trained(None), [ACTIVATIONS["tanh"]()] * 2
    assert len(set(without.outcomes)) == 3 and without.signals == {}
    for recording in (Recording(hidden), Recording(hidden, is_full=True)):
        found = trained(recording)
        assert set(found.signals) == {"step", *FOUR, *ALL[: 3 * recording.is_full]}
        bare = replace(found, signals={})
        assert [difference(bare, run, without.of(run)) for run in range(8)] == [[]] * 8


def test_the_steps_are_evaluations_at_first_and_then_every_third_one_and_the_early_ones() -> None:
    assert recorded_steps(range(0, 2501, 50)) == [
        0, 1, 2, 4, 8, 16, 32, 50, 100, 150, 300, 450, 600, 750, 900, 1050, 1200, 1350, 1500, 1650, 1800, 1950, 2100,
        2250, 2400, 2500,
    ]  # fmt: skip
    assert recorded_steps([0, 1]) == [0, 1]
    assert recorded_steps([0, 5]) == [0, 1, 2, 4, 5]


def test_no_early_step_is_an_evaluation() -> None:
    structure, seen = Structure(evaluations=(0, 20, 40)), list[int]()
    trained = train(build_stack(structure, range(2)), seen.append)
    assert seen == [0, 20, 40]
    assert {series.shape for series in trained.history.values()} == {(2, 3)}
    assert trained.signals["step"].tolist() == [0, 1, 2, 4, 8, 16, 20, 32, 40]


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_between_evaluations_few_samples_stand_for_all(reduction: Any) -> None:
    """With samples that repeat themselves as often as they are thinned out the gradient is that of all of them."""
    structure = Structure(batches="full", n=3 * EARLY_SAMPLES, evaluations=(0, 4), reduction=reduction)
    stack = build_stack(structure, range(2))
    X, Y = (np.repeat(values[:, :EARLY_SAMPLES], 3, axis=1) for values in (stack.data.X_train, stack.data.Y_train))
    early = train(changed(stack, X_train=X, Y_train=Y)).signals
    every = build_stack(replace(structure, evaluations=(0, 1, 2, 3, 4)), range(2))
    evaluated = train(changed(every, X_train=X, Y_train=Y)).signals
    assert early["step"].tolist() == [0, 1, 2, 4]
    assert evaluated["step"].tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(early["gradient_norm"], evaluated["gradient_norm"][:, [0, 1, 2, 4]], rtol=1e-6)
    assert np.array_equal(early["dead"], evaluated["dead"][:, [0, 1, 2, 4]])


@pytest.mark.parametrize("fault", ["missing_derivative", "sigmoid_as_relu_derivative"])
def test_units_are_dead_by_the_registered_slope_and_not_by_that_of_a_fault(fault: str) -> None:
    structure = Structure(activation="relu", faults=(fault,), evaluations=(0, 3))
    stack = build_stack(structure, range(3))
    for W, b in stack.network.layers(stack.parameters):
        W[:, :, 0] = 0
        assert b is not None
        b[:, 0] = -1
    dead = train(stack).signals["dead"]
    assert (dead[:, 0] >= [1 / 5, 1 / 3]).all()


def test_a_slope_just_above_the_threshold_is_alive_in_both_precisions() -> None:
    """Where no sample is above zero a leaky ReLU has exactly a hundredth of its largest slope."""
    for dtype in DTYPES:
        stack = build_stack(Structure(activation="leaky_relu", dtype=dtype, evaluations=(0, 1)), [0])
        signals = train(changed(stack, parameters=np.where(np.arange(stack.parameters.shape[1]) < 15, -1e3, 0.1)[None]))
        assert signals.signals["dead"].max() == 0


@pytest.mark.parametrize("derivative", [lambda z, a: 1.0, lambda z, a: np.ones((len(z), 1, 1)), None])
def test_a_slope_that_is_one_number_for_all_is_a_slope(derivative: Any) -> None:
    """As a person's own linear activation may write it; training broadcasts it too."""
    own = Activation(lambda z: 2 * z, derivative)
    stack = build_stack(Structure((3, 3, 3), activation="identity", evaluations=(0, 2)), range(2))
    stack = replace(stack, network=replace(stack.network, activation=own), recording=Recording([own]))
    assert np.array_equal(train(stack).signals["dead"], np.zeros((2, 3, 1)))


def test_an_activation_that_works_in_place_spoils_no_other() -> None:
    def value(z: Array) -> Array:
        z[z < 0] = 0
        return z

    def derivative(z: Array, a: Array) -> Array:
        z[...] = z > 0
        return z

    for own in (Activation(value, derivative), ACTIVATIONS["sigmoid"]()) * 2:
        assert largest_slope(own) == (1.0 if own.value is value else 0.25)


def test_units_of_an_activation_without_any_slope_are_dead() -> None:
    step = Activation(lambda z: (z > 0).astype(z.dtype), lambda z, a: np.zeros_like(z))
    stack = replace(build_stack(Structure(evaluations=(0, 1)), range(2)), recording=Recording([step] * 2))
    assert (train(stack).signals["dead"] == 1).all()


def test_a_run_has_signals_as_long_as_it_is_finite_and_in_the_stack() -> None:
    structure = Structure(evaluations=EVALUATIONS, optimizer="sgd", schedule="constant")
    trained = train(fated_stack(structure, range(8)))
    steps, norms = trained.signals["step"], trained.signals["gradient_norm"]
    assert np.isfinite(norms[:, 0]).all()
    for run, outcome in enumerate(trained.outcomes):
        recorded = np.isfinite(norms[run]).all(axis=1)
        assert np.array_equal(recorded, np.isfinite(norms[run]).any(axis=1))
        assert recorded[steps <= trained.last_step[run]].all()
        assert outcome == "diverged" or not recorded[steps > trained.last_step[run]].any()


def test_norms_beyond_the_range_of_float32_are_its_largest_number() -> None:
    stack = build_stack(Structure((2, 2), evaluations=(0, 1)), [0, 1])
    large = stack.parameters * np.array([[1e80], [1.0]])
    signals = train(replace(stack, parameters=large)).signals
    assert signals["weight_norm"][0, 0].max() == np.finfo(np.float32).max
    assert signals["weight_norm"][1, 0].max() < 100


def test_a_network_without_hidden_layers_has_no_units_to_be_dead() -> None:
    signals = train(build_stack(Structure((2, 3), evaluations=(0, 2)), range(2))).signals
    assert {name: signals[name].shape for name in (*FOUR, *ALL)} == (
        dict.fromkeys(FOUR[:3], (2, 3, 1)) | dict.fromkeys(("dead", *ALL), (2, 3, 0))
    )
