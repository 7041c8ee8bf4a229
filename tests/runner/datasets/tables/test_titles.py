"""Rows above the names, below them and at the end that are no rows of the table."""

from typing import Any

import pytest

from runner.datasets.samples import DataError
from runner.datasets.tables.reading import ReadingOptions, read
from tests.runner.datasets.tables.asking import samples_of
from tests.runner.datasets.tables.files import cells, readings_of_ways, refusal, write
from tests.runner.datasets.tables.test_reading_files import workbook

NAMES = ["area", "rooms", "price"]
NUMBERS = [[50 + 3 * k, 2 + k % 4, 1000 + k * k * 7 % 31] for k in range(12)]
ROWS = "".join(f"{area},{rooms},{price}\n" for area, rooms, price in NUMBERS)
NOTE = "left out above the rows: "


def refused(path: str, **settings: Any) -> DataError:
    """The refusal of a table whose ways need another command first."""
    with pytest.raises(DataError) as caught:
        samples_of(path, **settings)
    return caught.value


@pytest.mark.parametrize(
    ("above", "notes"),
    [
        ("Sales report 2024\n", [f"{NOTE}'Sales report 2024'"]),
        ("Sales report 2024\n\n", [f"{NOTE}'Sales report 2024'"]),
        ("Sales report,,\n", [f"{NOTE}'Sales report'"]),
        ("Sales report,,\n,,\n", [f"{NOTE}'Sales report'", "rows without any value left out: 1"]),
        ("Sales report,,\nby me,,\n", [f"{NOTE}'Sales report', 'by me'"]),
        ('"Sales, by area"\n', [f"{NOTE}'Sales, by area'"]),
        ("Sales report, 2024\n", [f"{NOTE}'Sales report, 2024'"]),
        ("Company,ACME,\nExported,2024-01-31,\n", [f"{NOTE}'Company, ACME', 'Exported, 2024-01-31'"]),
        ("Serial,12345\n\n", [f"{NOTE}'Serial, 12345'"]),
        ("a,,\n" * 5, [f"{NOTE}'a', 'a', 'a' and 2 more"]),
    ],
)
def test_titles_above_the_names_are_left_out_and_said(tmp_path, above, notes):
    reading = read(write(tmp_path, "table.csv", f"{above}area,rooms,price\n{ROWS}"), ReadingOptions())
    assert (list(cells(reading)), list(reading.notes), len(reading.frame)) == (NAMES, notes, 12)
    book = [[cell.strip('"') for cell in line.split(",")] for line in above.split("\n")[:-1] if '"' not in line]
    reading = read(write(tmp_path, "table.xlsx", workbook([*book, NAMES, *NUMBERS])), ReadingOptions())
    assert (list(cells(reading)), reading.frame["area"].tolist()) == (NAMES, [row[0] for row in NUMBERS])


@pytest.mark.parametrize(
    ("contents", "names"),
    [
        ("Report\na,y\n" + "1,2\n3,4\n" * 3, ["a", "y"]),
        ("Report,\na,y\n" + "1,2\n3,4\n" * 3, ["a", "y"]),
        ("All kinds,,\ncolour,garden,kind\n" + "red,yes,x\nblue,no,y\n" * 4, ["colour", "garden", "kind"]),
        (",size,,money\nname,area,rooms,price\n" + "x,1,2,3\ny,4,5,6\n" * 3, ["name", "area", "rooms", "price"]),
        ("By year,,,,\nland,code,1990,1991,1992\n" + "A,a,1,2,3\nB,b,5,2,3\n" * 3,
         ["land", "code", "1990", "1991", "1992"]),
        ("TOA5,CR1000,CR1,Std.27,x\na,b,y\n" + "1,2,3.5\n4,5,6.5\n" * 3, ["a", "b", "y"]),
        ("EC-Lab ASCII FILE\nNb header lines : 4\nt\tE\tI\n" + "1\t2\t3.5\n4\t5\t6.5\n" * 3, ["t", "E", "I"]),
        (",length,kind\n1.5,4.1,a\n2,3.8,b\n", ["c1", "length", "kind"]),
        ("a,,y\nx,1,2\nz,3,4\n", ["a", "c2", "y"]),
    ],
)  # fmt: skip
def test_the_names_are_found_below_a_title_and_not_looked_for_below_names(tmp_path, contents, names):
    assert list(cells(read(write(tmp_path, "table.csv", contents), ReadingOptions()))) == names


