"""The units of the cost, if a network learns scaled targets."""

from collections.abc import Sequence

from nn.activations import ACTIVATIONS
from runner.runs.result import RunResult
from runner.runs.spec import Spec, component_model

WEIGHTED = "class-weighted"


def cost_unit(result: RunResult) -> str:
    """`standardized targets`, or other units of the cost; empty for unscaled targets."""
    scale, output, chosen = (
        vars(result.spec.data)["target_scale"], result.spec.network.output, result.spec.network.target_range
    )  # fmt: skip
    if scale == "none" or (result.data and result.data.task != "regression"):
        return ""
    kind = "standardized"
    if isinstance(chosen, tuple) or (chosen == "auto" and output in ACTIVATIONS and ACTIVATIONS[output]().is_bounded):
        kind = "scaled"
    return f"the {kind} logarithms of targets" if scale == "log" else f"{kind} targets"


def cost_in_words(results: Sequence[RunResult]) -> str:
    """What the cost of runs is: `cost: half squared error of standardized targets`; empty for a plain loss."""
    known = [result for result in results if result.data]
    units = {(cost_named(result.spec), cost_unit(result)) for result in known}
    is_scaled = any(unit for _, unit in units)
    told = [f"{cost} of {unit or 'targets as they are'}" if is_scaled else cost for cost, unit in sorted(units)]
    is_other = any(cost_named(result.spec) != _plain(result.spec) for result in known)
    return f"cost: {' or '.join(told)}" if is_scaled or is_other else ""


def cost_named(spec: Spec) -> str:
    """The name of a cost: `class-weighted binary cross entropy`, `huber with delta=0.5`."""
    cost, loss = _plain(spec), spec.loss
    usual = component_model("loss", loss.name)(name=loss.name).settings()
    others = [f"{key}={value}" for key, value in loss.settings().items() if value != usual[key]]
    cost += f" with {' and '.join(others)}" if others and spec.cost == loss.name else ""
    return f"{WEIGHTED} {cost}" if spec.training.class_weights == "balanced" else cost


def _plain(spec: Spec) -> str:
    return spec.cost.replace("_", " ")
