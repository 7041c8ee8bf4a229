"""Faults outside the gradient: what the batch and the update are by definition, calculated here another way."""

import math
from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.batches import paired
from nn.faults import FAULTS
from nn.losses import LOSSES
from nn.network import Network
from nn.optimizers import OPTIMIZERS
from nn.registry import Array
from nn.training import train
from tests.nn.building import BATCHES, Structure, build_stack
from tests.nn.sameness import check_alone_and_together
from tests.nn.stacks import stack_of

OF_BATCH = ("shuffled_inputs", "shifted_labels")


def tiny(*faults: str) -> Network:
    """1-1-1: y = v tanh(w x + b) + c."""
    network = Network((1, 1, 1), ACTIVATIONS["tanh"](), ACTIVATIONS["identity"](), LOSSES["half_mse"]())
    for fault in faults:
        network = FAULTS[fault](network)
    return network


def after(steps: int, *faults: str, start: Any = (0.8, 0.1, 1.5, -0.2), rate: float = 0.3, **options: Any) -> Array:
    """The parameters w, b, v, c after some steps on the sample x = 0.5, t = 0.3."""
    X, T = np.full((1, 1, 1), 0.5), np.full((1, 1, 1), 0.3)
    stack = stack_of(tiny(*faults), np.array([start]), X, T, rate, (0, steps), **options)
    return np.asarray(train(stack).parameters[0])


def gradient_at(w: float, b: float, v: float, c: float, seen: float | None = None) -> Array:
    """By the chain rule; `seen` stands for v in the hidden delta."""
    a = math.tanh(w * 0.5 + b)
    error = v * a + c - 0.3
    hidden = error * (v if seen is None else seen) * (1 - a * a)
    return np.array([hidden * 0.5, hidden, error * a, error])


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_with_the_wrong_sign_a_step_goes_as_far_in_the_other_direction(optimizer: str) -> None:
    start = np.array([0.8, 0.1, 1.5, -0.2])
    right, wrong = after(1, optimizer=optimizer), after(1, "update_sign", optimizer=optimizer)
    np.testing.assert_allclose(wrong - start, start - right, rtol=1e-12)
    assert np.abs(right - start).min() > 1e-4


def test_the_output_weight_is_changed_before_the_hidden_delta_is_computed_from_it() -> None:
    at = np.array([0.8, 0.1, 1.5, -0.2])
    changed = at[2] - 0.3 * gradient_at(*at)[2]
    np.testing.assert_allclose(after(1, "early_update"), at - 0.3 * gradient_at(*at, seen=changed), rtol=1e-13)


def test_an_early_update_is_the_one_that_the_optimizer_will_make() -> None:
    at, velocity = np.array([0.8, 0.1, 1.5, -0.2]), np.zeros(4)
    for _ in range(3):
        changed = at[2] - (0.9 * velocity + 0.3 * gradient_at(*at))[2]
        velocity = 0.9 * velocity + 0.3 * gradient_at(*at, seen=changed)
        at = at - velocity
    np.testing.assert_allclose(after(3, "early_update", optimizer="momentum"), at, rtol=1e-12)


def test_an_early_update_with_the_wrong_sign_has_it_in_both_places() -> None:
    at = np.array([0.8, 0.1, 1.5, -0.2])
    changed = at[2] + 0.3 * gradient_at(*at)[2]
    expected = at + 0.3 * gradient_at(*at, seen=changed)
    np.testing.assert_allclose(after(1, "early_update", "update_sign"), expected, rtol=1e-13)


def test_only_the_weights_of_the_output_are_changed_early() -> None:
    """Not its bias, which no delta is computed from: the last two gradients are the right ones."""
    right, wrong = after(1), after(1, "early_update")
    assert wrong[2:].tobytes() == right[2:].tobytes()
    assert np.abs(wrong[:2] - right[:2]).min() > 1e-4


def test_adam_without_bias_correction_is_the_formula_without_it() -> None:
    at, m, v = np.array([0.8, 0.1, 1.5, -0.2]), np.zeros(4), np.zeros(4)
    for _ in range(4):
        g = gradient_at(*at)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        at = at - 0.01 * m / (np.sqrt(v) + 1e-8)
    np.testing.assert_allclose(after(4, "missing_bias_correction", optimizer="adam", rate=0.01), at, rtol=1e-12)
    first = 0.8 - after(1, "missing_bias_correction", optimizer="adam", rate=0.01)[0]
    assert first == pytest.approx(0.01 * 0.1 / math.sqrt(0.001), rel=1e-3), "by hand: 3.16 times the rate"


