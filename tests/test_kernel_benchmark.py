"""The benchmark of training: its contestants do the same work, and it says which targets are missed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.compilers import NUMBA_SHARE, jax_scan, numba_loops, torch_ensemble
from benchmarks.contestants import SLOWER, before, by_numpy, loop, sklearn_mlp, stack_of, stacked
from benchmarks.first_use import Uses, sizes_of
from benchmarks.kernel import Measured, missed
from benchmarks.work import ALONE, SHAPES, Timed, Work
from nn.batches import SliceBatches
from nn.stack import Data

Maker = Callable[[Work], Timed]
QUICK = Work((2, 3, 1), 4, 5, 20)


def test_the_shapes_of_the_design_are_measured_and_those_with_many_products_are_trained_by_blas() -> None:
    assert {(work.sizes, work.batch) for work in SHAPES} == {
        ((1, 6, 1), 1), ((2, 2, 1), 4), ((1, 6, 1), 1000), ((2, 8, 1), 40), ((2, 8, 8, 1), 32), ((2, 2, 1), 400),
        ((2, 16, 16, 1), 32), ((10, 50, 1), 32), ((64, 30, 2), 100), ((64, 128, 10), 100),
    }  # fmt: skip
    compiled = {work.name for work in SHAPES if stack_of(work, 1).batches.order == "F"}
    assert compiled == {work.name for work in SHAPES} - {"64-30-2", "64-128-10"}
    assert [work.name for work in SHAPES if work.runs == 1] == ["2-8-8-1"]


def test_all_contestants_count_the_steps_that_they_make() -> None:
    assert stacked(QUICK)[1] == 5 * 20
    assert by_numpy(QUICK)[1] == 5 * (20 // SLOWER)
    assert loop(QUICK)[1] == 20
    run, steps = sklearn_mlp(Work((2, 3, 1), 4, 5, 400))
    run()
    assert steps == 384, "three passes over 512 samples, 4 at a time"


PEERS: dict[Maker, int] = {
    by_numpy: SLOWER,
    before: SLOWER,
    jax_scan: 1,
    torch_ensemble: 1,
    numba_loops: NUMBA_SHARE,
}


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("maker", PEERS, ids=lambda maker: maker.__name__)
@pytest.mark.parametrize("sizes", [(2, 3, 1), (3, 5, 4, 3)], ids=str)
def test_the_same_training_comes_out_of_every_contestant(
    maker: Callable[[Work], Timed], sizes: tuple[int, ...]
) -> None:
    work = Work(sizes, 4, 5, 20)
    try:
        found = maker(replace(work, steps=work.steps * PEERS[maker]))[0]()
    except ImportError as error:
        pytest.skip(str(error))
    ours = stacked(work)[0]()
    assert "compiled" in ours.engine
    if maker not in (by_numpy, before):
        layers = [np.asarray(part).reshape(work.runs, -1) for layer in found for part in layer]
        assert np.allclose(np.concatenate(layers, axis=1), ours.parameters, rtol=1e-9, atol=1e-12)
    else:
        assert np.array_equal(found.parameters, ours.parameters)
        assert "compiled" not in found.engine


def test_a_row_that_misses_its_target_is_named_with_its_number() -> None:
    measured = Measured(QUICK, 1, {})
    measured.times = {"this": 2.0, "JAX": 2.5, "before": 4.0}
    assert missed([measured]) == "Missed: 2-3-1 x 4, 5 runs: JAX / this is 1.25, target 1.5."
    measured.times["JAX"] = 3.0
    assert missed([measured]) == "No row misses its target."
    measured.work = replace(QUICK, dtype="float32", target=ALONE, runs=1)
    assert missed([measured]) == "Missed: 2-3-1 x 4, 1 run: before / this is 2.00, target 3."


def test_a_first_use_counts_the_programs_of_a_pass_once_and_says_what_is_trained_by_blas() -> None:
    large, small = Work((64, 30, 2), 100, 2, 1), Work((2, 3, 1), 100, 2, 1)
    few, more = (stack_of(replace(small, runs=runs), 1) for runs in (2, 3))
    found = Uses([("large", stack_of(large, 1)), ("few", few), ("more", more)], set())
    assert list(found.seconds) == ["few"] and found.seconds["few"] > 0
    assert found.left == {"trained by BLAS": 1}
    cut = replace(few, batches=SliceBatches(*small.samples(2), 120, order="F"))
    assert sizes_of(replace(cut, data=Data(*small.samples(2)))) == [120, 20]


def test_the_samples_are_whole_batches_and_the_targets_fit_the_task() -> None:
    for work in SHAPES:
        X, Y = work.samples(2)
        assert X.shape[1] % work.batch == 0
        assert X.shape == (2, X.shape[1], work.sizes[0])
        assert Y.shape == (2, X.shape[1], work.sizes[-1])
        assert not work.classifies or np.array_equal(Y.sum(axis=-1), np.ones(Y.shape[:2]))
