"""Every file of the corpus is read with the right numbers, or refused with commands that read it so."""

import numpy as np
import pytest

from runner.datasets import Samples
from tests.runner.datasets.tables.asking import refusal_of, samples_of
from tests.runner.datasets.tables.corpus_of_columns import ACCEPTED, REFUSED, Accepted


def assert_are(samples: Samples, expected: Accepted) -> None:
    assert samples.input_names == tuple(expected.inputs)
    np.testing.assert_array_equal(samples.X, np.column_stack([*expected.inputs.values()]))
    found = samples.Y[:, 0] if samples.task == "regression" else np.array(samples.classes)[samples.Y]
    assert found.tolist() == list(expected.target)
    assert [part for part in expected.said if part not in "\n".join(samples.notes)] == [], samples.notes


@pytest.mark.parametrize("expected", ACCEPTED.values(), ids=ACCEPTED)
def test_a_file_is_read_with_the_numbers_that_made_it(expected, file):
    assert_are(samples_of(file(expected.contents), **expected.settings), expected)


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_file_is_refused_with_commands_that_read_it_as_they_say(case, file):
    path = file(case.contents)
    error = refusal_of(path, **case.settings)
    assert error.setting == case.setting and case.said in str(error)
    assert set(error.ways) == set(case.ways)
    for words, way in error.ways.items():
        assert_are(samples_of(path, **{**case.settings, **way}), case.ways[words])


def test_the_corpus_is_not_small():
    assert len(ACCEPTED) + len(REFUSED) >= 45
