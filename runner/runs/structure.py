"""A trained network's structure as plain data, and the network built from it: for training, pictures and loading."""

from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar

import numpy as np

from nn.activations import ACTIVATIONS, Activation
from nn.faults import FAULTS
from nn.losses import LOSSES
from nn.network import IDENTITY, Network
from nn.registry import Registry
from runner.runs.spec import Component, Spec, component_model

Part = TypeVar("Part")
Structure = dict[str, Any]


def structure_of(spec: Spec, sizes: tuple[int, ...], classes: tuple[str, ...] = ()) -> Structure:
    """What a network consists of; with its parameters and scaling it can predict.

    `activation` is that of the hidden layers, or a list with one per layer if `network.activations` is set.
    """
    own = [one.model_dump() for one in activations_of(spec)]
    return {
        "sizes": list(sizes),
        "activation": spec.activation.model_dump() if spec.network.activations is None else own,
        "input": spec.network.input,
        "output": spec.network.output,
        "loss": spec.loss.model_dump(),
        "cost": spec.cost,
        "reduction": spec.training.reduction,
        "fault": list(spec.fault),
        "bias": spec.network.bias,
        "dtype": spec.dtype,
        "classes": list(classes),
    }


def build_network(structure: Structure) -> Network:
    """The network of a structure. Raises ValueError if it needs a component that is not registered."""
    plain, own = structure["activation"], tuple[Activation, ...]()
    if isinstance(plain, list):
        own = hidden_activations(structure)
    healthy = Network(
        sizes=tuple(structure["sizes"]),
        input=_component(ACTIVATIONS, {"name": structure["input"]}),
        activation=IDENTITY if isinstance(plain, list) else _component(ACTIVATIONS, plain),
        output=_component(ACTIVATIONS, {"name": structure["output"]}),
        loss=_component(LOSSES, structure["loss"]),
        bias=structure["bias"],
        dtype=np.float64 if structure["dtype"] == "float64" else np.float32,
        reduction=structure["reduction"],
        shown=None
        if structure["cost"] == structure["loss"]["name"]
        else _component(LOSSES, {"name": structure["cost"]}),
        own_activations=own,
    )
    return reduce(lambda network, name: _known(FAULTS, name)(network), structure["fault"], healthy)


def activations_of(spec: Spec) -> tuple[Component, ...]:
    """The activation of each hidden layer, if they exist; checks reject others."""
    own = spec.network.activations
    if own is None:
        return (spec.activation,) * len(spec.network.hidden)
    models = (component_model("activation", name) if name in ACTIVATIONS else Component for name in own)
    return tuple(model(name=name) for model, name in zip(models, own, strict=True))


def in_words(spec: Spec) -> str:
    """The names of the hidden activations."""
    return spec.activation.name if spec.network.activations is None else ",".join(spec.network.activations)


def plain_activations(structure: Structure) -> list[dict[str, Any]]:
    """The activation of each hidden layer of a structure, as plain data."""
    activation = structure["activation"]
    return activation if isinstance(activation, list) else [activation] * (len(structure["sizes"]) - 2)


def hidden_activations(structure: Structure) -> tuple[Activation, ...]:
    """The registered activations of the hidden layers, without faults. Raises ValueError if one is unknown."""
    return tuple(_component(ACTIVATIONS, plain) for plain in plain_activations(structure))


def _component(registry: Registry[Callable[..., Part]], config: dict[str, Any]) -> Part:
    settings = {key: value for key, value in config.items() if key != "name"}
    return _known(registry, config["name"])(**settings)


def _known(registry: Registry[Callable[..., Part]], name: str) -> Callable[..., Part]:
    if name not in registry:
        raise ValueError(f"this model needs the {registry.kind} {name!r}; import its module first")
    return registry[name]
