"""Each planted bug is seen by the comparisons that the tests beside this file make."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import zip_longest
from typing import Any

import pytest
from numpy.typing import NDArray

from nn.fused import compiling
from nn.fused.engine import Engine
from nn.stack import Trained
from nn.training import train
from tests.nn.fused.engines import COMPILED, Make, differences, stack_of
from tests.nn.fused.parts import with_activation
from tests.nn.fused.planted import BUGS
from tests.nn.fused.test_arithmetic import (
    EXTREME,
    INFINITE,
    PARTS,
    RARE,
    VALUES,
    extreme_part,
    extreme_value,
    same_bits,
    updated,
)
from tests.nn.fused.test_blocks import LEAVING, STRUCTURES, fated
from tests.nn.fused.test_every_part import CASES, structure_of
from tests.nn.structures import DTYPES

LEAST = 20


def part(case: dict[str, Any]) -> Make:
    return lambda: stack_of(structure_of(case), range(9))


TRAINED: list[list[Make]] = [
    [part(case) for case in CASES],
    [partial(fated, structure, seeds) for structure in STRUCTURES.values() for seeds in LEAVING],
    [with_activation(value) for value in reversed(VALUES.values())],
]
UPDATED: list[Make] = [
    *(extreme_part(activation, dtype) for activation in PARTS for dtype in DTYPES),
    *(extreme_value(name, EXTREME + INFINITE) for name in RARE),
]


@cache
def right(make: Make) -> Trained:
    return train(make(), engine="numpy")


@cache
def right_arrays(make: Make) -> list[NDArray[Any]]:
    return updated(make(), "numpy")[1]


def trains_differently(make: Make) -> bool:
    expected, found = right(make), train(make(), engine="compiled")
    assert found.engine.startswith(COMPILED), found.engine
    return bool(differences(found, expected))


def updates_differently(make: Make) -> bool:
    expected, (engine, found) = right_arrays(make), updated(make(), "compiled")
    assert engine.startswith(COMPILED), engine
    return not all(same_bits(one, other) for one, other in zip(found, expected, strict=True))


def comparisons() -> Iterator[Callable[[], bool]]:
    """All kinds in turn, as nobody knows which of them sees a bug."""
    lines = [[partial(trains_differently, make) for make in line] for line in TRAINED]
    for of_all in zip_longest(*lines, [partial(updates_differently, make) for make in UPDATED]):
        yield from filter(None, of_all)


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No first update is compared, and no program is there before."""
    monkeypatch.setattr(Engine, "_check", lambda *_: None)
    monkeypatch.setattr(compiling, "PROGRAMS", {})


@pytest.mark.slow
@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[name](monkeypatch)
    assert any(comparison() for comparison in comparisons())


@pytest.mark.slow
@pytest.mark.usefixtures("unguarded")
def test_without_a_bug_nothing_differs() -> None:
    assert not any(comparison() for comparison in comparisons())


def test_there_are_enough_bugs() -> None:
    assert len(BUGS) >= LEAST
