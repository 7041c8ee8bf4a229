"""Golden values: the rates of PyTorch's schedules that are not formulas of the step alone, or have many settings.

python -m tests.nn.pytorch_schedules > tests/nn/pytorch_schedules.json   # needs torch
"""

import json
import warnings
from pathlib import Path
from typing import Any

CYCLES: list[dict[str, Any]] = [
    {"n_steps": 20},
    {"n_steps": 13, "pct_start": 0.4, "div_factor": 10.0, "final_div_factor": 100.0},
    {"n_steps": 7, "pct_start": 0.05},
    {"n_steps": 5, "pct_start": 1.0, "div_factor": 2.0},
]
# What is watched at one evaluation after another, and PyTorch's settings.
COSTS = [3.0, 2.0, 1.0, 1.0, 1.0, 0.99999, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.7, 0.7, 0.71, 0.72, 0.6995, 0.5]
PLATEAUS: list[dict[str, Any]] = [
    {"factor": 0.5, "patience": 2, "threshold": 1e-4, "min_lr": 0.0},
    {"factor": 0.1, "patience": 1, "threshold": 0.0, "min_lr": 0.02},
    {"factor": 0.3, "patience": 0, "threshold": 0.2, "min_lr": 0.0},
    {"factor": 0.5, "patience": 1, "threshold": 1e-3, "min_lr": 0.0, "mode": "max"},
]
FILE = Path(__file__).with_suffix(".json")


def rates() -> dict[str, list[list[float]]]:
    """Of each of these settings, the rates of one update after another, where the learning rate is 1."""
    import torch
    from torch.optim.lr_scheduler import OneCycleLR, ReduceLROnPlateau

    found: dict[str, list[list[float]]] = {"one_cycle": [], "plateau": []}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch misses the updates between
        for settings in CYCLES:
            optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
            asked = {key: value for key, value in settings.items() if key != "n_steps"}
            cycle = OneCycleLR(optimizer, 1.0, total_steps=settings["n_steps"], cycle_momentum=False, **asked)
            seen = [optimizer.param_groups[0]["lr"]]
            for _ in range(settings["n_steps"] - 1):
                cycle.step()
                seen.append(optimizer.param_groups[0]["lr"])
            found["one_cycle"].append(seen)
        for settings in PLATEAUS:
            optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
            plateau, seen = ReduceLROnPlateau(optimizer, eps=0.0, **settings), []
            for cost in COSTS:
                plateau.step(1 / cost if settings.get("mode") == "max" else cost)
                seen.append(optimizer.param_groups[0]["lr"])
            found["plateau"].append(seen)
    return found


if __name__ == "__main__":
    import torch

    print(json.dumps({"torch": torch.__version__.partition("+")[0], "rates": rates()}, indent=1))
