"""Golden values: where PyTorch's optimizers take a parameter vector, with the same gradients as ours.

python -m tests.nn.pytorch_optimizers > tests/nn/pytorch_optimizers.json   # needs torch
"""

import json
from pathlib import Path
from typing import Any

START = [0.5, -1.0, 2.0]
GRADIENTS = [[0.5, -2.0, 0.25], [1.5, 0.1, -0.3], [-0.7, 0.0, 0.9], [0.2, -0.4, 0.05], [2.5, -1.1, 0.6]]
RATE = 0.05
# Ours, PyTorch's name, and its arguments where they are called differently; the rate is constant. momentum_decay takes
# PyTorch's NAdam beyond the steps in which its momentum is smaller.
SAME: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {}),
    "rmsprop": ("RMSprop", {"alpha": 0.9}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {"weight_decay": 0.01}),
    "nadam": ("NAdam", {"momentum_decay": 1e9}),
}
FILE = Path(__file__).with_suffix(".json")


def paths() -> dict[str, list[list[float]]]:
    """The parameters after every step, by our name of the optimizer."""
    import torch

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # NAdam keeps the product of its momentums in this one
    found = {}
    for name, (theirs, arguments) in SAME.items():
        parameters = torch.tensor(START, requires_grad=True)
        optimizer = getattr(torch.optim, theirs)([parameters], lr=RATE, **arguments)
        found[name] = []
        for gradient in GRADIENTS:
            parameters.grad = torch.tensor(gradient)
            optimizer.step()
            found[name].append(parameters.tolist())
    torch.set_default_dtype(before)
    return found


if __name__ == "__main__":
    import torch

    print(json.dumps({"torch": torch.__version__.partition("+")[0], "paths": paths()}, indent=1))
