"""Training a stack: arrays in, histories and parameters out. No files and no global random state; the one clock
(`nn.pace`) decides who does the updates, and no number.

A run that has converged, lost patience or diverged leaves the stack; the others are not touched by that, because
nothing in a step mixes runs.
"""

from collections.abc import Callable

import numpy as np

from nn.batches import Rows, sample_last
from nn.network import Network, Trace
from nn.products import norm
from nn.registry import Array
from nn.signals import EARLY_SAMPLES, Recorder, spaced
from nn.snapshots import Snapshots
from nn.stack import Stack, Trained
from nn.stepping import Choice, Stepping
from nn.stopping import Watch

# NumPy copies rows shorter than its buffer, 8,192 entries, when an operand is broadcast. Above some hundred that costs
# more than it saves: full batches of 1,000 samples were a quarter slower. The end of errstate restores the old size.
BUFFER = 512
# A cost this many times that of the start has left the start below its own last digit: nothing is left to learn.
HOPELESS = 2.0**52


def train(stack: Stack, on_evaluation: Callable[[int], None] = lambda step: None, engine: Choice = "auto") -> Trained:
    """Train all runs of the stack to their end; `on_evaluation` is called after every evaluated step.

    `engine` chooses what computes the updates: `numpy`, `compiled`, or `auto`, whichever is faster. The numbers are
    identical (`nn.stepping`).

    Overflow and NaN are not errors here: a run whose cost or parameters are no longer finite has the outcome `diverged`
    and keeps the last finite values. The same holds for a run whose training cost exceeds HOPELESS times its cost at
    step 0, or times the cost of the network with all parameters zero if that is larger: it had too few steps to
    overflow.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        np.setbufsize(BUFFER)
        return _Training(stack, engine).run(on_evaluation)


def first_gradient(stack: Stack, x: Array, t: Array) -> Array:
    """The gradient `(runs, P)` of a stack's first update for `x (runs|1, d_in, n)` and `t (runs|1, d_out, n)`.

    This is the gradient of the loss: without penalty, clipping and dropout.
    """
    with np.errstate(all="ignore"):
        found = _Training(stack, "numpy").stepping.update.first_gradient(x, t)
    return np.ascontiguousarray(found[: len(stack.parameters)])


class _Training:
    """The training of one stack. Results are kept for all runs; `stepping.runs` are those that still train."""

    def __init__(self, stack: Stack, engine: Choice) -> None:
        runs, network = len(stack.parameters), stack.network
        self.stack, self.stepping = stack, Stepping(stack, engine)
        self.rates = self.stepping.rates
        self.train_set = sample_last(stack.data.X_train), sample_last(stack.data.Y_train)
        self.held_out = {name: (sample_last(X), sample_last(Y)) for name, (X, Y) in stack.data.held_out.items()}
        first = self.stepping.parameters
        self.watch = Watch(stack.stopping, first)
        self.recorder = Recorder(stack.recording, network, first, stack.evaluations)
        self.snapshots = Snapshots(stack.snapshots, first.shape)
        self.kept, self.kept_state = first.copy(), [slot.copy() for slot in self.stepping.state]
        self.last_step, self.highest_cost = np.zeros(runs, dtype=np.int64), np.full(runs, np.inf)
        self.outcomes = ["stopped"] * runs
        self.history = {series: np.full((runs, len(stack.evaluations)), np.nan) for series in stack.series}
        if runs == 1:
            self._keep(np.arange(1))

    def run(self, on_evaluation: Callable[[int], None]) -> Trained:
        evaluations = {step: point for point, step in enumerate(self.stack.evaluations)}
        last = 0
        for step in sorted({*evaluations, *self.recorder.steps}):
            self.stepping.advance(last, step)
            last = step
            if step not in evaluations:
                self._record(step)
                continue
            self._evaluate(evaluations[step], step)
            on_evaluation(step)
            if not len(self.stepping.runs):
                break
        restores = self.stack.stopping.restore_best and self.stack.stopping.watched[0] in self.history
        parameters, best = (self.watch.parameters, self.watch.step) if restores else (self.kept, self.last_step)
        seen = self.recorder.signals, self.snapshots.values
        ends = parameters, self.last_step, best, self.outcomes, self.history, self.kept_state
        return Trained(*ends, *seen, engine=self.stepping.engine)

    @property
    def network(self) -> Network:
        """The network of the runs that still train."""
        return self.stepping.update.network

    def _evaluate(self, point: int, step: int) -> None:
        """Measure every active run, keep the finite ones, and remove the finished ones."""
        stack, now, at, (x, t) = self.stack, self.stepping, self.stepping.runs, self.train_set
        parameters, trace, gradient = self._look_at(x, t)
        network, layers, signals = (
            self.network,
            self.network.layers(parameters),
            self.recorder.measure(step, trace, gradient, parameters),
        )
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
        finite = np.isfinite(now.parameters).all(axis=1)
        finite &= np.abs(measured["train_cost"]) <= self.highest_cost[at]
        for series, values in measured.items():
            finite &= np.isfinite(values) | (np.isnan(values) & series.endswith("metric"))
        if stack.online:  # what is only shown decides nothing
            mean = now.online_costs()
            measured["online_cost"] = np.nan_to_num(measured["train_cost"] if mean is None else mean)
        for series, values in measured.items():
            self.history[series][at[finite], point] = values[finite]
        self.recorder.record(step, signals, parameters, at, finite)
        self.snapshots.take(step, parameters, at, finite)
        self.kept[at[finite]] = now.parameters[finite]
        for kept, slot in zip(self.kept_state, now.state, strict=True):
            kept[at[finite]] = slot[finite]
        self.last_step[at[finite]] = step
        converged, impatient = self.watch.look(measured, step, at, finite, now.parameters)
        for run in at[~finite]:
            self.outcomes[run] = "diverged"
        for run in at[finite & converged]:
            self.outcomes[run] = "converged"
        going = finite & ~converged & ~impatient
        if not going.all():
            self._keep(np.flatnonzero(going))

    def _look_at(self, x: Array, t: Array) -> tuple[Array, Trace, Array]:
        """The parameters `(runs, P)` in C order, the forward pass, and the gradient `(runs, P)` for these samples."""
        network, parameters = self.network, np.ascontiguousarray(self.stepping.parameters)
        layers, gradient = network.layers(parameters), np.empty_like(parameters)
        trace = network.forward(layers, x)
        network.gradient(layers, trace, t, out=network.layers(gradient))
        return parameters, trace, gradient

    def _record(self, step: int) -> None:
        """Record signals between evaluations. They decide nothing."""
        x, t = (spaced(values, EARLY_SAMPLES) for values in self.train_set)
        parameters, trace, gradient = self._look_at(x, t)
        if self.network.reduction == "sum":
            gradient *= self.train_set[0].shape[-1] / x.shape[-1]
        finite = np.asarray(np.isfinite(parameters).all(axis=1) & np.isfinite(gradient).all(axis=1))
        signals = self.recorder.measure(step, trace, gradient, parameters)
        self.recorder.record(step, signals, parameters, self.stepping.runs, finite)

    def _highest_cost(self, first: Array) -> Array:
        """The training cost above which a run has diverged, `(runs,)`, from its first costs.

        If both reference costs are zero, as for targets that are all zero, there is no scale and any finite cost is
        accepted.
        """
        network, (x, t) = self.network, self.train_set
        zeros = network.layers(np.zeros_like(self.stepping.parameters, order="C"))
        trivial = network.cost(network.forward(zeros, x), self._cost_targets(t))
        scale = np.fmax(np.abs(first), np.abs(trivial)).astype(np.float64)
        found = np.full(len(self.highest_cost), np.inf)
        found[self.stepping.runs[scale > 0]] = HOPELESS * scale[scale > 0]
        return found

    def _cost_targets(self, t: Array) -> Array:
        """What the cost compares outputs with; without a fault this is `t` itself."""
        return self.stack.cost_targets(t, self.stepping.runs)

    def _keep(self, rows: Rows) -> None:
        """Continue with some of the active runs."""
        rows = self.stepping.keep(rows)
        self.train_set = self.train_set[0][rows], self.train_set[1][rows]
        self.held_out = {name: (x[rows], t[rows]) for name, (x, t) in self.held_out.items()}
        self.recorder.keep(rows)
