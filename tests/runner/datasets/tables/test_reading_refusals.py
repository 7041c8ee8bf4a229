"""A table that cannot be read: one clear reason, and commands that then read it."""

import os
import stat

import pytest

from runner.datasets.samples import DataError
from runner.datasets.tables.reading import ReadingOptions, read
from tests.runner.datasets.tables.files import cells, readings_of_ways, refusal, write

TABLE = "a,b,kind\n1,2,x\n3,4,y\n5,6,x\n"
FOREIGN = {
    "an old Excel file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64),
    "a PDF": b"%PDF-1.4\n",
    "a SQLite database": b"SQLite format 3\x00" + bytes(64),
    "an HDF5 file": b"\x89HDF\r\n\x1a\n" + bytes(64),
    "a Feather (Arrow) file": b"ARROW1\x00\x00",
    "an array of NumPy": b"\x93NUMPY\x01\x00",
    "a pickle": b"\x80\x04K\x01.",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "a web page (HTML)": b"<!DOCTYPE html>\n<html><body>Not found</body></html>",
    "an XML file": b"<?xml version='1.0'?>\n<rows/>",
    "a zstd file": b"\x28\xb5\x2f\xfd" + bytes(8),
    "a tar archive": bytes(257) + b"ustar\x00",
    "a table of libsvm": b"1 1:0.5 3:0.2\n-1 2:0.1 4:0.3\n",
}


@pytest.mark.parametrize(("name", "contents"), FOREIGN.items(), ids=FOREIGN)
def test_a_format_that_is_not_read_is_named_with_what_to_do(tmp_path, name, contents):
    path = write(tmp_path, "table.csv", contents)
    error = refusal(path)
    assert error.setting == "path"
    assert str(error).startswith(f"{path!r} is {name}") and ", which is not read here; " in str(error)
    assert all(words.startswith("after  ") and way["path"] != path for words, way in error.ways.items())


def test_an_arff_file_becomes_a_table_by_the_command_in_the_refusal(tmp_path):
    header = "% by Weka\n@RELATION x\n@attribute n real\n@attribute kind {a,b}\n\n@DATA\n"
    path = write(tmp_path, "table.arff", f"{header}1,a\n% one more\n2,b\n")
    error = refusal(path)
    assert str(error).startswith(f"{path!r} is an ARFF file (of Weka), which is not read here")
    assert [cells(one) for one in readings_of_ways(error, path)] == [{"c1": ["1", "2"], "c2": ["a", "b"]}]


@pytest.mark.parametrize(
    "contents", ["", "\n \n", "# only\n# comments\n", "a,b\n", bytes(range(256)) * 9, b"a,b\n1,\x002\n"]
)
def test_what_holds_no_rows_is_refused_in_words(tmp_path, contents):
    path = write(tmp_path, "table.csv", contents)
    error = refusal(path)
    assert (error.setting, str(error).startswith(repr(path))) == ("path", True)
    assert "codec" not in str(error) and "Error" not in str(error)


@pytest.mark.parametrize("contents", ["a\n1\n2\n", "Some prose, in which\nno line is\nlike another one\nat all\n"])
def test_one_column_is_refused_unless_one_is_enough(tmp_path, contents):
    path = write(tmp_path, "table.csv", contents)
    assert "no separator splits its lines" in str(refusal(path))
    if contents.startswith("a"):
        assert cells(read(path, ReadingOptions(), min_columns=1)) == {"a": ["1", "2"]}


@pytest.mark.parametrize(
    ("contents", "separator"),
    [(TABLE, ";"), (TABLE.replace(",", ";"), ","), (TABLE.replace(",", ":"), "auto"), ("a;b\n4,1;x\n3,8;y\n", ",")],
)
def test_a_wrong_separator_is_refused_with_the_one_that_divides_the_lines(tmp_path, contents, separator):
    path = write(tmp_path, "table.csv", contents)
    error = refusal(path, separator=separator)
    assert error.setting == "separator"
    (reading,) = readings_of_ways(error, path, separator=separator)
    assert list(cells(reading)) == (["a", "b", "kind"] if "kind" in contents else ["a", "b"])


def test_a_separator_of_several_characters_is_refused(tmp_path):
    path = write(tmp_path, "table.csv", TABLE)
    error = refusal(path, separator="ab")
    assert str(error) == "must be one character between two cells, or auto, got 'ab'"
    assert len(readings_of_ways(error, path, separator="ab")) == 1


