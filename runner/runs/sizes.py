"""Sizes that follow from a spec and its data: steps, layers, parameters."""

import math
from itertools import pairwise
from typing import Any

from runner.runs.data import Facts, FactsOf
from runner.runs.spec import Spec


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