@pytest.mark.parametrize("settings", [{}, {"target": "price"}])
def test_words_in_the_first_row_are_refused_as_names_or_as_no_row(tmp_path, settings):
    path = write(tmp_path, "table.csv", f"Company,ACME,2024x\narea,rooms,price\n{ROWS}")
    error = refused(path, **settings)
    as_names, *without = readings_of_ways(error, path)
    assert (list(cells(as_names)), len(as_names.frame)) == (NAMES, 12)
    assert [list(cells(one)) for one in without] == [["Company", "ACME", "2024x"]] * (not settings)
    assert [len(one.frame) for one in without] == [12] * (not settings)
    error = refused(write(tmp_path, "table.csv", f"area,rooms,price\nm2,,EUR\n{ROWS}"))
    (reading,) = readings_of_ways(error, path)
    assert (list(cells(reading)), len(reading.frame)) == (NAMES, 12)


def test_several_rows_of_words_below_the_names_are_refused_with_a_copy_that_lacks_them(tmp_path):
    path = write(tmp_path, "table.csv", f"area,rooms,price\nm2,,EUR\n\nAvg,Smp,Sum\n{ROWS}")
    (reading,) = [one for one in readings_of_ways(refused(path), path) if list(cells(one)) == NAMES]
    assert len(reading.frame) == 12


def test_rows_that_repeat_the_names_are_left_out_and_said(tmp_path):
    path = write(tmp_path, "table.csv", f"area,rooms,price\n{ROWS}area,rooms,price\n{ROWS}area,2,price\n")
    reading = read(path, ReadingOptions())
    assert (len(reading.frame), reading.notes) == (25, ("rows that repeat the names left out: 1",))


def test_words_in_the_first_row_of_a_sheet_are_refused_with_copies_that_lack_them(tmp_path):
    path = write(tmp_path, "table.xlsx", workbook([[], [None, *NAMES], [None, "m2", "n", "EUR"],
                                                   *([None, *row] for row in NUMBERS)]))  # fmt: skip
    as_names, without = readings_of_ways(refused(path), path)
    assert (list(cells(as_names)), len(as_names.frame)) == (["m2", "n", "EUR"], 12)
    assert cells(without) == {name: [str(row[place]) for row in NUMBERS] for place, name in enumerate(NAMES)}


def test_a_total_at_the_end_is_refused_or_warned_about_with_a_copy_that_lacks_it(tmp_path):
    path = write(tmp_path, "table.csv", f"area,rooms,price\n{ROWS}Total,,9999\n")
    (reading,) = readings_of_ways(refused(path), path)
    assert len(reading.frame) == 12
    named = "".join(f"n{k},{line}\n" for k, line in enumerate(ROWS.split()))
    path = write(tmp_path, "named.csv", f"name,area,rooms,price\n{named}Total:,,,9999\n")
    copy = str(tmp_path / "named.edited.csv")
    assert samples_of(path).notes[-1] == (
        "warning: row 13 may not be a row like the others: 'Total:, , , 9999'; "
        f"without it, after  sed 14d {path} > {copy}: data.path={copy}"
    )


NOTES_SHEET = [["This file"], ["was made by me"]]
WORDS_SHEET = [["key", "value"], *([f"k{k}", f"v{k}"] for k in range(6))]


def test_the_only_sheet_that_can_be_a_table_is_read(tmp_path):
    path = write(tmp_path, "table.xlsx", workbook(NOTES_SHEET, [NAMES, *NUMBERS]))
    reading = read(path, ReadingOptions())
    assert (list(cells(reading)), reading.notes) == (NAMES, ("sheet 'sheet 2'; not read: 'sheet 1'",))


@pytest.mark.parametrize(
    ("sheets", "ways"), [([NOTES_SHEET, WORDS_SHEET, [NAMES, *NUMBERS]], 2), ([WORDS_SHEET, [NAMES, *NUMBERS]], 2)]
)
def test_sheets_that_may_all_be_the_table_are_refused_with_each_of_them(tmp_path, sheets, ways):
    path = write(tmp_path, "table.xlsx", workbook(*sheets))
    error = refusal(path)
    assert error.setting == "sheet" and str(error).startswith(f"is not set; the first sheet of {path!r}, 'sheet 1', ")
    readings = readings_of_ways(error, path)
    assert len(readings) == ways and list(cells(readings[-1])) == NAMES
