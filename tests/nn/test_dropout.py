"""Dropout: which units are left out, by the run's own numbers alone, and in updates alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nn.dropout import Dropout
from nn.registry import Array, Order
from nn.training import first_gradient, train
from tests.nn.building import BATCHES, Structure, build_stack, make_run
from tests.nn.components import label
from tests.nn.covering import covering
from tests.nn.sameness import difference

UNITS, RATES = (3, 5), (0.2, 0.0, 0.7)
BATCH_SIZES = (4, 4, 2, 4, 1, 30, 4)


def made(seeds: tuple[int, ...] = (0, 1, 2), ahead: int = 64, dtype: Any = np.float64, order: Order = "C") -> Dropout:
    rates = np.array([RATES[seed % 3] for seed in seeds])
    return Dropout(UNITS, rates, [np.random.default_rng(seed) for seed in seeds], dtype, order, ahead)


def by_hand(seed: int) -> list[list[Array]]:
    """The masks of all updates of one run: a number for every unit and sample, in the order of layers."""
    rng, rate = np.random.default_rng(seed), RATES[seed % 3]
    return [
        [
            np.array([[(rng.random(dtype=np.float32) >= rate) / (1 - rate) for _ in range(n)] for _ in range(units)])
            for units in UNITS
        ]
        for n in BATCH_SIZES
    ]


@pytest.mark.parametrize("ahead", [1, 7, 64, 10_000])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=label)
def test_masks_are_drawn_number_by_number_however_many_are_drawn_ahead(ahead: int, order: Order, dtype: Any) -> None:
    dropout, expected = made(ahead=ahead, order=order, dtype=dtype), [by_hand(seed) for seed in range(3)]
    for update, n in enumerate(BATCH_SIZES):
        for layer, masks in enumerate(dropout.next(n)):
            assert masks.dtype == dtype
            wanted = np.array([one[update][layer] for one in expected]).astype(dtype)
            np.testing.assert_array_equal(masks, wanted)


@pytest.mark.parametrize("order", ["C", "F"])
def test_runs_that_stay_have_the_masks_that_they_would_have_had(order: Order) -> None:
    all_along, kept = made(order=order), made(order=order)
    for update, n in enumerate(BATCH_SIZES):
        if update == 2:
            kept.keep(np.array([2, 0]))
        if update == 4:
            kept.keep(np.array([0, 0]))
        rows = [0, 1, 2] if update < 2 else [2, 0] if update < 4 else [2, 2]
        for whole, some in zip(all_along.next(n), kept.next(n), strict=True):
            np.testing.assert_array_equal(whole[rows], some)


def test_as_many_units_are_left_out_as_asked_for_and_their_sum_stays_in_the_mean() -> None:
    masks = np.concatenate([one.reshape(3, -1) for one in made().next(5000)], axis=1)
    np.testing.assert_allclose((masks == 0).mean(axis=1), RATES, atol=0.02)
    np.testing.assert_allclose(masks.mean(axis=1), 1, atol=0.03)
    assert len(np.unique(masks[1])) == 1, "without dropout all are 1"


@pytest.mark.parametrize(
    ("batches", "order", "dtype"), covering(BATCHES, ("C", "F"), (np.float64, np.float32)), ids=label
)
def test_a_run_without_dropout_has_the_same_bits_beside_those_with_one(batches: str, order: Order, dtype: Any) -> None:
    structure = Structure(batches=batches, order=order, dtype=dtype, online=True, dropout=True)
    together, plain = train(build_stack(structure, range(6))), replace(structure, dropout=False)
    for run in (0, 3):
        assert difference(together, run, train(build_stack(plain, [run]))) == []
    others = train(build_stack(plain, [1, 2]))
    assert (others.parameters != together.parameters[1:3]).any(axis=1).all()


@pytest.mark.parametrize("order", ["C", "F"])
def test_updates_are_those_of_the_masked_network_and_measurements_those_of_the_whole(order: Order) -> None:
    """Three steps of plain descent, each worked out for one run at a time with masks of its own numbers."""
    structure = Structure(
        batches="full", order=order, evaluations=(0, 1, 2, 3), dropout=True, online=True, schedule="constant"
    )
    stack, trained = build_stack(structure, range(4)), train(build_stack(structure, range(4)))
    network = structure.network
    for seed in (1, 2):
        run, rate = make_run(structure, seed), (0.5, 0.2)[seed - 1]
        x, t = (part.T[np.newaxis] for part in run.train)
        parameters, costs, online = run.parameters[np.newaxis].copy(), [], [0.0]
        for step in range(4):
            layers, gradient = network.layers(parameters), np.zeros_like(parameters)
            costs.append(network.cost(network.forward(layers, x), t)[0])
            numbers = [run.masks.random((1, units, structure.n), dtype=np.float32) for units in (5, 3)]
            masks = [(one >= rate) / (1 - rate) for one in numbers]
            trace = network.forward(layers, x, masks)
            online.append(network.cost(trace, t)[0])
            network.gradient(layers, trace, t, network.layers(gradient))
            if step < 3:
                parameters -= run.learning_rate * gradient
        np.testing.assert_allclose(trained.parameters[seed], parameters[0], rtol=1e-12)
        np.testing.assert_allclose(trained.history["train_cost"][seed], costs, rtol=1e-12)
        np.testing.assert_allclose(trained.history["online_cost"][seed, 1:], online[1:4], rtol=1e-12)
    gradients = first_gradient(stack, *(part.swapaxes(1, 2) for part in (stack.data.X_train, stack.data.Y_train)))
    norms = np.linalg.norm(gradients, axis=1)
    np.testing.assert_allclose(trained.history["gradient_norm"][:, 0], norms, rtol=1e-12, err_msg="of all units")


def test_a_network_without_hidden_layers_has_nothing_to_leave_out() -> None:
    assert made().next(0)[0].shape == (3, 3, 0)
    assert Dropout((), np.array([0.5]), [np.random.default_rng(0)], np.float64).next(7) == []
