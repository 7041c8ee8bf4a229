"""Numbers as people write them are read exactly, and nothing else is read as a number."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.datasets.tables.numbers import Signs, read_numbers

ENGLISH, GERMAN, PLAIN = Signs(".", ","), Signs(",", "."), Signs()
NUMBERS = [
    ("12", PLAIN, 12, ""), ("-0.5", PLAIN, -0.5, ""), ("+3.", PLAIN, 3, ""), (".5", PLAIN, 0.5, ""),
    ("1.5E-3", PLAIN, 0.0015, ""), ("\u22125", PLAIN, -5, ""), ("007", PLAIN, 7, ""),
    ("1,234", ENGLISH, 1234, ""), ("1,234,567.5", ENGLISH, 1234567.5, ""), ("(1,234)", ENGLISH, -1234, ""),
    ("$42,000", ENGLISH, 42000, "$"), ("-$5", ENGLISH, -5, "$"), ("$-5", ENGLISH, -5, "$"), ("($5)", ENGLISH, -5, "$"),
    ("USD 3.50", ENGLISH, 3.5, "USD"), ("58.5%", PLAIN, 58.5, "%"), ("12 kg", PLAIN, 12, "kg"),
    ("3 km/h", PLAIN, 3, "km/h"), ("5m\u00b2", PLAIN, 5, "m\u00b2"), ("21\u00b0C", PLAIN, 21, "\u00b0C"),
    ("1.234,5", GERMAN, 1234.5, ""), ("4,1", GERMAN, 4.1, ""), ("1.200 \u20ac", GERMAN, 1200, "\u20ac"),
    ("1 234,5", Signs(",", " "), 1234.5, ""), ("1\u202f234", Signs(",", " "), 1234, ""),
    ("1'234.5", Signs(".", "'"), 1234.5, ""), ("1\u2019234", Signs(".", "'"), 1234, ""),
]  # fmt: skip
TEXTS = [
    ("A12", PLAIN), ("1,234", PLAIN), ("1,23", ENGLISH), ("1,2345", ENGLISH), ("12,34,567", ENGLISH), ("1.2.3", PLAIN),
    ("1.5", GERMAN), ("12:30", PLAIN), ("2020-01-02", PLAIN), ("1_000", PLAIN), ("0x10", PLAIN), ("\u0663", PLAIN),
    ("(5", PLAIN), ("5)", PLAIN), ("(-5)", PLAIN), ("--5", PLAIN), ("$5 kg", PLAIN), ("1 234", PLAIN), ("-", PLAIN),
    ("e5", PLAIN), ("12 to 15", PLAIN), ("1/2", PLAIN),
]  # fmt: skip


@pytest.mark.parametrize(("text", "signs", "value", "unit"), NUMBERS)
def test_a_number_is_read_with_its_unit(text, signs, value, unit):
    found = read_numbers([text], signs)
    assert (found.values.tolist(), found.bad.tolist(), found.unit) == ([value], [False], unit)


@pytest.mark.parametrize(("text", "signs"), TEXTS)
def test_what_only_looks_like_a_number_stays_text(text, signs):
    found = read_numbers([text], signs)
    assert math.isnan(found.values[0]) and found.bad.tolist() == [True]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_rounded_as_python_rounds_it(value):
    assert read_numbers([repr(value)], PLAIN).values.tolist() == [value]
    assert read_numbers([repr(value).replace(".", ",")], GERMAN).values.tolist() == [value]


@given(
    st.lists(st.sampled_from([text for text, *_ in NUMBERS + TEXTS] + ["", "nan", "inf", " 1", "1 ", "+5"]), min_size=1)
)
def test_a_column_is_read_as_its_cells_are_one_by_one(texts):
    """Columns of plain numbers are read all at once."""
    found = read_numbers(texts, PLAIN, unit="")
    for row, text in enumerate(texts):
        alone = read_numbers([text, "x"], PLAIN, unit="")
        assert (found.bad[row], repr(found.values[row])) == (alone.bad[0], repr(alone.values[0]))


@given(st.floats(-1e15, 1e15))
def test_signs_between_thousands_change_no_number(value):
    assert read_numbers([f"{value:,}"], ENGLISH).values.tolist() == [value]


def test_infinite_numbers_are_numbers():
    assert read_numbers(["inf", "-Infinity", "1e999"], PLAIN).values.tolist() == [math.inf, -math.inf, math.inf]


def test_an_empty_text_is_a_gap_and_no_bad_cell():
    found = read_numbers(["", "1"], PLAIN)
    np.testing.assert_array_equal(found.values, [np.nan, 1])
    assert not found.bad.any()


def test_cells_with_another_unit_than_most_are_not_read():
    found = read_numbers(["12 kg", "13 kg", "14 lb", "15"], PLAIN)
    assert (found.unit, found.units) == ("kg", ("kg", "lb", ""))
    assert found.bad.tolist() == [False, False, True, True]
    assert np.isnan(found.values[2:]).all()


def test_with_a_unit_that_is_known_numbers_without_one_may_be_there():
    found = read_numbers(["$1,000", "2000", "3 kg"], ENGLISH, unit="$")
    assert found.bad.tolist() == [False, False, True]
    assert found.values[:2].tolist() == [1000, 2000]


@pytest.mark.parametrize("texts", [["12 Main Street", "7 Main Street"], ["12 Park Rd", "9 Park Rd"]])
def test_a_house_number_and_its_street_are_no_number_with_a_unit(texts):
    assert read_numbers(texts, Signs()).bad.all()


@pytest.mark.parametrize("unit", ["kg", "km/h", "°C", "sq ft", "m²", "minutes", "%", "€"])
def test_units_that_people_write_are_units(unit):
    numbers = read_numbers([f"12 {unit}", f"7.5 {unit}"], Signs())
    assert numbers.values.tolist() == [12, 7.5] and numbers.unit == unit
