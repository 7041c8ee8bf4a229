"""Every part that is shipped is compiled, in every place where it may stand, and gives the bytes of NumPy."""

from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any

import pytest

from nn.activations import ACTIVATIONS
from nn.faults import FAULTS
from nn.initializers import INITIALIZERS
from nn.losses import LOSSES
from nn.optimizers import OPTIMIZERS
from nn.schedules import SCHEDULES
from tests.nn.building import BATCHES, EXTRAS, Structure
from tests.nn.components import ELEMENTWISE, label
from tests.nn.covering import covering
from tests.nn.fused.engines import check_compiled, stack_of
from tests.nn.structures import DTYPES, PAIRS, SHOWN

PAIRS_OF_FAULTS: list[tuple[str, ...]] = [(), *((fault,) for fault in FAULTS)]
PAIRS_OF_FAULTS += [(one, other) for k, one in enumerate(FAULTS) for other in list(FAULTS)[k + 1 :]]
OF_EXTRAS: list[tuple[str, ...]] = [(), *((one,) for one in EXTRAS), EXTRAS]
SIZES = [(2, 4, 3, 3), (3, 3, 3), (1, 5, 1), (4, 2), (2, 9, 9, 10), (2, 1, 2, 1)]
AXES: dict[str, Sequence[Any]] = {
    "pair": PAIRS,
    "activation": ELEMENTWISE,
    "optimizer": list(OPTIMIZERS),
    "faults": [(), *((fault,) for fault in FAULTS)],
    "schedule": list(SCHEDULES),
    "batches": BATCHES,
    "extras": OF_EXTRAS,
    "sizes": SIZES,
    "input": ELEMENTWISE,
    "init": list(INITIALIZERS),
    "shown": SHOWN,
    "own": [(), ("relu", "sigmoid"), ("gelu", "sine")],
    "reduction": ["mean", "sum"],
    "bias": [True, True, False],
    "dropout": [False, True],
    "online": [True, False, False],
    "weighted": [False, True, False, False, True],
    "batch_size": [4, 1, 3, 7],  # of 10 samples: most leave a last batch that is smaller
}


def each_once() -> list[dict[str, Any]]:
    """Cases in which every value of every axis occurs; every second is in single precision."""
    cases = islice(zip(*map(cycle, AXES.values()), strict=False), max(map(len, AXES.values())))
    return [
        dict(zip(AXES, case, strict=True)) | {"dtype": DTYPES[place % len(DTYPES)]} for place, case in enumerate(cases)
    ]


def structure_of(case: dict[str, Any]) -> Structure:
    """The case as a structure; what some of its parts cannot have is changed, the parts stay."""
    (loss, output), sizes, own = case["pair"], case["sizes"], case.get("own", ())
    if "broadcast_update" in case["faults"]:
        sizes = (*sizes[:-1], sizes[-2])
    fields = {name: value for name, value in case.items() if name not in ("pair", "own", "sizes")}
    fields["weighted"] = case.get("weighted", False) and "mixed_units" not in case["faults"]  # NumPy trains both
    fields["activations"] = own if len(own) == len(sizes) - 2 else ()
    return Structure(sizes, output=output, loss=loss, evaluations=(0, 3, 8), **fields)


def shown(case: dict[str, Any]) -> str:
    """The parts of a case, for the name of its test."""
    parts = ("pair", "activation", "optimizer", "faults", "schedule", "batches", "dtype")
    return "-".join(label(case[part]) or str(case[part]) for part in parts if case[part])


CASES = each_once()


@pytest.mark.parametrize("case", CASES, ids=shown)
def test_a_part_is_compiled(case: dict[str, Any]) -> None:
    check_compiled(lambda: stack_of(structure_of(case), range(9)))


def test_no_part_is_left_out() -> None:
    structures = [structure_of(case) for case in CASES]
    assert {name for one in structures for name in (*one.hidden, one.output)} == set(ACTIVATIONS)
    assert {one.input for one in structures} == set(ELEMENTWISE)
    assert {one.loss.rstrip("*") for one in structures} == set(LOSSES)
    assert {fault for one in structures for fault in one.faults} == set(FAULTS)
    for kind, registry in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("init", INITIALIZERS)):
        assert {getattr(one, kind) for one in structures} == set(registry)


@pytest.mark.slow
def test_every_part_is_compiled_beside_every_other() -> None:
    names = ("pair", "activation", "optimizer", "faults", "extras", "batches", "online", "dtype")
    parts = PAIRS, ELEMENTWISE, list(OPTIMIZERS), AXES["faults"], OF_EXTRAS, BATCHES, (False, True), DTYPES
    plain, failed = {"sizes": (2, 4, 3, 3)}, list[Any]()
    for case in (dict(zip(names, case, strict=True)) for case in covering(*parts)):
        structure = structure_of(plain | case | {"dropout": case["optimizer"] in ("sgd", "adam")})
        try:
            check_compiled(lambda structure=structure: stack_of(structure, range(9)))
        except AssertionError as error:
            failed.append((case, str(error)))
    assert failed == []


@pytest.mark.slow
@pytest.mark.parametrize("faults", PAIRS_OF_FAULTS, ids=label)
def test_every_pair_of_faults_is_compiled(faults: tuple[str, ...]) -> None:
    structure = Structure((3, 3, 3, 3), "relu", "softmax", "softmax_cross_entropy", faults=faults, extras=EXTRAS)
    check_compiled(lambda: stack_of(structure, range(9)))
