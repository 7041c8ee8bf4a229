"""A second file to be tested on: its rows come after those that are learned from, encoded as they are."""

import numpy as np
import pytest

from tests.runner.building import trained
from tests.runner.datasets.tables.asking import refusal_of, samples_of

FIRST = "area;colour;price\n50,5;red;1,5\n60;blue;2,5\n70;red;3,5\n80;blue;4,5\n90;red;5,5\n"
SECOND = "price;colour;note;area\n7,5;red;x;55\n;blue;y;65\n8,5;green;z;\n"
KINDS = "a,kind\n" + "".join(f"{i},{i % 3 + 1}\n" for i in range(24))


@pytest.fixture
def files(tmp_path):
    def write(first: str, second: str):
        (tmp_path / "first.csv").write_bytes(first.encode())
        (tmp_path / "second.csv").write_bytes(second.encode())
        return tmp_path / "first.csv", str(tmp_path / "second.csv")

    return write


def test_rows_of_the_second_file_come_last_with_columns_found_by_name(files):
    path, test_path = files(FIRST, SECOND)
    samples = samples_of(path, test_path=test_path)
    assert (samples.n_test, len(samples.X)) == (2, 7)
    assert samples.input_names == ("area", "colour=blue", "colour=red")
    np.testing.assert_array_equal(samples.X[5:], [[55, 0, 1], [np.nan, 0, 0]])
    assert samples.Y[:, 0].tolist() == [1.5, 2.5, 3.5, 4.5, 5.5, 7.5, 8.5]
    assert samples.notes[-3:] == (
        "tested on: 2 rows of a file of their own, 1 without a target left out",
        "there, 'colour' has values that training never saw: 'green'",
        "there, not used: 'note'",
    )


def test_classes_of_the_second_file_are_those_of_the_first(files):
    samples = samples_of(files(KINDS, "kind,a\n3,1\n1.0,2\n")[0], test_path=files(KINDS, "kind,a\n3,1\n1.0,2\n")[1])
    assert samples.classes == ("1", "2", "3")
    assert samples.Y[-2:].tolist() == [2, 0]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (FIRST, "area;price\n1;2\n", "has no column 'colour'; its columns are 'area', 'price'"),
        (FIRST, "area;colour\n1;red\n", "has no column 'price', which is learned"),
        (FIRST, "area;colour;price\n1;red;\n", "has no row with a target 'price'"),
        (FIRST, "area;colour;price\n1;red;dear\n", "has the target 'dear' in row 1"),
        (FIRST, "area;colour;price\nlarge;red;2\n", "needs numbers, but 'area' is 'large' in row 1"),
        (FIRST, FIRST, "is the file that is learned from"),
        (FIRST, "", "cannot be used: "),
        (KINDS, "a,kind\n1,4\n", "has classes of 'kind' that training never saw: '4'"),
    ],
)
def test_a_second_file_that_does_not_fit_the_first_is_refused(first, second, said, files):
    path, test_path = files(first, second)
    error = refusal_of(path, test_path=test_path)
    assert (error.setting, said in str(error)) == ("test_path", True), error
    assert list(error.ways.values()) == [{"test_path": None}]


def test_a_second_file_that_is_not_there_is_refused_with_the_one_that_sounds_like_it(files):
    path, test_path = files(FIRST, SECOND)
    assert list(refusal_of(path, test_path=f"{test_path}x").ways.values()) == [{"test_path": str(test_path)}]


def test_gaps_that_are_not_to_be_filled_are_refused_in_the_second_file_too(files):
    path, test_path = files(FIRST, SECOND)
    error = refusal_of(path, test_path=test_path, impute="none")
    assert (error.setting, list(error.ways.values())) == ("test_path", [{"impute": "median"}])


def test_a_run_is_tested_on_all_rows_of_the_second_file_and_on_no_others(files):
    path, test_path = files(KINDS, "kind,a\n3,1\n1,2\n")
    result = trained(
        "data=table", f"data.path={path}", f"data.test_path={test_path}", "training.epochs=2", "tracking.plots=none"
    )
    assert result.data.n_samples[-1] == 2


def test_targets_are_read_in_the_unit_of_the_first_file_and_in_no_other(files):
    first = "area,price\n" + "".join(f"{40 + i},${10 + i}\n" for i in range(12))
    path, test_path = files(first, "price,area\n$30,50\n31,51\n")
    samples = samples_of(path, test_path=test_path)
    assert samples.encoding.target_unit == "$"
    assert samples.Y[-2:, 0].tolist() == [30, 31]
    path, test_path = files(first, "price,area\n30 kg,50\n")
    assert "has the target '30 kg' in row 1, which is not a number" in str(refusal_of(path, test_path=test_path))
