"""What parts may compute: it is compiled, and has the bytes of NumPy with ordinary and with extreme numbers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nn.registry import Array
from nn.stack import Stack
from nn.stepping import Stepping
from tests.nn.building import Structure
from tests.nn.components import label
from tests.nn.fused.engines import COMPILED, Make, check_compiled
from tests.nn.fused.parts import PLAIN, with_activation, with_loss, with_rule
from tests.nn.structures import DTYPES

scipy_special = pytest.importorskip("scipy.special")


def in_place(change: Callable[[Array], Any]) -> Callable[[Array], Array]:
    """An activation that changes an array of its own."""

    def value(z: Array) -> Array:
        a = 1.5 * np.abs(z) + 0.1
        change(a)
        return a

    return value


def captured(z: Array) -> Array:
    """Numbers of every unit, in the precision of the network."""
    return np.linspace(-1, 1, z.shape[1]).astype(z.dtype)[:, np.newaxis]


def halves(z: Array) -> Array:
    a = np.empty_like(z)
    a[:, ::2], a[:, 1::2] = z[:, ::2], -z[:, 1::2]
    return a


def assign(target: Any, source: Any) -> Callable[[Array], None]:
    def change(a: Array) -> None:
        a[target] = a[source]

    return change


def add(target: Any, source: Any) -> Callable[[Array], None]:
    def change(a: Array) -> None:
        a[target] += a[source]

    return change


def power(exponent: float) -> Callable[[Array], None]:
    def change(a: Array) -> None:
        a **= exponent

    return change


ALL = slice(None)
UNITS, BUT_FIRST, BUT_LAST = (ALL, slice(None, None, -1)), (ALL, slice(1, None)), (ALL, slice(None, -1))
VALUES: dict[str, Callable[[Array], Array]] = {
    **{f"z ** {p}": lambda z, p=p: z**p * 0.3 for p in (2, 3, 2.0, 4.0, 1)},  # type: ignore[misc]
    **{f"(z z) ** {p}": lambda z, p=p: (z * z) ** p for p in (0.5, 0, 1.5)},  # type: ignore[misc]
    **{f"(1 + z z) ** {p}": lambda z, p=p: (1 + z * z) ** p for p in (-1, -2, -0.5)},  # type: ignore[misc]
    **{f"a **= {p}": in_place(power(p)) for p in (2, 0.5, -1, 3)},
    "2 ** z": lambda z: 2 ** -abs(z),
    "signs": lambda z: +(-abs(z)),
    "square": lambda z: np.square(z) * 0.3,
    "quotients": lambda z: np.reciprocal(1 + z * z) - z / (1 + abs(z)),
    "rest": lambda z: np.remainder(z, 0.7) + np.fmod(z, 0.3) + z // 0.5,
    "steps": lambda z: np.floor(z) + np.rint(z) + np.heaviside(z, 0.5),
    "roots": lambda z: np.cbrt(z) + np.arctan(z) + np.hypot(z, 1) + np.copysign(np.sqrt(abs(z)), z),
    "logs": lambda z: np.log1p(z * z) + np.exp2(-z * z) + np.logaddexp(z, 0),
    "erf": lambda z: 0.5 * z * (1 + scipy_special.erf(z)),
    "expit": lambda z: z * scipy_special.expit(z),
    "maximum of an array": lambda z: np.maximum(z, captured(z)),
    "times an array": lambda z: z * captured(z) + captured(z),
    "where": lambda z: np.where(z > 0, z, -0.0) + np.where(z >= captured(z), captured(z), z),
    "masks": lambda z: z * (z > 0) - (z <= captured(z)) * z + (z != z[:, :1]) * (0.5 * z) + (z == z[:, :1]) * z,
    "clip": lambda z: np.clip(z, -abs(z[:, :1]), abs(z[:, :1])) + np.clip(z, captured(z), 1),
    "signs of zeros": lambda z: np.copysign(z, (0.0 * z).sum(axis=-1, keepdims=True)) - np.copysign(z, -abs(0.0 * z)),
    "minus zero": lambda z: np.maximum(z * -0.0, -0.0) + z,
    "sums": lambda z: z / (1 + (z * z).sum(axis=-2, keepdims=True) + np.add.reduce(abs(z), axis=-1)[:, :, np.newaxis]),
    "means": lambda z: z - z.mean(axis=1, keepdims=True) + 0.1 * z.mean(axis=-1, keepdims=True),
    "sums of views": lambda z: (
        z / (1 + abs(z)[UNITS].sum(axis=1, keepdims=True) + abs(z)[:, :, ::-1].sum(axis=2)[..., None])
    ),
    "sums of transposes": lambda z: z / (1 + abs(z).swapaxes(1, 2).sum(axis=1)[:, :, np.newaxis]),
    "largest": lambda z: z - z.max(axis=1, keepdims=True) - np.maximum.reduce(z, axis=-1)[:, :, np.newaxis],
    "largest of all": lambda z: z - z.max(axis=(1, 2), keepdims=True),
    "halves": halves,
    "reversed": in_place(assign(UNITS, ALL)),
    "shifted": in_place(assign(BUT_FIRST, BUT_LAST)),
    "running": in_place(add(BUT_FIRST, BUT_LAST)),
    "back": in_place(add(BUT_LAST, BUT_FIRST)),
}


@pytest.mark.parametrize(("name", "dtype"), [(name, DTYPES[k % 2]) for k, name in enumerate(VALUES)], ids=label)
def test_a_computation_is_compiled(name: str, dtype: type) -> None:
    check_compiled(with_activation(VALUES[name], replace(PLAIN, dtype=dtype)))


@pytest.mark.parametrize("dtype", DTYPES, ids=label)
def test_a_loss_of_ones_own_is_compiled(dtype: type) -> None:
    def pseudo_huber(z: Array, a: Array, t: Array) -> Array:
        total: Array = (np.sqrt(1 + (a - t) ** 2) - 1).sum(axis=-2)
        return total

    check_compiled(with_loss(pseudo_huber, replace(PLAIN, dtype=dtype)))


def test_a_rule_of_ones_own_is_compiled() -> None:
    def rule(step: Any, state: list[Array], factor: Any, decay: Any) -> Array:
        mean, seen = state
        mean *= decay
        mean += (1 - decay) * np.sign(step.gradient)
        seen[...] = np.maximum(decay * seen, np.abs(step.gradient))
        found: Array = factor * step.rate * mean / (1e-3 + seen) / (1 - np.power(decay, step.number * 2 + 3))
        return found

    check_compiled(with_rule(rule, slots=2, factor=0.5, decay=0.9))


EXTREME = [0.0, -0.0, 5e-324, -1e-310, 1e-45, -1e-40, 1.0, -1.0, 1e300, -1e300, 1e38, 1e-160, 3e-20]
INFINITE = [np.inf, -np.inf, np.nan]


def extreme(make: Make, numbers: list[float]) -> Make:
    """A third of the first parameters is replaced."""

    def with_numbers() -> Stack:
        stack, rng = make(), np.random.default_rng(5)
        parameters = stack.parameters.copy()
        chosen = rng.random(parameters.shape) < 0.3
        with np.errstate(over="ignore", under="ignore"):
            parameters[chosen] = rng.choice(numbers, chosen.sum()).astype(parameters.dtype)
        return replace(stack, parameters=parameters)

    return with_numbers


def updated(stack: Stack, engine: Any) -> tuple[str, list[NDArray[Any]]]:
    """All arrays after some updates, of runs that training would long have let go too."""
    with np.errstate(all="ignore"):
        stepping = Stepping(stack, engine)
        stepping.advance(0, 9)
    return stepping.engine, [np.ascontiguousarray(array) for array in stepping.update.changed[:-1]]


RARE = "z ** 3", "a **= 0.5", "where", "masks", "clip", "sums", "largest", "minus zero"
PARTS = "relu", "elu", "gelu", "hard_tanh", "softplus"


def extreme_value(name: str, numbers: list[float]) -> Make:
    structure = replace(PLAIN, bias=False, extras=("l1", "l2"), optimizer="rmsprop", dtype=DTYPES[len(numbers) % 2])
    return extreme(with_activation(VALUES[name], structure), numbers)


def extreme_part(activation: str, dtype: Any) -> Make:
    structure = Structure((1, 4, 2), activation, "softmax", "softmax_cross_entropy", False, dtype, "adam", batch_size=1)
    return extreme(with_loss(structure.network.loss.per_sample, structure), EXTREME + INFINITE)


@pytest.mark.parametrize("numbers", [EXTREME, EXTREME + INFINITE], ids=["finite", "infinite"])
@pytest.mark.parametrize("name", RARE)
def test_extreme_numbers_pass_through_as_in_numpy(name: str, numbers: list[float]) -> None:
    check_extreme(extreme_value(name, numbers))


@pytest.mark.parametrize("dtype", DTYPES, ids=label)
@pytest.mark.parametrize("activation", PARTS)
def test_extreme_numbers_pass_through_shipped_parts(activation: str, dtype: Any) -> None:
    check_extreme(extreme_part(activation, dtype))


def check_extreme(make: Make) -> None:
    """Asserts that updates which were compiled give the same bits, among them numbers that are extreme."""
    (engine, found), (_, right) = (updated(make(), engine) for engine in ("compiled", "numpy"))
    assert engine.startswith(COMPILED), engine
    assert all(same_bits(one, other) for one, other in zip(found, right, strict=True))
    assert any((~np.isfinite(one) | (one == 0) | (np.abs(one) > 1e30)).any() for one in right)


def same_bits(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two arrays are the same but for the sign of what is no number."""
    bits = np.dtype(f"u{one.itemsize}")
    return bool(((one.view(bits) == other.view(bits)) | (np.isnan(one) & np.isnan(other))).all())
