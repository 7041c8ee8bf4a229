"""A table that cannot be used: all problems of all columns in one message, and commands that work."""

import pytest

from runner.base.typed import set_typed
from tests.runner.building import build, spec_of
from tests.runner.datasets.tables.asking import refusal_of, samples_of

AGES = "age,kind\n31,a\n-999,b\n40,a\n-999,b\n25,a\n28,b\n33,a\n35,b\n"
MANY = (
    "a,b,c,d,y\n" + "".join(f"{k},{k % 5},{k % 7 / 2},{k},{k / 3}\n" for k in range(20))
    + "two,-99,3,x,1.5\n3,-99,inf,5,2.5\n"
)  # fmt: skip
HOLES = "a,b,y\n1,2,3.5\n2,,4.5\n3,1,5.25\n4,7,6.5\n5,2,9.5\n6,1,2.5\n"
NAMED = "name,a,y\nx,1,1.5\ny,2,2.5\nz,3,3.5\nw,4,4.5\n"


@pytest.fixture
def refused(file):
    return lambda contents, **settings: refusal_of(file(contents), **settings)


def test_a_doubt_is_refused_with_both_readings(refused):
    error = refused(AGES)
    assert (error.setting, str(error)) == (
        "features", "'age' is -999 in 2 rows, and 25 to 40 elsewhere: is that a missing value?",
    )  # fmt: skip
    assert list(error.ways.values()) == [{"missing": [-999]}, {"missing": []}]


def test_all_problems_of_all_columns_come_in_one_message(refused):
    error = refused(MANY)
    assert error.setting == "features"
    for part in ("'a' holds numbers, but text in row 21: 'two'", "'b' is -99 in 2 rows", "'c' is infinite in row 22",
                 "'d' holds numbers, but text in row 21: 'x'"):  # fmt: skip
        assert part in str(error)
    assert error.ways["with these as missing values"] == {"missing": ["two", -99, "inf", "x"]}
    assert error.ways["as they are"] == {"missing": ["two", "inf", "x"]}
    assert "without these columns" not in error.ways  # nothing else would be left


def test_what_a_way_leads_to_is_part_of_the_same_message_and_of_its_command(refused):
    error = refused(HOLES.replace("7", "seven"), target="Y", drop=["A"])
    assert str(error).endswith("; then data.features 'b' holds numbers, but text in row 4: 'seven'")
    assert list(error.ways.values()) == [{"target": "y", "drop": ["a"], "missing": ["seven"]}]
    error = refused("2.5,1\n" + "".join(f"{k},{k * k}\n" for k in range(1, 9)) + "x,3\n")
    assert str(error).startswith("is unclear: the first row of ")
    assert [list(way) for way in error.ways.values()] == [["header", "missing"], ["header", "missing"]]


def test_a_misspelt_file_and_misspelt_columns_are_put_right_by_one_command(file):
    path = file(HOLES)
    error = refusal_of(path.with_name("tt.csv"), target="Y")
    assert "does not exist; is it 't.csv'?; then data.target names 'Y'" in str(error)
    assert list(error.ways.values()) == [{"path": str(path), "target": "y"}]


def test_words_in_every_column_of_one_row_may_begin_another_table(refused):
    rows = "".join(f"{k},{k * k}\n" for k in range(9))
    assert str(refused(f"a,b\n{rows}\nc,d\n{rows}")).endswith("; does another table begin in row 10?")
    assert "another table" not in str(refused(f"a,b\n{rows}{rows}9,two\n"))


def test_what_is_infinite_is_refused_once_with_a_command_that_works(file):
    path = file("a,b\n1,2\n3,4\n1e999,4\n5,inf\n7,8\n9,1\n")
    error = refusal_of(path)
    assert error.ways == {"with these as missing values": {"missing": ["inf"]}}
    assert samples_of(path, missing=["inf"]).X.shape == (5, 1)


def test_columns_can_be_left_out_where_others_are_left(refused):
    error = refused(MANY.replace("two", "2").replace("inf", "1"), drop=["d"])
    assert error.ways["without these columns"] == {"drop": ["d", "b"]}


def test_the_target_and_the_features_are_told_together(refused):
    error = refused(HOLES.replace("4.5", "four").replace("7", "seven"))
    assert error.setting == "path"
    assert "'y' holds numbers, but text in row 2: 'four'" in str(error)
    assert "'b' holds numbers, but text in row 4: 'seven'" in str(error)
    assert list(error.ways.values()) == [
        {"missing": ["seven", "four"]}, {"drop": ["b"], "missing": ["four"]},
    ]  # fmt: skip


def test_gaps_that_are_not_to_be_filled_are_refused_with_both_ways_out(refused):
    error = refused(HOLES, impute="none")
    assert str(error) == "'b' has 1 missing values, the first in row 2"
    assert list(error.ways.values()) == [{"impute": "median"}, {"drop": ["b"]}]


