"""The shape of a training: sizes, steps and structure, derived once from a spec and its data."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from runner.runs.data import Facts
from runner.runs.spec import Spec
from runner.runs.structure import Structure, structure_of


@dataclass(frozen=True)
class Shape:
    """What the planner passes on, so that it is derived only once.

    `sizes` are the units of every layer, including input and output, and `drawn` those of the network whose weights are
    drawn or taken from another run. `n_steps` is the number of updates, `steps_of_epoch` that of one pass. The network
    is built from `structure`.
    """

    sizes: tuple[int, ...]
    drawn: tuple[int, ...]
    n_steps: int
    steps_of_epoch: int
    structure: Structure

    @property
    def n_parameters(self) -> int:
        """P, the parameters of one run (with a bias in every layer)."""
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(self.sizes))


def shape_of(spec: Spec, facts: Facts) -> Shape:
    """The shape of one training of a completely decided spec.

    With `broadcast_update` the output is as wide as its input. An epoch is one pass: as many batches as cover the
    training samples once. `training.steps` takes precedence over epochs.
    """
    training, hidden = spec.training, spec.network.hidden
    drawn = (facts.d_in, *hidden, facts.d_out(spec.network.output))
    sizes = (*drawn[:-1], hidden[-1]) if "broadcast_update" in spec.fault and hidden else drawn
    assert training.batch_size is not None
    steps_of_epoch = 1 if training.mode == "full" else math.ceil(facts.n_train / training.batch_size)
    n_steps = training.steps or (training.epochs or 0) * steps_of_epoch
    return Shape(sizes, drawn, n_steps, steps_of_epoch, structure_of(spec, sizes))


def evaluation_steps(n_steps: int, evaluations: int) -> list[int]:
    """Evenly spaced steps at which a run is measured, always including 0 and the last step."""
    points = min(evaluations, n_steps)
    return sorted({round(point * n_steps / points) for point in range(points + 1)})


def shared_settings(spec: Spec) -> dict[str, Any]:
    """Settings of the optimizer that are not numbers, and so cannot differ within a stack."""
    return {name: value for name, value in spec.optimizer.settings().items() if type(value) is not float}
