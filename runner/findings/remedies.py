"""What to try if runs did not learn."""

from collections.abc import Callable, Sequence

from runner.runs.outcome import Outcome
from runner.runs.result import RunResult

LOWER = 10  # times


def ways_out(results: Sequence[RunResult]) -> list[str]:
    """A sentence about what may help diverged runs and is not yet set; empty for runs with a fault."""
    diverged = [one for one in results if one.outcome is Outcome.DIVERGED and not one.spec.fault]
    if not diverged:
        return []
    rate = min(one.spec.learning_rate for one in diverged) / LOWER
    ways = [f"a lower learning rate (learning_rate={rate:g})"]
    ways += [told for told, lacks in WAYS.items() if all(lacks(one) for one in diverged)]
    those = "it" if len(results) == 1 else "the runs that diverged"
    return [f"what may help {those}: {' or '.join([', '.join(ways[:-1]), ways[-1]] if len(ways) > 1 else ways)}"]


def _lacks_target_scale(result: RunResult) -> bool:
    is_regression = result.data is not None and result.data.task == "regression"
    return is_regression and dict(result.spec.data)["target_scale"] == "none"


WAYS: dict[str, Callable[[RunResult], bool]] = {
    "inputs of one scale (data.standardize=true)": lambda one: not dict(one.spec.data)["standardize"],
    "targets of one scale (data.target_scale=standardize)": _lacks_target_scale,
    "a limited gradient (training.clip_norm=1)": lambda one: one.spec.training.clip_norm is None,
}