CORRECTED = ("adam", "adamw", "nadam")


@pytest.mark.parametrize("optimizer", [name for name in OPTIMIZERS if name not in CORRECTED])
def test_without_bias_correction_optimizers_that_have_none_keep_every_bit(optimizer: str) -> None:
    one, other = after(3, optimizer=optimizer), after(3, "missing_bias_correction", optimizer=optimizer)
    assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("optimizer", CORRECTED)
def test_without_bias_correction_optimizers_that_have_one_take_other_steps(optimizer: str) -> None:
    one, other = after(3, optimizer=optimizer), after(3, "missing_bias_correction", optimizer=optimizer)
    assert np.abs(one - other).min() > 1e-4


def pairs(n: int, runs: int = 3) -> tuple[Array, Array]:
    """Samples whose input is the number of the sample, and whose target is that plus a half."""
    X = np.tile(np.arange(float(n))[:, np.newaxis], (runs, 1, 2))
    return X, X[:, :, :1] + 0.5


def rngs(*seeds: int) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in seeds]


def test_shifted_labels_are_those_of_the_sample_before() -> None:
    X, Y = tiny("shifted_labels").pairing(*pairs(4), rngs(0, 1, 2))
    assert X.tobytes() == pairs(4)[0].tobytes()
    assert Y[:, :, 0].tolist() == [[3.5, 0.5, 1.5, 2.5]] * 3


@pytest.mark.parametrize("n", [1, 2, 3, 50])
def test_shuffled_inputs_keep_none_of_their_targets_and_are_all_there(n: int) -> None:
    X, Y = tiny("shuffled_inputs").pairing(*pairs(n), rngs(0, 1, 2))
    assert Y.tobytes() == pairs(n)[1].tobytes()
    for run in range(3):
        assert X[run, :, 0].tolist() == X[run, :, 1].tolist(), "an input stays together"
        assert sorted(X[run, :, 0].tolist()) == list(range(n))
        assert n == 1 or (X[run, :, 0] != np.arange(n)).all()


def test_every_run_shuffles_by_its_own_generator() -> None:
    fault = tiny("shuffled_inputs")
    X, _ = fault.pairing(*pairs(20), rngs(0, 1, 2))
    assert X[0].tobytes() != X[1].tobytes()
    alone, _ = fault.pairing(*pairs(20, runs=1), rngs(1))
    assert alone[0].tobytes() == X[1].tobytes()


def test_of_two_faults_of_the_batch_both_are_made() -> None:
    X, Y = tiny(*OF_BATCH).pairing(*pairs(9), rngs(0, 1, 2))
    assert X.tobytes() == tiny("shuffled_inputs").pairing(*pairs(9), rngs(0, 1, 2))[0].tobytes()
    assert Y.tobytes() == tiny("shifted_labels").pairing(*pairs(9), rngs(0, 1, 2))[1].tobytes()


def test_fresh_samples_are_paired_block_by_block() -> None:
    draw = paired(lambda n: (pairs(n)[0][0], pairs(n)[1][0]), tiny("shifted_labels").pairing, rngs(0)[0])
    X, Y = draw(3)
    assert (X[:, 0].tolist(), Y[:, 0].tolist()) == ([0, 1, 2], [2.5, 0.5, 1.5])


@pytest.mark.parametrize("fault", OF_BATCH)
@pytest.mark.parametrize("batches", BATCHES)
@pytest.mark.parametrize("order", ["C", "F"])
def test_wrong_pairs_are_trained_with_the_same_bits_in_any_stack_and_measured_on_the_right_ones(
    fault: str, batches: str, order: Any
) -> None:
    structure = Structure(faults=(fault,), batches=batches, order=order)
    together = check_alone_and_together(structure, range(7), [0, 5])
    healthy = train(build_stack(Structure(batches=batches, order=order), range(7)))
    assert together.history["train_cost"][:, 0].tobytes() == healthy.history["train_cost"][:, 0].tobytes()
    assert (together.history["train_cost"][:, -1] != healthy.history["train_cost"][:, -1]).all()
