"""Golden values: what PyTorch's losses cost, and their gradients with respect to the pre-activations.

python -m tests.nn.pytorch_losses > tests/nn/pytorch_losses.json   # needs torch
"""

import json
from pathlib import Path
from typing import Any

Z = [[0.3, -1.2, 2.0], [4.0, 0.5, -0.25], [-0.7, -0.1, 0.9], [0.0, 1.5, -3.0]]  # of four samples
CLASSES = [2, 1, 0, 1]
NUMBERS = [[0.1, -4.0, 2.5], [3.5, 0.5, 1.0], [-1.0, 0.4, 0.9], [2.5, 1.0, 1.0]]
# Ours, the settings of ours, PyTorch's name and the arguments of PyTorch's; `cost` is the sum over outputs.
SAME: list[tuple[str, dict[str, float], str, dict[str, Any]]] = [
    ("half_mse", {}, "mse_loss", {}),
    ("absolute_error", {}, "l1_loss", {}),
    ("huber", {}, "huber_loss", {}),
    ("huber", {"delta": 0.4}, "huber_loss", {"delta": 0.4}),
    ("hinge", {}, "hinge_embedding_loss", {}),
    ("binary_cross_entropy", {}, "binary_cross_entropy_with_logits", {}),
    ("softmax_cross_entropy", {}, "cross_entropy", {}),
    ("softmax_cross_entropy", {"label_smoothing": 0.1}, "cross_entropy", {"label_smoothing": 0.1}),
    ("softmax_cross_entropy", {"label_smoothing": 0.4}, "cross_entropy", {"label_smoothing": 0.4}),
]
FILE = Path(__file__).with_suffix(".json")


def values() -> list[dict[str, Any]]:
    """Cost `(samples,)` and slope `(samples, outputs)` of each of these losses."""
    import torch
    from torch.nn import functional

    found = []
    one_hot = functional.one_hot(torch.tensor(CLASSES), 3).double()
    for name, _, theirs, arguments in SAME:
        z = torch.tensor(Z, dtype=torch.float64, requires_grad=True)
        loss, given = getattr(functional, theirs), {"reduction": "none", **arguments}
        if name == "hinge":  # theirs is max(0, 1 - x) of what is apart, labelled -1
            cost = loss((2 * one_hot - 1) * z, torch.full_like(z, -1.0), **given).sum(1)
        elif name == "softmax_cross_entropy":
            cost = loss(z, torch.tensor(CLASSES), **given)
        elif name == "binary_cross_entropy":
            cost = loss(z, one_hot, **given).sum(1)
        else:
            cost = loss(z, torch.tensor(NUMBERS, dtype=torch.float64), **given).sum(1)
            cost = cost / 2 if name == "half_mse" else cost
        cost.sum().backward()
        found.append({"cost": cost.tolist(), "slope": z.grad.tolist()})
    return found


if __name__ == "__main__":
    import torch

    print(json.dumps({"torch": torch.__version__.partition("+")[0], "values": values()}, indent=1))
