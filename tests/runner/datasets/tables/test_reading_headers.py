"""Whether the first row holds names, what they become, and columns that only number the rows."""

import pytest

from runner.datasets.tables.reading import ReadingOptions, read
from tests.runner.datasets.tables.files import cells, readings_of_ways, refusal, write

NUMBERS = "4.1,1.2,7.5\n3.8,1.0,6.5\n2.9,2.4,5.25\n"
LEFT_OUT = "column 1, without a name, only numbers the rows: left out"


@pytest.fixture
def read_text(tmp_path):
    return lambda contents, **options: read(write(tmp_path, "table.csv", contents), ReadingOptions(**options))


@pytest.mark.parametrize(
    ("contents", "names"),
    [
        ("a,b\n1,2\n3,4\n", ["a", "b"]),
        ("colour,kind\nred,x\nblue,y\nred,x\n", ["colour", "kind"]),
        ("1stFlr,2ndFlr\n10,20\n30,40\n", ["1stFlr", "2ndFlr"]),
        ("date,NA\n2020-01-01,1\n2020-01-02,2\n", ["date", "NA"]),
        ("land,code,1990,1991,1992\nPeru,PE,1,2,3\nChad,TD,5,2,3\n", ["land", "code", "1990", "1991", "1992"]),
        (",0,1,2\na,1,2,3\nb,4,5,6\n", ["c1", "0", "1", "2"]),
        ("year,inf,gdp\n1950,0.3,7\n1951,0.4,9\n", ["year", "inf", "gdp"]),
        (",price\n0,5\n1,7\n2,4\n", ["c1", "price"]),
        (",when,\n0,5,\n1,7,\n2,4,\n", ["c1", "when"]),
        ("sex,price\nm,$42\nf,$50\n", ["sex", "price"]),
    ],
)  # fmt: skip
def test_words_above_numbers_and_words_that_do_not_recur_are_names(read_text, contents, names):
    reading = read_text(contents)
    assert list(cells(reading)) == names
    assert "no header" not in reading.words


@pytest.mark.parametrize(
    "contents",
    ["5.1,3.5,setosa\n4.9,3.0,setosa\n6.1,2.9,virginica\n", "x,o,b\no,o,b\nx,x,b\n", "2020-01-01,up\n2020-01-02,up\n"],
)
def test_a_first_row_whose_words_recur_below_is_data(read_text, contents):
    reading = read_text(contents)
    assert list(cells(reading)) == [f"c{place + 1}" for place in range(len(reading.frame.columns))]
    assert len(reading.frame) == contents.count("\n")
    assert reading.words.endswith("rows; no header")


@pytest.mark.parametrize("contents", [NUMBERS, "1,2,3\n4,5,6\n", "a,1,2\nb,3,4\nc,5,6\n", "x,y,w\no,y,b\nx,z,b\n"])
def test_a_first_row_that_could_be_both_is_refused_with_both_readings(tmp_path, contents):
    path = write(tmp_path, "table.csv", contents)
    error = refusal(path)
    assert error.setting == "header"
    assert str(error).startswith(f"is unclear: the first row of {path!r} could be names or data: ")
    with_names, without = readings_of_ways(error, path)
    first, *rest = [line.split(",") for line in contents.split()]
    assert (list(cells(with_names)), with_names.frame.to_numpy().tolist()) == (first, rest)
    assert without.frame.to_numpy().tolist() == [first, *rest]
    assert list(cells(without))[:2] == ["c1", "c2"]


def test_names_that_are_said_to_be_data_are_refused_with_the_other_reading(tmp_path):
    path = write(tmp_path, "table.csv", "a,b\n1,2\n3,4\n")
    error = refusal(path, header=False)
    assert str(error) == f"is false, but the first row of {path!r} holds names above numbers: 'a', 'b'"
    assert [list(cells(one)) for one in readings_of_ways(error, path, header=False)] == [["a", "b"]]


