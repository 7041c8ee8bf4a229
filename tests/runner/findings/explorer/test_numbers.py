"""The numbers of a page: they come back, each array once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.findings.explorer.numbers import LARGEST, Numbers
from tests.runner.findings.explorer.reading import unpacked

SINGLE = st.lists(st.floats(width=32, allow_nan=True, allow_infinity=False), min_size=1, max_size=40)


@given(st.lists(SINGLE, min_size=1, max_size=5))
def test_numbers_come_back_from_where_they_were_put(arrays):
    numbers = Numbers()
    places = [numbers.add(one) for one in arrays]
    found = unpacked(numbers.text(), 4)
    for place, one in zip(places, arrays, strict=True):
        np.testing.assert_array_equal(found[place : place + len(one)], one)


def test_equal_arrays_are_there_once():
    numbers = Numbers()
    assert [numbers.add([1.0, 2.0]), numbers.add([3.0]), numbers.add(np.array([1, 2]))] == [0, 2, 0]
    assert numbers.n == 3


def test_in_half_precision_they_are_rounded_to_eleven_bits():
    numbers = Numbers()
    numbers.add([1 / 3, -2.0, np.nan, 1e-9])
    np.testing.assert_array_equal(unpacked(numbers.text(2), 2), np.array([1 / 3, -2, np.nan, 1e-9], dtype=np.float16))


@pytest.mark.parametrize(
    ("values", "columns"),
    [([1e300, 2.0], ()), ([1.7e9, 1.7e9 + 1, 1.7e9 + 2], (np.array([1.7e9, 1.7e9 + 1, 1.7e9 + 2]),))],
)
def test_numbers_that_single_precision_cannot_tell_apart_or_hold_are_doubles(values, columns):
    numbers = Numbers()
    numbers.add(values, *columns)
    assert numbers.width == 8 and unpacked(numbers.text(), 8).tolist() == values


def test_what_a_precision_cannot_hold_becomes_its_largest_number():
    numbers = Numbers()
    numbers.add([1e300, -np.inf, 1e5])
    assert unpacked(numbers.text(4), 4).tolist() == [LARGEST, -LARGEST, 1e5]
    assert unpacked(numbers.text(2), 2).tolist() == [65504, -65504, 65504]


@pytest.mark.parametrize("width", [2, 4])
def test_without_numbers_there_is_no_text(width):
    assert Numbers().text(width) == ""
