"""What cannot be compiled: NumPy trains it with the same bytes, and the reason is said."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nn.activations import Activation
from nn.optimizers import Step
from nn.registry import Array
from nn.stack import Stack
from nn.training import train
from tests.nn.building import Structure, build_stack
from tests.nn.fused.engines import Make, check, stack_of
from tests.nn.fused.parts import PLAIN, Rule, Value, descent, ones, with_activation, with_loss, with_rule

scipy_special = pytest.importorskip("scipy.special")

BY_NUMPY = "trained by NumPy: "
VALUES: dict[str, tuple[Value, str]] = {
    "branches": (lambda z: z if z.max() > 0 else -z, "over runs"),
    "a number": (lambda z: z * float(z[:, :1, :1].max()), "over runs"),
    "sorts": (lambda z: np.sort(z, axis=1), "calls sort"),
    "argmax": (lambda z: z * np.argmax(z, axis=1)[:, np.newaxis], "calls argmax"),
    "and": (lambda z: z * ((z > 0) & (z < 1)), "calls bitwise_and"),
    "not": (lambda z: z * ~(z > 0), "calls invert"),
    "masks alone": (lambda z: z * ((z > 0) * (z < 1)), "for truth values"),
    "isnan": (lambda z: np.where(np.isnan(z), 0.0, z), "calls isnan"),
    "sums up": (lambda z: np.cumsum(z, axis=1), "calls cumsum"),
    "accumulates": (lambda z: np.add.accumulate(z, axis=1), "calls add"),
    "joins": (lambda z: np.concatenate([z[:, :1], z[:, 1:]], axis=1), "calls concatenate"),
    "picks by a mask": (lambda z: z * z[:, np.arange(z.shape[1]) >= 0], "picks entries"),
    "picks by places": (lambda z: z * z[:, list(range(z.shape[1]))], "picks entries"),
    "an array": (lambda z: np.asarray(z) * 0.5, "looks at values"),
    "random numbers": (lambda z: np.asarray(np.random.default_rng(3).permutation(z.T).T * 1.0), "looks at values"),
    "an array of exponents": (lambda z: np.power(abs(z), 1 + np.arange(1.0, 1 + z.shape[2]) % 2), "exponents"),
    "five numbers": (lambda z: z + 0 * scipy_special.hyp2f1(1.0, 1.0, 2.0, -abs(z)), "more than 3 inputs"),
    "joins axes": (lambda z: z / (1 + (z * z).reshape(len(z), -1).sum(axis=1)[:, None, None]), "joins axes"),
    "asks for its memory": (lambda z: z * 0.5 if z.flags["F"] else z, "asks an array for its flags"),
    "over the runs": (lambda z: z - 0 * z.sum(axis=0), "over runs"),
    "loops over the runs": (lambda z: np.stack([np.tanh(of_run) for of_run in z]), "looks at values"),
    "an error of its own": (lambda z: np.tanh(z) if isinstance(z, np.ndarray) else math.nan, ""),
}
SINGLE: dict[str, tuple[Value, str]] = {
    "a double": (lambda z: (z * np.float64(0.5)).astype(np.float32), "computes in float64"),
    "doubles": (lambda z: (z * np.linspace(0, 1, z.shape[1])[:, np.newaxis]).astype(np.float32), "computes in float64"),
    "counts": (
        lambda z: z + np.where(z > 0, 1.0, 0.0).sum(axis=1, keepdims=True).astype(np.float32),
        "sums up float64",
    ),
    "in double": (lambda z: np.tanh(z.astype(np.float64)).astype(np.float32), "computes in float64"),
}
RULES: dict[str, Callable[[int], Any]] = {
    "even": lambda number: 1.0 - 0.5 * (number % 2),
    "compares": lambda number: 1.0 if number < 4 else 0.5,
    "is the first": lambda number: 1.0 if number == 0 else 0.5,
    "is none": lambda number: 1.0 if number else 0.5,
    "is one of": lambda number: 1.0 if number in (1, 2, 3) else 0.5,
    "divides": lambda number: 1 / (number + 1),
    "roots": lambda number: 1 / math.sqrt(number + 1),
    "powers": lambda number: 0.9**number,
    "picks": lambda number: [1.0, 0.5, 0.25][number % 3],
    "least": lambda number: 1.0 / (1 + min(number, 3)),
    "decays": lambda number: np.exp(-number / 10),
    "is left": lambda number: 0.01 * (100 - number),
    "is odd": lambda number: 1.0 if number & 1 else 0.5,
    "an array": lambda number: np.asarray(number, dtype=float),
    "times": lambda number: 0.1 * number,
}


def of(make: Make, reason: str) -> None:
    engine = check(make)
    assert engine.startswith(BY_NUMPY) and reason in engine, engine


@pytest.mark.parametrize("name", VALUES)
def test_an_activation_that_cannot_be_compiled_is_left_to_numpy(name: str) -> None:
    value, reason = VALUES[name]
    of(with_activation(value, runs=4), reason)


@pytest.mark.parametrize("name", SINGLE)
def test_another_precision_is_left_to_numpy(name: str) -> None:
    value, reason = SINGLE[name]
    of(with_activation(value, replace(PLAIN, dtype=np.float32)), reason)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_needs_the_number_of_the_step_is_left_to_numpy(name: str) -> None:
    def rule(step: Step, state: list[Array]) -> Array:
        return descent(step, state, RULES[name](step.number))

    of(with_rule(rule), "")


@pytest.mark.parametrize("settings", [{}, {"momentum": 0.9}], ids=["plain", "by run"])
def test_the_number_of_a_step_may_be_shifted_and_scaled_but_nothing_else(settings: dict[str, float]) -> None:
    def shifted(step: Step, state: list[Array], momentum: Any = 0.5) -> Array:
        return descent(step, state, 1 - np.power(momentum, 2 * step.number + 1))

    engine = check(with_rule(shifted, **settings))
    assert engine.startswith("compiled in " if settings else BY_NUMPY)


def counting() -> Rule:
    done: list[int] = []

    def rule(step: Step, state: list[Array]) -> Array:
        done.append(step.number)
        return descent(step, state, 1 / len(done))

    return rule


def drawing() -> Rule:
    rng = np.random.default_rng(0)
    return lambda step, state: descent(step, state, rng.random())


@pytest.mark.parametrize("made", [counting, drawing])
def test_a_rule_that_does_another_thing_each_time_is_left_to_numpy(made: Callable[[], Rule]) -> None:
    """It breaks the law of parts, that a second call gives the same: what it gives nobody promises."""
    found = train(with_rule(made())(), engine="compiled")
    assert found.engine == f"{BY_NUMPY}does another thing each time"


def test_a_part_that_changes_its_inputs_is_left_to_numpy() -> None:
    def halve(x: Array) -> Array:
        x *= 0.5
        return x

    def make() -> Stack:
        stack = stack_of(PLAIN, range(9))
        return replace(stack, network=replace(stack.network, input=Activation(halve, ones)))

    of(make, "writes into what it was given")


def test_a_refusal_that_the_part_catches_is_not_forgotten() -> None:
    def rule(step: Step, state: list[Array]) -> Array:
        try:
            is_steep = bool((step.gradient[0] > 0).all())
        except Exception:
            is_steep = False
        return descent(step, state, 0.5 if is_steep else 1.0)

    of(with_rule(rule), "")


def test_numbers_of_each_run_in_an_activation_are_left_to_numpy() -> None:
    scales = np.linspace(1, 2, 9)[:, np.newaxis, np.newaxis]
    of(with_activation(lambda z: z * scales[: len(z)]), "")


def test_class_weights_of_targets_in_two_units_are_left_to_numpy() -> None:
    structure = Structure(output="tanh", weighted=True, faults=("mixed_units",))
    of(lambda: stack_of(structure, range(9)), "class weights of targets in two units")


def test_runs_with_much_work_each_are_for_numpy() -> None:
    structure = replace(PLAIN, sizes=(30, 60, 20, 2), batch_size=20, n=20, order=None)
    assert structure.network.memory_order(structure.batch_size) == "C"
    of(lambda: build_stack(structure, range(3)), "are left to BLAS")


def test_a_loss_that_cannot_be_compiled_is_no_matter_where_it_is_not_asked_for() -> None:
    def median(z: Array, a: Array, t: Array) -> Array:
        return np.asarray(np.median(np.abs(a - t), axis=-2))

    of(with_loss(median), "calls")
    stack = with_loss(median)
    assert check(lambda: replace(stack(), online=False)).startswith("compiled in ")
