"""A table is read with the numbers that made it, however it is written; or refused with a command that reads it so."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from runner.datasets.samples import DataError
from tests.runner.datasets.tables.asking import samples_of
from tests.runner.datasets.tables.corpus_of_writings import EVERY, TARGET, WRITINGS, Writing, inputs


def assert_is_the_table(samples, writing: Writing) -> None:
    expected = inputs(writing)
    assert samples.input_names == tuple(expected)
    np.testing.assert_array_equal(samples.X, np.column_stack([*expected.values()]))
    assert samples.Y[:, 0].tolist() == TARGET


def written(folder, writing: Writing):
    path = folder / writing.file
    path.write_bytes(writing.contents())
    return path


@pytest.mark.parametrize("writing", WRITINGS, ids=lambda writing: writing.name)
def test_a_table_is_read_as_it_was_however_it_is_written(writing, tmp_path):
    assert_is_the_table(samples_of(written(tmp_path, writing)), writing)


def test_the_corpus_is_not_small():
    assert len(WRITINGS) >= 45


@pytest.mark.slow
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.fixed_dictionaries({key: st.sampled_from(values) for key, values in EVERY.items()}))
def test_any_mixture_of_ways_is_read_or_refused_with_a_way_that_reads_it(chosen, tmp_path):
    writing = Writing(**chosen)
    assume(writing.decimal != writing.separator or writing.quote)
    assume(not (writing.spaces and (writing.quote or writing.index)))  # refused with a command that edits the file
    path = written(tmp_path, writing)
    refused = None
    try:
        samples = samples_of(path)
    except DataError as error:
        refused = error
    if refused is None:
        assert_is_the_table(samples, writing)
    else:
        tried = [names_after(path, way) for way in refused.ways.values()]
        assert tuple(inputs(writing)) in tried, f"{writing.name}: {refused}"


def names_after(path, way) -> tuple[str, ...]:
    """The inputs that there are with other settings; none where a reading that was offered is not that of the table."""
    try:
        return samples_of(path, **way).input_names
    except DataError:
        return ()
