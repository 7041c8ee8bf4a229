"""Whether a run fits into this machine: what it needs is estimated before anything of that size is made."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nn.network import FEW_PRODUCTS
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
SURELY_SMALL = 100_000  # numbers in a data set; what is larger is tried with every count cut to FEW
FEW = 256


def bytes_of_run(phase: Phase) -> int:
    """About what training one run takes at its peak; a run that is trained twice, side by side, needs that for both."""
    spec, facts, sizes = phase.spec, phase.facts, phase.shape.sizes
    itemsize = np.dtype(spec.dtype).itemsize
    arrays = PARAMETER_ARRAYS + STATE_ARRAYS * OPTIMIZERS.slots(spec.optimizer.name)
    units, widest = UNIT_ARRAYS * sum(sizes[1:]), WIDEST_ARRAYS * max(sizes[1:])
    evaluation = units * facts.n_train + max(widest * facts.n_train, units * max(facts.n_test, facts.n_validation))
    samples = _bytes_of_samples(facts.n_samples, sizes[0] + sizes[-1])
    assert spec.training.batch_size is not None
    if spec.training.dropout:
        evaluation += MASK_ARRAYS * sum(sizes[1:-1]) * spec.training.batch_size
    products = spec.training.batch_size * sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes))
    side_by_side = 2 if products <= FEW_PRODUCTS else 1
    return itemsize * (arrays * phase.shape.n_parameters + side_by_side * evaluation) + side_by_side * samples


def why_too_large(phase: Phase) -> Problem | None:
    """A run that does not fit, blamed on its layers, or on its samples where it would fit with few of them."""
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
    """Samples that do not fit, reported before they are made: a few are made, and extrapolated."""
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
    """About what training a stack takes at its peak, with as many `runs` as this one, which has these phases."""
    return runs * max(map(bytes_of_run, phases))


def fitting_workers(largest: int, workers: int) -> int:
    """As many of the workers as can train a stack of so many bytes at the same time; at least one."""
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
