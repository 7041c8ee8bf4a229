"""Machine code for this processor from the text of a function, by LLVM, with nothing on disk."""

import ctypes
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from nn.fused.emitting import INT, POINTER, Emitter
from nn.fused.grouping import grouped
from nn.fused.placing import SPACES, Places, placed
from nn.fused.record import Recording
from nn.fused.tape import Unsupported, in_short
from nn.fused.writing import NAME, written

LEVEL = 2  # of the choice of instructions; LLVM's passes over the text save no time here
CACHED = 48 * 1024  # bytes of rows that a block may have: about what the first cache of a core holds
MOST_VECTORS = 16
NARROWEST = 16  # bytes of a vector
ALONE = 0.5  # what a block costs beside its vectors, in vectors: choosing samples, calling NumPy's loops
LOCK = threading.Lock()  # programs are made one at a time
PROGRAMS: "dict[Hashable, Program]" = {}
MOST_PROGRAMS = 64  # in a process; the oldest goes first


@dataclass(frozen=True)
class Program:
    """The function for one network structure and batch size, for blocks of `vectors` vectors of `width` runs.

    `function` is called with addresses and counts (`nn.fused.writing.written`), `code` keeps its machine code alive,
    and `places` says where each buffer is.
    """

    function: Any
    code: Any
    places: Places
    width: int
    vectors: int

    @property
    def block(self) -> int:
        """Runs in a block."""
        return self.width * self.vectors


def compiled(recorded: Callable[[], Recording], runs: int, width: int | None = None) -> tuple[Recording, Program]:
    """A recorded update, and its function for blocks that suit this number of runs.

    Each update is compiled once per process. `recorded` records it, a second time if there is no program yet. Raises
    Unsupported if two recordings differ (the update draws random numbers, or counts its calls), or if LLVM cannot
    compile it.
    """
    try:
        return _compiled(recorded, runs, width)
    except Unsupported:
        raise
    except Exception as error:  # of LLVM, of another version of llvmlite, or of too little memory
        raise Unsupported(f"llvmlite cannot compile it: {in_short(error)}") from error


def _compiled(recorded: Callable[[], Recording], runs: int, width: int | None) -> tuple[Recording, Program]:
    recording = recorded()
    dtype, groups = recording.tape.dtype, grouped(recording.tape.operations)
    places = placed(recording, groups)
    width = width or _width(runs, dtype.itemsize)
    vectors = _vectors(sum(places.sizes.values()) * width * dtype.itemsize, -(-runs // width))
    key = recording.tape.contents, width, vectors
    with LOCK:
        if key not in PROGRAMS:
            if recorded().tape.contents != recording.tape.contents:
                raise Unsupported("does another thing each time")
            while len(PROGRAMS) >= MOST_PROGRAMS:
                del PROGRAMS[next(iter(PROGRAMS))]
            emitter = Emitter(NAME, [POINTER] * (len(SPACES) + 1) + [INT] * 4, dtype, width)
            text = written(recording, groups, places, vectors, emitter, fuses_products(dtype))
            loops = [name for name in emitter.externals if name.startswith("numpy.")]
            PROGRAMS[key] = Program(*_machine_code(text, loops), places, width, vectors)
        return recording, PROGRAMS[key]


def _width(runs: int, itemsize: int) -> int:
    """Runs per vector: as many as the processor's widest vector holds, halved while there are fewer runs."""
    width = vector_bytes() // itemsize
    while width // 2 >= runs and width * itemsize > NARROWEST:
        width //= 2
    return width


def _vectors(bytes_: int, vectors: int) -> int:
    """Vectors per block: the power of two that keeps a block in the cache and needs the least padding."""
    sizes = [2**k for k in range(MOST_VECTORS.bit_length()) if k == 0 or 2**k * bytes_ <= CACHED]
    best: int = min(sizes, key=lambda size: (-(-vectors // size) * (size + ALONE), -size))
    return best


def _machine_code(text: str, loops: Sequence[str]) -> tuple[Any, Any]:
    """The function, and what keeps its machine code alive."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for name in loops:
        llvm.add_symbol(name, int(name.rpartition(".")[2], 16))
    module = llvm.parse_assembly(text)
    module.verify()
    cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(cpu=cpu, features=features, opt=LEVEL, jit=True)
    code = llvm.create_mcjit_compiler(module, machine)
    code.finalize_object()
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * (len(SPACES) + 1), *[ctypes.c_int64] * 4)
    return kind(code.get_function_address(NAME)), code


@cache
def vector_bytes() -> int:
    """Bytes in the widest vector of this processor."""
    features = llvm.get_host_cpu_features()
    return 64 if features.get("avx512f") else 32 if features.get("avx") else 16


@cache
def fuses_products(dtype: np.dtype[Any]) -> bool:
    """Whether einsum multiplies and adds with one rounding, as NumPy is built on some processors, such as ARM."""
    small = 2.0 ** -((np.finfo(dtype).nmant + 8) // 2)  # its square is less than half a unit of 1
    left = np.array([[-1.0, 1 + small]], dtype=dtype)
    right = np.array([[1 + 2 * small], [1 + small]], dtype=dtype)
    tables = (np.asfortranarray(np.broadcast_to(table, (37, *table.shape))) for table in (left, right))
    return bool(np.einsum("rij,rjk->rik", *tables, order="F").any())
