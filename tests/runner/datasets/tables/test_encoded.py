"""A later table becomes inputs as the first did: by names, whatever its order, its types and its further columns."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from runner.datasets.samples import DataError
from runner.datasets.tables.encoded import encode, gaps_in
from runner.datasets.tables.encoding import Column, Encoding, encoding_of
from tests.runner.datasets.tables.asking import samples_of

COLUMNS = (
    Column("area"),
    Column("price", unit="$"),
    Column("garden", "flag", ("no", "yes")),
    Column("colour", "category", ("blue", "red")),
)
ENCODING = Encoding(COLUMNS, "kind")
NAN = np.nan


def inputs(frame: dict, **options) -> tuple[list, tuple[str, ...]]:
    X, notes = encode(ENCODING, pd.DataFrame(frame), **options)
    assert X.dtype == np.float64
    return X.tolist(), notes


def test_columns_are_found_by_name_in_any_order_and_others_are_named():
    frame = {"x": [0], "colour": ["red"], "kind": ["a"], "price": ["$1,500"], "garden": ["yes"], "area": ["12.5"]}
    assert inputs(frame, thousands=",") == ([[12.5, 1500, 1, 0, 1]], ("not used: 'x'",))


@pytest.mark.parametrize(
    ("area", "price", "garden", "colour"),
    [
        (["12.5", "3"], ["$5", "7"], ["yes", "no"], ["red", "blue"]),
        ([12.5, 3], [5, 7], [True, False], pd.Categorical(["red", "blue"])),
        (np.array([12.5, 3], dtype=np.float32), pd.array([5, 7], dtype="Int64"), [1, 0], pd.array(["red", "blue"])),
        ([12.5, "3"], np.array([5, 7], dtype=np.uint8), ["TRUE", "f"], np.array(["red", "blue"], dtype=object)),
    ],
    ids=["texts", "numbers, booleans, categories", "small and nullable types", "mixed"],
)
def test_cells_of_every_type_are_the_same_inputs(area, price, garden, colour):
    found = inputs({"area": area, "price": price, "garden": garden, "colour": colour})
    assert found == ([[12.5, 5, 1, 0, 1], [3, 7, 0, 1, 0]], ())


def test_gaps_are_nan_in_all_inputs_of_a_column():
    frame = {"area": [None, "-1"], "price": ["", "?"], "garden": [None, "NA"], "colour": [NAN, "-"]}
    X, notes = encode(replace(ENCODING, missing=("-1",)), pd.DataFrame(frame))
    assert np.isnan(X).all() and X.shape == (2, 5) and notes == ()
    assert gaps_in(ENCODING, X) == "area 2, price 2, garden 2, colour 2"
    assert gaps_in(ENCODING, np.array([[NAN, 1, 0, NAN, NAN], [2, 1, 0, 1, 0]])) == "area 1, colour 1"


def test_none_is_a_value_for_later_rows_where_it_was_one_in_training():
    frame = pd.DataFrame({"area": ["None"], "price": ["None"], "garden": ["None"], "colour": ["None"]})
    assert np.isnan(encode(ENCODING, frame)[0]).all()
    with_none = replace(ENCODING, columns=(*COLUMNS[:3], Column("colour", "category", ("None", "red"))))
    np.testing.assert_array_equal(encode(with_none, frame)[0], [[NAN, NAN, NAN, 1, 0]])


def test_values_that_training_never_saw_are_named_and_none_of_the_levels():
    X, notes = encode(ENCODING, pd.DataFrame({"area": [1], "price": [1], "garden": ["perhaps"], "colour": ["green"]}))
    np.testing.assert_array_equal(X, [[1, 1, NAN, 0, 0]])
    assert notes == (
        "'garden' has values that training never saw: 'perhaps'",
        "'colour' has values that training never saw: 'green'",
    )


def test_all_columns_that_are_not_there_are_named_together():
    with pytest.raises(DataError, match=r"has no column 'price', 'colour'; its columns are 'area', 'garden'"):
        inputs({"area": [1], "garden": ["yes"]})


def test_all_texts_that_are_no_numbers_are_named_together():
    frame = {"area": ["1", "big"], "price": ["5 kg", "$1"], "garden": ["yes"] * 2, "colour": ["red"] * 2}
    with pytest.raises(DataError, match=r"needs numbers, but 'area' is 'big' in row 2; 'price' is '5 kg' in row 1"):
        inputs(frame)


def test_a_column_that_is_there_twice_is_refused():
    frame = pd.DataFrame([[1, 2, 3, "yes", "red"]], columns=["area", "area", "price", "garden", "colour"])
    with pytest.raises(DataError, match="has more than one column 'area'"):
        encode(ENCODING, frame)


def test_an_encoding_survives_the_way_through_json():
    assert encoding_of(json.loads(json.dumps(ENCODING.plain()))) == ENCODING


def test_the_table_of_the_training_encodes_to_the_inputs_of_the_training(tmp_path):
    rows = [f"{k},{'yes' if k % 2 else 'no'},{'abc'[k % 3]},{'' if k == 4 else k / 8},${k},{k / 3}" for k in range(30)]
    path = tmp_path / "t.csv"
    path.write_text("n,flag,category,gap,unit,y\n" + "\n".join(rows) + "\n")
    samples = samples_of(path)
    text, typed = pd.read_csv(path, dtype=str, keep_default_na=False), pd.read_csv(path)
    for frame in (text, typed, typed[typed.columns[::-1]]):
        X, notes = encode(samples.encoding, frame)
        assert X.tobytes() == samples.X.tobytes() and notes == ()


def test_booleans_are_1_and_0_where_training_saw_numbers():
    others = {"price": [5, 7, 5], "garden": ["no"] * 3, "colour": ["red"] * 3}
    for area in ([True, False, True], pd.array([True, False, True], dtype="boolean"), np.array([True, 0, 1.0], object)):
        X, _ = encode(ENCODING, pd.DataFrame({"area": area, **others}))
        assert X[:, 0].tolist() == [1, 0, 1]
