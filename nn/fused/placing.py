"""Where the rows of an update are in memory.

Inputs and results have their own places; intermediate rows share scratch memory, and a row that never leaves the
registers has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nn.fused.grouping import Group
from nn.fused.record import Recording
from nn.fused.tape import Buffer

SPACES = ("kept", "settings", "x", "t", "weights", "masks", "rates", "stepwise", "cost", "scratch", "arrays")
SPACE_OF = {"setting": "settings", "rate": "rates", "array": "arrays"} | {
    name: name for name in ("x", "t", "weights", "masks", "stepwise", "cost")
}


@dataclass(frozen=True)
class Places:
    """For each buffer number, its memory space and first row; and how many rows each space has."""

    of: dict[int, tuple[str, int]]
    sizes: dict[str, int]


def placed(recording: Recording, groups: Sequence[Group]) -> Places:
    """A place for every buffer that is given, kept, or stored."""
    sizes, of = dict.fromkeys(SPACES, 0), dict[int, tuple[str, int]]()

    def place(buffer: Buffer, space: str) -> None:
        if buffer.number not in of:
            of[buffer.number], sizes[space] = (space, sizes[space]), sizes[space] + buffer.size

    for buffer in recording.kept:
        place(buffer, "kept")
    for buffer in recording.tape.buffers:
        if buffer.role in SPACE_OF:
            place(buffer, SPACE_OF[buffer.role])
    scratch = _Scratch()
    last = {rows.buffer: index for index, group in enumerate(groups) for rows in group.touched}
    for index, group in enumerate(groups):
        touched = list(dict.fromkeys(rows.buffer for rows in group.touched))
        for buffer in touched:
            if buffer.number not in of:
                of[buffer.number] = "scratch", scratch.take(buffer.size)
        for buffer in touched:
            if of[buffer.number][0] == "scratch" and last[buffer] == index:
                scratch.give(of[buffer.number][1], buffer.size)
    return Places(of, sizes | {"scratch": scratch.size})


class _Scratch:
    """Rows that are in use and rows that are free: the first gap that is large enough is taken."""

    def __init__(self) -> None:
        self.size, self._gaps = 0, list[tuple[int, int]]()

    def take(self, size: int) -> int:
        for place, (first, free) in enumerate(self._gaps):
            if free >= size:
                self._gaps[place : place + 1] = [(first + size, free - size)] * (free > size)
                return first
        first, self.size = self.size, self.size + size
        return first

    def give(self, first: int, size: int) -> None:
        joined = list[tuple[int, int]]()
        for start, free in sorted([*self._gaps, (first, size)]):
            if joined and sum(joined[-1]) == start:
                joined[-1] = joined[-1][0], joined[-1][1] + free
            else:
                joined.append((start, free))
        self._gaps = joined
