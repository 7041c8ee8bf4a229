"""What goes into training and what comes out: plain arrays and functions, one entry per run along the leading axis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nn.batches import Batches
from nn.metrics import Value
from nn.network import Network, trained_targets
from nn.optimizers import Optimizer
from nn.registry import Array

RateFactor = Callable[[Array], Array]
SERIES = ("train_cost", "test_cost", "train_metric", "test_metric", "learning_rate", "gradient_norm")


@dataclass(frozen=True)
class Stack:
    """All that training needs: what the runs share, and per run an entry along the leading axis.

    `evaluations` are the steps at which cost, metric and gradient norm are measured, ascending, from 0 to `n_steps`;
    a stopping rule can stop a run at these steps only. `stop_cost (runs,)` is -inf and `patience (runs,)`, in steps,
    is inf for a run without that rule. `hyperparameters` are the optimizer's settings `(runs,)` by name.
    `schedules` map step numbers to factors of `learning_rate (runs,)`.
    `l2`, `clip_value` and `clip_norm (runs,)` are None for a stack in which no run has them; `decayed (P,)` marks the
    parameters that L2 applies to.
    `state` holds the optimizer's arrays `(runs, P)` of an earlier training; None starts them at zero. Step numbers
    start at 0 again, and with them schedules and Adam's bias correction.
    `metric(a, t)` maps outputs and targets `(runs, d_out, n)` to `(runs,)`, NaN where it is not defined; they are as
    trained, with `in_units` in the units of the data. `watched` is the series that patience watches, and 1 where it
    rises as it gets better, -1 where it falls.
    With `online` the cost of every batch before its update is averaged between evaluations.
    `target_shift` and `target_scale (runs,)` map the trained targets to the units of the data.
    """

    network: Network
    parameters: Array
    batches: Batches
    X_train: Array
    Y_train: Array
    X_test: Array | None
    Y_test: Array | None
    metric: Value
    optimizer: Optimizer
    hyperparameters: dict[str, Array]
    learning_rate: Array
    schedules: Sequence[RateFactor]
    evaluations: Sequence[int]
    stop_cost: Array
    patience: Array
    decayed: Array
    l2: Array | None = None
    clip_value: Array | None = None
    clip_norm: Array | None = None
    state: Sequence[Array] | None = None
    online: bool = False
    target_shift: Array | None = None
    target_scale: Array | None = None
    in_units: bool = False
    watched: tuple[str, int] = ("test_cost", -1)

    @property
    def series(self) -> tuple[str, ...]:
        """What is measured at every evaluation."""
        network = self.network
        differs = (
            network.shown is not None or network.reduction != "mean" or network.cost_targets is not trained_targets
        )
        return SERIES + ("train_loss",) * differs + ("online_cost",) * self.online


@dataclass(frozen=True)
class Trained:
    """What came out. `history` maps each of SERIES to `(runs, evaluations)`, NaN where a run was not evaluated.

    Where what is minimised is not the cost it has `train_loss` too, and `online_cost` where that was asked for; the
    first value of that is the cost before the first update.
    `parameters (runs, P)` and the optimizer's `state` are the last finite ones, `last_step (runs,)` their step.
    `outcomes` holds `converged`, `stopped` or `diverged` per run.
    """

    parameters: Array
    last_step: NDArray[np.int64]
    outcomes: list[str]
    history: dict[str, Array]
    state: list[Array]

    def of(self, run: int) -> "Trained":
        """What came out for one of the runs, with a run axis of length 1."""
        one = slice(run, run + 1)
        history = {series: values[one] for series, values in self.history.items()}
        state = [slot[one] for slot in self.state]
        return Trained(self.parameters[one], self.last_step[one], self.outcomes[one], history, state)
