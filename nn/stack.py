"""What goes into training and what comes out: plain arrays and functions, one entry per run along the leading axis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nn.batches import Batches, Rows
from nn.class_weights import ClassWeights, weighted
from nn.metrics import Value
from nn.network import Network, trained_targets
from nn.optimizers import Optimizer
from nn.registry import Array
from nn.signals import Recording

RateFactor = Callable[[Array], Array]
SERIES = ("train_cost", "test_cost", "train_metric", "test_metric", "learning_rate", "gradient_norm")


@dataclass(frozen=True)
class Data:
    """The samples that are measured, `X (runs, n, d_in)` and `Y (runs, n, d_out)`; None for a part without any.

    `target_shift` and `target_scale (runs,)` map the trained targets to the units of the data, or, with `target_log`,
    to the logarithms of what the data has.
    """

    X_train: Array
    Y_train: Array
    X_test: Array | None = None
    Y_test: Array | None = None
    X_validation: Array | None = None
    Y_validation: Array | None = None
    target_shift: Array | None = None
    target_scale: Array | None = None
    target_log: bool = False

    @property
    def held_out(self) -> dict[str, tuple[Array, Array]]:
        """Inputs and targets of the parts that are not trained on, by name."""
        parts = {"test": (self.X_test, self.Y_test), "validation": (self.X_validation, self.Y_validation)}
        return {name: (X, Y) for name, (X, Y) in parts.items() if X is not None and Y is not None}


@dataclass(frozen=True)
class Plateaus:
    """When rates fall along the way, because runs no longer get better; all arrays are `(runs,)`.

    After `patience` steps in which `watched` has not become better by `threshold` of its best value, a rate is
    multiplied by `factor`, but no further than to `least` of what it would be. `patience` is inf for a run without.
    `watched` is a series, and 1 where it rises as it gets better, -1 where it falls.
    """

    factor: Array
    patience: Array
    threshold: Array
    least: Array
    watched: tuple[str, int]


@dataclass(frozen=True)
class Descent:
    """How the gradient becomes a step.

    `hyperparameters` are the optimizer's settings `(runs,)` by name. `schedules` map step numbers to factors of
    `learning_rate (runs,)`, which `plateaus` lower further; None where no run has any. `state` holds the optimizer's
    arrays `(runs, P)` of an earlier training; None starts them at zero. Step numbers start at 0 again, and with them
    schedules, plateaus and Adam's bias correction.
    """

    optimizer: Optimizer
    hyperparameters: dict[str, Array]
    learning_rate: Array
    schedules: Sequence[RateFactor]
    state: Sequence[Array] | None = None
    plateaus: Plateaus | None = None


@dataclass(frozen=True)
class Stopping:
    """`stop_cost (runs,)` is -inf and `patience (runs,)`, in steps, is inf for a run without that rule.

    `watched` is the series that patience watches, and 1 where it rises as it gets better, -1 where it falls.
    With `restore_best` a run ends with the parameters that it had where this series was best.
    """

    stop_cost: Array
    patience: Array
    watched: tuple[str, int] = ("test_cost", -1)
    restore_best: bool = False


@dataclass(frozen=True)
class Regularisation:
    """What is done to the gradient before the optimizer sees it.

    `l2`, `clip_value` and `clip_norm (runs,)` are None for a stack in which no run has them; `decayed (P,)` is 1 for
    the parameters that L2 applies to, and 0 for the others.
    """

    decayed: Array
    l2: Array | None = None
    clip_value: Array | None = None
    clip_norm: Array | None = None


@dataclass(frozen=True)
class Stack:
    """All that training needs: what the runs share, and per run an entry along the leading axis.

    `parameters (runs, P)` are the first ones. `evaluations` are the steps at which cost, metric and gradient norm are
    measured, ascending, from 0 to `n_steps`; a stopping rule can stop a run at these steps only.
    `metric(a, t)` maps outputs and targets `(runs, d_out, n)` to `(runs,)`, NaN where it is not defined; they are as
    trained, with `in_units` in the units of the data.
    With `online` the cost of every batch before its update is averaged between evaluations. Without
    `class_weights` all samples count the same, and without a `recording` no signals are kept. `snapshots` are those of
    the evaluations at which the parameters are.
    """

    network: Network
    parameters: Array
    batches: Batches
    data: Data
    metric: Value
    descent: Descent
    evaluations: Sequence[int]
    stopping: Stopping
    regularisation: Regularisation
    online: bool = False
    in_units: bool = False
    class_weights: ClassWeights | None = None
    recording: Recording | None = None
    snapshots: Sequence[int] = ()

    @property
    def series(self) -> tuple[str, ...]:
        """What is measured at every evaluation."""
        network = self.network
        differs = (
            network.shown is not None or network.reduction != "mean" or network.cost_targets is not trained_targets
        )
        validated = ("validation_cost", "validation_metric") * ("validation" in self.data.held_out)
        return SERIES + validated + ("train_loss",) * differs + ("online_cost",) * self.online

    def cost_targets(self, t: Array, runs: Rows) -> Array:
        """What the cost of these runs compares outputs with; the healthy step hands `t (runs, d_out, n)` through."""
        shift, scale = self.data.target_shift, self.data.target_scale
        if shift is None or scale is None:
            return t
        columns = (values[runs, np.newaxis, np.newaxis].astype(self.network.dtype) for values in (shift, scale))
        return self.network.cost_targets(t, *columns)

    def value_of(self, a: Array, t: Array, runs: Rows) -> Array:
        """The metric of these runs' outputs and targets `(runs, d_out, n)`, in the units that it asks for."""
        shift, scale = self.data.target_shift, self.data.target_scale
        if self.in_units and shift is not None and scale is not None:
            shift, scale = (values[runs, np.newaxis, np.newaxis] for values in (shift, scale))
            a, t = a * scale + shift, t * scale + shift
            a, t = (np.exp(a), np.exp(t)) if self.data.target_log else (a, t)
        return self.metric(a, t)

    def network_of(self, runs: Rows) -> Network:
        """The network of these runs: its loss and its shown cost count samples by the runs' class weights, if any."""
        network, by = self.network, self.class_weights
        if by is None:
            return network
        values, threshold = by.values[runs].astype(network.dtype), np.full((1, 1, 1), by.threshold)
        shown = weighted(network.shown or network.loss, values, self.cost_targets(threshold, runs))
        return replace(network, loss=weighted(network.loss, values, threshold), shown=shown)


