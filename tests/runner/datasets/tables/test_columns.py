"""What a column is taken for, and what is said about it."""

import numpy as np
import pandas as pd
import pytest

from runner.datasets.tables.cells import Cells, Gaps, cells_of, gaps_of
from runner.datasets.tables.columns import Look, is_few, look_at
from runner.datasets.tables.encoding import Column
from runner.datasets.tables.numbers import Signs


def cells(values: list, missing: tuple = ()) -> Cells:
    signs = Signs(".", ",")
    return cells_of("c", pd.Series(values, dtype=object), signs, gaps_of(missing, signs))


def look(values: list, missing: tuple | None = None) -> Look:
    return look_at(cells(values, missing or ()), missing is None)


USED = {
    "numbers": (["1", "2.5", "", "4"], Column("c")),
    "numbers with a unit": (["$1", "$2,500"], Column("c", unit="$")),
    "yes and no": (["yes", "no", "", "no"], Column("c", "flag", ("no", "yes"))),
    "letters for yes and no, in any case": (["Y", "n", "y", "N", "n"], Column("c", "flag", ("n", "Y"))),
    "truth values of a typed table": ([True, False, None], Column("c", "flag", ("False", "True"))),
    "truth values as text": (["TRUE", "FALSE", "TRUE"], Column("c", "flag", ("FALSE", "TRUE"))),
    "0 and 1": (["0", "1", "1"], Column("c")),
    "two texts": (["red", "blue", "red", "blue"], Column("c", "category", ("blue", "red"))),
    "letters that are no flag": (["F", "M"] * 4, Column("c", "category", ("F", "M"))),
    "sizes with a last class that is open": (["1", "2", "3", "4+"] * 9, Column("c", "category", ("1", "2", "3", "4+"))),
    "two units, few values": (["1 kg", "2 lb"] * 9, Column("c", "category", ("1 kg", "2 lb"))),
    "months": ([f"month {k % 12:02}x" for k in range(60)],
               Column("c", "category", tuple(f"month {k:02}x" for k in range(12)))),
}  # fmt: skip
LEFT_OUT = {
    "empty": (["", "NA", None, "?"], "empty"),
    "nearly empty": (["1", *[""] * 19], "empty in more than 90% of the rows"),
    "always the same number": (["3", "3.0", "", "3"], "always the same"),
    "always the same text": (["x", "x", "", "x"], "always the same"),
    "names": ([f"name {k}x" for k in range(30)], "text with many values"),
    "tickets, most of them numbers": ([f"{k * 37}" if k % 3 else f"PC {k}" for k in range(60)],
                                      "text with many values"),
    "dates": ([f"2020-01-{k:02}" for k in range(1, 30)], "dates"),
    "durations": ([f"{k}:{k * 7 % 60:02}" for k in range(30)], "times"),
    "numbers with the minus after them": ([f"{k}.5-" if k % 2 else f"{k}" for k in range(30)], "text with many values"),
    "numbers and a word": ([f"{k}" if k % 4 else "ERR" for k in range(60)],
                           "numbers, and 'ERR': 'data.missing=[ERR]' makes that missing values"),
    "several units": ([f"{k} {'kg' if k % 2 else 'lb'}" for k in range(40)], "several units: lb, kg"),
}  # fmt: skip
TROUBLES = {
    "a slip": (["1", "2", "two", "4", "5"], "holds numbers, but text in row 3: 'two'", ("two",), False),
    "another unit": (["1 kg", "2 kg", "3 kg", "4 lb", "7 kg"], "text in row 4: '4 lb'", ("4 lb",), False),
    "infinite": (["1", "2", "inf", "4", "5"], "is infinite in row 3", ("inf",), False),
    "too large": (["1", "2", "1e101", "4"], "is beyond +-1e+100 in row 3", ("1e+101",), False),
    "a number for nothing": (["31", "-999", "40", "-999", "25"], "is -999 in 2 rows, and 25 to 40", (-999,), True),
    "nines above": (["1", "5", "99", "3", "99", "2", "4"], "is 99 in 2 rows, and 1 to 5 elsewhere", (99,), True),
}  # fmt: skip
NO_TROUBLE = {
    "a large number that comes once": ["31", "-999", "40", "25", "28"],
    "a number of nines among others like it": ["90", "99", "120", "99", "80"],
    "negative numbers": ["-5", "-99", "4", "-99", "7"],
    "prices": ["500", "999", "1500", "999", "20"],
}