def test_rows_with_more_or_fewer_cells_are_refused_with_their_places_and_text(tmp_path):
    path = write(tmp_path, "table.csv", "# made by me\n" + TABLE + "\n7,8\n9,10,x\n1,2,3,4\n")
    error = refusal(path)
    assert str(error) == (
        f"{path!r} has rows with more or fewer cells than the 3 of the others: "
        "row 4 (line 7) has 2: '7,8'; row 6 (line 9) has 4: '1,2,3,4'"
    )
    (reading,) = readings_of_ways(error, path)
    assert cells(reading)["a"] == ["1", "3", "5", "9"]


def test_an_uneven_row_far_below_the_first_ones_is_reported(tmp_path):
    path = write(tmp_path, "table.csv", TABLE + "1,2,x\n" * 50_000 + "7,8\n")
    assert "row 50004 (line 50005) has 2: '7,8'" in str(refusal(path))


@pytest.mark.parametrize("tail", ["", "7,8,y\n", "7,8,y\n" * 30_000])
def test_a_quote_that_stays_open_is_refused_with_its_line(tmp_path, tail):
    path = write(tmp_path, "table.csv", TABLE + '"5,6,x\n' + tail)
    error = refusal(path)
    assert str(error) == f"{path!r} has a quote that is opened in line 5 and not closed: '\"5,6,x'"
    assert [len(one.frame) for one in readings_of_ways(error, path)] == [4 + tail.count("\n")]


def test_a_file_that_is_not_there_is_refused_with_those_that_sound_like_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "houses.csv", TABLE)
    error = refusal("house.csv")
    assert str(error) == "'house.csv' does not exist; is it 'houses.csv'?"
    assert [len(one.frame) for one in readings_of_ways(error, "house.csv")] == [3]
    assert "neither does the folder" in str(refusal("nowhere/house.csv"))


def test_a_folder_is_refused_with_the_tables_in_it(tmp_path):
    write(tmp_path, "houses.csv", TABLE)
    error = refusal(str(tmp_path))
    assert str(error) == f"{str(tmp_path)!r} is a folder; name a file; it holds 'houses.csv'"
    assert [len(one.frame) for one in readings_of_ways(error, str(tmp_path))] == [3]
    (tmp_path / "houses.csv").unlink()
    why = f"{str(tmp_path)!r} is a folder without a file that looks like a table; name a file"
    assert str(refusal(str(tmp_path))) == why


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("https://x.org/a.csv?raw=1", "curl -L -o a.csv 'https://x.org/a.csv?raw=1'"),
        ("s3://bucket/k.csv", "aws s3 cp s3://bucket/k.csv ."),
    ],
)
def test_an_address_is_refused_with_the_command_that_downloads_it(path, command):
    error = refusal(path)
    assert str(error).startswith(f"{path!r} is an address; download it first")
    assert list(error.ways) == [f"after  {command}"]


def test_a_pipe_is_refused_with_standard_input(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    error = refusal(str(tmp_path / "pipe"))
    assert "is a pipe or a device" in str(error) and list(error.ways.values()) == [{"path": "-"}]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused_with_the_command_that_allows_it(tmp_path):
    path = write(tmp_path, "table.csv", TABLE)
    (tmp_path / "table.csv").chmod(stat.S_IWUSR)
    assert [len(one.frame) for one in readings_of_ways(refusal(path), path)] == [3]


def test_a_sheet_of_what_has_none_is_refused(tmp_path):
    path = write(tmp_path, "table.csv", TABLE)
    error = refusal(path, sheet="one")
    assert isinstance(error, DataError) and error.setting == "sheet"
    assert [len(one.frame) for one in readings_of_ways(error, path, sheet="one")] == [3]


def test_cells_in_single_quotes_lose_them_and_apostrophes_stay(tmp_path):
    quoted = write(tmp_path, "quoted.csv", "'a','b, c'\n1,'x, y'\n2,'z'\n")
    assert cells(read(quoted, ReadingOptions())) == {"a": ["1", "2"], "b, c": ["x, y", "z"]}
    spaced = write(tmp_path, "spaced.csv", "'a' 'b'\n1 2\n3 4\n")
    assert list(cells(read(spaced, ReadingOptions()))) == ["a", "b"]
    plain = write(tmp_path, "plain.csv", "name,n\n'tis,1\nO'Hara,2\nthe 'x' one,3\n")
    assert cells(read(plain, ReadingOptions()))["name"] == ["'tis", "O'Hara", "the 'x' one"]
