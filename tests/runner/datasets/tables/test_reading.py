"""A table of text: how it is written is found out by looking, and its cells are those of the file."""

import hashlib
from pathlib import Path

import pytest

from runner.datasets.tables.reading import ReadingOptions, read
from tests.runner.datasets.tables.files import cells, write

ROWS = [("length", "kind", "n"), ("4.1", "a", "7"), ("3.8", "b", "-2"), ("2.9", "a b", "1e3"), ("", "b", "0")]
COLUMNS = {"length": ["4.1", "3.8", "2.9", ""], "kind": ["a", "b", "a b", "b"], "n": ["7", "-2", "1e3", "0"]}


def joined(separator: str, end: str = "\n") -> str:
    return "".join(separator.join(row) + end for row in ROWS)


@pytest.fixture
def read_text(tmp_path):
    return lambda contents, **options: read(write(tmp_path, "table.csv", contents), ReadingOptions(**options))


@pytest.mark.parametrize(
    ("separator", "words"),
    [(",", ""), (";", "; separator ';'"), ("\t", "; separator tab"), ("|", "; separator '|'")],
)
def test_a_separator_is_found_and_said_unless_it_is_a_comma(read_text, separator, words):
    reading = read_text(joined(separator))
    assert cells(reading) == COLUMNS
    assert (reading.words, reading.notes) == (f"4 rows{words}", ())
    assert cells(read_text(joined(separator), separator=separator)) == COLUMNS


def test_runs_of_spaces_divide_the_cells_of_an_aligned_table(read_text):
    reading = read_text('  length kind    n\n   4.1   a     7 \n 13.8   "b  c"\t-2\n   2.9   a   1e3\n')
    assert cells(reading) == {"length": ["4.1", "13.8", "2.9"], "kind": ["a", "b  c", "a"], "n": ["7", "-2", "1e3"]}
    assert reading.words == "3 rows; separator spaces"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", " \n"])
def test_lines_end_as_any_system_writes_them(read_text, end):
    assert cells(read_text(joined(",", end))) == COLUMNS
    assert cells(read_text(joined(",", end).rstrip())) == COLUMNS


def test_quoted_cells_hold_separators_quotes_and_line_breaks(read_text):
    reading = read_text('"a, b","say ""c"""\n"1, 2","x\ny"\n"3" ,"""z"""\n"4,",plain "z"\n')
    assert cells(reading) == {"a, b": ["1, 2", "3", "4,"], 'say "c"': ["x\ny", '"z"', 'plain "z"']}


def test_cells_stay_the_text_that_they_are_but_for_spaces_around_them(read_text):
    written = "0.1000000000000000055511151231257827, NA ,007,1_000,0x1F,True,nan,1.,-.5,+3,1e400"
    reading = read_text("a,b,c,d,e,f,g,h,i,j,k\n" + f"{written}\n" * 2)
    assert [column[0] for column in cells(reading).values()] == [cell.strip() for cell in written.split(",")]


def test_a_setting_wins_over_what_would_be_found(read_text):
    text = "a;b,c\n1;2,3\n4;5,6\n"
    assert list(cells(read_text(text, separator=",", decimal="."))) == ["a;b", "c"]
    assert list(cells(read_text(text, separator=";"))) == ["a", "b,c"]


@pytest.mark.parametrize("spelt", ["t", r"\t", "tab", "\t"])
def test_a_tab_may_be_spelt_and_what_a_shell_made_of_it_is_understood(read_text, spelt):
    reading = read_text(joined("\t"), separator=spelt)
    assert cells(reading) == COLUMNS
    assert (r"separator t is read as a tab (a shell makes t of an unquoted \t)" in reading.notes) == (spelt == "t")


def test_a_t_that_does_divide_the_cells_is_one(read_text):
    assert cells(read_text("atb\n1t2\n3t4\n", separator="t")) == {"a": ["1", "3"], "b": ["2", "4"]}


@pytest.mark.parametrize("said", ["sep=;\n", '"sep=;"\r\n', "SEP=;\n"])
def test_the_line_that_tells_excel_the_separator_is_no_row(read_text, said):
    assert cells(read_text(said + joined(";"))) == COLUMNS


@pytest.mark.parametrize(
    ("contents", "note"),
    [
        ("# by me, and you\n#\n\n" + joined(","), ()),
        (joined(",").replace("4.1", "# half\n4.1"), ("comment lines left out: 1",)),
        (joined(",") + ",,\n,,\n", ("rows without any value left out: 2",)),
        ("Lengths of things\n\n" + joined(","), ("left out above the rows: 'Lengths of things'",)),
        (joined(",", ",\n"), ("1 empty column without a name left out",)),
        (joined(",").replace("\n", ",\n").replace("n,\n", "n\n"), ("1 empty column without a name left out",)),
        (joined(",").replace("kind,n\n", "kind,n,\n"), ()),
        (joined(",").replace("7\n", "7,\n"), ("separators after the last cell of a row left out: 1",)),
        (joined(",").replace("length,kind", " length ,  kind"), ()),
    ],
)  # fmt: skip
def test_what_is_no_cell_is_left_out_and_said(read_text, contents, note):
    reading = read_text(contents)
    assert cells(reading) == COLUMNS
    assert reading.notes == note


def test_a_first_cell_with_a_number_sign_is_no_comment_where_its_row_is_whole(read_text):
    reading = read_text("colour,n\n#ff0000,1\n#00ff00,2\n")
    assert cells(reading) == {"colour": ["#ff0000", "#00ff00"], "n": ["1", "2"]}


@pytest.mark.parametrize(
    ("contents", "names"),
    [
        ("# x y\n1 2\n3 4\n", ["x", "y"]),  # as numpy.savetxt writes
        ("#x,y\n1,2\n3,4\n", ["x", "y"]),
        ("#,name,size\n1,ann,4\n2,bob,5\n", ["#", "name", "size"]),
        ("# of me, in May\nx,y\n1,2\n3,4\n", ["x", "y"]),
    ],
)
def test_names_in_a_comment_above_the_rows_are_used_where_there_are_no_others(read_text, contents, names):
    reading = read_text(contents)
    assert (list(cells(reading)), len(reading.frame)) == (names, 2)


def test_the_digest_is_that_of_the_bytes_on_disk(read_text):
    assert read_text("a,b\n1,2\n").digest == hashlib.sha256(b"a,b\n1,2\n").hexdigest()


def test_a_table_is_read_once_until_its_file_changes(tmp_path: Path):
    path = write(tmp_path, "table.csv", "a,b\n1,2\n")
    first = read(path, ReadingOptions())
    assert read(path, ReadingOptions()) is first
    write(tmp_path, "table.csv", "a,b\n1,2\n3,4\n")
    assert len(read(path, ReadingOptions()).frame) == 2


def test_rows_far_below_the_first_ones_are_read_as_carefully(read_text):
    many = "a;b\n" + "1;2\n" * 60_000 + '"x;y\nz";4,5\n'
    reading = read_text(many)
    assert (len(reading.frame), reading.decimal) == (60_001, ",")
    assert reading.frame.iloc[-1].tolist() == ["x;y\nz", "4,5"]
