"""Slices in the given order: which rows every step sees, pass after pass, and where a cyclic pass begins."""

import math
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.batches import Batches, SliceBatches, next_batch
from nn.registry import Array

RUNS = 3


def numbered(n: int) -> tuple[Array, Array]:
    """Every value says its run and its sample; targets are 1000 above inputs."""
    X = (100 * n * np.arange(RUNS)[:, np.newaxis] + np.arange(n, dtype=float))[:, :, np.newaxis]
    return X, X + 1000 * n


def rows(batches: Batches, steps: int) -> list[list[int]]:
    """The samples that the first run sees at the next steps."""
    return [next_batch(batches)[0][0, 0].astype(int).tolist() for _ in range(steps)]


def slices(n: int, batch_size: int, **options: Any) -> SliceBatches:
    return SliceBatches(*numbered(n), batch_size, **options)


def spans(n: int, batch_size: int, steps: int, **options: Any) -> list[tuple[int, int]]:
    """First row and the row after the last of every step's slice."""
    seen = rows(slices(n, batch_size, **options), steps)
    assert seen == [list(range(one[0], one[-1] + 1)) for one in seen], "a slice is a stretch of rows"
    return [(one[0], one[-1] + 1) for one in seen]


def test_cyclic_slices_of_100_samples_by_40_are_the_documented_ones() -> None:
    # problems.md C3.1: [0,40) [40,80) [80,100) [20,60) [60,100) and again.
    cycle = [(0, 40), (40, 80), (80, 100), (20, 60), (60, 100)]
    assert spans(100, 40, 15, cyclic=True) == cycle * 3


def test_slices_of_100_samples_by_40_that_are_not_cyclic_begin_every_pass_at_the_first_sample() -> None:
    assert spans(100, 40, 9) == [(0, 40), (40, 80), (80, 100)] * 3


def test_rows_are_seen_as_often_as_documented_in_a_cycle() -> None:
    # problems.md C3.1: rows 0-19 are seen once per 5 batches, rows 20-99 twice.
    counts = np.bincount(np.concatenate(rows(slices(100, 40, cyclic=True), 5)))
    assert counts.tolist() == [1] * 20 + [2] * 80


@pytest.mark.parametrize("cyclic", [False, True])
@pytest.mark.parametrize(
    ("n", "batch_size", "expected"),
    [
        (6, 6, [(0, 6)] * 4),
        (6, 2, [(0, 2), (2, 4), (4, 6), (0, 2)]),
        (3, 1, [(0, 1), (1, 2), (2, 3), (0, 1)]),
        (1, 1, [(0, 1)] * 4),
    ],
)
def test_where_the_size_divides_the_samples_both_orders_are_plain_passes(
    n: int, batch_size: int, expected: list[tuple[int, int]], cyclic: bool
) -> None:
    assert spans(n, batch_size, 4, cyclic=cyclic) == expected


def test_a_batch_larger_than_the_set_is_the_whole_set_unless_a_cycle_begins_inside_it() -> None:
    # By hand, 4 rows by 6: the next slice starts at 6 mod 4 = 2.
    assert spans(4, 6, 3) == [(0, 4)] * 3
    assert spans(4, 6, 4, cyclic=True) == [(0, 4), (2, 4), (0, 4), (2, 4)]


@given(n=st.integers(1, 60), batch_size=st.integers(1, 80))
@settings(deadline=None, max_examples=80)
def test_cyclic_slices_follow_start_plus_size_modulo_n_and_are_cut_at_the_end(n: int, batch_size: int) -> None:
    expected, start = [], 0
    for _ in range(3 * n + 2):
        expected.append((start, min(start + batch_size, n)))
        start = (start + batch_size) % n
    assert spans(n, batch_size, 3 * n + 2, cyclic=True) == expected


@given(n=st.integers(1, 60), batch_size=st.integers(1, 80))
@settings(deadline=None, max_examples=80)
def test_in_the_given_order_every_pass_holds_every_sample_once_and_in_order(n: int, batch_size: int) -> None:
    batches = slices(n, batch_size)
    for _ in range(3):
        one_pass = rows(batches, math.ceil(n / batch_size))
        assert [row for batch in one_pass for row in batch] == list(range(n))
        assert {len(batch) for batch in one_pass[:-1]} <= {batch_size}


@given(n=st.integers(1, 40), batch_size=st.integers(1, 40), cycles=st.integers(1, 3))
@settings(deadline=None, max_examples=60)
def test_in_a_cycle_a_sample_is_seen_by_every_slice_that_reaches_it(n: int, batch_size: int, cycles: int) -> None:
    """Starts are all multiples of g = gcd, once each; row i lies in those slices whose start is in (i - size, i]."""
    g = math.gcd(n, batch_size)
    seen = np.concatenate(rows(slices(n, batch_size, cyclic=True), cycles * n // g))
    expected = [cycles * len([s for s in range(0, n, g) if i - batch_size < s <= i]) for i in range(n)]
    assert np.bincount(seen, minlength=n).tolist() == expected


@pytest.mark.parametrize("cyclic", [False, True])
def test_every_run_has_its_own_samples_and_targets_stay_with_inputs(cyclic: bool) -> None:
    X, Y = numbered(7)
    batches = SliceBatches(X, Y, 3, cyclic=cyclic)
    for chosen in rows(slices(7, 3, cyclic=cyclic), 12):
        x, t = next_batch(batches)
        assert x.flags.c_contiguous and t.flags.c_contiguous
        assert np.array_equal(x, X[:, chosen].swapaxes(1, 2))
        assert np.array_equal(t, Y[:, chosen].swapaxes(1, 2))


@pytest.mark.parametrize("before", range(9))
@pytest.mark.parametrize("cyclic", [False, True])
def test_runs_that_leave_in_the_middle_of_a_pass_leave_the_position_where_it_was(cyclic: bool, before: int) -> None:
    X, Y = numbered(10)
    expected = list(islice(rows(slices(10, 4, cyclic=cyclic), before + 12), before, None))
    batches = SliceBatches(X, Y, 4, cyclic=cyclic)
    rows(batches, before)
    batches.keep(np.array([1, 2]))
    for step, chosen in enumerate(expected):
        if step == 5:
            batches.keep(np.array([1]))
        x, t = next_batch(batches)
        staying = [1, 2] if step < 5 else [2]
        assert np.array_equal(x, X[staying][:, chosen].swapaxes(1, 2))
        assert np.array_equal(t, Y[staying][:, chosen].swapaxes(1, 2))