@pytest.mark.parametrize(("values", "column"), USED.values(), ids=USED)
def test_a_column_that_is_used(values, column):
    assert look(values) == Look(column)


@pytest.mark.parametrize(("values", "why"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_column_that_is_left_out(values, why):
    assert look(values) == Look(left_out=why)


@pytest.mark.parametrize(("values", "said", "gaps", "is_doubt"), TROUBLES.values(), ids=TROUBLES)
def test_a_column_that_a_person_must_decide_about(values, said, gaps, is_doubt):
    trouble = look(values).trouble
    assert trouble and said in trouble.said
    assert (trouble.gaps, trouble.is_doubt) == (gaps, is_doubt)
    assert look(values, gaps).trouble is None


@pytest.mark.parametrize("values", NO_TROUBLE.values(), ids=NO_TROUBLE)
def test_nines_that_mean_what_they_say_are_numbers(values):
    assert look(values) == Look(Column("c"))


def test_an_explicit_list_of_gaps_also_an_empty_one_ends_the_doubt():
    values = ["31", "-999", "40", "-999", "25"]
    assert look(values).trouble is not None
    assert look(values, ()) == look(values, ("x",)) == Look(Column("c"))


@pytest.mark.parametrize("name", ["id", "ID", "PassengerId", "row_id", "index", "Rownames"])
@pytest.mark.parametrize("first", [0, 1, 100])
def test_a_column_that_counts_the_rows_under_a_name_that_says_so_is_left_out(name, first):
    counted = [str(first + k) for k in range(9)]
    column = pd.Series(counted, dtype=object)
    assert look_at(cells_of(name, column, Signs(), Gaps()), True) == Look(left_out="a row number")
    assert look_at(cells_of(name, column, Signs(), Gaps()), True, is_named=True) == Look(Column(name))
    assert look_at(cells_of("x", column, Signs(), Gaps()), True) == Look(Column("x"))
    assert look_at(cells_of("humid", column, Signs(), Gaps()), True) == Look(Column("humid"))
    assert look_at(cells_of(name, column[::-1], Signs(), Gaps()), True) == Look(Column(name))


@pytest.mark.parametrize(
    ("levels", "rows", "few"),
    [(2, 4, True), (2, 3, False), (5, 10, True), (6, 12, False), (6, 30, True), (50, 250, True), (51, 5000, False)],
)
def test_text_is_a_category_where_each_value_comes_often_enough(levels, rows, few):
    assert is_few(levels, rows) == few


def test_markers_of_missing_values_are_gaps_and_so_are_those_that_are_named():
    found = cells(
        ["NA", "N/A", "nan", "null", "None", "?", "-", ".", "#N/A", "", " ", "#DIV/0!", "x", "-999", "-999.0"],
        (-999, "x"),
    )
    assert found.is_gap.all()
    assert cells(["-999", "x", "none", "0"]).is_gap.tolist() == [False] * 4


def test_infinite_numbers_are_gaps_where_that_is_said_however_they_are_written():
    assert cells(["1", "inf", "1e999", "-inf", "2"], ("inf",)).is_gap.tolist() == [False, True, True, False, False]
    found = cells_of("c", pd.Series([1.0, np.inf]), Signs(), gaps_of(("inf",), Signs()))
    assert found.is_gap.tolist() == [False, True]


def test_none_is_a_gap_among_numbers_and_a_word_among_words():
    """As in an answer of None, Some or Marked: taken as missing it would cost these rows without a word."""
    assert cells(["1", "None", "", "2.5"]).is_gap.tolist() == [False, True, True, False]
    assert cells(["Some", "None", "", "None"]).is_gap.tolist() == [False, False, True, False]
    assert cells(["Some", "None", "-999"], (-999,)).is_gap.tolist() == [False, False, True]
    assert look(["low", "None", "high"] * 4) == Look(Column("c", "category", ("None", "high", "low")))
    assert cells(["Some", "None"], ("None",)).is_gap.tolist() == [False, True], "where that is said"


def test_a_named_gap_is_one_in_a_typed_column_too():
    found = cells_of("c", pd.Series([1, -999, 3]), Signs(), gaps_of((-999,), Signs()))
    assert found.is_gap.tolist() == [False, True, False]
