"""NumPy's own inner loops: the addresses of the functions that a ufunc calls for a row of numbers.

They are in the struct of a ufunc, which is part of NumPy's public C interface (`PyUFuncObject` in `ufuncobject.h`).
Calling them gives the bits of the ufunc, because it is the same code.
"""

import ctypes
from typing import Any, NamedTuple

import numpy as np

from nn.fused.tape import Unsupported


class _Head(ctypes.Structure):
    """The first fields of PyUFuncObject."""

    _fields_ = [
        ("object", ctypes.c_byte * object.__basicsize__),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
    ]


class Loop(NamedTuple):
    """A function `(char **arguments, intp *length, intp *strides, void *data)`, and its data argument."""

    address: int
    data: int


def loop_of(ufunc: np.ufunc, dtype: np.dtype[Any]) -> Loop:
    """The loop of a ufunc for one precision.

    Raises Unsupported if the ufunc has none, or if its struct differs from NumPy's documentation.
    """
    head = _Head.from_address(id(ufunc))
    if (head.nin, head.nout, head.nargs, head.ntypes) != (ufunc.nin, ufunc.nout, ufunc.nargs, ufunc.ntypes):
        raise Unsupported("this NumPy keeps its loops elsewhere")
    kind = f"{dtype.char * ufunc.nin}->{dtype.char * ufunc.nout}"
    if kind not in ufunc.types:
        raise Unsupported(f"{ufunc.__name__} has no loop for {dtype}")
    place = ufunc.types.index(kind)
    data = head.data[place] if head.data else None
    address = head.functions[place]
    if not address:
        raise Unsupported(f"{ufunc.__name__} has no loop for {dtype}")
    return Loop(address, data or 0)
