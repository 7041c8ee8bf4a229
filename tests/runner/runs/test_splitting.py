"""Which rows train, which choose and which are looked at in the end alone."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from runner.datasets.samples import DataError, Samples
from runner.datasets.tables.encoding import Column, Encoding
from runner.runs.data import generator
from runner.runs.spec import component_model
from runner.runs.splitting import Split, split
from tests.runner.building import spec_of

ENCODING = Encoding((Column("x"),), "y")
HELD_OUT = spec_of("data=sine").test


def parts_of(Y, seed=0, split_seed=0, n_test=0, encoding=ENCODING, **settings) -> Split:
    """The parts of a table with these targets, class numbers where they are whole."""
    is_classes = np.issubdtype(np.asarray(Y).dtype, np.integer)
    classes = tuple(map(str, range(int(max(Y)) + 1))) if is_classes else ()
    task = "classification" if is_classes else "regression"
    X = np.arange(len(Y), dtype=float)[:, np.newaxis]
    samples = Samples(X, np.asarray(Y), task, ("x",), classes=classes, encoding=encoding, n_test=n_test)
    data = component_model("data", "sine")(name="sine", **settings)
    return split(data, HELD_OUT, samples, partial(generator, seed), partial(generator, split_seed))


def assert_parts_of(n: int, found: Split) -> None:
    every = np.concatenate([found.train, found.validation, found.test])
    assert sorted(every.tolist()) == list(range(n))
    for rows in (found.train, found.validation, found.test):
        assert rows.tolist() == sorted(rows.tolist())


@given(
    counts=st.lists(st.integers(1, 30), min_size=2, max_size=6),
    shares=st.tuples(st.floats(0, 0.6), st.floats(0, 0.6)),
    seed=st.integers(0, 99),
)
def test_every_row_is_in_one_part_and_a_class_of_two_rows_or_more_is_trained_on(counts, shares, seed):
    Y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    try:
        found = parts_of(Y, seed, test_fraction=shares[0], validation_fraction=shares[1])
    except DataError:  # one of the parts would be empty
        reject()
    assert_parts_of(len(Y), found)
    assert set(Y[found.train]) == set(Y)


@pytest.mark.parametrize("part", ["test", "validation"])
def test_a_part_has_each_class_as_often_as_the_whole(part):
    Y = np.repeat([0, 1, 2], [60, 30, 10])
    found = getattr(parts_of(Y, test_fraction=0.2, validation_fraction=0.2), part)
    n = len(found)
    np.testing.assert_allclose(np.bincount(Y[found]) / n, [0.6, 0.3, 0.1], atol=1 / n)


def test_the_test_rows_are_the_same_for_all_seeds_and_the_validation_rows_are_not():
    every = [parts_of(np.arange(50.0), seed, test_fraction=0.3, validation_fraction=0.3) for seed in range(5)]
    assert len({found.test.tobytes() for found in every}) == 1
    assert len({found.validation.tobytes() for found in every}) == 5
    other = parts_of(np.arange(50.0), 0, split_seed=1, test_fraction=0.3)
    assert other.test.tobytes() != every[0].test.tobytes()


@pytest.mark.parametrize("Y", [np.arange(23.0), np.repeat([0, 1, 2], [11, 9, 3])], ids=["numbers", "classes"])
def test_folds_share_all_rows_that_are_not_tested_and_leave_the_test_rows_alone(Y):
    folds = [parts_of(Y, test_fraction=0.2, folds=4, fold=fold) for fold in range(4)]
    assert len({found.test.tobytes() for found in folds}) == 1
    assert folds[0].test.tobytes() == parts_of(Y, test_fraction=0.2).test.tobytes()
    validated = np.concatenate([found.validation for found in folds])
    assert sorted([*validated, *folds[0].test]) == list(range(len(Y)))
    sizes = [len(found.validation) for found in folds]
    assert max(sizes) - min(sizes) <= 1
    for found in folds:
        assert_parts_of(len(Y), found)
        if Y.dtype.kind == "i":
            assert set(Y[found.train]) == set(Y)


def test_a_class_of_which_the_test_rows_leave_one_row_is_trained_on_in_every_fold():
    Y = np.repeat([0, 1, 2], [11, 9, 2])
    folds = [parts_of(Y, split_seed=3, test_fraction=0.3, folds=4, fold=fold) for fold in range(4)]
    assert Y[folds[0].test].tolist().count(2) == 1
    for found in folds:
        assert_parts_of(len(Y), found)
        assert set(Y[found.train]) == {0, 1, 2} and len(found.validation)


def test_folds_do_not_depend_on_the_seed():
    one, other = (parts_of(np.arange(23.0), seed, test_fraction=0.2, folds=4, fold=1) for seed in (0, 7))
    assert one.validation.tobytes() == other.validation.tobytes()


def test_rows_of_a_test_file_are_the_test_rows():
    found = parts_of(np.arange(20.0), n_test=5, test_fraction=0.5, validation_fraction=0.2)
    assert found.test.tolist() == [15, 16, 17, 18, 19]
    assert len(found.validation) == 3


@pytest.mark.parametrize(
    ("settings", "setting", "message"),
    [
        ({"validation_fraction": 0.01}, "validation_fraction", "leaves no validation sample out of 15"),
        ({"validation_fraction": 0.99}, "validation_fraction", "leaves no training sample out of 15"),
        ({"folds": 3, "fold": 3}, "fold", "must be < 3, the number of folds, got 3"),
        ({"fold": 1}, "fold", "=1 needs data.folds, the number of folds"),
        ({"folds": 16}, "folds", "=16 needs as many samples that are not tested; there are 15"),
    ],
    ids=str,
)
def test_parts_that_would_be_empty_are_refused(settings, setting, message):
    with pytest.raises(DataError, match=message) as raised:
        parts_of(np.arange(20.0), test_fraction=0.25, **settings)
    assert raised.value.setting == setting


def test_a_part_for_which_every_class_has_one_row_only_is_refused():
    with pytest.raises(DataError, match=r"of 0\.5 leaves no validation sample: the only row of a class is trained on"):
        parts_of(np.array([0, 0, 1, 1]), test_fraction=0.5, validation_fraction=0.5)


def test_generated_data_is_split_as_before():
    """Golden value of the earlier code: the first rows of a permutation are tested."""
    expected = np.sort(np.random.default_rng(np.random.SeedSequence(5, spawn_key=(2,))).permutation(40)[:10])
    found = parts_of(np.repeat([0, 1], 20), 5, 5, encoding=None, test_fraction=0.25)
    assert found.test.tobytes() == expected.tobytes()
