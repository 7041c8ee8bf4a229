"""How numbers are written: decimal sign and thousands, told from all cells, or refused with both readings."""

import pytest

from runner.datasets.tables.reading import ReadingOptions, read
from tests.runner.datasets.tables.files import cells, readings_of_ways, refusal, write


@pytest.fixture
def signs_of(tmp_path):
    def signs_of(column: list[str], separator: str = ";", **options: str) -> tuple[str, str]:
        quoted = [f'"{cell}"' if separator in cell else cell for cell in column]
        text = f"n{separator}kind\n" + "".join(f"{cell}{separator}x\n" for cell in quoted)
        reading = read(write(tmp_path, "table.csv", text), ReadingOptions(separator=separator, **options))
        assert cells(reading)["n"] == column
        return reading.decimal, reading.thousands

    return signs_of


@pytest.mark.parametrize(
    ("column", "separator", "signs"),
    [
        (["4,1", "3,8"], ";", (",", "")),
        (["4,1234", "3"], "\t", (",", "")),
        (["0,125", "0,500"], "|", (",", "")),
        (["-0,125", "12"], ";", (",", "")),
        (["1234,125", "12"], ";", (",", "")),
        (["1,5e3", "2,125E-4"], ";", (",", "")),
        (["1.234,5", "2"], ";", (",", ".")),
        (["1.234.567", "2"], ";", (",", ".")),
        (["1.234", "2,5"], ";", (",", ".")),
        (["1 234,5", "2"], ";", (",", " ")),
        (["1\u202f234,5", "2"], ";", (",", " ")),
        (["1'234.5", "2"], ";", (".", "'")),
        (["1’234", "2"], ",", (".", "'")),
        (["42,50 €", "1.042,50 €"], ";", (",", ".")),
        (["$1,234.50", "$2"], ";", (".", ",")),
        (["1,234,567", "2"], ";", (".", ",")),
        (["1,234", "2.5"], ";", (".", ",")),
        (["1,234", "2"], ",", (".", ",")),
        (["4.1", "3.8"], ";", (".", "")),
        (["4.125", "0.5"], ";", (".", "")),
        (["4.125", "3.500"], ",", (".", "")),
        (["4.125", "3.500"], "\t", (".", "")),
        (["31.12.2020", "1.1.2021"], ";", (".", "")),
        (["7", "8"], ";", (".", "")),
        (["Paris, France", "Oslo, Norway", "x, 1,5"], ";", (".", "")),
        (["100 200", "100 300"], ",", (".", " ")),
    ],
)
def test_signs_are_found_by_all_cells(signs_of, column, separator, signs):
    assert signs_of(column, separator) == signs


@pytest.mark.parametrize(
    ("column", "separator", "why"),
    [
        (["1,234", "2,345"], ";", "'1,234' could be a decimal comma or thousands"),
        (["1.234", "148.000"], ";", "'1.234' could be a decimal point or thousands"),
        (["4,1", "3.8"], ";", "the numbers are written in two ways, such as '4,1' and '3.8'"),
        (["4,1", "3,8"], ",", "'4,1' looks like a decimal comma, in a table whose cells are divided by commas"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_with_both(tmp_path, column, separator, why):
    text = f"n{separator}kind\n" + "".join(f'"{cell}"{separator}x\n' for cell in column)
    path = write(tmp_path, "table.csv", text)
    error = refusal(path)
    assert (error.setting, str(error)) == ("decimal", f"is unclear: {why}")
    assert [one.decimal for one in readings_of_ways(error, path)] == [",", "."]


def test_a_cell_that_settles_it_may_stand_in_the_last_row(signs_of):
    assert signs_of([*["1,234"] * 70_000, "1,2"]) == (",", "")
    assert signs_of([*["1,234"] * 70_000, "1,234,567"]) == (".", ",")


@pytest.mark.parametrize(("signs"), [(",", ""), (".", ","), (".", ""), (",", ".")])
def test_signs_that_are_set_win_over_doubt(signs_of, signs):
    decimal, thousands = signs
    assert signs_of(["1,234", "2"], decimal=decimal, thousands=thousands) == signs
    assert signs_of(["1,234", "2"], decimal=decimal) == (decimal, "," if decimal == "." else "")


@pytest.mark.parametrize(("thousands", "decimal"), [(",", "."), (".", ",")])
def test_what_groups_thousands_cannot_begin_decimals(signs_of, thousands, decimal):
    assert signs_of(["1,234", "2"], thousands=thousands) == (decimal, thousands)


@pytest.mark.parametrize(
    ("options", "setting", "message"),
    [
        ({"decimal": "."}, "decimal", "is '.', but numbers are written with ',', such as '4,1'"),
        ({"decimal": ";"}, "decimal", "must be '.' or ',' or auto, got ';'"),
        ({"thousands": "_"}, "thousands", "must be one of '', ',', '.', ' ', \"'\" or auto, got '_'"),
        ({"thousands": ",", "decimal": ","}, "thousands", "is ',', as data.decimal is"),
    ],
)
def test_a_sign_that_cannot_be_is_refused_with_what_would_work(tmp_path, options, setting, message):
    path = write(tmp_path, "table.csv", "a;b\n4,1;2\n3,8;3\n")
    error = refusal(path, **options)
    assert (error.setting, str(error)) == (setting, message)
    assert [one.decimal for one in readings_of_ways(error, path, **options)] == [","]


def test_the_person_sees_what_is_not_ordinary(tmp_path):
    path = write(tmp_path, "table.csv", "a;b\n1.234,5;2\n3,8;3\n")
    assert read(path, ReadingOptions()).words == "2 rows; separator ';', decimal ',', thousands '.'"
