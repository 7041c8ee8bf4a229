"""The registered components with their settings, as the tests run through them: a new one needs no edit here."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from nn.activations import ACTIVATIONS, Activation
from nn.losses import LOSSES, Loss
from nn.registry import Array, Registry, Setting
from nn.schedules import SCHEDULES
from nn.stack import Plateaus

OTHER_NUMBERS = (0.35, 0.8, 0.06, 2, 3, -0.7, 0.0, 1e-3)

ELEMENTWISE = [name for name in ACTIVATIONS if ACTIVATIONS[name]().derivative is not None]


def another_value(setting: Setting) -> Any:
    """A legal value of a number that is not its default; the default of anything else."""
    if setting.type not in (int, float):
        return setting.default
    for number in OTHER_NUMBERS:
        value = setting.type(number)
        if value != setting.default and (setting.range is None or value in setting.range):
            return value
    return setting.default


def defaults(registry: Registry[Any], name: str) -> dict[str, Any]:
    return {setting.name: setting.default for setting in registry.settings(name)}


def altered(registry: Registry[Any], name: str) -> dict[str, Any]:
    """A legal setting other than the default for every number that the component takes."""
    return {setting.name: another_value(setting) for setting in registry.settings(name)}


def per_run(settings: dict[str, Any]) -> dict[str, float]:
    """The settings of an optimizer that every run of a stack may have its own of: the floats."""
    return {name: value for name, value in settings.items() if isinstance(value, float)}


def shared(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of an optimizer that all runs of a stack share: what is not a float."""
    return {name: value for name, value in settings.items() if not isinstance(value, float)}


def variants(registry: Registry[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every component with its default settings, and those that have settings with others too."""
    for name in registry:
        yield name, defaults(registry, name)
        if altered(registry, name) != defaults(registry, name):
            yield name, altered(registry, name)


def label(value: Any) -> str | None:
    """A readable test id for settings, types and tuples."""
    if isinstance(value, dict):
        return ",".join(f"{key}={one}" for key, one in value.items()) or "plain"
    if isinstance(value, type):
        return value.__name__
    return "-".join(label(one) or str(one) for one in value) if isinstance(value, tuple) else None


def make_loss(name: str) -> Loss:
    """A loss with its defaults; one whose name ends in * has other settings."""
    plain = name.rstrip("*")
    return LOSSES[plain](**(altered(LOSSES, plain) if plain != name else {}))


def labels(loss: str, classes: Array) -> Array:
    """What is trained for classes, 0 or 1 in every output."""
    no, yes = make_loss(loss).labels or (0.0, 1.0)
    return no + (yes - no) * classes


def loss_output_pairs() -> list[tuple[str, str]]:
    """Every loss, with its defaults and with other settings, with every output activation that it allows."""
    pairs = []
    for name in [name + "*" * (settings != defaults(LOSSES, name)) for name, settings in variants(LOSSES)]:
        only = make_loss(name).only_output
        pairs += [(name, output) for output in ([only] if only else ELEMENTWISE)]
    return pairs


def activation_variants() -> list[tuple[str, dict[str, Any]]]:
    return list(variants(ACTIVATIONS))


def make_activation(name: str, settings: dict[str, Any]) -> Activation:
    return ACTIVATIONS[name](**settings)


def bound(registry: Registry[Any], name: str, settings: dict[str, Any]) -> Callable[..., Any]:
    """A component that is called at every use, with its settings filled in."""
    return partial(registry[name], **settings)


def plateaus_of(schedules: Sequence["partial[Array]"]) -> Plateaus | None:
    """Those of runs whose schedule has one; 2 % of the cost are not reached every time, so that some rates fall."""
    settings = [one.keywords if one.func is SCHEDULES["plateau"] else {} for one in schedules]
    if not any(settings):
        return None
    return Plateaus(
        factor=np.array([one.get("factor", 1.0) for one in settings]),
        patience=np.array([one.get("patience", np.inf) for one in settings]),
        threshold=np.full(len(settings), 0.02),
        least=np.array([one.get("least", 1.0) for one in settings]),
        watched=("train_cost", -1),
    )
