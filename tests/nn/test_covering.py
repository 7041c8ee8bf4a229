"""The designs of the law tests leave out no component and no pair of components."""

from itertools import combinations, product

import pytest

from tests.nn.covering import covering

AXES = [
    (list("abcdefghij"), range(28), range(3), (True, False), range(3)),
    ((1, 2), (1, 2)),
    (("C", "F"), ("single", "double"), ("only",)),
    (range(5), range(5), range(5), range(2), range(2)),
]


@pytest.mark.parametrize("axes", AXES, ids=lambda axes: "x".join(str(len(axis)) for axis in axes))
def test_every_pair_of_values_of_two_axes_meets_in_few_cases(axes):
    cases = covering(*axes)
    assert len(cases) == len(set(cases))
    for one, other in combinations(range(len(axes)), 2):
        assert {(case[one], case[other]) for case in cases} == set(product(axes[one], axes[other]))
    least, most = sorted(map(len, axes))[-2:]
    assert least * most <= len(cases) <= 1.6 * least * most


def test_a_design_is_the_same_at_every_call():
    assert covering(*AXES[0]) == covering(*AXES[0])


def test_one_axis_alone_has_no_pairs_and_is_refused():
    with pytest.raises(ValueError, match="two axes"):
        covering(range(3))
