"""Which runs train together: specs of one structure become stacks, split to suit cache and workers."""

import math
from collections.abc import Sequence
from typing import Any

from runner.plan.phases import Checked, Phase
from runner.runs.shape import shared_settings

# Arrays of one step should stay in a core's share of the caches: with 1 MiB a stack of medium networks is too short to
# compile, and beyond 8 MiB NumPy is slower. A stack's data, with its copies and what an evaluation needs, should stay
# far below a machine's memory. No number of any run depends on either (law 2).
STEP_BYTES = 1 << 22
DATA_BYTES = 1 << 26
MAX_RUNS = 2048
ARRAYS_PER_LAYER = 4

Members = list[int]


def bytes_of(phase: Phase) -> int:
    """Rough working set of one run's step: parameters with optimizer state, and the arrays of every layer."""
    spec, shape, batch = phase.spec, phase.shape, phase.spec.training.batch_size or 1
    return (8 if spec.dtype == "float64" else 4) * (ARRAYS_PER_LAYER * (shape.n_parameters + sum(shape.sizes) * batch))


def data_bytes_of(phase: Phase) -> int:
    """Memory of one run's samples: the data, and every layer's arrays when all of it is evaluated."""
    return 8 * phase.facts.n_samples * ARRAYS_PER_LAYER * sum(phase.shape.sizes)


def plan(runs: Sequence[Checked], pieces: int) -> list[Members]:
    """Stacks as lists of indices into `runs`, largest first, so that no worker is left with a large one at the end.

    There are about this many `pieces`, or as many as cache and memory require.
    """
    groups = alike(runs)

    def work(stack: Members) -> int:
        phases = runs[stack[0]].phases
        return len(stack) * bytes_of(phases[-1]) * sum(phase.shape.n_steps for phase in phases)

    everything = sum(work(members) for members in groups)
    stacks: list[Members] = []
    for members in groups:
        last = runs[members[0]].phases[-1]
        fitting = min(MAX_RUNS, STEP_BYTES // bytes_of(last), DATA_BYTES // data_bytes_of(last))
        # A step costs the same for few runs as for many, so a group is not cut further than keeps all workers busy.
        share = -(-work(members) * pieces // everything)
        size = max(1, min(fitting, math.ceil(len(members) / share)))
        stacks += [members[start : start + size] for start in range(0, len(members), size)]
    return sorted(stacks, key=work, reverse=True)


def alike(runs: Sequence[Checked]) -> list[Members]:
    """The runs that can share a stack, as indices into `runs`, before they are split."""
    shared = {place: repr(_shared(run)) for place, run in {id(run): run for run in runs}.items()}
    groups: dict[str, Members] = {}
    for index, run in enumerate(runs):
        groups.setdefault(shared[id(run)], []).append(index)
    return list(groups.values())


def _shared(run: Checked) -> tuple[Any, ...]:
    """All that runs of one stack must share. Everything else may differ from run to run."""
    spec, training = run.spec, run.spec.training
    per_run = {
        "l1": 0.0, "l2": 0.0, "dropout": 0.0, "clip_value": None, "clip_norm": None, "stop_cost": None,
        "patience": None,
    }  # fmt: skip
    all_facts = [phase.facts for phase in run.phases]
    return (
        [(facts.task, facts.d_in, facts.sizes, facts.levels) for facts in all_facts],
        run.phases[-1].shape.structure,
        spec.score,
        spec.network.model_copy(update={"start": None}),
        dict(spec.data)["target_scale"] == "log",
        (spec.optimizer.name, *shared_settings(spec).items()),
        training.model_copy(update=per_run),
        (training.l1 > 0, training.l2 > 0, training.clip_value is not None, training.clip_norm is not None),
    )
