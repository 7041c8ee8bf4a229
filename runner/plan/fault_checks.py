"""Whether a fault can be injected into a network and changes anything: tried on random numbers, beyond rounding."""

import json
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from nn.activations import ACTIVATIONS
from nn.faults import FAULTS, Fault
from nn.network import Network
from nn.optimizers import OPTIMIZERS, Step
from nn.registry import Array
from runner.base.errors import one_line
from runner.plan.phases import Phase
from runner.runs.data import Facts, chooses_class
from runner.runs.field_types import AUTO
from runner.runs.scaling import known_range
from runner.runs.spec import Spec
from runner.runs.structure import activations_of, build_network

SAMPLES, TRIALS, STEPS = 4, 16, 3
ENTRIES = 1 << 20  # parameters of all trials together: a large network is tried less often
TOLERANCE = 1e-6  # of the largest entry of an array: far above rounding, far below what any fault does
NOISE = 1e-12  # of the largest entry of all: an array below that is zero, up to rounding
HIDDEN = "a hidden layer, and an activation in it that is not the identity"
NEEDS = {
    "shuffled_inputs": "more than one training sample",
    "shifted_labels": "more than one training sample",
    "derivative_of_activated": "a layer whose derivative is another one at f(z) than at z, as of sigmoid or tanh",
    "missing_derivative": HIDDEN,
    "stale_pre_activation": HIDDEN,
    "weights_subtracted": "a hidden layer",
    "softplus_as_relu_derivative": "a hidden layer of activation=relu or floored_relu",
    "sigmoid_as_relu_derivative": "a hidden layer of activation=relu or floored_relu",
    "column_labels": "a classification with network.output=softmax, and more than one sample in a batch",
    "transposed_gradient": "a layer with as many units as inputs, such as network.hidden=[3,3]",
    "broadcast_update": "a regression of one number, and more than one unit, not all alike, in the last hidden layer",
    "regulariser_sign": "training.l2 or training.l1 above 0",
    "mixed_units": "targets that are scaled: by network.target_range, or network.output=sigmoid or tanh",
    "early_update": "a hidden layer",
    "missing_bias_correction": "optimizer=adam, adamw or nadam, with optimizer.beta1 or optimizer.beta2 above 0",
}
PLACES = {
    "batch": "the batch",
    "gradient": "the gradient",
    "penalty": "the penalty",
    "update": "the update",
    "cost": "the cost that is shown",
}


def why_not(fault: str, phase: Phase) -> str | None:
    """Why a fault cannot be injected, or would change nothing; None if it can."""
    try:
        if _fits(fault, phase.spec, phase.facts) and places_of(fault, phase):
            return None
    except Exception as error:  # of a user's own fault
        return one_line(f"={fault} fails in this network: {type(error).__name__}: {error}")
    return f"={fault} needs {NEEDS.get(fault, 'another network')}; here it would change nothing"


def places_of(fault: str, phase: Phase) -> tuple[str, ...]:
    """The steps of training that differ without this fault, with all others kept: keys of PLACES.

    Consequences of an earlier step are not listed: with a wrong gradient every update differs.
    """
    spec, facts, shape = phase.spec, phase.facts, phase.shape
    others = tuple(other for other in spec.fault if other != fault)
    if fault == "broadcast_update" and shape.sizes != shape.drawn:
        return ("gradient",)
    is_fresh = spec.training.order == "fresh"
    seen = SAMPLES if is_fresh else min(SAMPLES, facts.n_train)
    batch = facts.n_train if spec.training.mode == "full" else spec.training.batch_size or 1
    return _places(
        json.dumps(shape.structure | {"dtype": "float64"}),
        json.dumps(spec.optimizer.model_dump()),
        tuple(FAULTS[name] for name in spec.fault),
        others,
        seen,
        min(SAMPLES, batch),
    )


def _fits(fault: str, spec: Spec, facts: Facts) -> bool:
    """What cannot be tried: what the mistake is about must be there."""
    if fault.endswith("_as_relu_derivative"):
        return any(one.name in ("relu", "floored_relu") for one in activations_of(spec))
    if fault == "column_labels":
        return chooses_class(spec.network.output)
    if fault == "broadcast_update":
        is_drawn = spec.init.name != "constant" and 0 not in spec.init.settings().values()
        return bool(spec.network.hidden) and facts.task == "regression" and facts.n_targets == 1 and is_drawn
    if fault == "regulariser_sign":
        return spec.training.l2 > 0 or spec.training.l1 > 0
    if fault == "mixed_units":
        return _scales_targets(spec, facts)
    return True


