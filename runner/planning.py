"""Which runs are trained together: specs of one structure become stacks, cut to a size that suits cache and workers."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from runner.preparation import Facts, FactsOf
from runner.spec import Spec

# Arrays of one step should stay in a core's L2 cache; 1 MiB is common. A stack's data, with its copies and what an
# evaluation needs, should stay far below a machine's memory. No number of any run depends on either (law 2).
STEP_BYTES = 1 << 20
DATA_BYTES = 1 << 26
MAX_RUNS = 2048
ARRAYS_PER_LAYER = 4

Members = list[int]


def steps_of(spec: Spec, facts: Facts) -> int:
    """Updates of one training: `training.steps`, or so many epochs."""
    if spec.training.steps is not None:
        return spec.training.steps
    assert spec.training.epochs is not None
    return spec.training.epochs * steps_of_epoch(spec, facts)


def steps_of_epoch(spec: Spec, facts: Facts) -> int:
    """An epoch is one pass: as many batches as cover the training samples once."""
    assert spec.training.batch_size is not None
    if spec.training.mode == "full":
        return 1
    return math.ceil(facts.n_train / spec.training.batch_size)


def evaluation_steps(n_steps: int, evaluations: int) -> list[int]:
    """Evenly spaced steps at which a run is measured; 0 and the last step are always among them."""
    points = min(evaluations, n_steps)
    return sorted({round(point * n_steps / points) for point in range(points + 1)})


def structure(spec: Spec, facts_of: FactsOf) -> tuple[Any, ...]:
    """All that runs of one stack must share. Everything else may differ from run to run."""
    training = spec.training
    per_run = {"l2": 0.0, "clip_value": None, "clip_norm": None, "stop_cost": None, "patience": None}
    phases = [facts_of(phase) for phase in spec.phases]
    return (
        [(facts.task, facts.d_in, facts.n_train, facts.n_test, facts.levels) for facts in phases],
        sizes_of(spec, phases[-1]),
        spec.network.model_copy(update={"start": None}),
        (spec.activation, spec.loss, spec.cost, spec.fault),
        (spec.optimizer.name, *shared_settings(spec).items()),
        spec.dtype,
        training.model_copy(update=per_run),
        (training.l2 > 0, training.clip_value is not None, training.clip_norm is not None),
    )


def sizes_of(spec: Spec, facts: Facts) -> tuple[int, ...]:
    """Units of every layer, input and output included. Under `broadcast_update` the output is as wide as its input."""
    last = facts.d_out(spec.network.output)
    if "broadcast_update" in spec.fault and spec.network.hidden:
        last = spec.network.hidden[-1]
    return (facts.d_in, *spec.network.hidden, last)


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


def plan(specs: Sequence[Spec], facts_of: FactsOf, pieces: int) -> list[Members]:
    """Stacks as lists of indices into `specs`; the largest first, so that no worker is left with one at the end.

    There are about so many `pieces`, or as many as cache and memory ask for.
    """
    groups: dict[str, Members] = {}
    for index, spec in enumerate(specs):
        groups.setdefault(repr(structure(spec, facts_of)), []).append(index)

    def work(stack: Members) -> int:
        first = specs[stack[0]]
        steps = sum(steps_of(phase, facts_of(phase)) for phase in first.phases)
        return len(stack) * bytes_of(first, facts_of(first)) * steps

    everything = sum(work(members) for members in groups.values())
    stacks: list[Members] = []
    for members in groups.values():
        first = specs[members[0]]
        facts = facts_of(first)
        fitting = min(MAX_RUNS, STEP_BYTES // bytes_of(first, facts), DATA_BYTES // data_bytes_of(first, facts))
        # A step costs the same for few runs as for many, so a group is not cut further than keeps all workers busy.
        share = -(-work(members) * pieces // everything)
        size = max(1, min(fitting, math.ceil(len(members) / share)))
        stacks += [members[start : start + size] for start in range(0, len(members), size)]
    return sorted(stacks, key=work, reverse=True)
