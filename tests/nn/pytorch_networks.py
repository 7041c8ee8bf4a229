"""Golden values: what PyTorch finds for one small network by automatic differentiation, in double precision.

python -m tests.nn.pytorch_networks > tests/nn/pytorch_networks.json   # needs torch
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

SIZES, ACTIVATIONS = (2, 3, 4, 2), ("relu", "tanh")
X = [[0.3, -1.2], [1.5, 0.4], [-0.8, 0.9], [0.1, 2.0], [-1.7, -0.6]]
T = [[0.2, -0.5], [1.0, 0.3], [-0.4, 0.8], [0.0, 0.6], [0.7, -1.1]]
# Which hidden units are used for which of the samples, by layer, unit and sample; those that are divide by KEPT.
KEPT = 0.6
USED = (
    [[1, 0, 1, 1, 0], [0, 1, 1, 0, 1], [1, 1, 0, 1, 1]],
    [[1, 1, 0, 1, 0], [0, 1, 1, 1, 1], [1, 0, 1, 0, 1], [0, 0, 1, 1, 1]],
)
RATE, L1, L2, STEPS = 0.05, 0.03, 0.2, 4
OPTIMIZERS = {"sgd": "SGD", "adam": "Adam"}
FILE = Path(__file__).with_suffix(".json")


def start() -> list[float]:
    """The first parameters, layer by layer: W `(fan_in, fan_out)` row by row, then b; some are 0, where L1 has none."""
    n = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(SIZES))
    return [round(((7 * place) % 19 - 9) / 8, 3) for place in range(n)]


def _cost(torch: Any, parameters: Any, masks: Any = None) -> Any:
    """The mean of half the squared error."""
    a, at = torch.tensor(X), 0
    for layer, (fan_in, fan_out) in enumerate(pairwise(SIZES)):
        end = at + fan_in * fan_out
        z = a @ parameters[at:end].reshape(fan_in, fan_out) + parameters[end : end + fan_out]
        at, a = end + fan_out, z
        if layer < len(ACTIVATIONS):
            a = getattr(torch, ACTIVATIONS[layer])(z)
            a = a if masks is None else a * masks[layer].T / KEPT
    return 0.5 * ((a - torch.tensor(T)) ** 2).sum(dim=1).mean()


def found() -> dict[str, Any]:
    """Cost and gradient without dropout and with it, and the parameters after every step with L1 and L2 of weights."""
    import torch

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    answers: dict[str, Any] = {}
    masks = [torch.tensor(used, dtype=torch.float64) for used in USED]
    for name, given in (("plain", None), ("dropout", masks)):
        parameters = torch.tensor(start(), requires_grad=True)
        cost = _cost(torch, parameters, given)
        cost.backward()
        answers[name] = {"cost": cost.item(), "gradient": parameters.grad.tolist()}
    is_weight, at = torch.zeros(len(start())), 0
    for fan_in, fan_out in pairwise(SIZES):
        is_weight[at : at + fan_in * fan_out] = 1
        at += (fan_in + 1) * fan_out
    for name, theirs in OPTIMIZERS.items():
        parameters = torch.tensor(start(), requires_grad=True)
        optimizer, path = getattr(torch.optim, theirs)([parameters], lr=RATE), []
        for _ in range(STEPS):
            optimizer.zero_grad()
            weights = parameters * is_weight
            (_cost(torch, parameters) + L1 * weights.abs().sum() + L2 / 2 * (weights**2).sum()).backward()
            optimizer.step()
            path.append(parameters.tolist())
        answers[name] = path
    torch.set_default_dtype(before)
    return answers


if __name__ == "__main__":
    import torch

    print(json.dumps({"torch": torch.__version__.partition("+")[0], **found()}, indent=1))