def _scales_targets(spec: Spec, facts: Facts) -> bool:
    if facts.task == "classification":
        return known_range(spec, facts.task, facts.levels) != facts.levels
    output, chosen = ACTIVATIONS[spec.network.output](), spec.network.target_range
    return chosen not in (None, output.output_range) and (chosen != AUTO or output.is_bounded)


@lru_cache(maxsize=1024)
def _places(
    structure: str, optimizer: str, _functions: tuple[Fault, ...], others: tuple[str, ...], seen: int, batch: int
) -> tuple[str, ...]:
    """The places in which a structure differs from the one with the other faults alone.

    `_functions` are its faults: a session may define one again under the same name.
    """
    made = json.loads(structure)
    one, other = (
        _effects(build_network(plain), json.loads(optimizer), seen, batch)
        for plain in (made, made | {"fault": list(others)})
    )
    found = [place for place in PLACES if _differ(one[place], other[place])]
    return tuple(place for place in found if place != "update" or "gradient" not in found)


def _differ(one: list[Array], other: list[Array]) -> bool:
    """Whether the arrays of a place differ by more than rounding."""
    largest = max((float(np.abs(values[np.isfinite(values)]).max(initial=0)) for values in other), default=0.0)
    return not all(
        np.allclose(
            values, expected, rtol=0, equal_nan=True,
            atol=max(NOISE * largest, TOLERANCE * float(np.abs(expected[np.isfinite(expected)]).max(initial=0))),
        )
        for values, expected in zip(one, other, strict=True)
    )  # fmt: skip


def _effects(network: Network, optimizer: Mapping[str, object], seen: int, batch: int) -> dict[str, list[Array]]:
    """What comes out of every step that a fault can change, for random parameters, inputs and targets.

    `seen` samples are paired, and the gradient is one of `batch` samples. No rate, penalty or clipping plays a part:
    they scale what is wrong.
    """
    rng, (d_in, *_, d_out) = np.random.default_rng(0), network.sizes
    runs = int(np.clip(ENTRIES // network.n_parameters, 1, TRIALS))
    parameters = rng.normal(0, 1, (runs, network.n_parameters))
    layers = network.layers(parameters)
    for W, _ in layers:
        W /= np.sqrt(W.shape[1])
    x: Array = rng.normal(0, 1, (runs, d_in, batch))
    classes = rng.integers(d_out, size=(runs, batch))
    t = rng.random((runs, 1, batch)) if d_out == 1 else np.eye(d_out)[classes].swapaxes(1, 2)
    ones, two, three = np.ones((runs, 1)), np.full((runs, 1, 1), 2.0), np.full((runs, 1, 1), 3.0)
    pairs = rng.normal(0, 1, (TRIALS, seen, 2))
    rngs = [np.random.default_rng(trial) for trial in range(TRIALS)]
    with np.errstate(all="ignore"):
        gradient, decrements = _descended(network, optimizer, parameters, x, t)
        return {
            "batch": list(network.pairing(pairs[:, :, :1], pairs[:, :, 1:], rngs)),
            "gradient": [part for layer in network.layers(gradient) for part in layer if part is not None],
            "penalty": [rule(ones, ones[0], parameters) for rule in (network.penalty, network.l1_penalty)],
            "update": decrements,
            "cost": [network.cost_targets(t, two, three)],
        }


def _descended(
    network: Network, optimizer: Mapping[str, object], parameters: Array, x: Array, t: Array
) -> tuple[Array, list[Array]]:
    """The gradient that updates use, and what some of them subtract at a rate of 1, `(runs, P)` each.

    All have the same gradient: only the optimizer's state advances.
    """
    settings = {name: value for name, value in optimizer.items() if name != "name"}
    chosen = OPTIMIZERS.optimizer(str(optimizer["name"]), **settings)
    gradient, rate = np.zeros_like(parameters), np.ones((len(parameters), 1))
    decayed = np.ones(parameters.shape[1])
    slots, decrements = [np.zeros_like(parameters) for _ in range(chosen.slots)], list[Array]()

    def change(*, step: int | None = None, preview: bool = False) -> Array:
        state = [slot.copy() for slot in slots] if preview else slots
        seen = Step(gradient, parameters, decayed, rate, len(decrements) if step is None else step)
        return np.array(chosen.rule(seen, state))

    layers, out = network.layers(parameters), network.layers(gradient)
    trace = network.forward(layers, x)
    for _ in range(STEPS):
        decrements.append(network.update(network, layers, trace, t, out, change))
    return gradient, decrements
