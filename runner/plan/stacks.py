"""Which runs are trained together: specs of one structure become stacks, cut to a size that suits cache and workers."""

import math
from collections.abc import Sequence

from runner.runs.data import Facts, FactsOf
from runner.runs.sizes import n_parameters, sizes_of, steps_of, structure
from runner.runs.spec import Spec

# Arrays of one step should stay in a core's L2 cache; 1 MiB is common. A stack's data, with its copies and what an
# evaluation needs, should stay far below a machine's memory. No number of any run depends on either (law 2).
STEP_BYTES = 1 << 20
DATA_BYTES = 1 << 26
MAX_RUNS = 2048
ARRAYS_PER_LAYER = 4

Members = list[int]


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
