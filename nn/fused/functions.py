"""NumPy functions that are not ufuncs, for recorded arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.fused.operations import BOOL, computed, product
from nn.fused.recording import Recorded, operand


def _tape_of(*values: Any) -> Any:
    return next(value.tape for value in values if isinstance(value, Recorded))


def _einsum(subscripts: str, left: Recorded, right: Recorded, out: Recorded | None = None, **_: Any) -> Recorded:
    if subscripts != "rij,rjk->rik":
        left.tape.refuse(f"calls einsum for {subscripts}")
    return product(operand(left.tape, left), operand(left.tape, right), out)


def _where(condition: Recorded, one: Any, other: Any) -> Recorded:
    tape = _tape_of(condition, one, other)
    if not isinstance(condition, Recorded) or condition.dtype != BOOL:
        tape.refuse("chooses by numbers")
    found = computed("where", [condition, operand(tape, one), operand(tape, other)])
    kinds = [value.dtype if isinstance(value, Recorded) else value for value in (one, other)]
    found.dtype = np.result_type(*kinds)  # of plain numbers alone NumPy makes whole numbers or float64
    return found


def _clip(values: Any, least: Any, most: Any) -> Recorded:
    tape = _tape_of(values, least, most)
    if least is None or most is None:
        tape.refuse("clips at one side")
    if not isinstance(values, Recorded) or values.dtype != tape.dtype:
        tape.refuse("clips other numbers than those of the network")
    return computed("clip", [operand(tape, value) for value in (values, least, most)])


def _zeros_like(values: Recorded) -> Recorded:
    zeros = _empty_like(values)
    zeros[...] = 0.0
    return zeros


def _ones_like(values: Recorded) -> Recorded:
    return Recorded.constant_of(values.tape, values.tape.dtype.type(1), _empty_like(values).shape)


def _empty_like(values: Recorded) -> Recorded:
    if values.dtype != values.tape.dtype:
        values.tape.refuse(f"makes an array of {values.dtype}")
    return values.new(values.shape)


FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.einsum: _einsum,
    np.where: _where,
    np.clip: _clip,
    np.ones_like: _ones_like,
    np.zeros_like: _zeros_like,
    np.empty_like: _empty_like,
    np.broadcast_to: lambda values, shape: values.broadcast_to(shape),
    np.sum: lambda values, axis=None, keepdims=False: values.sum(axis, keepdims),
    np.max: lambda values, axis=None, keepdims=False: values.max(axis, keepdims),
    np.mean: lambda values, axis=None, keepdims=False: values.mean(axis, keepdims),
    np.swapaxes: lambda values, one, other: values.swapaxes(one, other),
}