@dataclass(frozen=True)
class Trained:
    """What came out. `history` maps each of SERIES to `(runs, evaluations)`, NaN where a run was not evaluated.

    With validation samples it has `validation_cost` and `validation_metric` too.
    Where what is minimised is not the cost it has `train_loss` too, and `online_cost` where that was asked for; the
    first value of that is the cost before the first update.
    `parameters (runs, P)` and the optimizer's `state` are the last finite ones, `last_step (runs,)` their step; where
    the best ones are restored, `parameters` are those of `best_step (runs,)`.
    `outcomes` holds `converged`, `stopped` or `diverged` per run. `signals` are those of `nn.signals.Recorder`.
    `snapshots (runs, points, P)` are the parameters at the stack's `snapshots` in float32, NaN after a run's end.
    """

    parameters: Array
    last_step: NDArray[np.int64]
    best_step: NDArray[np.int64]
    outcomes: list[str]
    history: dict[str, Array]
    state: list[Array]
    signals: dict[str, Array] = field(default_factory=dict)
    snapshots: Array = field(default_factory=lambda: np.empty((0, 0, 0), dtype=np.float32))

    def of(self, run: int) -> "Trained":
        """What came out for one of the runs, with a run axis of length 1."""
        one = slice(run, run + 1)
        history = {series: values[one] for series, values in self.history.items()}
        state = [slot[one] for slot in self.state]
        signals = {name: values if name == "step" else values[one] for name, values in self.signals.items()}
        ends = self.parameters[one], self.last_step[one], self.best_step[one], self.outcomes[one]
        return Trained(*ends, history, state, signals, self.snapshots[one])
