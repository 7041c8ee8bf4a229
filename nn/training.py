"""Training a stack: arrays in, histories and parameters out. No files, no clock, no global random state.

A run that has converged, lost patience or diverged leaves the stack; the others are not touched by that, because
nothing in a step mixes runs.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nn.batches import Rows, sample_last
from nn.network import Trace, norm
from nn.optimizers import Step
from nn.rates import Rates
from nn.registry import Array
from nn.signals import EARLY_SAMPLES, Recorder, spaced
from nn.snapshots import Snapshots
from nn.stack import Stack, Trained
from nn.stopping import Watch

# NumPy copies rows shorter than its buffer, 8,192 entries, when an operand is broadcast. Above some hundred that costs
# more than it saves: full batches of 1,000 samples were a quarter slower. The end of errstate restores the old size.
BUFFER = 512
# A cost this many times that of the start has left the start below its own last digit: nothing is left to learn.
HOPELESS = 2.0**52


def train(stack: Stack, on_evaluation: Callable[[int], None] = lambda step: None) -> Trained:
    """Train all runs of the stack to their end; `on_evaluation` is called after every step that was evaluated.

    Overflow and NaN are not errors here: a run whose cost or parameters are no longer finite has the outcome
    `diverged` and keeps the last finite values. So has one whose training cost is more than HOPELESS times that at
    step 0, or that of the network with all parameters zero where that is more: it had too few steps to overflow.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        np.setbufsize(BUFFER)
        return _Training(stack).run(on_evaluation)


def first_gradient(stack: Stack, x: Array, t: Array) -> Array:
    """The gradient `(runs, P)` that a stack's first update uses for `x (runs|1, d_in, n)` and `t (runs|1, d_out, n)`.

    That of the loss: without the penalty, and before clipping.
    """
    with np.errstate(all="ignore"):
        training = _Training(stack)
        network = training.network
        trace = network.forward(training.layers, x)
        network.update(network, training.layers, trace, t, training.gradient_layers, training.change)
    return np.ascontiguousarray(training.gradient[: len(stack.parameters)])


