"""The recording of an update: NumPy operations on rows of runs.

A row is one value of every run. The array of a single run `(1, ...)` identifies its rows by its memory, which has one
byte per row, 1 once the row was written. So slices, transposes and reshapes are NumPy's own, and NumPy itself
determines whether two arrays overlap.
"""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from nn.fused.number import Number

Places = NDArray[np.uint8]
UNEQUAL = "its first compiled update is not that of NumPy, please report it"


MOST_LETTERS = 200  # of a reason


class Unsupported(Exception):
    """Why an update cannot be recorded or compiled; NumPy then trains, with the same numbers."""


def in_short(error: Exception) -> str:
    """An error's message as a short line; its type if it has none."""
    return textwrap.shorten(str(error), MOST_LETTERS, placeholder=" ...") or type(error).__name__


@dataclass(eq=False)
class Buffer:
    """Memory for rows, with its `number` on the tape.

    `role` says what the rows are; unless they are scratch or the gradient, they exist before the update. `is_kept`
    means that rows are read before they are written: they come from the previous update. `values` are those of an array
    that all runs share.
    """

    number: int
    role: str
    shape: tuple[int, ...]
    values: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        self.places: Places = np.full(self.shape, self.role not in ("scratch", "gradient", "cost"), dtype=np.uint8)
        self.is_kept = False

    def rows(self, places: Places) -> "Rows":
        """The rows of an array of places, without its run axis, as a table of two axes."""
        first = places.__array_interface__["data"][0] - self.places.__array_interface__["data"][0]
        axes = [*zip(places.shape[1:], places.strides[1:], strict=True), (1, 0), (1, 0)]
        (n0, s0), (n1, s1) = axes[:2]
        return Rows(self, first, (n0, n1), (s0 * (n0 > 1), s1 * (n1 > 1)), places)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return self.places.size


@dataclass(frozen=True)
class Rows:
    """Rows `first + i strides[0] + k strides[1]` of a buffer, for i and k below `shape`; of term j of a sum `+ j each`.

    `places` are those of all of them.
    """

    buffer: Buffer
    first: int
    shape: tuple[int, int]
    strides: tuple[int, int]
    places: Places = field(compare=False, repr=False)
    each: int = 0


Operand = Rows | float


@dataclass(frozen=True)
class Operation:
    """`out` from `inputs` by a ufunc, `copy`, `where` or `clip`, for every row of `out`.

    With `terms` it is a sum over this many terms in order: from zero and of products of two inputs if the name is
    `product`, else of the first input by the ufunc, starting from the second input if there is one.
    """

    name: str
    out: Rows
    inputs: tuple[Operand, ...]
    terms: int = 0


@dataclass(frozen=True)
class Setting:
    """A row of settings only: NumPy computes it ahead of the steps, or for each step if its role is `stepwise`."""

    ufunc: np.ufunc
    out: Buffer
    inputs: tuple["Buffer | float | Number", ...]

    @property
    def is_stepwise(self) -> bool:
        """Whether it depends on the number of the step."""
        return self.out.role == "stepwise"


@dataclass
class Tape:
    """The recorded operations in order. `functions` are the NumPy functions that support recorded arrays."""

    dtype: np.dtype[Any]
    functions: dict[Callable[..., Any], Callable[..., Any]]
    operations: list[Operation] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    ufuncs: dict[str, np.ufunc] = field(default_factory=dict)
    buffers: list[Buffer] = field(default_factory=list)
    refused: str = ""

    def refuse(self, reason: str) -> NoReturn:
        """Raise Unsupported, and remember it in case the recorded code catches it."""
        self.refused = self.refused or reason
        raise Unsupported(reason)

    def buffer(self, role: str, shape: tuple[int, ...], values: NDArray[Any] | None = None) -> Buffer:
        """New memory for the rows of an array `(1, ...)`, or of one that all runs share."""
        self.buffers.append(made := Buffer(len(self.buffers), role, shape, values))
        return made

    @property
    def contents(self) -> tuple[Any, ...]:
        """Everything on it as plain values: tapes with equal contents are the same update."""

        def plain(value: Any) -> Any:
            if isinstance(value, Rows):
                return value.buffer.number, value.first, value.shape, value.strides, value.each
            if isinstance(value, Buffer):
                return value.number
            return (value.first, value.each) if isinstance(value, Number) else np.float64(value).tobytes()

        operations = tuple((one.name, one.terms, *map(plain, (one.out, *one.inputs))) for one in self.operations)
        settings = tuple((one.ufunc, *map(plain, (one.out, *one.inputs))) for one in self.settings)
        buffers = tuple(
            (one.role, one.shape, one.is_kept, b"" if one.values is None else one.values.tobytes())
            for one in self.buffers
        )
        return self.dtype, operations, settings, buffers, tuple(self.ufuncs.items())
