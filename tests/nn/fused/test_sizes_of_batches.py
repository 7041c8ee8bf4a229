"""Each size of batch has code of its own, which is made where its updates by NumPy would take long enough."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import pytest

from nn import pace, stepping
from nn.fused.engine import Engine
from nn.step import Given
from nn.stepping import Stepping
from nn.training import train
from tests.nn.building import EXTRAS, Structure
from tests.nn.fused.engines import COMPILED, differences, stack_of

RICH = Structure((2, 3, 2), "gelu", optimizer="adam", extras=EXTRAS, dropout=True, online=True, n=10, batch_size=4)


@pytest.fixture
def compiled_sizes(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[int]]:
    """The sizes of batches of which updates were done by compiled code."""
    sizes, advance = set[int](), Engine.advance

    def watched(self: Engine, update: Any, given: Given) -> Any:
        sizes.add(given.size)
        return advance(self, update, given)

    monkeypatch.setattr(Engine, "advance", watched)
    return sizes


@pytest.mark.parametrize("batches", ["shuffled", "cyclic"])
@pytest.mark.parametrize("size", [2, 4])
def test_updates_of_one_size_may_be_compiled_and_those_of_another_left_to_numpy(
    size: int, batches: str, monkeypatch: pytest.MonkeyPatch, compiled_sizes: set[int]
) -> None:
    monkeypatch.setattr(Stepping, "_is_worth_compiling", lambda self, given: given.size == size)
    make = partial(stack_of, replace(RICH, batches=batches), range(5))
    found, right = train(make(), engine="auto"), train(make(), engine="numpy")
    assert found.engine.startswith(COMPILED) and compiled_sizes == {size}
    assert differences(found, right) == []


@pytest.mark.parametrize(("steps", "compiled"), [(80, set()), (200, {4}), (400, {2, 4})])
def test_a_size_is_compiled_when_its_updates_that_are_left_take_longer_than_compiling(
    steps: int, compiled: set[int], monkeypatch: pytest.MonkeyPatch, compiled_sizes: set[int]
) -> None:
    """By this clock an update of NumPy takes 1 ms, and compiling 60 ms; two of three updates have four samples."""
    milliseconds = count()
    monkeypatch.setattr(pace.time, "thread_time", lambda: next(milliseconds) / 1000)
    monkeypatch.setattr(Stepping, "has_compiled", True)
    monkeypatch.setattr(stepping, "AT_ONCE", 1)
    train(stack_of(replace(RICH, evaluations=(0, steps)), range(5)))
    assert compiled_sizes == compiled
