"""How much of a process's memory results take; a sweep keeps all of its results there."""

import gc
import pickle
import tracemalloc
from dataclasses import replace

import pytest

from runner.runs.result import load, save
from runner.runs.sharing import in_little_room
from tests.runner.building import QUICK, trained
from tests.runner.runs.test_result import awkward, contents


def test_a_result_in_memory_is_small(tmp_path):
    """A sweep has all of its results in memory, and a hundred thousand of them must fit: these keep no snapshots."""
    one = trained("data=quadrants", "training.mode=full", "training.epochs=500", "tracking.snapshots=none")
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


def test_a_result_that_came_from_another_process_has_arrays_of_its_own_or_shares_equal_ones():
    one = trained("data=xor", "training.epochs=20", "training.evaluations=20")
    came = [pickle.loads(pickle.dumps(one, pickle.HIGHEST_PROTOCOL)) for _ in range(2)]
    assert came[0].network.parameters.base is not None, "a view of what was sent"
    first, other = map(in_little_room, came)
    arrays = [first.network.parameters, first.snapshots, *first.signals.values()]
    assert all(values.base is None for values in arrays) and len(arrays) == 7
    assert first.network.scaling.x_shift is other.network.scaling.x_shift
    assert first.signals["step"] is other.signals["step"]


@pytest.mark.parametrize("result", [awkward(), trained("data=sine", *QUICK)], ids=["awkward", "sine"])
def test_in_little_room_a_result_is_the_same_to_the_last_bit(result):
    assert contents(in_little_room(result)) == contents(result)
