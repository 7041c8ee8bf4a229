"""Loops over vectors of runs in LLVM's intermediate representation, built with llvmlite.

Numbers known when the loop is written stay Python ints; others are 64-bit values of the program.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import llvmlite.ir as ir
import numpy as np

INT, POINTER, VOID = ir.IntType(64), ir.PointerType(), ir.VoidType()
Index: TypeAlias = Any  # an int, or a value of the program
Vector: TypeAlias = Any  # a value of the program
Carried = Callable[[Index, list[Vector]], list[Vector] | None]


class Emitter:
    """Writes one function. Vectors have `width` runs in the precision `dtype`."""

    def __init__(self, name: str, arguments: Sequence[ir.Type], dtype: np.dtype[Any], width: int) -> None:
        self.scalar = ir.DoubleType() if dtype == np.float64 else ir.FloatType()
        self.vector, self.width, self.itemsize = ir.VectorType(self.scalar, width), width, dtype.itemsize
        self.module, self.externals = ir.Module(), dict[str, ir.Function]()
        self.function = ir.Function(self.module, ir.FunctionType(VOID, arguments), name)
        self.builder = ir.IRBuilder(self.function.append_basic_block())

    def splat(self, value: float) -> Vector:
        """A vector with the same value for all runs."""
        return ir.Constant(self.vector, [value] * self.width)

    def times(self, index: Index, by: Index) -> Index:
        if isinstance(index, int) and isinstance(by, int):
            return index * by
        if 0 in (index, by):
            return 0
        return by if index == 1 else index if by == 1 else self.builder.mul(whole(index), whole(by), flags=["nsw"])

    def plus(self, *indices: Index) -> Index:
        known, total = sum(one for one in indices if isinstance(one, int)), None
        for one in indices:
            if not isinstance(one, int):
                total = one if total is None else self.builder.add(total, one, flags=["nsw"])
        if total is None:
            return known
        return self.builder.add(total, whole(known), flags=["nsw"]) if known else total

    def at(self, base: ir.Value, vectors: Index) -> ir.Value:
        """The address of a vector, this many vectors beyond another address."""
        return self.builder.gep(base, [whole(vectors)], source_etype=self.vector)

    def load(self, address: ir.Value) -> Vector:
        loaded = self.builder.load(address, typ=self.vector)
        loaded.align = self.width * self.itemsize
        return loaded

    def load_splat(self, address: ir.Value) -> Vector:
        """A vector with the one value at an address for all runs."""
        single = self.builder.load(address, typ=self.scalar)
        undefined, place = ir.Constant(self.vector, ir.Undefined), ir.IntType(32)
        first = self.builder.insert_element(undefined, single, ir.Constant(place, 0))
        zeros = ir.Constant(ir.VectorType(place, self.width), [0] * self.width)
        return self.builder.shuffle_vector(first, undefined, zeros)

    def store(self, value: Vector, address: ir.Value) -> None:
        self.builder.store(value, address).align = self.width * self.itemsize

    def loop(self, n: Index, body: Carried, step: int = 1, carried: Sequence[Vector] = ()) -> list[Vector]:
        """`body(i, values)` for i = 0, step, 2 step, ... below n, which is at least 1; returns the carried values."""
        if isinstance(n, int) and n <= step:
            return body(0, list(carried)) or []
        builder, before = self.builder, self.builder.block
        head = builder.append_basic_block()
        builder.branch(head)
        builder.position_at_end(head)
        index, values = builder.phi(INT), [builder.phi(self.vector) for _ in carried]
        after = body(index, list(values)) or []
        following, latch = builder.add(index, whole(step), flags=["nuw", "nsw"]), builder.block
        index.add_incoming(whole(0), before)
        index.add_incoming(following, latch)
        for phi, first, then in zip(values, carried, after, strict=True):
            phi.add_incoming(first, before)
            phi.add_incoming(then, latch)
        end = builder.append_basic_block()
        builder.cbranch(builder.icmp_unsigned("<", following, whole(n)), head, end)
        builder.position_at_end(end)
        return after

    def intrinsic(self, name: str, *values: Vector) -> Vector:
        """One of LLVM's own vector functions, such as `sqrt`."""
        full = f"llvm.{name}.v{self.width}f{8 * self.itemsize}"
        return self.builder.call(self.external(full, [self.vector] * len(values), self.vector), values)

    def external(self, name: str, arguments: Sequence[ir.Type], result: ir.Type = VOID) -> ir.Function:
        """An external function, by its name."""
        if name not in self.externals:
            self.externals[name] = ir.Function(self.module, ir.FunctionType(result, arguments), name)
        return self.externals[name]

    def compute(self, name: str, values: Sequence[Vector]) -> Vector:
        """An elementwise operation, rounded as in NumPy: each is exact to the last bit, or selects an input."""
        builder = self.builder
        match name:
            case "add":
                return builder.fadd(*values)
            case "subtract":
                return builder.fsub(*values)
            case "multiply":
                return builder.fmul(*values)
            case "divide":
                return builder.fdiv(*values)
            case "negative":
                return builder.fneg(*values)
            case "absolute":
                return self.intrinsic("fabs", *values)
            case "sqrt":
                return self.intrinsic("sqrt", *values)
            case "copy":
                return values[0]
            case "where":
                is_true = builder.fcmp_unordered("!=", values[0], self.splat(0.0))
                return builder.select(is_true, values[1], values[2])
            case "clip":  # a value or bound that is NaN gives NaN, and of equal value and bound the bound is taken
                value, least, most = values
                for bound, sign in ((least, ">"), (most, "<")):
                    is_within = builder.fcmp_ordered(sign, value, bound)
                    is_nan = builder.fcmp_unordered("uno", value, value)
                    value = builder.select(builder.or_(is_within, is_nan), value, bound)
                return value
        compare = builder.fcmp_unordered if name == "not_equal" else builder.fcmp_ordered
        return builder.select(compare(COMPARED[name], *values), self.splat(1.0), self.splat(0.0))


COMPARED = {
    "greater": ">", "less": "<", "greater_equal": ">=", "less_equal": "<=", "equal": "==", "not_equal": "!="
}  # fmt: skip


def whole(value: Index) -> ir.Value:
    """An index as a value of the program."""
    return ir.Constant(INT, value) if isinstance(value, int) else value
