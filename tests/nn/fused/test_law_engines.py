"""The law of engines: compiled updates give what NumPy's give, byte for byte, whatever the structure."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nn.faults import FAULTS
from tests.nn.building import Structure
from tests.nn.fused.engines import COMPILED, check, stack_of
from tests.nn.structures import structures

SHARE = 0.8  # of the structures that must be compiled; class weights beside the fault of mixed units never are
COMBINED = sorted(set(FAULTS) - {"broadcast_update"})  # which needs as many outputs as units before them


@st.composite
def compiled_structures(draw: st.DrawFn) -> Structure:
    """Any structure in F order, some with faults."""
    faults = st.lists(st.sampled_from(COMBINED), max_size=2, unique=True)
    return replace(draw(structures()), order="F", faults=tuple(draw(faults)))


def check_many(examples: int) -> None:
    engines = list[str]()

    @given(structure=compiled_structures(), first=st.integers(0, 10_000), runs=st.integers(1, 20))
    @settings(deadline=None, max_examples=examples, suppress_health_check=list(HealthCheck))
    def one(structure: Structure, first: int, runs: int) -> None:
        engines.append(check(lambda: stack_of(structure, range(first, first + runs))))

    one()
    left = [engine for engine in engines if not engine.startswith(COMPILED)]
    assert len(engines) >= examples
    assert len(left) <= (1 - SHARE) * len(engines), left


def test_whatever_the_structure_both_engines_give_the_same_bytes() -> None:
    check_many(60)


@pytest.mark.slow
def test_many_more_structures_give_the_same_bytes() -> None:
    check_many(1000)