@pytest.mark.parametrize(
    ("contents", "settings", "setting", "said", "ways"),
    [
        ("a,b,name\n1,2.5,x\n2,3.5,y\n3,4,z\n4,5.5,w\n", {}, "target", "has 4 different classes", [{"target": "b"}]),
        ("a,b,name\n" + "".join(f"{k},{'' if k == 3 else k % 7},n{k % 28}\n" for k in range(40)), {}, "target",
         "has 28 different classes in 40 rows", [{"target": "b"}]),
        ("a,b\n" + "".join(f"{k},{k * 1.5 if k % 4 else 'ERR'}\n" for k in range(40)), {}, "target",
         "has 31 different classes in 40 rows: numbers, and 'ERR'", [{"missing": ["ERR"]}]),
        ("a,b,c\n1,2.5,7\n2,3.5,7\n3,4,7\n4,5.5,7\n", {}, "target", "is 7 in every row", [{"target": "b"}]),
        ("a,b,c\n1,2.5,\n2,3.5,\n3,4,\n4,5.5,\n", {}, "target", "'c' has a value in 0 rows; at least 4",
         [{"target": "b"}]),
        ("a,b\n1,x\n2,y\n3,x\n4,y\n", {"task": "regression"}, "target", "holds text", [{"task": "classification"}]),
        ("a,b\n" + "".join(f"{k},{k / 7}\n" for k in range(60)), {"task": "classification"}, "target",
         "60 different numbers", [{"task": "regression"}]),
        ("151\n75\n141\n206\n", {}, "header", "; then data.path '", []),
        ("a,b\n1,2\n2,3\n3,4\n", {}, "path", "has 3 rows of data; at least 4", []),
        ("name,b\nx,1.5\ny,2.5\nz,3.5\nw,4.5\n", {}, "features", "'name' (text with many values, such as 'x')", []),
        ("id,b\n1,1.5\n2,2.5\n3,3.5\n4,4.5\n", {}, "features", "'id' (a row number)", [{"features": ["id"]}]),
        (NAMED, {"features": ["name"]}, "features", "'name' (text with many values, such as 'x')",
         [{"features": None}]),
        (NAMED, {"drop": ["a"]}, "features", "leaves nothing to learn from: 'name' (text", [{"drop": []}]),
        (HOLES, {"target": "Y"}, "target", "did you mean 'y'?", [{"target": "y"}]),
        (HOLES, {"features": ["A", "b"]}, "features", "did you mean 'a'?", [{"features": ["a", "b"]}]),
        (HOLES, {"features": ["a", "y"]}, "features", "must not hold the target 'y'", [{"features": ["a"]}]),
        (HOLES, {"features": ["a", "a"]}, "features", "names 'a' twice", [{"features": ["a"]}]),
        (HOLES, {"drop": ["bb"]}, "drop", "did you mean 'b'?", [{"drop": ["b"]}]),
        (HOLES, {"drop": ["A"], "features": ["b", "B", "zz"], "target": "Y"}, "target",
         "did you mean 'y'?); data.features names 'B', 'zz', which is not a column of the file (did you mean 'b'?); "
         "data.drop names 'A', which is not a column of the file (did you mean 'a'?); the columns are 'a', 'b', 'y'",
         [{"target": "y", "features": ["b"], "drop": ["a"]}]),
        (HOLES, {"target": "price", "drop": ["y"]}, "target", "the columns are 'a', 'b', 'y'", [{"target": "b"}]),
        (HOLES, {"features": ["price"]}, "features", "names 'price', which is not a column", [{"features": None}]),
        (HOLES, {"features": ["A*"]}, "features", "did you mean 'a'?", [{"features": ["a"]}]),
        (HOLES, {"features": ["y*"]}, "features", "leaves nothing to learn 'y' from", [{"features": None}]),
        (HOLES, {"drop": ["price", "a"]}, "drop", "names 'price', which is not a column", [{"drop": ["a"]}]),
        (HOLES, {"drop": ["y", "a"], "target": "y"}, "drop", "names the target, 'y'", [{"drop": ["a"]}]),
        (HOLES, {"drop": ["y"], "target": "y"}, "drop", "names the target, 'y'", [{"drop": []}]),
        (HOLES, {"drop": ["*"]}, "drop", "names the target, 'y'", [{"drop": []}]),
        (HOLES, {"features": []}, "features", "must name at least one column", [{"features": None}]),
        (HOLES, {"features": ["a"], "drop": ["a"]}, "drop", "leaves nothing to learn 'y' from", [{"drop": []}]),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused_with_what_would_work(contents, settings, setting, said, ways, refused):
    error = refused(contents, **settings)
    assert (error.setting, list(error.ways.values())) == (setting, ways), error
    assert said in str(error)


def test_columns_are_chosen_and_left_out_by_patterns(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "petal_w,petal_h,sepal_w,2020,y\n" + "".join(f"{k},{k % 5},{k % 3},{k % 4},{k / 7}\n" for k in range(9))
    )
    assert samples_of(path, features=["sepal*", "petal*"], header=True).input_names == ("sepal_w", "petal_w", "petal_h")
    assert samples_of(path, drop=["*_w", 2020], header=True).input_names == ("petal_h",)
    assert samples_of(path, features=["petal*"], drop=["*_h"], header=True).input_names == ("petal_w",)
    assert samples_of(path, target=2020, header=True).target_name == "2020"


def test_a_name_that_looks_like_a_pattern_is_the_column_of_that_name(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a[1],a1,y\n" + "".join(f"{k},{k % 5},{k / 7}\n" for k in range(9)))
    assert samples_of(path, features=["a[1]"]).input_names == ("a[1]",)


def test_the_commands_of_a_refusal_can_be_typed(csv_file):
    overrides = ("data=table", csv_file(MANY))
    set_typed(overrides)
    problems = build(*overrides)
    assert isinstance(problems, list)
    for way in problems[0].ways:
        for key, value in way.changes.items():
            assert key == "data.missing" and isinstance(value, list)
    assert spec_of(*overrides, "data.missing=[two,-99,inf,x]").data.missing == ("two", "-99", "inf", "x")
