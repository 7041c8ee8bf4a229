"""Recorded arrays: they have places instead of values, and record what is done with them.

What cannot be recorded raises Unsupported: code that looks at values, or computes in another precision.
"""

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from nn.fused.number import Number
from nn.fused.operations import AHEAD, BOOL, REDUCED, computed, elementwise, name_of, reduction, write
from nn.fused.tape import Buffer, Places, Tape


class Recorded(NDArrayOperatorsMixin):
    """An array of one run: places in a buffer, or a `constant` with one value everywhere.

    `dtype` is that of the network, bool for truth values (stored as 0 and 1), int64 for integers, or float64 for plain
    numbers that are not yet rounded.
    """

    def __init__(self, tape: Tape, buffer: Buffer | None, places: Places, dtype: Any, constant: Any = None) -> None:
        self.tape, self.buffer, self.places, self.constant = tape, buffer, places, constant
        self.dtype: np.dtype[Any] = np.dtype(dtype)

    @classmethod
    def of(cls, tape: Tape, role: str, shape: tuple[int, ...], values: Any = None) -> "Recorded":
        """An array in new memory."""
        buffer = tape.buffer(role, shape, values)
        return cls(tape, buffer, buffer.places, tape.dtype)

    def new(self, shape: tuple[int, ...], role: str = "scratch") -> "Recorded":
        """An array in new memory of the same tape."""
        return self.of(self.tape, role, shape)

    @classmethod
    def constant_of(cls, tape: Tape, value: Any, shape: tuple[int, ...] = ()) -> "Recorded":
        """An array that has one value everywhere."""
        return cls(tape, None, np.broadcast_to(np.uint8(1), shape), tape.dtype, value)

    shape = property(lambda self: self.places.shape)
    ndim = property(lambda self: self.places.ndim)
    size = property(lambda self: self.places.size)
    itemsize = property(lambda self: self.dtype.itemsize)
    T = property(lambda self: self.in_place(self.places.T))
    # as with runs next to each other in memory, which is what functions ask for
    strides = property(lambda self: (self.itemsize, *(0 for _ in self.places.shape[1:])))

    def __len__(self) -> int:
        return len(self.places)

    def in_place(self, places: Places) -> "Recorded":
        """An array that is a view of this one."""
        if np.ndim(places) == 0 and self.ndim:
            self.tape.refuse("looks at single values")
        if places.size and not np.may_share_memory(places, self.places):
            self.tape.refuse("picks entries by a list of places, or needs a copy of them")
        return Recorded(self.tape, self.buffer, places, self.dtype, self.constant)

    def __getitem__(self, key: Any) -> "Recorded":
        keys = key if isinstance(key, tuple) else (key,)
        if isinstance(keys[0], np.ndarray) and keys[0].tolist() == [0]:
            keys = (slice(None), *keys[1:])  # the rows of the single run
        if any(isinstance(one, Recorded | np.ndarray | list) for one in keys):
            self.tape.refuse("picks entries by values")
        return self.in_place(self.places[keys])

    def __setitem__(self, key: Any, value: Any) -> None:
        if self.dtype != self.tape.dtype:
            self.tape.refuse(f"writes into an array of {self.dtype}")
        write("copy", self[key], [operand(self.tape, value)])

    def swapaxes(self, one: int, other: int) -> "Recorded":
        return self.in_place(self.places.swapaxes(one, other))

    def reshape(self, *shape: Any) -> "Recorded":
        places = self.places.reshape(*shape)
        before, after = (sum(n > 1 for n in one.shape[1:]) for one in (self.places, places))
        if after < before:
            self.tape.refuse("joins axes, which copies an array into another order of memory")
        return self.in_place(places)

    def transpose(self, *axes: Any) -> "Recorded":
        return self.in_place(self.places.transpose(*axes))

    def broadcast_to(self, shape: tuple[int, ...]) -> "Recorded":
        return self.in_place(np.broadcast_to(self.places, shape))

    def astype(self, dtype: Any, order: str = "K", *, copy: bool = True, **_: Any) -> "Recorded":
        if np.dtype(dtype) != self.tape.dtype:
            self.tape.refuse(f"computes in {np.dtype(dtype)}")
        if order not in "KA":
            self.tape.refuse("copies an array into another order of memory")
        if not copy and self.dtype == self.tape.dtype:
            return self
        same = Recorded(self.tape, self.buffer, self.places, dtype, self.constant)
        is_given = self.buffer is None or self.buffer.role in AHEAD  # nothing writes to it
        return same if is_given else computed("copy", [same])

    def copy(self, order: str = "C") -> "Recorded":
        if order not in "KA":
            self.tape.refuse("copies an array into another order of memory")
        copied = computed("copy", [self])
        copied.dtype = self.dtype
        return copied

    def sum(self, axis: Any = None, keepdims: bool = False, **options: Any) -> "Recorded":
        self._refuse_options("sum", options)
        return reduction("add", self, axis, keepdims)

    def max(self, axis: Any = None, keepdims: bool = False, initial: Any = None, **options: Any) -> "Recorded":
        self._refuse_options("max", options)
        return reduction("maximum", self, axis, keepdims, initial)

    def mean(self, axis: Any = None, keepdims: bool = False, **options: Any) -> "Recorded":
        self._refuse_options("mean", options)
        total = reduction("add", self, axis, keepdims)
        mean: Recorded = total / (self.size // total.size)
        return mean

    def all(self, axis: Any = None, keepdims: bool = False) -> "Recorded":
        if self.dtype != BOOL:
            self.tape.refuse("asks for the truth of numbers")
        values = Recorded(self.tape, self.buffer, self.places, self.tape.dtype)
        found = reduction("all", values, axis, keepdims)
        found.dtype = BOOL
        return found

    def __pow__(self, exponent: Any) -> Any:
        """As ndarray, which has other ways for some plain exponents."""
        is_plain = isinstance(exponent, int | float) and not isinstance(exponent, bool | np.generic)
        match exponent if is_plain else None:
            case 1:
                return self.copy("K")
            case 2:
                return self * self
            case -1:
                return 1 / self
            case 0.5:
                return np.sqrt(self)
        return np.power(self, exponent)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        (out,) = options.pop("out", None) or (None,)
        if method == "reduce" and REDUCED.get(ufunc.__name__) is ufunc and not set(options) - {"axis"}:
            return reduction(ufunc.__name__, inputs[0], options.get("axis", 0), out=out)
        if method != "__call__" or options or ufunc.nout != 1 or ufunc.signature:
            self.tape.refuse(f"calls {ufunc.__name__} in a way that is not elementwise")
        operands = [operand(self.tape, value) for value in inputs]
        if out is None:
            return elementwise(ufunc, operands)
        if not isinstance(out, Recorded):
            self.tape.refuse("writes into an array of its own")
        name = name_of(ufunc, operands)
        is_one = any(isinstance(one.constant, np.floating) and one.constant == 1 for one in operands)
        # x *= 1 leaves x as it is: a derivative of ones costs nothing
        if not (ufunc is np.multiply and is_one and any(one.is_at(out) for one in operands)):
            write(name, out, operands)
        return out

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, options: Any) -> Any:
        if function not in self.tape.functions:
            self.tape.refuse(f"calls {function.__name__}")
        try:
            return self.tape.functions[function](*args, **options)
        except TypeError:  # arguments that it does not know
            self.tape.refuse(f"calls {function.__name__} in a way that cannot be recorded")

    def is_at(self, other: "Recorded") -> bool:
        """Whether both have the same places, one by one."""
        one, two = (view.places.__array_interface__["data"][0] for view in (self, other))
        return one == two and self.shape == other.shape and self.places.strides == other.places.strides

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.tape.refuse(f"asks an array for its {name}")

    def _refuse_options(self, name: str, options: dict[str, Any]) -> None:
        if options:
            self.tape.refuse(f"calls {name} with {', '.join(options)}")

    def _in_words(self, *_: Any) -> str:
        """What is printed: nothing raises, so that logging has no traceback."""
        self.tape.refused = self.tape.refused or "prints an array"
        return "(an array whose values come later)"

    __repr__ = __str__ = __format__ = _in_words

    def __deepcopy__(self, _: Any) -> "Recorded":
        return self.copy("K")

    def __copy__(self) -> "Recorded":
        return self.copy("K")

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        self.tape.refuse("looks at values")

    __array__ = __float__ = __int__ = __bool__ = __index__ = __iter__ = __contains__ = item = tolist = _refuse


def operand(tape: Tape, value: Any) -> Recorded:
    """What an operation can have as an input."""
    if isinstance(value, Recorded):
        if value.tape is not tape:
            tape.refuse("keeps an array from one update to another")
        # beside the numbers of the network; alone, whole numbers have another arithmetic (`operations.name_of`)
        if value.dtype not in (tape.dtype, BOOL) and np.result_type(value.dtype, tape.dtype) != tape.dtype:
            tape.refuse(f"computes in {value.dtype}")
        return value
    if isinstance(value, Number):
        return Recorded.constant_of(tape, value)
    if isinstance(value, np.ndarray | np.generic):
        if value.dtype != tape.dtype:
            tape.refuse(f"computes in {value.dtype}")
        if value.size == 1:  # NumPy hands it to its loops as it does a plain number
            return Recorded.constant_of(tape, value.reshape(-1)[0], value.shape)
        if value.ndim:
            return Recorded.of(tape, "array", value.shape, np.array(value))
    elif isinstance(value, bool) or not isinstance(value, int | float):
        tape.refuse(f"computes with a {type(value).__name__}")
    return Recorded.constant_of(tape, tape.dtype.type(value))
