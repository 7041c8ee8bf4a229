"""Whether a fault can be made in a network, and changes anything there: tried on random numbers, not reasoned."""

import ast
from functools import cache
from typing import Any

import numpy as np

from nn.activations import ACTIVATIONS
from nn.faults import FAULTS
from nn.registry import Array
from runner.errors import unknown
from runner.planning import sizes_of
from runner.preparation import Facts, chooses_class
from runner.spec import Spec
from runner.structures import build_network, structure_of

SAMPLES = 4
HIDDEN = "a hidden layer, and an activation in it that is not the identity"
NEEDS = {
    "derivative_of_activated": "a layer whose derivative is another one at f(z) than at z, as of sigmoid or tanh",
    "stale_pre_activation": HIDDEN,
    "weights_subtracted": HIDDEN,
    "softplus_as_relu_derivative": "a hidden layer of activation=relu or floored_relu",
    "sigmoid_as_relu_derivative": "a hidden layer of activation=relu or floored_relu",
    "column_labels": "a classification with network.output=softmax",
    "transposed_gradient": "a layer with as many units as inputs, such as network.hidden=[3,3]",
    "broadcast_update": "a regression of one number, and more than one unit in the last hidden layer",
    "regulariser_sign": "training.l2 above 0",
    "mixed_units": "targets that are scaled: network.output=sigmoid or tanh, and network.target_range",
}


def why_not(fault: str, spec: Spec, facts: Facts) -> str | None:
    """Why a fault cannot be made here, or would change nothing; None where it can."""
    if fault not in FAULTS:
        return unknown(fault, ["none", *FAULTS])
    if _fits(fault, spec, facts) and _changes_something(fault, spec, facts):
        return None
    return f"={fault} needs {NEEDS.get(fault, 'another network')}; here it would change nothing"


def _fits(fault: str, spec: Spec, facts: Facts) -> bool:
    """What cannot be tried: what the mistake is about must be there."""
    if fault.endswith("_as_relu_derivative"):
        return spec.activation.name in ("relu", "floored_relu")
    if fault == "column_labels":
        return chooses_class(spec.network.output)
    if fault == "broadcast_update":
        return bool(spec.network.hidden) and facts.task == "regression" and facts.n_targets == 1
    if fault == "regulariser_sign":
        return spec.training.l2 > 0
    if fault == "mixed_units":
        return _scales_targets(spec, facts)
    return True


def _scales_targets(spec: Spec, facts: Facts) -> bool:
    output, chosen = ACTIVATIONS[spec.network.output](), spec.network.target_range
    if not output.is_bounded or chosen is None:
        return False
    levels = chosen if isinstance(chosen, tuple) else facts.levels if facts.task == "classification" else None
    return levels != output.output_range


def _changes_something(fault: str, spec: Spec, facts: Facts) -> bool:
    made, right = (spec.model_copy(update={"fault": faults}) for faults in ((fault,), ()))
    wrong, healthy = (structure_of(one, sizes_of(one, facts)) for one in (made, right))
    return healthy["sizes"] != wrong["sizes"] or _effects(repr(healthy)) != _effects(repr(wrong))


@cache
def _effects(structure: str) -> tuple[bytes, ...]:
    """The steps that a fault can change, for random parameters, inputs and targets."""
    plain: dict[str, Any] = ast.literal_eval(structure)
    network, rng = build_network({**plain, "dtype": "float64"}), np.random.default_rng(0)
    d_in, d_out = network.sizes[0], network.sizes[-1]
    parameters = rng.normal(0, 1, (1, network.n_parameters))
    x: Array = rng.normal(0, 1, (1, d_in, SAMPLES))
    t: Array = np.eye(d_out)[np.arange(SAMPLES) % d_out].T[np.newaxis] if d_out > 1 else rng.random((1, 1, SAMPLES))
    gradient, one = np.zeros_like(parameters), np.ones((1, 1))
    layers = network.layers(parameters)
    with np.errstate(all="ignore"):
        network.gradient(layers, network.forward(layers, x), t, out=network.layers(gradient))
        penalty = network.penalty(one, one, parameters)
        targets = network.cost_targets(t, one[..., np.newaxis], 2 * one[..., np.newaxis])
    return gradient.tobytes(), penalty.tobytes(), targets.tobytes()
