"""Narrow networks are judged with the seeds beside them."""

from dataclasses import replace

import pytest

from runner.diagnosis.judging import judge
from runner.diagnosis.subject import Neighbour, Subject
from tests.runner.diagnosis.corpus import ILL, subjects_of


@pytest.fixture(scope="module")
def narrow() -> Subject:
    """A run of a network with two units whose training got stuck."""
    return subjects_of({"trap": ILL["bad_start"]})["trap"]


def test_a_narrow_network_has_a_bad_start_where_other_seeds_learn_and_one_of_these_is_the_fix(narrow):
    seeds = [narrow.spec.model_copy(update={"seed": narrow.spec.seed + more}) for more in range(1, 5)]
    beside = [Neighbour(spec, score) for spec, score in zip(seeds, (0.1, 0.9, 0.99, 0.1), strict=True)]
    found = judge(replace(narrow, neighbours=beside))
    assert (found.cause, found.fix) == ("bad_start", (f"seed={narrow.spec.seed + 3}",))
    fixes = judge(replace(narrow, neighbours=beside[:1])).fixes
    assert fixes == (("network.hidden=[8]",), (f"seed={narrow.spec.seed + 2}",)), "a seed more is known to fail"


def test_a_narrow_network_is_too_small_where_no_seed_of_several_learns(narrow):
    seeds = [narrow.spec.model_copy(update={"seed": narrow.spec.seed + more}) for more in range(1, 4)]
    beside = [Neighbour(spec, 0.1) for spec in seeds]
    assert judge(replace(narrow, neighbours=beside)).cause == "too_small"
    assert judge(replace(narrow, neighbours=beside[:2])).cause == "bad_start", "two are not enough to tell"
    other = [Neighbour(spec.model_copy(update={"learning_rate": 1.0}), 0.1) for spec in seeds]
    assert judge(replace(narrow, neighbours=other)).cause == "bad_start", "of another setting they say nothing"
