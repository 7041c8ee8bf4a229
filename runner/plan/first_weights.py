"""Weights to start from: those of another run, from a file or from MLflow."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from runner.base.errors import Problem
from runner.base.files import contents_of
from runner.base.texts import listed
from runner.datasets.samples import DataError
from runner.runs.data import prepare
from runner.runs.explaining import explain_data
from runner.runs.scaling import Scaling
from runner.runs.spec import Spec
from runner.runs.structure import activations_of, plain_activations
from runner.runs.weights import Weights, read_weights
from runner.store.run_ids import RUN_ID

ROUNDING = 1e-9


def read_start(text: str) -> Weights | Problem:
    """The weights that `network.start` names, or why they cannot be used."""
    key = "network.start"
    try:
        content = _weights_of_run(text) if RUN_ID.fullmatch(text) else contents_of(Path(text))
    except (OSError, ValueError) as error:
        return Problem(key, f"={text} cannot be read: {getattr(error, 'strerror', None) or error}")
    except Exception as error:  # each kind of store raises what its own driver raises
        return Problem(key, f"={text}: MLflow has no weights for this run id: {str(error).partition(chr(10))[0]}")
    try:
        weights = read_weights(content)
    except ValueError as error:
        return Problem(key, f"={text} is not the weights.npz of a run: {error}")
    if not np.isfinite(weights.parameters).all():
        return Problem(key, f"={text} holds NaN or infinite weights")
    return weights


def why_other(start: Weights, spec: Spec, sizes: tuple[int, ...]) -> Problem | None:
    """Why weights cannot be used in a spec's network, whose layers have these sizes; None if they can.

    With another activation or scaling, the same weights are a different network.
    """
    key, told = "network.start", f"={spec.network.start} holds"
    if (start.sizes, start.structure["bias"]) != (sizes, spec.network.bias):
        found, needed = ("-".join(map(str, one)) for one in (start.sizes, sizes))
        has_bias = start.structure["bias"]
        biases = "" if has_bias == spec.network.bias else f" with{'' if has_bias else 'out'} biases"
        return Problem(key, f"{told} a {found} network{biases}; this one is {needed}")
    named, own = plain_activations(start.structure), [one.model_dump() for one in activations_of(spec)]
    if named != own:
        there, here = _of_layers(named), _of_layers(own)
        return Problem(key, f"{told} weights of {there}; this run has {here}")
    for end, value in (("input", spec.network.input), ("output", spec.network.output)):
        if (of_start := start.structure[end]) != value:
            return Problem(key, f"{told} weights of network.{end}={of_start}; this run has network.{end}={value}")
    try:
        with np.errstate(all="ignore"):
            data = prepare(spec.phases[0])
    except DataError as error:
        return explain_data(spec.data.name, error)
    theirs, ours = start.encoding, data.samples.encoding
    if theirs and ours and theirs.columns != ours.columns:
        return Problem(
            key, f"{told} weights for the inputs {listed(theirs.input_names)}; this run has {listed(ours.input_names)}"
        )
    if theirs and ours and start.classes != data.samples.classes:
        classes = listed(data.samples.classes)
        return Problem(key, f"{told} weights for the classes {listed(start.classes)}; this run has {classes}")
    return _why_other_scaling(start.scaling, data.scaling, told)


def _why_other_scaling(there: Scaling, here: Scaling, told: str) -> Problem | None:
    for what, setting, theirs, ours in (
        ("inputs", "data.standardize", (there.x_shift, there.x_scale), (here.x_shift, here.x_scale)),
        ("targets", "network.target_range", (there.y_shift, there.y_scale), (here.y_shift, here.y_scale)),
    ):
        (shift, scale), (own_shift, own_scale) = np.atleast_2d(*theirs), np.atleast_2d(*ours)
        differs = ~(np.abs([shift - own_shift, scale - own_scale]) <= ROUNDING * own_scale).all(axis=0)
        if differs.any():
            at = np.unravel_index(int(differs.argmax()), differs.shape)
            return Problem(
                "network.start",
                f"{told} weights for {what} that are scaled otherwise: (value - {shift[at]:.6g}) / {scale[at]:.6g}, "
                f"here (value - {own_shift[at]:.6g}) / {own_scale[at]:.6g}; take {setting}, the data and their seed "
                "(data.seed) of that run",
            )
    return None


def _of_layers(activations: Sequence[Mapping[str, Any]]) -> str:
    """The activations of the hidden layers, as a setting: one for all of them where it is the same."""
    if all(one == activations[0] for one in activations):
        return f"activation={_named(activations[0])}"
    return f"network.activations=[{','.join(map(_named, activations))}]"


def _named(component: Mapping[str, Any]) -> str:
    """A component's name, with its settings where it has some."""
    settings = ", ".join(f"{name}={value}" for name, value in component.items() if name != "name")
    return str(component.get("name")) + (f" ({settings})" if settings else "")


def _weights_of_run(run_id: str) -> bytes:
    from runner.store.reader import weights_of

    return weights_of(run_id)
