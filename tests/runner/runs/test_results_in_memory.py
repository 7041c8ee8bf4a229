"""How much of a process's memory results take; a sweep keeps all of its results there."""

import gc
import pickle
import tracemalloc
from dataclasses import replace

from runner.runs.result import load, save
from runner.runs.sharing import in_little_room
from tests.runner.building import QUICK, trained
from tests.runner.runs.test_result import awkward, contents


def test_a_result_in_memory_is_small(tmp_path):
    """A sweep has all of its results in memory, and a hundred thousand of them must fit."""
    one = trained("data=quadrants", "training.mode=full", "training.epochs=500")
    assert len(one.history["step"]) == 51 and len(one.history) == 7 and len(one.signals) == 5
    history = [{name: [value + n for value in some] for name, some in one.history.items()} for n in range(100)]
    save(tmp_path / "0.npz", [replace(one, index=n, history=some, pictures={}) for n, some in enumerate(history)])
    load(tmp_path / "0.npz")
    tracemalloc.start()
    results = load(tmp_path / "0.npz")
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / len(results) < 12_000


def test_runs_share_what_they_have_in_common(tmp_path):
    runs = [replace(awkward(), index=index) for index in range(2)]
    save(tmp_path / "0.npz", runs)
    one, other = load(tmp_path / "0.npz")
    assert one.network.structure is other.network.structure and one.spec.training is other.spec.training
    assert one.provenance.environment is other.provenance.environment
    assert one.history["step"] is other.history["step"]


def test_a_result_that_came_from_another_process_takes_half_the_memory_with_the_same_bits(tmp_path):
    sent = pickle.dumps([replace(trained("data=sine", *QUICK), index=n) for n in range(50)])
    pickle.loads(sent)
    tracemalloc.start()
    results = pickle.loads(sent)
    gc.collect()
    as_it_came, _ = tracemalloc.get_traced_memory()
    small = [in_little_room(one) for one in results]
    assert [contents(one) for one in small] == [contents(one) for one in results]
    assert small[0].network.scaling.x_shift is small[1].network.scaling.x_shift
    del results
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 0.6 * as_it_came


def test_awkward_numbers_are_kept_to_the_last_bit():
    assert contents(in_little_room(awkward())) == contents(awkward())
