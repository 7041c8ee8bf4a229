"""Parts whose first update agrees by chance in both engines, and later ones would not: nothing is compiled wrongly."""

import copy
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nn.activations import Activation
from nn.optimizers import Optimizer, Step
from nn.registry import Array
from nn.stack import Stack
from nn.training import train
from tests.nn.building import changed
from tests.nn.fused.engines import COMPILED, Make, check, stack_of
from tests.nn.fused.parts import PLAIN, Value, descent, ones, with_activation, with_rule

GROWING = replace(PLAIN, sizes=(3, 6, 2), output="identity", evaluations=(0, 20, 120))
LARGE = 20  # no z is as large at first


def growing(step: Step, state: list[Array]) -> Array:
    found: Array = step.gradient * 1e-5 - 0.2
    return found


def with_growing(value: Value) -> Make:
    """All weights become larger at every update, so that conditions which were false turn true."""

    def make() -> Stack:
        stack = changed(stack_of(GROWING, range(4)), optimizer=Optimizer(growing, 0), hyperparameters={})
        network = replace(stack.network, activation=Activation(value, ones), own_activations=())
        return replace(stack, network=network, recording=None)

    return make


def truth_values_of(z: Array) -> Array:
    found: Array = np.where(z > LARGE, z > 1, z < -1e9)
    return found


def truth_values_overwritten(z: Array) -> Array:
    is_large = z > 1e9
    is_large[...] = np.where(z > LARGE, z, 0.0)
    return is_large * z + z


def changed_after_a_cast(z: Array) -> Array:
    same = z.astype(z.dtype, copy=False)
    same[...] = np.where(z > LARGE, 1.0, same)
    return 0.5 * same + z


def changed_after_a_copy(z: Array) -> Array:
    own = copy.deepcopy(z)
    own += 1
    other = copy.copy(own)
    other *= 2
    return own * z + other


LATER: dict[str, tuple[Value, str]] = {
    "truth values added": (lambda z: z + (truth_values_of(z) + truth_values_of(z)), "for truth values"),
    "truth values overwritten": (truth_values_overwritten, "writes into an array of bool"),
    "a whole zero has no sign": (
        lambda z: z + np.copysign(1.0, np.negative(np.where(z > LARGE, 0, 1))),
        "whole numbers alone",
    ),
    "whole numbers are modular": (lambda z: z + np.where(z > LARGE, 2**40, 4) ** 2, "whole numbers alone"),
    "whole numbers clipped": (
        lambda z: z + np.copysign(1.0, np.negative(np.clip(z <= LARGE, 0, 1))),
        "clips other numbers",
    ),
    "whole numbers beside others": (lambda z: z * np.where(z > LARGE, 2, 1) + np.where(z > 1, z > LARGE, z), COMPILED),
    "a cast that is no copy": (changed_after_a_cast, COMPILED),
    "copies of the copy module": (changed_after_a_copy, COMPILED),
}


@pytest.mark.parametrize("name", LATER)
def test_what_comes_true_later_has_the_bytes_of_numpy(name: str) -> None:
    value, reason = LATER[name]
    engine = check(with_growing(value))
    assert reason in engine, engine


def watched(z: Array) -> Array:
    try:
        with np.errstate(over="raise"):
            found: Array = 1 / (1 + np.exp(-20 * z))
    except FloatingPointError:
        found = z / (1 + abs(z))
    return found


def test_a_part_that_catches_an_overflow_is_left_to_numpy() -> None:
    assert "errstate" in check(with_growing(watched))


def test_a_rule_that_raises_at_an_underflow_raises_in_both_engines() -> None:
    def rule(step: Step, state: list[Array], decay: Any) -> Array:
        with np.errstate(under="raise"):
            return descent(step, state, 1 - np.power(decay, 20 * step.number))

    for engine in ("compiled", "numpy"):
        with pytest.raises(FloatingPointError, match="underflow"):
            train(with_rule(rule, structure=replace(PLAIN, evaluations=(0, 40)), decay=0.01)(), engine=engine)


def test_what_a_part_prints_is_what_numpy_computes(capsys: pytest.CaptureFixture[str]) -> None:
    def printing(z: Array) -> Array:
        print("largest", f"{abs(z).max(axis=(1, 2))}")
        return z

    assert "prints an array" in check(with_activation(printing))
    lines = capsys.readouterr().out.splitlines()
    assert sum("values come later" in line for line in lines) == 2  # while one update is recorded, for two layers
    assert len(lines) > 20


def test_what_a_part_logs_is_no_traceback(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    def rule(step: Step, state: list[Array]) -> Array:
        logging.getLogger(__name__).warning("step %s: %s", step.number, step.gradient)
        return descent(step, state)

    assert "reads the number of a step" in check(with_rule(rule))
    assert "Traceback" not in capsys.readouterr().err


def remembering() -> Value:
    """Half of what the function saw before, whatever that was: no law allows it, but it must not mislead a program."""
    before: list[Array] = []

    def value(z: Array) -> Array:
        before.append(z)
        return z * 0.5 + (0.1 * before[-3] if len(before) > 2 and before[-3].shape == z.shape else 0)

    return value


def test_arrays_of_an_update_before_are_not_taken_for_those_of_this_one() -> None:
    engine = train(with_activation(remembering())(), engine="compiled").engine
    assert engine.startswith("trained by NumPy: "), engine


CALLS: dict[str, tuple[Callable[[Array], Array], str]] = {
    "clip": (lambda z: np.clip(z, -1, 1, out=z), "calls clip in a way that cannot be recorded"),
    "where": (lambda z: z * np.where(z > 0)[0].size, "calls where in a way that cannot be recorded"),
    "einsum": (lambda z: np.einsum("rij->rij", z), "calls einsum in a way that cannot be recorded"),
    "sum": (lambda z: z + z.sum(axis=1, keepdims=True, dtype=z.dtype), "calls sum with dtype"),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_reason_names_what_was_called_and_nothing_of_the_program(name: str) -> None:
    value, reason = CALLS[name]
    assert check(with_activation(value)) == f"trained by NumPy: {reason}"


NUMBERS: dict[str, Callable[[Any], Any]] = {
    "roots": lambda number: 1 / np.sqrt(number + 1),
    "itself": lambda number: 1 + 0 * +number,
    "of an array": lambda number: 1 / (np.arange(1.0, 2.0) + number),
    "of two numbers": lambda number: np.hypot(1.0, number) ** -1,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_function_of_the_number_of_a_step_is_refused_in_words(name: str) -> None:
    engine = check(with_rule(lambda step, state: descent(step, state, NUMBERS[name](step.number))))
    assert engine == "trained by NumPy: reads the number of a step"
