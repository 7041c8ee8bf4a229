"""Whether a fault can be made in a network, and changes anything there: tried on random numbers, not reasoned."""

import numpy as np

from nn.activations import ACTIVATIONS
from nn.registry import Array
from runner.planning import sizes_of
from runner.preparation import Facts, chooses_class
from runner.scaling import sets_targets
from runner.spec import Spec
from runner.structures import Structure, build_network, structure_of

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
    "broadcast_update": "a regression of one number, and more than one unit, not all alike, in the last hidden layer",
    "regulariser_sign": "training.l2 above 0",
    "mixed_units": "targets that are scaled: by network.target_range, or network.output=sigmoid or tanh",
}


def why_not(fault: str, spec: Spec, facts: Facts) -> str | None:
    """Why a fault cannot be made here, or would change nothing; None where it can."""
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
        is_drawn = spec.init.name != "constant" and 0 not in spec.init.settings().values()
        return bool(spec.network.hidden) and facts.task == "regression" and facts.n_targets == 1 and is_drawn
    if fault == "regulariser_sign":
        return spec.training.l2 > 0
    if fault == "mixed_units":
        return _scales_targets(spec, facts)
    return True


def _scales_targets(spec: Spec, facts: Facts) -> bool:
    output, chosen = ACTIVATIONS[spec.network.output](), spec.network.target_range
    if isinstance(chosen, tuple) and sets_targets(facts.task, spec.network.output):
        return facts.task == "regression" or chosen != facts.levels
    if not output.is_bounded or chosen is None:
        return False
    levels = chosen if isinstance(chosen, tuple) else facts.levels if facts.task == "classification" else None
    return levels != output.output_range


def _changes_something(fault: str, spec: Spec, facts: Facts) -> bool:
    """Whether the run is another one without this fault, the others kept."""
    others = tuple(other for other in spec.fault if other != fault)
    made, left_out = (structure_of(one, sizes_of(one, facts)) for one in (spec, _with(spec, others)))
    return made["sizes"] != left_out["sizes"] or _effects(made) != _effects(left_out)


def _with(spec: Spec, faults: tuple[str, ...]) -> Spec:
    return spec.model_copy(update={"fault": faults})


def _effects(structure: Structure) -> tuple[bytes, ...]:
    """The steps that a fault can change, for random parameters, inputs and targets."""
    network, rng = build_network({**structure, "dtype": "float64"}), np.random.default_rng(0)
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
