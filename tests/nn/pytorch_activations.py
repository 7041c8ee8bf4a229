"""Golden values: what PyTorch's activations are, and their slopes.

python -m tests.nn.pytorch_activations > tests/nn/pytorch_activations.json   # needs torch
"""

import json
from pathlib import Path
from typing import Any

Z = [-20.0, -3.0, -1.5, -1.0, -0.7, -0.1, 0.25, 0.8, 1.5, 4.0, 20.0]
# Ours, the settings of ours, PyTorch's name and the arguments of PyTorch's.
SAME: list[tuple[str, dict[str, float], str, dict[str, Any]]] = [
    ("sigmoid", {}, "sigmoid", {}),
    ("tanh", {}, "tanh", {}),
    ("relu", {}, "relu", {}),
    ("leaky_relu", {"slope": 0.2}, "leaky_relu", {"negative_slope": 0.2}),
    ("elu", {}, "elu", {}),
    ("elu", {"alpha": 0.5}, "elu", {"alpha": 0.5}),
    ("selu", {}, "selu", {}),
    ("softplus", {}, "softplus", {"threshold": 1e9}),
    ("gelu", {}, "gelu", {"approximate": "tanh"}),
    ("silu", {}, "silu", {}),
    ("hard_tanh", {}, "hardtanh", {}),
]
FILE = Path(__file__).with_suffix(".json")


def values() -> list[dict[str, Any]]:
    """Value `(samples,)` and slope `(samples,)` of each of these activations."""
    import torch
    from torch.nn import functional

    found = []
    for _, _, theirs, arguments in SAME:
        z = torch.tensor(Z, dtype=torch.float64, requires_grad=True)
        a = getattr(functional, theirs)(z, **arguments)
        a.sum().backward()
        assert z.grad is not None
        found.append({"value": a.tolist(), "slope": z.grad.tolist()})
    return found


if __name__ == "__main__":
    import torch

    print(json.dumps({"torch": torch.__version__.partition("+")[0], "values": values()}, indent=1))
