"""Runs lie in blocks of vectors: how many there are, how wide the vectors are and who leaves changes no bit."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from nn import stepping
from nn.fused import compiling
from nn.fused.blocks import from_blocks, memory, to_blocks
from nn.fused.engine import Engine
from nn.registry import Array
from nn.stack import Stack
from nn.training import train
from tests.nn.building import EXTRAS, Structure, changed
from tests.nn.components import label
from tests.nn.covering import covering
from tests.nn.fused.engines import COMPILED, check_compiled, differences, stack_of
from tests.nn.fused.parts import PLAIN
from tests.nn.structures import DTYPES
from tests.nn.test_law_compaction import fate_of, fated_stack

RUNS = (1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 100, 129)
RICH = Structure(
    (2, 3, 4, 2), "relu", "softmax", "softmax_cross_entropy", optimizer="adam", extras=EXTRAS, dropout=True, online=True
)
WIDE = Structure((3, 10, 9), "gelu", "tanh", optimizer="nadam", batches="fresh", online=True)
STRUCTURES = {"rich": RICH, "wide": WIDE}
# Seeds, which say who leaves.
LEAVING = [
    range(4),
    range(1, 2),
    range(3, 4),
    [*range(17)],
    [3, 3, 0, 3],
    [0, 1, 2, 3] * 12,
]
WIDTHS = (16, 32, 64)  # bytes of a vector
EVALUATIONS = (0, 2, 4, 6, 8, 13)


@pytest.fixture(params=WIDTHS, ids=lambda size: f"{size} bytes")
def vector_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Vectors of another width than this processor would choose."""
    if request.param > compiling.vector_bytes():
        pytest.skip(f"this processor has no vectors of {request.param} bytes")
    monkeypatch.setattr(compiling, "vector_bytes", lambda: request.param)
    return int(request.param)


@pytest.mark.parametrize(("runs", "name", "dtype"), covering(RUNS, list(STRUCTURES), DTYPES), ids=label)
def test_any_number_of_runs_has_the_bytes_of_numpy(runs: int, name: str, dtype: type) -> None:
    check_compiled(lambda: stack_of(replace(STRUCTURES[name], dtype=dtype), range(runs)))


@pytest.mark.parametrize("dtype", DTYPES, ids=label)
@pytest.mark.parametrize("runs", [1, 17])
def test_vectors_of_any_width_give_the_same_bytes(vector_bytes: int, runs: int, dtype: type) -> None:
    check_compiled(lambda: stack_of(replace(RICH, dtype=dtype), range(runs)))


@pytest.mark.parametrize("vectors", [1, 4, 16])
def test_blocks_of_any_size_give_the_same_bytes(vectors: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "PROGRAMS", {})
    monkeypatch.setattr(compiling, "_vectors", lambda bytes_, all_vectors: vectors)
    check_compiled(lambda: stack_of(RICH, range(41)))


def fated(structure: Structure, seeds: Sequence[int]) -> Stack:
    """Runs that go on, converge, lose patience or diverge, and leave between evaluations."""
    return fated_stack(replace(structure, order="F", evaluations=EVALUATIONS), seeds)


@pytest.mark.parametrize(("seeds", "name", "dtype"), covering(LEAVING, list(STRUCTURES), DTYPES), ids=str)
def test_runs_may_leave(seeds: Sequence[int], name: str, dtype: type) -> None:
    found = check_compiled(lambda: fated(replace(STRUCTURES[name], dtype=dtype), seeds))
    left = {fate_of(seed) for seed, outcome in zip(seeds, found.outcomes, strict=True) if outcome != "stopped"}
    assert left == {fate_of(seed) for seed in seeds} & {"converges", "diverges"}


@pytest.mark.parametrize("batches", ["shuffled", "cyclic"])
def test_the_best_parameters_of_runs_that_lose_patience_are_restored(batches: str) -> None:
    def make() -> Stack:
        structure = replace(RICH, batches=batches, evaluations=tuple(range(0, 40, 3)))
        return changed(stack_of(structure, range(9)), patience=np.full(9, 4.0), restore_best=True)

    found = check_compiled(make)
    assert len(set(found.best_step.tolist())) > 1 and (found.last_step < 39).any()


@pytest.mark.parametrize("most", [1, 3, 512])
def test_it_does_not_matter_how_many_updates_are_done_at_a_time(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def make() -> Stack:
        return stack_of(replace(RICH, batches="cyclic", evaluations=(0, 1, 30, 520), extras=()), range(5))

    right = train(make(), engine="numpy")
    monkeypatch.setattr(Engine, "steps", property(lambda self: most))
    assert differences(train(make(), engine="compiled"), right) == []


@pytest.mark.parametrize("dtype", DTYPES, ids=label)
@pytest.mark.parametrize("name", list(STRUCTURES))
def test_updates_may_begin_in_numpy_and_go_on_compiled(name: str, dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first update is NumPy's, and so are those of a training that ends at once."""
    for limit in ("LOOK_AFTER", "LOADING", "PER_LAYER"):
        monkeypatch.setattr(stepping, limit, 0.0)
    make = partial(fated, replace(STRUCTURES[name], dtype=dtype, online=True), range(9))
    found, right = train(make()), train(make(), engine="numpy")
    assert found.engine.startswith(COMPILED) and differences(found, right) == []
    short = replace(PLAIN, evaluations=(0, 1))
    assert train(stack_of(short, range(3))).engine == ""


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("runs", [1, 4, 7, 8, 9])
def test_rows_in_blocks_come_back_as_they_were(runs: int, order: str) -> None:
    rng, block = np.random.default_rng(runs), 4
    arrays: list[Array] = [np.asarray(rng.normal(size=(n, runs)), order=order) for n in (3, 1, 5)]  # type: ignore[call-overload]
    blocks, back = memory(runs, 9, block, np.float64), [np.zeros_like(rows, order="C") for rows in arrays]
    to_blocks(arrays, blocks)
    from_blocks(blocks, back)
    assert blocks.shape == (-(-runs // block), 9, block) and blocks.ctypes.data % 64 == 0
    assert [rows.tobytes() for rows in back] == [rows.tobytes() for rows in arrays]
    assert (blocks[-1, :3, runs % block or block :] == arrays[0][:, :1]).all()  # what is padded are copies of the first


def test_the_runs_of_these_tests_differ() -> None:
    found = train(stack_of(RICH, range(9)), engine="compiled")
    assert len({run.tobytes() for run in found.parameters}) == 9


def test_a_deep_network_must_train_longer_for_compiling_to_pay() -> None:
    def worth(hidden: int, has_compiled: bool) -> float:
        return stepping.worth_compiling(Structure((2, *(4,) * hidden, 1)).network, has_compiled)

    assert [worth(hidden, True) / worth(0, True) for hidden in (1, 2, 19)] == pytest.approx([2, 3, 20])
    assert worth(19, False) - worth(19, True) == pytest.approx(stepping.LOADING)
