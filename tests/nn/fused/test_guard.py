"""The first compiled update is compared with NumPy's: code that is wrong trains nothing, and says so."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import pytest

from nn.fused import compiling
from nn.fused.emitting import Emitter
from nn.fused.engine import Engine
from nn.registry import Array
from nn.step import Given, Update
from tests.nn.building import Structure
from tests.nn.fused.engines import COMPILED, check, stack_of

REFUSED = "trained by NumPy: its first compiled update is not that of NumPy, please report it"
STRUCTURE = Structure(optimizer="adam", online=True, evaluations=(0, 5, 12))


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has been compiled before, and nothing that is wrong is left."""
    monkeypatch.setattr(compiling, "PROGRAMS", {})


def make_wrong(monkeypatch: pytest.MonkeyPatch, name: str, instead: str) -> None:
    """One operation computes another one."""
    right = Emitter.compute

    def wrong(self: Emitter, asked: str, values: Sequence[Any]) -> Any:
        return right(self, instead if asked == name else asked, values)

    monkeypatch.setattr(Emitter, "compute", wrong)


@pytest.mark.parametrize("batches", ["full", "shuffled", "given"])
@pytest.mark.parametrize(("name", "instead"), [("add", "subtract"), ("subtract", "add"), ("multiply", "add")])
def test_wrong_code_trains_nothing(name: str, instead: str, batches: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wrong(monkeypatch, name, instead)
    assert check(lambda: stack_of(replace(STRUCTURE, batches=batches), range(9))) == REFUSED


@pytest.mark.parametrize("what", ["parameters", "state", "cost"])
def test_all_that_an_update_gives_is_compared(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Engine._run  # the step that hands arrays to machine code

    def wrong(self: Engine, update: Update, given: Given) -> Sequence[Array]:
        costs = right(self, update, given)
        changed = {"parameters": update.parameters, "state": update.state[1], "cost": costs[-1]}[what]
        changed[-1:] = np.nextafter(changed[-1:], np.inf)
        return costs

    monkeypatch.setattr(Engine, "_run", wrong)
    assert check(lambda: stack_of(STRUCTURE, range(9))) == REFUSED


def test_code_that_is_wrong_for_the_smaller_last_batch_alone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right, sizes = Engine._run, set[int]()

    def wrong(self: Engine, update: Update, given: Given) -> Sequence[Array]:
        costs = right(self, update, given)
        sizes.add(given.size)
        if given.size == 2:
            update.parameters += 1
        return costs

    monkeypatch.setattr(Engine, "_run", wrong)
    assert check(lambda: stack_of(replace(STRUCTURE, batches="given"), range(9))) == REFUSED
    assert sizes == {4, 2}


def test_the_sign_of_what_is_no_number_is_not_asked_for() -> None:
    def make() -> Any:
        stack = stack_of(STRUCTURE, range(9))
        stack.parameters[3, ::2] = np.nan
        stack.parameters[4, ::2] = -np.nan
        return stack

    assert check(make).startswith(COMPILED)


NAMES_OF_LLVM = ["get_host_cpu_features", "initialize_native_target", "parse_assembly", "create_mcjit_compiler"]


@pytest.mark.parametrize("name", NAMES_OF_LLVM)
def test_a_compiler_that_lacks_a_function_leaves_training_to_numpy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as another version of llvmlite, installed by hand."""
    compiling.vector_bytes.cache_clear()
    monkeypatch.delattr(llvm, name)
    engine = check(lambda: stack_of(STRUCTURE, range(9)))
    assert engine.startswith("trained by NumPy: llvmlite cannot compile it: ") and name in engine


@pytest.mark.parametrize(
    ("error", "said"),
    [(MemoryError(), "MemoryError"), (OSError("no\n  room " + "here " * 99), "no room here")],
    ids=["memory", "system"],
)
def test_a_compiler_that_fails_leaves_training_to_numpy(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(llvm, "create_mcjit_compiler", fail)
    engine = check(lambda: stack_of(STRUCTURE, range(9)))
    assert engine.startswith(f"trained by NumPy: llvmlite cannot compile it: {said}")
    assert len(engine.splitlines()) == 1 and len(engine) < 300
