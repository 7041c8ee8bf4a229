"""A user's own table: the answer to a bad file or a bad choice."""

import pytest

from tests.runner.building import refusal

GOOD = "a,c,b\n1,3,2.5\n2,4,3.5\n3,2,4.1\n4,1,5.2\n"
WITH_A_FEATURE = "a,b\n1,2.5\n{},3.5\n3,4.1\n4,5.2\n"
WITH_A_TARGET = "a,b\n1,2.5\n2,{}\n3,4.1\n4,5.2\n"
BINARY = bytes(range(256)) * 20
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes((i * 37) % 256 for i in range(3000))

FILES = {
    "an empty file": ("", "path", "is not a readable CSV file"),
    "a file with one column": ("a\n1\n2\n3\n4\n", "path", "has one column, 'a'; features and a target"),
    "a wrong separator": (GOOD.replace(",", ";"), "path", "has one column, 'a;c;b'"),
    "a header alone": ("a,b\n", "path", "has too few rows of data, 0; at least 4 are needed"),
    "too few rows": ("a,b\n1,2\n2,3\n3,4\n", "path", "has too few rows of data, 3; at least 4 are needed"),
    "binary garbage": (BINARY, "path", "is not a readable CSV file"),
    "a picture": (PICTURE, "path", "is not a readable CSV file"),
    "another encoding": ("größe,b\n1,2\n".encode("latin-1"), "path", "is not a readable CSV file"),
    "an open quote": ('a,b\n"1,2.5\n2,3.5\n3,4.1\n4,5.2\n', "path", "is not a readable CSV file"),
    "a row that is too long": ("a,b\n1,2\n2,3,4\n3,4\n5,6\n", "path", "is not a readable CSV file"),
    "a missing feature": (WITH_A_FEATURE.format(""), "features", "'a' has 1 missing values, the first in row 2"),
    "a feature called NA": (WITH_A_FEATURE.format("NA"), "features", "'a' has 1 missing values, the first in row 2"),
    "a row that is too short": (GOOD.replace("2,4,3.5", "2,4"), "target", "'b' has 1 missing values"),
    "a missing target": (WITH_A_TARGET.format(""), "target", "'b' has 1 missing values, the first in row 2"),
    "text in a feature": (WITH_A_FEATURE.format("two"), "features", "'a' holds text, such as 'two' in row 2"),
    "a decimal comma": (WITH_A_FEATURE.format('"2,5"'), "features", "'a' holds text, such as '2,5' in row 2"),
    "an infinite feature": (WITH_A_FEATURE.format("inf"), "features", "'a' is infinite in row 2"),
    "a feature beyond float64": (WITH_A_FEATURE.format("-1e400"), "features", "'a' is infinite in row 2"),
    "an infinite target": (WITH_A_TARGET.format("inf"), "target", "'b' is infinite in row 2"),
    "an infinite target of whole numbers": ("a,b\n1,1\n2,inf\n3,1\n4,inf\n", "target", "'b' is infinite in row 2"),
    "a constant feature": (GOOD.replace(",4,", ",3,").replace(",2,", ",3,").replace(",1,", ",3,"), "features",
                           "has columns that never change and so teach nothing: 'c'"),
    "a constant target": ("a,b\n1,2.5\n2,2.5\n3,2.5\n4,2.5\n", "target", "'b' is 2.5 in every row"),
    "one class only": ("a,b\n1,x\n2,x\n3,x\n4,x\n", "target", "'b' has one class only, 'x'"),
    "a class of its own for every row": ("a,b\n1,p\n2,q\n3,r\n4,s\n", "target",
                                         "'b' has 4 different classes in 4 rows; for numbers say data.task=regression"),
}  # fmt: skip

CHOICES = [
    ("data.target=z", "target", "names 'z'; the columns of the file are 'a', 'c', 'b'"),
    ("data.features=[a,z,y]", "features", "names 'z', 'y'; the columns of the file are 'a', 'c', 'b'"),
    ("data.features=[a,b]", "features", "must not hold the target 'b'"),
    ("data.features=[a,c,a]", "features", "names a column twice"),
    ("data.features=a", "features", "must be a list"),
    ("data.separator=ab", "separator", "must be a single character, got 'ab'"),
    ("data.separator=''", "separator", "must be a single character, got ''"),
    ("data.task=guess", "task", "must be 'auto', 'regression' or 'classification', got 'guess'"),
    ("data.path=3", "path", "must be text, got 3"),
]


@pytest.mark.parametrize(("contents", "setting", "expected"), FILES.values(), ids=FILES)
def test_a_bad_file_is_refused_with_the_reason_and_the_setting_to_change(csv_file, contents, setting, expected):
    path = csv_file(contents)
    message = refusal("data=csv", path)
    assert message.startswith(f"data.{setting} ")
    assert expected in message
    assert message.endswith(f"(from the override {path if setting == 'path' else 'data=csv'})")
    assert setting != "path" or path.partition("=")[2] in message


@pytest.mark.parametrize("contents", [contents for contents, _, _ in FILES.values()], ids=FILES)
def test_a_message_about_a_file_is_one_line(csv_file, contents):
    assert "\n" not in refusal("data=csv", csv_file(contents))


@pytest.mark.parametrize(("override", "setting", "expected"), CHOICES)
def test_a_bad_choice_of_columns_is_refused_with_the_override(csv_file, override, setting, expected):
    message = refusal("data=csv", csv_file(GOOD), override)
    assert message.startswith(f"data.{setting} {expected}")
    assert message.endswith(f"(from the override {override})")


def test_a_table_without_a_path_is_refused_with_the_command_to_type():
    assert refusal("data=csv") == (
        "data.path is missing; name your file: data=csv data.path=FILE.csv (from the override data=csv)"
    )


def test_a_missing_file_is_refused_with_its_name(tmp_path):
    path = tmp_path / "nothing.csv"
    assert refusal("data=csv", f"data.path={path}") == (
        f"data.path '{path}' cannot be read: No such file or directory (from the override data.path={path})"
    )


def test_a_directory_is_refused_with_its_name(tmp_path):
    assert refusal("data=csv", f"data.path={tmp_path}") == (
        f"data.path '{tmp_path}' cannot be read: Is a directory (from the override data.path={tmp_path})"
    )


def test_rows_with_more_values_than_the_header_has_names_are_refused(csv_file):
    """Otherwise the first column would be dropped, and every name would stand for its right neighbour's numbers."""
    message = refusal("data=csv", csv_file("a,b\n1,2,2.5\n2,3,3.5\n3,2,4.1\n4,1,5.2\n"))
    assert message.startswith("data.path ")
    assert "header" in message


@pytest.mark.parametrize("override", ["data.features=[]", "data.target=''"])
def test_an_empty_choice_is_refused_and_not_read_as_the_default(csv_file, override):
    message = refusal("data=csv", csv_file(GOOD), override)
    assert message.startswith(override.partition("=")[0])
    assert message.endswith(f"(from the override {override})")
