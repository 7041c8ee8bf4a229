"""In which units the cost is, where a network learns other targets than those of the data."""

from collections.abc import Sequence

from nn.activations import ACTIVATIONS
from runner.runs.result import RunResult

WEIGHTED = "class-weighted"


def cost_unit(result: RunResult) -> str:
    """`standardized targets`, or whatever the cost is of; empty where it is of targets as they are."""
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
    """What the cost of runs is: `cost: half squared error of standardized targets`; empty of a plain loss."""
    units = {(_cost_of(result), cost_unit(result)) for result in results if result.data}
    is_scaled = any(unit for _, unit in units)
    told = [f"{cost} of {unit or 'targets as they are'}" if is_scaled else cost for cost, unit in sorted(units)]
    return f"cost: {' or '.join(told)}" if is_scaled or any(WEIGHTED in cost for cost, _ in units) else ""


def _cost_of(result: RunResult) -> str:
    cost = result.spec.cost.replace("_", " ")
    return f"{WEIGHTED} {cost}" if result.spec.training.class_weights == "balanced" else cost
