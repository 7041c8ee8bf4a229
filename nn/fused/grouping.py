"""Groups of operations that become one loop: intermediate values stay in registers.

A group is a sequence of operations on tables of one shape, in which each entry needs only the same entry of earlier
operations. The first operation may be a sum of terms. A call of one of NumPy's own loops is a separate group.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from nn.fused.operations import INLINE
from nn.fused.tape import Buffer, Operation, Rows

SUMS = {"product", "add", "all"}  # `all` is a product of 0 and 1


@dataclass(eq=False)
class Group:
    """The operations of one loop; `stored` are the rows whose values are read later."""

    operations: list[Operation]
    stored: set[Rows] = field(default_factory=set)

    @property
    def first(self) -> Operation:
        return self.operations[0]

    @property
    def is_call(self) -> bool:
        """Whether it is a loop of NumPy's own."""
        return self.first.name not in (SUMS if self.first.terms else INLINE)

    @property
    def written(self) -> Iterator[Rows]:
        return (one.out for one in self.operations)

    @property
    def read(self) -> Iterator[Rows]:
        """What is read of memory that the group itself has not written before."""
        known = set[Rows]()
        for one in self.operations:
            yield from (rows for rows in one.inputs if isinstance(rows, Rows) and rows not in known)
            known.add(one.out)

    @property
    def touched(self) -> Iterator[Rows]:
        """What is read or stored in memory."""
        yield from self.read
        yield from (rows for rows in self.written if rows in self.stored)

    def takes(self, other: Operation) -> bool:
        """Whether an operation that follows can be part of the same loop."""
        if self.is_call or other.terms or other.name not in INLINE or other.out.shape != self.first.out.shape:
            return False
        return not any(_is_disturbed(one, other) for one in self.operations)


def grouped(operations: Sequence[Operation]) -> list[Group]:
    """The operations in order, as groups, with what each group must store."""
    groups = list[Group]()
    for one in _needed(operations):
        if groups and groups[-1].takes(one):
            groups[-1].operations.append(one)
        else:
            groups.append(Group([one]))
    read_later = set[Buffer]()
    for group in reversed(groups):
        group.stored = {rows for rows in group.written if _outlives(rows.buffer) or rows.buffer in read_later}
        read_later |= {rows.buffer for rows in group.read}
    return groups


def _needed(operations: Sequence[Operation]) -> list[Operation]:
    """Those whose result is read, or needed after the update."""
    read, needed = set[Buffer](), list[Operation]()
    for one in reversed(operations):
        if _outlives(one.out.buffer) or one.out.buffer in read:
            needed.append(one)
            read |= {rows.buffer for rows in one.inputs if isinstance(rows, Rows)}
    return needed[::-1]


def _outlives(buffer: Buffer) -> bool:
    """Whether it is needed after the update."""
    return buffer.role in ("parameters", "state", "cost") or buffer.is_kept


def _is_disturbed(first: Operation, second: Operation) -> bool:
    """Whether they cannot share a loop: entry by entry the second would read or overwrite a row out of turn."""
    reads = [rows for rows in second.inputs if isinstance(rows, Rows)]
    before = [rows for rows in first.inputs if isinstance(rows, Rows)]
    if any(_overlap(rows, first.out) and rows != first.out for rows in [*reads, second.out]):
        return True
    return any(_overlap(rows, second.out) and (rows != second.out or first.terms > 0) for rows in before)


def _overlap(one: Rows, other: Rows) -> bool:
    return one.buffer is other.buffer and np.may_share_memory(one.places, other.places)
