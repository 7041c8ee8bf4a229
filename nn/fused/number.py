"""The unknown number of a step during recording; it can only be shifted and scaled."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray


class Number:
    """`first + each * step`, for an unknown step.

    Reading its value is an error: a single recording is valid for all steps only if it depends on the number in no
    other way.
    """

    def __init__(self, refuse: Callable[[str], NoReturn], first: int = 0, each: int = 1) -> None:
        self._refusal, self.first, self.each = refuse, first, each

    def at(self, steps: NDArray[np.intp]) -> NDArray[np.intp]:
        """The values at these steps."""
        return self.first + self.each * steps

    def __add__(self, other: int) -> "Number":
        return Number(self._refusal, self.first + self._whole(other), self.each)

    def __sub__(self, other: int) -> "Number":
        return Number(self._refusal, self.first - self._whole(other), self.each)

    def __mul__(self, other: int) -> "Number":
        return Number(self._refusal, self.first * self._whole(other), self.each * self._whole(other))

    __radd__, __rmul__ = __add__, __mul__

    def _refuse(self, *_: Any) -> NoReturn:
        self._refusal("reads the number of a step")

    def _in_words(self, *_: Any) -> str:
        """What is printed: nothing raises, so that logging has no traceback."""
        with suppress(Exception):  # the refusal is remembered
            self._refuse()
        return "(a step whose number comes later)"

    __repr__ = __str__ = __format__ = _in_words
    __float__ = __int__ = __bool__ = __index__ = __floordiv__ = __mod__ = __truediv__ = __pow__ = __rpow__ = _refuse
    __rsub__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __neg__ = __pos__ = __abs__ = __round__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __eq__ = __ne__ = __hash__ = _refuse

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **_: Any) -> Any:
        """Left to the recorded arrays among the inputs; without one, NumPy would compute with the number itself."""
        if all(isinstance(one, Number | int | float | np.ndarray | np.generic) for one in inputs):
            self._refuse()
        return NotImplemented

    def _whole(self, value: int) -> int:
        return value if isinstance(value, int) else self._refuse()
