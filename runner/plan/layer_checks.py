"""Whether the layers of a network can have the requested activations."""

from nn.activations import ACTIVATIONS
from runner.base.commands import LISTS_CHOICES
from runner.base.errors import Problem, unknown
from runner.plan.phases import Phase
from runner.runs.data import chooses_class
from runner.runs.field_types import AUTO
from runner.runs.structure import activations_of


def check_output(phase: Phase) -> Problem | None:
    """Whether the output activation exists and suits the data."""
    spec, facts = phase.spec, phase.facts
    output = spec.network.output
    if output not in ACTIVATIONS:
        return Problem("network.output", unknown(output, [AUTO, *ACTIVATIONS], LISTS_CHOICES))
    if chooses_class(output) and facts.task == "regression":
        return Problem(
            "network.output", f"={output} needs classes to choose from, but data={spec.data.name} is a regression"
        )
    return None


def check_hidden(phase: Phase) -> Problem | None:
    """Whether every hidden layer has an elementwise activation."""
    own, hidden = phase.spec.network.activations, phase.spec.network.hidden
    key = "activation" if own is None else "network.activations"
    for one in (phase.spec.activation,) if own is None else activations_of(phase.spec):
        if one.name not in ACTIVATIONS:
            return Problem(key, unknown(one.name, _elementwise(), LISTS_CHOICES))
        if ACTIVATIONS[one.name](**one.settings()).derivative is None:
            return Problem(key, f"={one.name} is for the output only; say network.output={one.name}")
    if own is not None and len(own) != len(hidden):
        given, layers = ",".join(own), ",".join(map(str, hidden))
        return Problem(key, f"=[{given}] does not have one name for each layer of network.hidden=[{layers}]")
    return None


def check_input(phase: Phase) -> Problem | None:
    """Whether the input activation is elementwise."""
    name = phase.spec.network.input
    if name not in _elementwise():
        return Problem("network.input", unknown(name, _elementwise(), LISTS_CHOICES))
    return None


def _elementwise() -> list[str]:
    return [name for name in ACTIVATIONS if not chooses_class(name)]
