"""Law 4: what a run sees depends on its own generator alone, not on blocks, batch sizes or neighbours."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.batches import Batches, FreshBatches, FullBatches, ShuffledBatches, SliceBatches, next_batch, sample_last
from nn.registry import Array, Order

RUNS, N = 4, 10
KINDS = ("full", "shuffled", "fresh", "given", "cyclic")


def numbered(seeds: Sequence[int], n: int = N) -> tuple[Array, Array]:
    """Two inputs and one target per sample that say which run and which sample they are."""
    run, sample = np.meshgrid(np.array(seeds, dtype=float), np.arange(n, dtype=float), indexing="ij")
    return np.stack([run, sample], axis=2), (100 * run + sample)[:, :, np.newaxis]


def generators(seeds: Sequence[int]) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in seeds]


def drawer(seed: int) -> Callable[[int], tuple[Array, Array]]:
    """A data set that never ends; targets follow from inputs, so a pair that is torn apart is seen.

    It draws one input of a whole block and then the other, so that blocks of another size are other samples.
    """
    rng = np.random.default_rng(seed)

    def draw(n: int) -> tuple[Array, Array]:
        X = rng.uniform(-1, 1, (2, n)).T
        return X, X.sum(axis=1, keepdims=True)

    return draw


def make(kind: str, seeds: Sequence[int], batch_size: int = 3, order: Order = "C") -> Batches:
    if kind == "full":
        return FullBatches(*numbered(seeds), order)
    if kind == "shuffled":
        return ShuffledBatches(*numbered(seeds), batch_size, generators(seeds), passes_ahead=2, order=order)
    if kind in ("given", "cyclic"):
        return SliceBatches(*numbered(seeds), batch_size, cyclic=kind == "cyclic", order=order)
    return FreshBatches([drawer(seed) for seed in seeds], batch_size, np.float64, ahead=8, order=order)


def take(batches: Batches, steps: int) -> list[tuple[Array, Array]]:
    return [next_batch(batches) for _ in range(steps)]


def stream(batches: Batches, samples: int) -> tuple[Array, Array]:
    """The first samples in the order in which they come, `(runs, d, samples)`."""
    pairs, seen = [], 0
    while seen < samples:
        pairs.append(next_batch(batches))
        seen += pairs[-1][0].shape[2]
    x, t = (np.concatenate(parts, axis=2)[:, :, :samples] for parts in zip(*pairs, strict=True))
    return x, t


def same(one: Sequence[tuple[Array, Array]], other: Sequence[tuple[Array, Array]]) -> bool:
    pairs = zip(one, other, strict=True)
    return all(np.array_equal(x, x2) and np.array_equal(t, t2) for (x, t), (x2, t2) in pairs)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", KINDS)
def test_batches_have_the_runs_first_and_the_samples_last_and_are_contiguous_in_their_order(
    kind: str, order: Order
) -> None:
    for x, t in take(make(kind, range(RUNS), order=order), 7):
        assert x.shape == (RUNS, 2, x.shape[2])
        assert t.shape == (RUNS, 1, x.shape[2])
        assert x.flags[f"{order}_CONTIGUOUS"]
        assert t.flags[f"{order}_CONTIGUOUS"]


@pytest.mark.parametrize("kind", KINDS)
def test_both_memory_orders_hold_the_same_samples(kind: str) -> None:
    assert same(take(make(kind, range(RUNS), order="F"), 20), take(make(kind, range(RUNS)), 20))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_is_kept_twice_sees_the_same_samples_twice_and_those_it_would_have_seen(
    kind: str, order: Order
) -> None:
    batches, alone = make(kind, range(RUNS), order=order), make(kind, [2], order=order)
    take(batches, 3), take(alone, 3)
    batches.keep(np.array([2, 2]))
    for (x, t), (x_alone, t_alone) in zip(take(batches, 20), take(alone, 20), strict=True):
        assert np.array_equal(x, np.repeat(x_alone, 2, axis=0))
        assert np.array_equal(t, np.repeat(t_alone, 2, axis=0))
        assert x.flags[f"{order}_CONTIGUOUS"]


def test_full_batches_give_all_samples_in_their_order_at_every_step() -> None:
    X, Y = numbered(range(RUNS))
    for x, t in take(FullBatches(X, Y), 3):
        assert np.array_equal(x, X.swapaxes(1, 2))
        assert np.array_equal(t, Y.swapaxes(1, 2))


@pytest.mark.parametrize(
    ("batch_size", "sizes"), [(3, [3, 3, 3, 1]), (5, [5, 5]), (10, [10]), (64, [10]), (1, [1] * 10)]
)
def test_a_pass_holds_every_sample_once_and_its_last_batch_may_be_smaller(batch_size: int, sizes: list[int]) -> None:
    batches = ShuffledBatches(*numbered(range(RUNS)), batch_size, generators(range(RUNS)))
    for _ in range(3):
        one_pass = take(batches, len(sizes))
        assert [x.shape[2] for x, _ in one_pass] == sizes
        samples = np.concatenate([x[:, 1] for x, _ in one_pass], axis=1)
        assert np.array_equal(np.sort(samples, axis=1), np.tile(np.arange(N), (RUNS, 1)))


def test_shuffled_inputs_and_targets_stay_together_and_with_their_run() -> None:
    x, t = stream(make("shuffled", [7, 2, 5]), 4 * N)
    assert (x[:, 0] == np.array([[7], [2], [5]])).all()
    assert np.array_equal(t[:, 0], 100 * x[:, 0] + x[:, 1])


def test_every_pass_and_every_run_has_an_order_of_its_own() -> None:
    x, _ = stream(make("shuffled", range(3)), 4 * N)
    orders = {tuple(one_pass) for run in x[:, 1] for one_pass in run.reshape(4, N)}
    assert len(orders) == 12


@pytest.mark.quick(law=4)
@pytest.mark.parametrize("passes_ahead", [1, 2, 3, 7, 100])
def test_the_order_does_not_depend_on_how_many_passes_are_drawn_at_once(passes_ahead: int) -> None:
    def batches(**options: int) -> ShuffledBatches:
        return ShuffledBatches(*numbered(range(RUNS)), 3, generators(range(RUNS)), **options)

    assert same(take(batches(passes_ahead=passes_ahead), 50), take(batches(), 50))


@given(n=st.integers(1, 40), batch_size=st.integers(1, 45), ahead=st.integers(1, 30), seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_the_order_of_a_run_depends_on_its_generator_alone(n: int, batch_size: int, ahead: int, seed: int) -> None:
    def batches(size: int, ahead: int) -> ShuffledBatches:
        return ShuffledBatches(*numbered([3], n), size, generators([seed]), passes_ahead=ahead)

    assert same([stream(batches(batch_size, ahead), 4 * n)], [stream(batches(n, 1), 4 * n)])


@pytest.mark.quick(law=4)
@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 8, 9, 20, 50])
def test_fresh_samples_are_the_same_stream_for_any_batch_size(batch_size: int) -> None:
    x, t = stream(make("fresh", range(RUNS), batch_size), 100)
    for run, draw in enumerate(map(drawer, range(RUNS))):
        pairs = [draw(8) for _ in range(13)]  # 8 at a time, as `make` says
        X, Y = (np.concatenate(parts)[:100] for parts in zip(*pairs, strict=True))
        assert np.array_equal(x[run], X.T)
        assert np.array_equal(t[run], Y.T)


def test_no_fresh_sample_is_seen_twice_and_all_have_the_size_asked_for() -> None:
    pairs = take(make("fresh", range(RUNS), batch_size=5), 40)
    assert {x.shape for x, _ in pairs} == {(RUNS, 2, 5)}
    assert len(np.unique(np.concatenate([x[:, 0] for x, _ in pairs]))) == RUNS * 40 * 5


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_fresh_samples_come_in_the_precision_of_the_network(dtype: Any) -> None:
    x, t = next_batch(FreshBatches([drawer(0)], 4, dtype))
    assert x.dtype == t.dtype == dtype


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("steps_before", [0, 1, 4, 5, 11])
@pytest.mark.parametrize("kind", KINDS)
def test_runs_that_leave_do_not_change_what_the_others_see(kind: str, steps_before: int, order: Order) -> None:
    batches, stay = make(kind, range(RUNS), order=order), np.array([False, True, False, True])
    take(batches, steps_before)
    batches.keep(np.flatnonzero(stay))
    alone = make(kind, np.flatnonzero(stay).tolist())
    take(alone, steps_before)
    assert same(take(batches, 12), take(alone, 12))


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_sees_the_same_alone_and_in_a_stack(kind: str) -> None:
    together = take(make(kind, range(RUNS)), 12)
    for run in range(RUNS):
        assert same([(x[[run]], t[[run]]) for x, t in together], take(make(kind, [run]), 12))


def test_sample_last_turns_the_last_two_axes_and_makes_them_contiguous() -> None:
    values = np.arange(24.0).reshape(2, 3, 4)
    turned = sample_last(values)
    assert turned.flags.c_contiguous
    assert turned[1, 2, 0] == values[1, 0, 2]
    assert turned.shape == (2, 4, 3)
