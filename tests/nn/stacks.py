"""Stacks for tests that bring their own numbers: by default plain SGD on full batches without stopping."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.batches import FullBatches
from nn.metrics import rmse
from nn.network import Network
from nn.optimizers import OPTIMIZERS
from nn.registry import Array
from nn.stack import Stack
from tests.nn.building import grouped, weights_only
from tests.nn.components import defaults, per_run, shared


def stack_of(
    network: Network, parameters: Array, X: Array, Y: Array, rate: float, evaluations: Sequence[int], **options: Any
) -> Stack:
    """Runs with `parameters (runs, P)`, `X (runs, n, d_in)`, `Y (runs, n, d_out)`; options are fields of Stack.

    Fields of its groups stand beside them. `optimizer` is a name, and `settings` the optimizer's where they are not
    the default ones.
    """
    runs, name = len(parameters), options.pop("optimizer", "sgd")
    settings = defaults(OPTIMIZERS, name) | options.pop("settings", {})
    X, Y = X.astype(network.dtype), Y.astype(network.dtype)
    fields: dict[str, Any] = {
        "network": network,
        "parameters": parameters,
        "batches": FullBatches(X, Y),
        "X_train": X,
        "Y_train": Y,
        "X_test": None,
        "Y_test": None,
        "metric": rmse,
        "optimizer": OPTIMIZERS.optimizer(name, **shared(settings)),
        "hyperparameters": {key: np.full(runs, value) for key, value in per_run(settings).items()},
        "learning_rate": np.full(runs, rate),
        "schedules": [np.ones_like] * runs,
        "evaluations": evaluations,
        "stop_cost": np.full(runs, -np.inf),
        "patience": np.full(runs, np.inf),
        "decayed": weights_only(network),
    }
    return grouped(**fields | options)