@pytest.mark.parametrize(
    ("contents", "names", "notes"),
    [
        ('"","length","kind"\n"1",4.1,"a"\n"2",3.8,"b"\n', ["length", "kind"], (LEFT_OUT,)),
        (",length,kind\n0,4.1,a\n1,3.8,b\n", ["length", "kind"], (LEFT_OUT,)),
        (",length,kind\n17,4.1,a\n3,3.8,b\n", ["length", "kind"], (LEFT_OUT,)),
        ("Unnamed: 0,length,kind\n0,4.1,a\n1,3.8,b\n", ["length", "kind"], (LEFT_OUT,)),
        (",Unnamed: 0,length,kind\n0,0,4.1,a\n1,1,3.8,b\n", ["length", "kind"], (LEFT_OUT, LEFT_OUT.replace("1", "2"))),
        ('"length" "kind"\n"1" 4.1 "a"\n"2" 3.8 "b"\n', ["length", "kind"], (LEFT_OUT,)),  # as R writes
        ("index,length,kind\n0,4.1,a\n1,3.8,b\n", ["index", "length", "kind"], ()),
        (",length,kind\n1.5,4.1,a\n2,3.8,b\n", ["c1", "length", "kind"],
         ("columns without a name are called by their place: 'c1'",)),
        (",length,kind\n7,4.1,a\n7,3.8,b\n", ["c1", "length", "kind"],
         ("columns without a name are called by their place: 'c1'",)),
        ("\tlength\tkind\nann\t4.1\ta\nbob\t3.8\tb\n", ["c1", "length", "kind"],
         ("columns without a name are called by their place: 'c1'",)),
        ("length\tkind\nann\t4.1\ta\nbob\t3.8\tb\n", ["c1", "length", "kind"],
         ("columns without a name are called by their place: 'c1'",)),
        ("a,b,a,c,b\n1,2,3,4,5\n6,7,8,9,0\n", ["a_1", "b_2", "a_3", "c", "b_5"],
         ("columns 1, 3 are all named 'a': called 'a_1', 'a_3' here",
          "columns 2, 5 are all named 'b': called 'b_2', 'b_5' here")),
        ("a,a,a_1\n1,2,3\n6,7,8\n", ["a_1_", "a_2", "a_1"],
         ("columns 1, 2 are all named 'a': called 'a_1_', 'a_2' here",)),
        ("a;b;;;\n1;2;;;\n3;4;;;\n", ["a", "b"], ("3 empty columns without a name left out",)),
    ],
)  # fmt: skip
def test_columns_without_a_name_or_with_the_same_are_named_or_left_out_and_said(tmp_path, contents, names, notes):
    reading = read(write(tmp_path, "table.csv", contents), ReadingOptions(), min_columns=1)
    assert (list(cells(reading)), reading.notes) == (names, notes)


def test_a_column_that_is_left_out_does_not_shift_the_others(read_text):
    assert cells(read_text(",a,b\n1,5,x\n2,6,y\n")) == {"a": ["5", "6"], "b": ["x", "y"]}
    assert cells(read_text('"a" "b"\n"r1" 5 "x"\n"r2" 6 "y"\n')) == {
        "c1": ["r1", "r2"], "a": ["5", "6"], "b": ["x", "y"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "contents",
    [
        "a,b\n1,2,2.5\n2,3,3.5\n3,2,4.1\n",
        "  pop city\n    5 New York\n    6 Los Angeles\n",
        "id;city\n1;New;York\n2;Los;Angeles\n",
    ],
)
def test_a_header_with_a_name_too_few_is_refused_with_both_places_where_it_could_lack(tmp_path, contents):
    """Else every name would stand for its neighbour's numbers."""
    path = write(tmp_path, "table.csv", contents)
    error = refusal(path)
    assert str(error).startswith(f"{path!r} has 2 names in its header for 3 columns: ")
    first, last = (list(one.frame.columns) for one in readings_of_ways(error, path))
    assert "unnamed" in last and len(last) == 3
    assert first[0] == "unnamed" or len(first) == 2  # which only numbers the rows
