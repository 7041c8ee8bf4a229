"""Corners in which an update and its code could part company after a first update that agrees by chance."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from nn.activations import Activation
from nn.optimizers import Step
from nn.registry import Array
from nn.stack import Stack
from tests.nn.building import EXTRAS, Structure, changed
from tests.nn.fused.engines import by_both, check, check_compiled, differences, stack_of
from tests.nn.fused.parts import PLAIN, Value, descent, with_rule
from tests.nn.structures import DTYPES

scipy_special = pytest.importorskip("scipy.special")

# With two samples and two units in single runs the first update is often the same by chance.
FEW = Structure((1, 2, 1), batch_size=2, n=6, evaluations=(0, 5, 40))
LONG = replace(PLAIN, batches="full", evaluations=(0, 5, 60))


def of_single_runs(value: Value, structure: Structure = FEW) -> None:
    def make(seed: int) -> Stack:
        stack = stack_of(structure, [seed])
        activation = Activation(value, lambda z, a: 1 - a * a)
        return replace(stack, network=replace(stack.network, activation=activation), recording=None)

    wrong = {seed for seed in range(12) if differences(*by_both(partial(make, seed)))}
    assert wrong == set()


def test_a_copy_in_another_order_of_memory_is_not_compiled_as_if_it_had_that_of_its_original() -> None:
    of_single_runs(lambda z: np.tanh(z).copy())


def test_a_copy_in_the_order_of_its_original_has_its_bytes() -> None:
    of_single_runs(lambda z: np.tanh(z).copy(order="K"))


def test_a_sum_of_one_number_that_stands_for_many_has_the_bytes_of_numpy() -> None:
    def value(z: Array) -> Array:
        total: Array = np.broadcast_to(z[:, :, :1] ** 2, z.shape).sum(axis=2, keepdims=True)
        return z / (1 + total)

    of_single_runs(value, replace(FEW, sizes=(1, 1, 1), batch_size=12, n=24))


@pytest.mark.parametrize("name", ["expm1", "log1p", "cbrt", "exp2"])
def test_functions_of_two_libraries_with_one_name_are_not_taken_for_each_other(name: str) -> None:
    one, other = getattr(scipy_special, name), getattr(np, name)
    of_single_runs(lambda z: one(-0.5 * np.tanh(z)) + 0.3 * other(-0.5 * np.tanh(z)))


def test_a_rule_may_turn_its_arrays_around() -> None:
    def rule(step: Step, state: list[Array]) -> Array:
        state[0], state[1] = state[1], state[0]
        state[0] += step.gradient
        return descent(step, state, state[0])

    check(with_rule(rule, slots=2))


def test_a_rule_may_put_another_array_in_the_place_of_its_own() -> None:
    def rule(step: Step, state: list[Array]) -> Array:
        state[0] = 0.9 * state[0] + step.gradient
        return step.rate * state[0]

    check(with_rule(rule, slots=1))


def test_a_rule_that_catches_the_refusal_of_a_number_is_left_to_numpy() -> None:
    def rule(step: Step, state: list[Array]) -> Array:
        try:
            fraction = float(step.number)
        except TypeError:
            fraction = 0.0
        return descent(step, state, 1 + fraction)

    check(with_rule(rule, structure=LONG))


def decay(step: Step, state: list[Array], beta: Any, exponent: Any = 1.0) -> Array:
    return descent(step, state, np.power(np.power(beta, step.number + 1), exponent))


def test_a_power_of_settings_that_all_runs_share_has_the_bytes_of_numpy() -> None:
    settings = {"beta": np.full(9, 0.9), "exponent": np.full(9, 2.0)}
    make = with_rule(decay, structure=replace(LONG, dtype=np.float32), beta=1.0, exponent=1.0)
    check(lambda: changed(make(), hyperparameters=settings))


def test_a_zero_with_a_sign_is_a_setting_of_its_own() -> None:
    def rule(step: Step, state: list[Array], beta: Any) -> Array:
        return descent(step, state, np.copysign(1.0, np.power(beta, step.number)))

    make = with_rule(rule, structure=replace(LONG, evaluations=(0, 2, 6)), beta=1.0)
    check(lambda: changed(make(), hyperparameters={"beta": np.array([0.0, -0.0, 0.5] * 3)}))


def test_a_number_of_a_step_beside_plain_numbers_alone_is_no_error() -> None:
    check(with_rule(lambda step, state: descent(step, state, np.power(0.9 * np.ones_like(step.rate), step.number + 1))))


NUMBERS: dict[str, Callable[[Any, Any], Any]] = {
    "exp": lambda beta, number: np.exp(-beta * number),
    "line": lambda beta, number: np.maximum(0, 1 - 0.1 * beta * number),
    "quotient": lambda beta, number: 1 / (beta + number),
    "power of the number": lambda beta, number: np.power(number + 1, -beta),
    "rest": lambda beta, number: 1 + np.remainder(beta * number, 2) + (beta * number) // 3,
    "tanh": lambda beta, number: np.tanh(beta * (2 * number + 1)) + np.log1p(beta * number),
    "constant": lambda beta, number: np.sqrt(1 - beta) * np.power(beta, 3) + beta**2,
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NUMBERS)
def test_what_depends_on_settings_and_the_number_of_the_step_has_the_bytes_of_numpy(name: str, dtype: type) -> None:
    def rule(step: Step, state: list[Array], beta: Any) -> Array:
        return descent(step, state, NUMBERS[name](beta, step.number))

    check_compiled(with_rule(rule, structure=replace(LONG, dtype=dtype), beta=0.4))


@pytest.mark.parametrize("optimizer", ["adam", "nadam", "momentum"])
def test_a_training_that_continues_another_has_the_bytes_of_numpy(optimizer: str) -> None:
    structure = replace(PLAIN, optimizer=optimizer, extras=EXTRAS, activation="relu")
    before = check_compiled(lambda: stack_of(structure, range(9)))

    def make() -> Stack:
        return changed(stack_of(structure, range(9)), parameters=before.parameters, state=before.state)

    check_compiled(make)