class _Training:
    """One training of a stack; what is kept per run has all runs, what is trained has the `active` ones."""

    def __init__(self, stack: Stack) -> None:
        runs, network = len(stack.parameters), stack.network
        self.stack = stack
        self.active: NDArray[np.intp] = np.arange(runs)
        self.batches, order = stack.batches, stack.batches.order
        self.parameters = stack.parameters.astype(network.dtype, order=order)
        given = stack.descent.state or [np.zeros_like(self.parameters) for _ in range(stack.descent.optimizer.slots)]
        self.state = [slot.astype(network.dtype, order=order) for slot in given]
        self.step, self.online_cost, self.online_steps = 0, np.zeros(runs), 0
        self.train_set = sample_last(stack.data.X_train), sample_last(stack.data.Y_train)
        self.held_out = {name: (sample_last(X), sample_last(Y)) for name, (X, Y) in stack.data.held_out.items()}
        self.watch = Watch(stack.stopping, self.parameters)
        self.recorder = Recorder(stack.recording, network, self.parameters, stack.evaluations)
        self.snapshots = Snapshots(stack.snapshots, self.parameters.shape)
        self.kept, self.kept_state = self.parameters.copy(), [slot.copy() for slot in self.state]
        self.last_step, self.highest_cost = np.zeros(runs, dtype=np.int64), np.full(runs, np.inf)
        self.rates = Rates(stack.descent, stack.evaluations[-1], network.dtype)
        self.outcomes = ["stopped"] * runs
        self.history = {series: np.full((runs, len(stack.evaluations)), np.nan) for series in stack.series}
        if runs == 1 and order == "F":
            self._keep(self.active)
        else:
            self._make_views()

    def run(self, on_evaluation: Callable[[int], None]) -> Trained:
        n_steps, evaluations = self.stack.evaluations[-1], iter(enumerate(self.stack.evaluations))
        point, due = next(evaluations)
        for step in range(n_steps + 1):
            if step == due:
                self._evaluate(point, step)
                on_evaluation(step)
                if not len(self.active) or step == n_steps:
                    break
                point, due = next(evaluations)
            elif step in self.recorder:
                self._record(step)
            self._update(step)
        restores = self.stack.stopping.restore_best and self.stack.stopping.watched[0] in self.history
        parameters, best = (self.watch.parameters, self.watch.step) if restores else (self.kept, self.last_step)
        seen = self.recorder.signals, self.snapshots.values
        return Trained(parameters, self.last_step, best, self.outcomes, self.history, self.kept_state, *seen)

    def _update(self, step: int) -> None:
        network = self.network
        x, t = self.batches.next()
        trace = network.forward(self.layers, x)
        if self.stack.online:
            self.online_cost += network.cost(trace, self._cost_targets(t))
            self.online_steps += 1
        self.step = step
        self.parameters -= network.update(network, self.layers, trace, t, self.gradient_layers, self.change)

    def change(self, *, step: int | None = None, preview: bool = False) -> Array:
        """What is subtracted from the parameters for the last gradient (`nn.network.Change`)."""
        stack, by, gradient = self.stack, self.stack.regularisation, self.gradient
        if by.l2 is not None:
            gradient = gradient + stack.network.penalty(self._column(by.l2), by.decayed, self.parameters)
        if by.clip_value is not None:
            gradient = np.clip(gradient, -(limit := self._column(by.clip_value)), limit)
        if by.clip_norm is not None:
            gradient = gradient * np.minimum(1, self._column(by.clip_norm) / norm(gradient)[:, np.newaxis])
        rate = self.rates.of(self.step)[:, np.newaxis]
        state = [slot.copy(order="K") for slot in self.state] if preview else self.state
        seen = Step(gradient, self.parameters, by.decayed, rate, self.step if step is None else step)
        return stack.descent.optimizer.rule(seen, state, **self.hyperparameters)

    def _evaluate(self, point: int, step: int) -> None:
        """Measure every active run, keep the finite ones, and let the finished ones go."""
        stack, network, at, (x, t) = self.stack, self.network, self.active, self.train_set
        parameters, trace, gradient = self._look_at(x, t)
        layers, signals = network.layers(parameters), self.recorder.measure(step, trace, gradient, parameters)
        measured = {
            "train_cost": network.cost(trace, self._cost_targets(t)),
            "train_metric": stack.value_of(trace.a[-1], t, at),
            "gradient_norm": norm(gradient),
        }
        if "train_loss" in self.history:
            measured["train_loss"] = network.objective(trace, t)
        for name, (x, t) in self.held_out.items():
            trace = network.forward(layers, x)
            measured[f"{name}_cost"] = network.cost(trace, self._cost_targets(t))
            measured[f"{name}_metric"] = stack.value_of(trace.a[-1], t, at)
        self.rates.look(measured, step)
        measured["learning_rate"] = self.rates.shown(step)
        if step == 0:
            self.highest_cost = self._highest_cost(measured["train_cost"])
        finite = np.isfinite(self.parameters).all(axis=1)
        finite &= np.abs(measured["train_cost"]) <= self.highest_cost[at]
        for series, values in measured.items():
            finite &= np.isfinite(values) | (np.isnan(values) & series.endswith("metric"))
        if stack.online:  # what is only shown decides nothing
            measured["online_cost"] = np.nan_to_num(self._online_cost(measured["train_cost"]))
        for series, values in measured.items():
            self.history[series][at[finite], point] = values[finite]
        self.recorder.record(step, signals, parameters, at, finite)
        self.snapshots.take(step, parameters, at, finite)
        self.kept[at[finite]] = self.parameters[finite]
        for kept, slot in zip(self.kept_state, self.state, strict=True):
            kept[at[finite]] = slot[finite]
        self.last_step[at[finite]] = step
        converged, impatient = self.watch.look(measured, step, at, finite, self.parameters)
        for run in at[~finite]:
            self.outcomes[run] = "diverged"
        for run in at[finite & converged]:
            self.outcomes[run] = "converged"
        going = finite & ~converged & ~impatient
        if not going.all():
            self._keep(np.flatnonzero(going))

    def _look_at(self, x: Array, t: Array) -> tuple[Array, Trace, Array]:
        """The parameters `(runs, P)` in C order, the forward pass, and the gradient `(runs, P)` for these samples."""
        network, parameters = self.network, np.ascontiguousarray(self.parameters)
        layers, gradient = network.layers(parameters), np.empty_like(parameters)
        trace = network.forward(layers, x)
        network.gradient(layers, trace, t, out=network.layers(gradient))
        return parameters, trace, gradient

    def _record(self, step: int) -> None:
        """Record signals between evaluations. Nothing is decided by them."""
        x, t = (spaced(values, EARLY_SAMPLES) for values in self.train_set)
        parameters, trace, gradient = self._look_at(x, t)
        if self.network.reduction == "sum":
            gradient *= self.train_set[0].shape[-1] / x.shape[-1]
        finite = np.asarray(np.isfinite(parameters).all(axis=1) & np.isfinite(gradient).all(axis=1))
        signals = self.recorder.measure(step, trace, gradient, parameters)
        self.recorder.record(step, signals, parameters, self.active, finite)

    def _highest_cost(self, first: Array) -> Array:
        """The training cost above which a run has diverged, `(runs,)`, from its first costs.

        Where both costs are zero, as for targets that are all zero, there is no scale, and any finite cost will do.
        """
        network, (x, t) = self.network, self.train_set
        zeros = network.layers(np.zeros_like(self.parameters, order="C"))
        trivial = network.cost(network.forward(zeros, x), self._cost_targets(t))
        scale = np.fmax(np.abs(first), np.abs(trivial)).astype(np.float64)
        found = np.full(len(self.highest_cost), np.inf)
        found[self.active[scale > 0]] = HOPELESS * scale[scale > 0]
        return found

    def _cost_targets(self, t: Array) -> Array:
        """What the cost compares outputs with; the healthy step hands `t` through."""
        return self.stack.cost_targets(t, self.active)

    def _online_cost(self, train_cost: Array) -> Array:
        """The mean cost of the batches since the last evaluation, each before its own update."""
        mean = self.online_cost / self.online_steps if self.online_steps else train_cost
        self.online_cost, self.online_steps = np.zeros(len(self.active)), 0
        return mean

    def _keep(self, rows: Rows) -> None:
        """Continue with some of the active runs.

        A run that is alone is trained twice, side by side: of one run NumPy drops the axis, and adds in another order.
        """
        order = self.batches.order
        if order == "F" and len(rows) == 1:
            rows = np.repeat(rows, 2)
        self.active = self.active[rows]
        self.parameters = np.asarray(self.parameters[rows], order=order)
        self.state = [np.asarray(slot[rows], order=order) for slot in self.state]
        self.train_set = self.train_set[0][rows], self.train_set[1][rows]
        self.held_out = {name: (x[rows], t[rows]) for name, (x, t) in self.held_out.items()}
        self.rates.keep(rows)
        self.online_cost = self.online_cost[rows]
        self.batches.keep(rows)
        self.recorder.keep(rows)
        self._make_views()

    def _make_views(self) -> None:
        network, settings = self.stack.network_of(self.active), self.stack.descent.hyperparameters
        self.network = network
        self.gradient = np.zeros_like(self.parameters)
        self.layers = network.layers(self.parameters)
        self.gradient_layers = network.layers(self.gradient)
        self.hyperparameters = {name: self._column(values) for name, values in settings.items()}

    def _column(self, values: Array) -> Array:
        """Per-run values `(runs,)` as `(active runs, 1)` in the network's precision."""
        return values[self.active, np.newaxis].astype(self.stack.network.dtype)
