"""Numbers are read and set without Hydra: as Hydra reads and sets them, whatever their notation and their place."""

from functools import cache

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.app.compose import Composer
from runner.plan.jobs import Job
from tests.runner.app.composing import by_hydra, check
from tests.runner.building import loader, master

KEYS = ["seed", "learning_rate", "training.epochs", "training.l2", "data.noise", "data.domain.0", "network.hidden"]
# Two values of a key, as one of them may be read by what was learned of the other.
NUMBERS = [
    "0", "-0", "7", "007", "1_000", "+3", "12345678901234567890", "0.5", "-0.25", "5.", ".5", "00.5", "1e3", "1E-3",
    "1e+3", "2.5e-7", "1e400", "-1e400", "1e0_0", "inf", "0x10", "1.2.3", "1e", "1e-", "--1", "٣", "1 ", "1;2",
    "1.0000000000000000000000000000000000001",
]  # fmt: skip
OTHERS = ["training={epochs:3,l2:0.5}", "~training.l2", "++training.l2=1", "+new=1", "new=2", "data=xor", "data.seed=3"]
MIXED = ["training.mode=full", "network.bias=false", "seed=${data.seed}", "hydra.job.num=3", "data.samples=12"]


@cache
def shared_composer() -> Composer:
    return Composer(loader(), master())


def compared(texts: tuple[str, ...]) -> None:
    check(shared_composer().compose(0, texts), by_hydra(loader(), master(), *texts))


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_read_as_hydra_reads_it_whatever_its_notation(number: str) -> None:
    for key in ("seed", "training.l2"):
        shared_composer().compose(0, (f"{key}=4",))  # from here on numbers of this key are read without Hydra
        compared((f"{key}={number}",))


def test_a_number_has_the_type_and_the_sign_that_hydra_gives_it() -> None:
    shared_composer().compose(0, ("training.l2=4",))
    for number in ("3", "3.0", "1e0", "0", "-0", "-0.0", "1e400"):
        job = shared_composer().compose(0, (f"training.l2={number}",))
        (expected,) = OverridesParser.create().parse_overrides([f"training.l2={number}"])
        assert isinstance(job, Job)
        assert repr(job.config["training"]["l2"]) == repr(expected.value())


@st.composite
def overrides(draw: st.DrawFn) -> tuple[str, ...]:
    """Numbers for some keys, with what else may be about these keys, in any order."""
    numbers = draw(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(NUMBERS[:15])), min_size=1, max_size=4))
    others = draw(st.lists(st.sampled_from([*OTHERS, *MIXED]), max_size=2))
    return tuple(draw(st.permutations([*(f"{key}={number}" for key, number in numbers), *others])))


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(overrides())
def test_numbers_are_set_as_hydra_sets_them_beside_anything_else(texts: tuple[str, ...]) -> None:
    compared(texts)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(overrides())
def test_more_numbers_are_set_as_hydra_sets_them_beside_anything_else(texts: tuple[str, ...]) -> None:
    compared(texts)
