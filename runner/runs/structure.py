"""A trained network's structure as plain data, and the network built from it: for training, pictures and loading."""

from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar

import numpy as np

from nn.activations import ACTIVATIONS, Activation
from nn.faults import FAULTS
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Registry
from runner.runs.spec import Spec

Part = TypeVar("Part")
Structure = dict[str, Any]


def structure_of(spec: Spec, sizes: tuple[int, ...], classes: tuple[str, ...] = ()) -> Structure:
    """What a network is made of; with its parameters and scaling it can predict."""
    return {
        "sizes": list(sizes),
        "activation": spec.activation.model_dump(),
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
    """The network of a structure. Raises ValueError when it needs a component that nobody has registered."""
    healthy = Network(
        sizes=tuple(structure["sizes"]),
        input=_component(ACTIVATIONS, {"name": structure["input"]}),
        activation=hidden_activation(structure),
        output=_component(ACTIVATIONS, {"name": structure["output"]}),
        loss=_component(LOSSES, structure["loss"]),
        bias=structure["bias"],
        dtype=np.float64 if structure["dtype"] == "float64" else np.float32,
        reduction=structure["reduction"],
        shown=None
        if structure["cost"] == structure["loss"]["name"]
        else _component(LOSSES, {"name": structure["cost"]}),
    )
    return reduce(lambda network, name: _known(FAULTS, name)(network), structure["fault"], healthy)


def hidden_activation(structure: Structure) -> Activation:
    """The registered activation of the hidden layers, whatever faults make of it. Raises ValueError without one."""
    return _component(ACTIVATIONS, structure["activation"])


def _component(registry: Registry[Callable[..., Part]], config: dict[str, Any]) -> Part:
    settings = {key: value for key, value in config.items() if key != "name"}
    return _known(registry, config["name"])(**settings)


def _known(registry: Registry[Callable[..., Part]], name: str) -> Callable[..., Part]:
    if name not in registry:
        raise ValueError(f"this model needs the {registry.kind} {name!r}; import its module first")
    return registry[name]
