"""Operations on recorded arrays, recorded as operations on rows.

As in NumPy, an operation reads the values from before it: an operand that overlaps the output in any way other than
entry by entry is copied first.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nn.fused.number import Number
from nn.fused.tape import Operand, Operation, Rows, Setting, Tape

if TYPE_CHECKING:
    from nn.fused.recording import Recorded

BOOL = np.dtype(bool)
COMPARISONS = {"greater", "less", "greater_equal", "less_equal", "equal", "not_equal"}
EXACT = {"add", "subtract", "multiply", "divide", "negative", "absolute", "sqrt"}  # there is only one right result
INLINE = EXACT | COMPARISONS | {"copy", "where", "clip"}  # all others are loops of NumPy
REDUCED = {"add": np.add, "maximum": np.maximum}
AHEAD = ("setting", "stepwise")
MOST_INPUTS = 3  # of a loop of NumPy
WRITTEN = ("parameters", "state", "gradient", "scratch", "cost")


def name_of(ufunc: np.ufunc, operands: Sequence["Recorded"]) -> str:
    """The name of an operation; rejects a ufunc whose result has another precision than the network."""
    tape, code = operands[0].tape, operands[0].tape.dtype.char
    _refuse_watched(tape)
    makes = "?" if ufunc.__name__ in COMPARISONS else code
    if f"{code * ufunc.nin}->{makes}" not in ufunc.types:
        tape.refuse(f"calls {ufunc.__name__}, which does not make {tape.dtype} of {tape.dtype}")
    if ufunc.nin > MOST_INPUTS:
        tape.refuse(f"calls {ufunc.__name__}, which has more than {MOST_INPUTS} inputs")
    if not any(one.dtype == tape.dtype and one.shape for one in operands):
        tape.refuse(f"calls {ufunc.__name__} for truth values or whole numbers alone")
    name = ufunc.__name__
    if getattr(np, name, None) is not ufunc:  # of another library
        name = f"{name}.{id(ufunc):x}"
    tape.ufuncs[name] = ufunc
    return name


def elementwise(ufunc: np.ufunc, operands: Sequence["Recorded"]) -> "Recorded":
    """A ufunc into new memory; if it depends on settings only, it is computed ahead of the steps."""
    tape, name = operands[0].tape, name_of(ufunc, operands)
    if any(one.buffer is not None and one.buffer.role not in AHEAD for one in operands):
        return computed(name, operands)
    if any(one.size != 1 for one in operands) or name in COMPARISONS:
        tape.refuse(f"calls {name} for constants alone")
    inputs = tuple(one.constant if one.buffer is None else one.buffer for one in operands)
    is_stepwise = any(isinstance(one, Number) or getattr(one, "role", "") == "stepwise" for one in inputs)
    shape = np.broadcast_shapes(*(one.shape for one in operands))
    out = operands[0].new(shape, AHEAD[is_stepwise])
    tape.settings.append(Setting(ufunc, tape.buffers[-1], inputs))
    return out


def computed(name: str, operands: Sequence["Recorded"]) -> "Recorded":
    """An elementwise operation into new memory."""
    out = operands[0].new(np.broadcast_shapes(*(one.shape for one in operands)))
    write(name, out, operands)
    if name in COMPARISONS:
        out.dtype = BOOL
    return out


def write(name: str, out: "Recorded", operands: Sequence["Recorded"]) -> None:
    """An elementwise operation into `out`."""
    inputs = []
    for one in operands:
        overlaps = one.buffer is not None and np.may_share_memory(one.places, out.places) and not one.is_at(out)
        is_shared = one.buffer is not None and one.buffer.role == "array" and name not in INLINE
        if is_shared and name == "power":
            out.tape.refuse("has an array of exponents, which NumPy treats differently in stacks of other sizes")
        if overlaps or is_shared:  # a loop of NumPy needs a row of all runs
            write("copy", copied := out.new(out.shape), [one])
            one = copied
        inputs.append(_read(one, out.shape))
    out.tape.operations.append(Operation(name, _written(out), tuple(inputs)))


def product(left: "Recorded", right: "Recorded", out: "Recorded | None") -> "Recorded":
    """The product of two matrices `(1, i, j)` and `(1, j, k)`, summed over j in order from zero, like einsum."""
    found, shape = out, (1, left.shape[1], right.shape[2])
    if found is None:
        found = left.new(shape)
    if all(one.dtype != one.tape.dtype for one in (left, right)):
        left.tape.refuse("multiplies matrices of truth values or whole numbers alone")
    if found.shape != shape or any(np.may_share_memory(one.places, found.places) for one in (left, right)):
        left.tape.refuse("multiplies into another shape, or into what it reads")
    for one in (left, right):
        _read(one, one.shape)
    inputs = (
        _every(_read(left[:, :, :1], found.shape), left, 2),
        _every(_read(right[:, :1, :], found.shape), right, 1),
    )
    left.tape.operations.append(Operation("product", _written(found), inputs, left.shape[2]))
    return found


def reduction(
    name: str, array: "Recorded", axis: Any, keepdims: bool = False, initial: Any = None, out: "Recorded | None" = None
) -> "Recorded":
    """A sum, `all` or maximum over axes, in the order of the index: a sum from zero, as NumPy has it for rows."""
    tape, ndim = array.tape, array.ndim
    axes = sorted(a % ndim for a in ((axis,) if isinstance(axis, int) else axis or (0,)))
    if array.dtype != tape.dtype:
        tape.refuse(f"sums up {array.dtype}")
    if 0 in axes or not array.size or array.buffer is None or (len(axes) > 1 and name == "add"):
        tape.refuse(f"calls {name}.reduce over runs, or over several axes")
    if name in REDUCED:
        tape.ufuncs[name] = REDUCED[name]
    keep = [a for a in range(ndim) if a not in axes]
    moved = array.transpose(*keep, *axes)
    terms = moved.in_place(moved.places.reshape(*moved.shape[: len(keep)], -1))
    if terms.places.strides[-1] == 0 and terms.shape[-1] > 1:
        tape.refuse("adds up one number that stands for many")  # which NumPy does in another order
    found = array.new(terms.shape[:-1]) if out is None else out
    if found.shape != terms.shape[:-1] or np.may_share_memory(found.places, terms.places):
        tape.refuse("reduces into another shape, or into what it reads")
    _read(terms, terms.shape)
    inputs: tuple[Operand, ...] = (_every(_read(terms[..., 0], found.shape), terms, -1),)
    if initial is not None or name == "add":
        inputs += (float(tape.dtype.type(initial or 0)),)
    tape.operations.append(Operation(name, _written(found), inputs, terms.shape[-1]))
    return found.reshape([1 if a in axes else array.shape[a] for a in range(ndim)]) if keepdims else found


def _read(array: "Recorded", shape: tuple[int, ...]) -> Operand:
    """The rows, or the constant, that an operation of this shape reads."""
    tape, buffer = array.tape, array.buffer
    if isinstance(array.constant, Number):
        tape.refuse("reads the number of a step")
    if buffer is None:
        return float(array.constant)
    if not array.places.all():
        if buffer.role != "gradient":
            tape.refuse("reads memory that nothing was written to")
        buffer.is_kept = True
    return buffer.rows(np.broadcast_to(array.places, shape))


def _written(array: "Recorded") -> Rows:
    """The rows that an operation writes."""
    buffer, ndim = array.buffer, array.ndim
    _refuse_watched(array.tape)
    if buffer is None or buffer.role not in WRITTEN:
        array.tape.refuse("writes into what it was given")
    if not 0 < ndim <= 3 or array.shape[0] != 1 or 0 in array.shape:
        array.tape.refuse("mixes runs, or has more than two axes beside that of the runs")
    array.places[...] = 1
    return buffer.rows(array.places)


def _refuse_watched(tape: Tape) -> None:
    """Refuse what asks NumPy to raise or to warn, say of an overflow: machine code does neither."""
    if set(np.geterr().values()) != {"ignore"}:
        tape.refuse("has NumPy watch for overflow and the like (errstate)")


def _every(rows: Operand, terms: "Recorded", axis: int) -> Operand:
    """The rows of the first term of a sum as those of all its terms, which lie along an axis."""
    return replace(rows, each=terms.places.strides[axis], places=terms.places) if isinstance(rows, Rows) else rows
