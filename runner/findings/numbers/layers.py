"""What happened in the layers of a run during training, for a picture that compares two runs."""

from dataclasses import dataclass

import numpy as np

from nn.registry import Array
from runner.runs.result import RunResult

SHOWN = {
    "gradient_norm": "gradient norm",
    "moved": "step / weights",
    "dead": "share of dead units",
}


@dataclass(frozen=True)
class Panel:
    """Curves over `steps (points,)` with the `values (points,)` of each name; without any there is nothing to show."""

    title: str
    steps: Array
    values: dict[str, Array]
    is_share: bool = False


def panels_of(result: RunResult) -> list[Panel]:
    """A run's cost, and the most informative signals, one curve per layer: the same panels for every run."""
    history, signals = result.history, result.signals
    costs = {
        name: np.array(history[f"{name}/cost"]) for name in ("train", "validation", "test") if f"{name}/cost" in history
    }
    found = [Panel("cost", np.array(history.get("step", [])), costs)]
    for name, title in SHOWN.items():
        begin = 1 if name == "moved" else 0  # nothing has moved before the first update
        columns = signals[name].T if name in signals else ()
        layers = {f"layer {place}": values[begin:] for place, values in enumerate(columns, start=1)}
        steps = signals.get("step", np.empty(0))[begin:]
        found.append(Panel(title, steps, layers, is_share=name == "dead"))
    return found
