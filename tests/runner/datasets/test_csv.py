"""A user's own table: what is read from good files."""

import hashlib

import numpy as np
import pytest

from runner.datasets import Samples
from runner.runs.data import Facts, find_facts, make_samples
from tests.runner.building import spec_of

NUMBERS = "height,width,price\n1,10,2.5\n2,30,3.5\n3,20,4.25\n4,50,5.125\n5,40,6.5\n"
COLOURS = "a,b,colour\n1,5,red\n2,4,blue\n3,7,red\n4,1,blue\n5,0,red\n6,9,blue\n"
KINDS = "a,b,kind\n1,5,x\n2,4,y\n3,7,z\n4,1,x\n5,0,y\n6,9,z\n7,8,x\n"


@pytest.fixture
def read(csv_file):
    """Samples of a table, through the command line's overrides."""

    def read(contents: str | bytes, *overrides: str) -> Samples:
        return make_samples(spec_of("data=csv", csv_file(contents), *overrides).data, 0)

    return read


def test_numbers_in_the_last_column_are_a_regression_on_all_other_columns(read):
    samples = read(NUMBERS)
    assert samples.task == "regression"
    assert (samples.input_names, samples.target_name) == (("height", "width"), "price")
    assert samples.X.tolist() == [[1, 10], [2, 30], [3, 20], [4, 50], [5, 40]]
    assert samples.Y.tolist() == [[2.5], [3.5], [4.25], [5.125], [6.5]]
    assert samples.draw is None and samples.truth is None


def test_text_with_two_values_is_a_classification_in_alphabetical_order(read):
    samples = read(COLOURS)
    assert samples.task == "classification"
    assert samples.classes == ("blue", "red")
    assert samples.Y.tolist() == [1, 0, 1, 0, 1, 0]


def test_text_with_three_values_is_a_classification_of_three(read):
    samples = read(KINDS)
    assert samples.classes == ("x", "y", "z")
    assert samples.Y.tolist() == [0, 1, 2, 0, 1, 2, 0]


@pytest.mark.parametrize(
    ("column", "classes"),
    [
        (("0", "1", "0", "1"), ("0", "1")),
        (("True", "False", "True", "False"), ("False", "True")),
        (("3", "7", "5", "3", "5", "7"), ("3", "5", "7")),
        (("-1", "1", "-1", "1"), ("-1", "1")),
    ],
)
def test_a_few_whole_numbers_and_truth_values_are_classes(read, column, classes):
    samples = read("a,t\n" + "".join(f"{place},{value}\n" for place, value in enumerate(column)))
    assert samples.task == "classification"
    assert samples.classes == classes
    assert [samples.classes[label] for label in samples.Y] == list(column)


def test_more_than_ten_whole_numbers_are_a_regression(read):
    rows = "".join(f"{i / 2},{i % 11}\n" for i in range(44))
    assert read("a,t\n" + rows).task == "regression"
    assert read("a,t\n" + rows.replace(",10\n", ",9\n")).task == "classification"


def test_the_task_can_be_set(read):
    whole = "a,t\n1,1\n2,2\n3,1\n4,2\n"
    assert read(whole).task == "classification"
    regression = read(whole, "data.task=regression")
    assert regression.task == "regression"
    assert regression.Y.tolist() == [[1], [2], [1], [2]]
    assert read(whole.replace(",1", ",1.5"), "data.task=classification").classes == ("1.5", "2.0")


@pytest.mark.parametrize("separator", [";", " ", "|", "\t", ":"])
def test_other_separators_read_the_same_table(read, separator):
    samples = read(NUMBERS.replace(",", separator), f"data.separator='{separator}'")
    assert samples.X.tobytes() == read(NUMBERS).X.tobytes()
    assert samples.input_names == ("height", "width")


def test_chosen_features_keep_the_order_in_which_they_were_named(read):
    samples = read(NUMBERS, "data.features=[price,height]", "data.target=width", "data.task=regression")
    assert samples.input_names == ("price", "height")
    assert samples.X[0].tolist() == [2.5, 1.0]
    assert samples.Y[:, 0].tolist() == [10, 30, 20, 50, 40]


def test_a_target_in_the_middle_leaves_the_other_columns_as_features(read):
    samples = read(NUMBERS, "data.target=width", "data.task=regression")
    assert samples.input_names == ("height", "price")


def test_quoted_headers_and_values_may_hold_separators_quotes_and_line_breaks(read):
    samples = read('"a, long name","say ""b""","two\nlines"\n1,5,"x, y"\n2,4,z\n3,7,"x, y"\n4,1,z\n')
    assert samples.input_names == ("a, long name", 'say "b"')
    assert samples.target_name == "two\nlines"
    assert samples.classes == ("x, y", "z")


def test_utf8_names_and_classes_are_kept(read):
    samples = read("größe,数\n1,да\n2,нет\n3,да\n4,нет\n")
    assert (samples.input_names, samples.target_name, samples.classes) == (("größe",), "数", ("да", "нет"))
    assert read("größe,b,数\n1,2,да\n2,5,нет\n3,0,да\n4,1,нет\n", "data.features=['größe']").input_names == ("größe",)


def test_a_byte_order_mark_is_not_part_of_the_first_name(read):
    assert read(b"\xef\xbb\xbf" + NUMBERS.encode(), "data.features=[height]").input_names == ("height",)


@pytest.mark.parametrize(
    "contents",
    [NUMBERS.replace("\n", "\r\n"), NUMBERS.replace("\n", "\n\n"), NUMBERS.replace(",", ", "), NUMBERS.rstrip("\n")],
    ids=["windows line ends", "blank lines", "blanks after separators", "no last line end"],
)
def test_the_small_differences_between_programs_that_write_tables_do_not_matter(read, contents):
    samples, expected = read(contents), read(NUMBERS)
    assert samples.input_names == expected.input_names
    assert samples.X.tobytes() == expected.X.tobytes()
    assert samples.Y.tobytes() == expected.Y.tobytes()


def test_the_digest_is_that_of_the_contents(read):
    assert read(NUMBERS).digest == hashlib.sha256(NUMBERS.encode()).hexdigest()
    assert read(NUMBERS).digest != read(NUMBERS.replace("6.5", "6.25")).digest


def test_facts_of_a_table_do_not_depend_on_the_seed(csv_file):
    spec = spec_of("data=csv", csv_file(KINDS))
    facts = {find_facts(spec.data, spec.test, seed) for seed in range(5)}
    digest = hashlib.sha256(KINDS.encode()).hexdigest()
    assert facts == {Facts("classification", 2, 5, 0, 2, 3, 1, (0.0, 1.0), False, digest, 9.0, "kind")}


def test_a_home_folder_can_be_written_as_a_tilde(tmp_path, monkeypatch):
    (tmp_path / "mine.csv").write_text(NUMBERS)
    monkeypatch.setenv("HOME", str(tmp_path))
    samples = make_samples(spec_of("data=csv", "data.path='~/mine.csv'").data, 0)
    assert np.array_equal(samples.X[:, 0], [1, 2, 3, 4, 5])
