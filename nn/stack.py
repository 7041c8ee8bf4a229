"""The input and output of training: plain arrays and functions, with one entry per run along the leading axis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nn.batches import Batches, Rows
from nn.class_weights import ClassWeights, weighted
from nn.dropout import Dropout
from nn.metrics import Value
from nn.network import Network, trained_targets
from nn.optimizers import Optimizer
from nn.products import norm
from nn.registry import Array
from nn.signals import Recording

RateFactor = Callable[[Array], Array]
SERIES = ("train_cost", "test_cost", "train_metric", "test_metric", "learning_rate", "gradient_norm")


@dataclass(frozen=True)
class Data:
    """The samples that are measured, `X (runs, n, d_in)` and `Y (runs, n, d_out)`; None for a part that is empty.

    `target_shift` and `target_scale (runs,)` map the scaled targets to the units of the data or, with `target_log`, to
    the logarithms of the data.
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
        """Inputs and targets of the validation and test parts, by name."""
        parts = {"test": (self.X_test, self.Y_test), "validation": (self.X_validation, self.Y_validation)}
        return {name: (X, Y) for name, (X, Y) in parts.items() if X is not None and Y is not None}


@dataclass(frozen=True)
class Plateaus:
    """When learning rates fall because runs no longer improve; all arrays are `(runs,)`.

    After `patience` steps in which `watched` has not improved by `threshold` of its best value, the rate is multiplied
    by `factor`, down to at most `least` of the scheduled rate. `patience` is inf for a run without this rule. `watched`
    is a series and its sign: 1 if higher is better, -1 if lower is better.
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
    `learning_rate (runs,)`; `plateaus` lower it further, and are None if no run uses them. `state` holds the
    optimizer's arrays `(runs, P)` of a previous training; None starts at zero. Step numbers always start at 0, and with
    them schedules, plateaus and Adam's bias correction.
    """

    optimizer: Optimizer
    hyperparameters: dict[str, Array]
    learning_rate: Array
    schedules: Sequence[RateFactor]
    state: Sequence[Array] | None = None
    plateaus: Plateaus | None = None


@dataclass(frozen=True)
class Stopping:
    """When runs stop; a run without a rule has `stop_cost (runs,)` -inf, or `patience (runs,)`, in steps, inf.

    `watched` is the series that patience watches and its sign: 1 if higher is better, -1 if lower is better. With
    `restore_best` a run ends with the parameters of the step where this series was best.
    """

    stop_cost: Array
    patience: Array
    watched: tuple[str, int] = ("test_cost", -1)
    restore_best: bool = False


@dataclass(frozen=True)
class Regularisation:
    """What is applied to the gradient before the optimizer sees it.

    `l1`, `l2`, `clip_value` and `clip_norm (runs,)` are None for a stack in which no run uses them; `decayed (P,)` is 1
    for the parameters that L1 and L2 apply to, and 0 for the others.
    """

    decayed: Array
    l2: Array | None = None
    clip_value: Array | None = None
    clip_norm: Array | None = None
    l1: Array | None = None

    def applied(self, network: Network, gradient: Array, parameters: Array, runs: Rows) -> Array:
        """The gradient `(runs, P)` of these runs after penalty and clipping."""

        def column(values: Array) -> Array:
            return values[runs, np.newaxis].astype(network.dtype)

        if self.l2 is not None:
            gradient = gradient + network.penalty(column(self.l2), self.decayed, parameters)
        if self.l1 is not None:
            gradient = gradient + network.l1_penalty(column(self.l1), self.decayed, parameters)
        if self.clip_value is not None:
            gradient = np.clip(gradient, -(limit := column(self.clip_value)), limit)
        if self.clip_norm is not None:
            gradient = gradient * np.minimum(1, column(self.clip_norm) / norm(gradient)[:, np.newaxis])
        return gradient


@dataclass(frozen=True)
class Stack:
    """Everything that training needs: what the runs share, and one entry per run along the leading axis.

    `parameters (runs, P)` are the initial ones. `evaluations` are the steps at which cost, metric and gradient norm are
    measured, ascending from 0 to `n_steps`; only at these steps can a run stop. `metric(a, t)` maps outputs and targets
    `(runs, d_out, n)` to `(runs,)`, NaN where it is undefined; both are scaled, or in the units of the data with
    `in_units`. With `online`, the cost of every batch before its update is averaged between evaluations; it includes
    dropout. Without `class_weights` all samples count the same; without a `recording` no signals are kept. `snapshots`
    are the evaluations at which parameters are kept. `dropout` applies to updates only.
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
    dropout: Dropout | None = None

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
        """What the cost of these runs compares outputs with; without a fault this is `t (runs, d_out, n)` itself."""
        shift, scale = self.data.target_shift, self.data.target_scale
        if shift is None or scale is None:
            return t
        columns = (values[runs, np.newaxis, np.newaxis].astype(self.network.dtype) for values in (shift, scale))
        return self.network.cost_targets(t, *columns)

    def value_of(self, a: Array, t: Array, runs: Rows) -> Array:
        """The metric of these runs' outputs and targets `(runs, d_out, n)`, in the units that it needs."""
        shift, scale = self.data.target_shift, self.data.target_scale
        if self.in_units and shift is not None and scale is not None:
            shift, scale = (values[runs, np.newaxis, np.newaxis] for values in (shift, scale))
            a, t = a * scale + shift, t * scale + shift
            a, t = (np.exp(a), np.exp(t)) if self.data.target_log else (a, t)
        return self.metric(a, t)

    def network_of(self, runs: Rows) -> Network:
        """The network of these runs, whose loss and reported cost use the runs' class weights, if any."""
        network, by = self.network, self.class_weights
        if by is None:
            return network
        in_units = self.cost_targets(np.full((1, 1, 1), by.threshold), runs)
        shown = weighted(network.shown or network.loss, lambda t: by.of(t, runs, in_units))
        return replace(network, loss=weighted(network.loss, lambda t: by.of(t, runs)), shown=shown)


@dataclass(frozen=True)
class Trained:
    """The result of training. `history` maps each of SERIES to `(runs, evaluations)`, NaN after a run's end.

    With validation samples it also has `validation_cost` and `validation_metric`; if the objective differs from the
    cost, `train_loss`; on request `online_cost`, whose first value is the cost before the first update. `parameters
    (runs, P)` and the optimizer's `state` are the last finite ones, and `last_step (runs,)` is their step; with
    `restore_best`, `parameters` are those of `best_step (runs,)`. `outcomes` holds `converged`, `stopped` or `diverged`
    per run. `signals` are described in `nn.signals.Recorder`. `snapshots (runs, points, P)` are parameters in float32,
    NaN after a run's end. `engine` says what computed the updates, if that is worth reporting (`nn.stepping.Stepping`).
    """

    parameters: Array
    last_step: NDArray[np.int64]
    best_step: NDArray[np.int64]
    outcomes: list[str]
    history: dict[str, Array]
    state: list[Array]
    signals: dict[str, Array] = field(default_factory=dict)
    snapshots: Array = field(default_factory=lambda: np.empty((0, 0, 0), dtype=np.float32))
    engine: str = ""

    def of(self, run: int) -> "Trained":
        """The result of one run, with a run axis of length 1."""
        one = slice(run, run + 1)
        history = {series: values[one] for series, values in self.history.items()}
        state = [slot[one] for slot in self.state]
        signals = {name: values if name == "step" else values[one] for name, values in self.signals.items()}
        ends = self.parameters[one], self.last_step[one], self.best_step[one], self.outcomes[one]
        return Trained(*ends, history, state, signals, self.snapshots[one], self.engine)
