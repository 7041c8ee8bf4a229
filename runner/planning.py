"""Which runs are trained together: specs of one structure become stacks, cut to a size that suits cache and workers."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from runner.preparation import Facts
from runner.spec import Spec

# Arrays of one step should stay in a core's L2 cache; 1 MiB is common. A stack's data, with its copies and what an
# evaluation needs, should stay far below a machine's memory. No number of any run depends on either (law 2).
STEP_BYTES = 1 << 20
DATA_BYTES = 1 << 26
MAX_RUNS = 512
ARRAYS_PER_LAYER = 4

Stack = list[int]


def steps_of(spec: Spec, facts: Facts) -> int:
    """Updates of one run. An epoch is one pass: as many batches as cover the training samples once."""
    assert spec.training.batch_size is not None
    return spec.training.epochs * math.ceil(facts.n_train / spec.training.batch_size)


def evaluation_steps(n_steps: int, evaluations: int) -> list[int]:
    """Evenly spaced steps at which a run is measured; 0 and the last step are always among them."""
    points = min(evaluations, n_steps)
    return sorted({round(point * n_steps / points) for point in range(points + 1)})


def structure(spec: Spec, facts: Facts) -> tuple[Any, ...]:
    """All that runs of one stack must share. Everything else may differ from run to run."""
    training = spec.training
    return (
        sizes_of(spec, facts),
        (facts.task, facts.n_train, facts.n_test, facts.levels),
        spec.network,
        spec.activation,
        spec.loss,
        (spec.optimizer.name, *shared_settings(spec).items()),
        spec.dtype,
        (training.mode, training.mode == "online" and facts.is_distribution),
        (training.batch_size, training.epochs, training.evaluations),
        (training.l2 > 0, training.clip_value is not None, training.clip_norm is not None),
    )


def sizes_of(spec: Spec, facts: Facts) -> tuple[int, ...]:
    """Units of every layer, input and output included."""
    return (facts.d_in, *spec.network.hidden, facts.d_out(spec.network.output))


def n_parameters(spec: Spec, facts: Facts) -> int:
    """P, the parameters of one run (with a bias in every layer)."""
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes_of(spec, facts)))


def shared_settings(spec: Spec) -> dict[str, Any]:
    """Settings of the optimizer that are not numbers and so cannot differ inside a stack."""
    return {name: value for name, value in spec.optimizer.settings().items() if type(value) is not float}


def bytes_of(spec: Spec, facts: Facts) -> int:
    """A rough working set of one run's step: parameters with optimizer state, and the arrays of every layer."""
    sizes, parameters = sizes_of(spec, facts), n_parameters(spec, facts)
    batch = spec.training.batch_size or 1
    return (8 if spec.dtype == "float64" else 4) * (ARRAYS_PER_LAYER * (parameters + sum(sizes) * batch))


def data_bytes_of(spec: Spec, facts: Facts) -> int:
    """What one run keeps for its samples: the data, and every layer's arrays in an evaluation of all of it."""
    return 8 * (facts.n_train + facts.n_test) * ARRAYS_PER_LAYER * sum(sizes_of(spec, facts))


def plan(specs: Sequence[Spec], facts_of: Callable[[Spec], Facts], workers: int) -> list[Stack]:
    """Stacks as lists of indices into `specs`; the largest first, so that no worker is left with one at the end."""
    groups: dict[tuple[Any, ...], Stack] = {}
    for index, spec in enumerate(specs):
        groups.setdefault(structure(spec, facts_of(spec)), []).append(index)
    stacks: list[Stack] = []
    for members in groups.values():
        first = specs[members[0]]
        facts = facts_of(first)
        fitting = min(MAX_RUNS, STEP_BYTES // bytes_of(first, facts), DATA_BYTES // data_bytes_of(first, facts))
        size = max(1, min(fitting, math.ceil(len(members) / workers)))
        stacks += [members[start : start + size] for start in range(0, len(members), size)]

    def work(stack: Stack) -> int:
        first = specs[stack[0]]
        return len(stack) * bytes_of(first, facts_of(first)) * steps_of(first, facts_of(first))

    return sorted(stacks, key=work, reverse=True)
