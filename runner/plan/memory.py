"""Whether a run fits into memory, estimated before anything of that size is allocated."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nn.network import ORDERED_PRODUCTS
from nn.optimizers import OPTIMIZERS
from runner.base.errors import Problem
from runner.base.machine import machine_bytes
from runner.plan.phases import Phase
from runner.runs.data import Facts, make_samples
from runner.runs.spec import DataCommon, Spec, TestSpec

# How many arrays there are at the worst moment, by measurement: of the parameters, with some more per state of the
# optimizer; of the samples; of every unit and of the widest layer's in an evaluation; and with dropout of every hidden
# unit in a batch.
PARAMETER_ARRAYS, STATE_ARRAYS, SAMPLE_ARRAYS, UNIT_ARRAYS, WIDEST_ARRAYS, MASK_ARRAYS = 9, 3, 7, 2, 2, 2
# Compiled updates have parameters, gradient, state and the samples that they are given once more, in blocks whose runs
# fill vectors of at least and at most this many bytes; of fresh samples about this many are there at a time.
NARROWEST, WIDEST, FRESH = 16, 64, 1024
SURELY_SMALL = 100_000  # numbers in a data set; what is larger is tried with every count cut to FEW
FEW = 256


def bytes_of_run(phase: Phase) -> int:
    """Estimated peak memory for training a run alone."""
    return _bytes_of_arrays(phase) + _bytes_of_blocks(phase, 1)


def may_be_compiled(phase: Phase) -> bool:
    """Whether updates of such runs can be compiled (`nn.network.Network.memory_order`)."""
    sizes, batch = phase.shape.sizes, phase.spec.training.batch_size
    assert batch is not None
    return batch * sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes)) <= ORDERED_PRODUCTS


def _bytes_of_blocks(phase: Phase, runs: int) -> int:
    """What compiled updates take beside the arrays of a stack."""
    if not may_be_compiled(phase):
        return 0
    spec, sizes, itemsize = phase.spec, phase.shape.sizes, np.dtype(phase.spec.dtype).itemsize
    fitting = 1 << (max(2, runs) - 1).bit_length()  # a run alone is trained twice, side by side
    lanes = min(WIDEST // itemsize, max(NARROWEST // itemsize, fitting))
    samples = min(FRESH, phase.facts.n_train) if spec.training.order == "fresh" else phase.facts.n_train
    rows = (2 + OPTIMIZERS.slots(spec.optimizer.name)) * phase.shape.n_parameters + samples * (sizes[0] + sizes[-1])
    return itemsize * rows * -(-runs // lanes) * lanes


def _bytes_of_arrays(phase: Phase) -> int:
    """What a run takes of the arrays of a stack; one that is trained twice, side by side, needs that for both."""
    spec, facts, sizes = phase.spec, phase.facts, phase.shape.sizes
    itemsize = np.dtype(spec.dtype).itemsize
    arrays = PARAMETER_ARRAYS + STATE_ARRAYS * OPTIMIZERS.slots(spec.optimizer.name)
    units, widest = UNIT_ARRAYS * sum(sizes[1:]), WIDEST_ARRAYS * max(sizes[1:])
    evaluation = units * facts.n_train + max(widest * facts.n_train, units * max(facts.n_test, facts.n_validation))
    samples = _bytes_of_samples(facts.n_samples, sizes[0] + sizes[-1])
    assert spec.training.batch_size is not None
    if spec.training.dropout:
        evaluation += MASK_ARRAYS * sum(sizes[1:-1]) * spec.training.batch_size
    side_by_side = 2 if may_be_compiled(phase) else 1
    return itemsize * (arrays * phase.shape.n_parameters + side_by_side * evaluation) + side_by_side * samples


def why_too_large(phase: Phase) -> Problem | None:
    """Why a run does not fit: its layers, or its samples if it would fit with few of them."""
    spec, facts, shape = phase.spec, phase.facts, phase.shape
    needed, available = bytes_of_run(phase), machine_bytes()
    if needed <= available:
        return None
    layers, rows = list(spec.network.hidden), facts.n_samples
    key, value = "network.hidden", str(layers)
    if rows > FEW and needed * FEW < available * rows:
        key, value = _largest_count(spec, facts)
    parts = f"{shape.n_parameters:,} parameters; {rows:,} samples in {sum(shape.sizes):,} units"
    return Problem(
        key, f"={value} needs about {_gib(needed)} for one run ({parts}), and this machine has {_gib(available)}"
    )


def why_too_much_data(data: DataCommon, test: TestSpec) -> Problem | None:
    """Why the samples do not fit, found before they are made by extrapolating from a few."""
    counts = _counts(data)
    points = 0 if test.set == "held_out" else test.points
    if math.prod(counts.values()) * max(1, points) <= SURELY_SMALL:
        return None
    few = {name: min(count, FEW) for name, count in counts.items()}
    try:
        tried = make_samples(data.model_copy(update=few), 0)
    except Exception:
        return None  # reported when all of it is made
    rows = len(tried.X) * math.prod(count // few[name] for name, count in counts.items())
    needed, available = _bytes_of_samples(rows + points, tried.X.shape[1]), machine_bytes()
    if needed <= available:
        return None
    key, value = ("test.points", points) if points > rows else _largest(counts)
    return Problem(key, f"={value} needs about {_gib(needed)} for the samples, and this machine has {_gib(available)}")


def bytes_of_stack(runs: int, phases: Sequence[Phase]) -> int:
    """Estimated peak memory for training a stack of `runs` runs like this one, with these phases."""
    return max(runs * _bytes_of_arrays(phase) + _bytes_of_blocks(phase, runs) for phase in phases)


def fitting_workers(largest: int, workers: int) -> int:
    """The number of workers that can train a stack of this many bytes at the same time; at least one."""
    return max(1, min(workers, machine_bytes() // max(1, largest)))


def _bytes_of_samples(rows: int, width: int) -> int:
    return 8 * SAMPLE_ARRAYS * rows * width


def _counts(data: DataCommon) -> dict[str, int]:
    """The settings that may say how much data there is: the whole numbers."""
    return {name: max(1, value) for name, value in data.settings().items() if type(value) is int}


def _largest(counts: dict[str, int]) -> tuple[str, int]:
    name = max(counts, key=lambda name: counts[name])
    return f"data.{name}", counts[name]


def _largest_count(spec: Spec, facts: Facts) -> tuple[str, str]:
    """The setting to blame for many samples."""
    assert isinstance(spec.data, DataCommon)
    counts = _counts(spec.data)
    if spec.test.set != "held_out" and facts.n_test > facts.n_train:
        return "test.points", str(spec.test.points)
    if not counts:
        return "data", spec.data.name
    key, value = _largest(counts)
    return key, str(value)


def _gib(n: int) -> str:
    return f"{n / 2**30:,.1f} GiB"
