"""A run as rules see it: its numbers, its data and its weights, each computed on first use."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nn.batches import sample_last
from nn.network import Layer, Network, Trace
from nn.registry import Array
from nn.signals import Recording
from nn.stack import Stack
from runner.base.errors import Problem
from runner.diagnosis.rates import factors_of
from runner.diagnosis.reference import Reference
from runner.diagnosis.scores import Scores, scores_of
from runner.plan.first_weights import read_start
from runner.plan.phases import Phase
from runner.runs.data import Facts, Prepared
from runner.runs.history import History
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult, network_of
from runner.runs.shape import Shape
from runner.runs.spec import DataCommon, Spec
from runner.runs.structure import build_network, hidden_activations
from runner.train.stacking import build_stack, first_parameters

MOST_SAMPLES = 1000  # that a probe looks at


@dataclass(frozen=True)
class Neighbour:
    """Another run of the sweep, and its score."""

    spec: Spec
    score: float


@dataclass(frozen=True, eq=False, repr=False)
class Subject:
    """A run, its data (those of its last phase), what these allow, and the other runs of the sweep.

    Before training, the result has no network, and there are no scores and no history. Layers are counted from 0, the
    first hidden one. All arrays are float64, whatever the precision of training.
    """

    result: RunResult
    data: Prepared
    reference: Reference
    neighbours: Iterable[Neighbour] = ()

    @property
    def spec(self) -> Spec:
        return self.result.spec

    @property
    def standardizes(self) -> bool:
        """Whether every input column has mean 0 and standard deviation 1."""
        assert isinstance(self.spec.data, DataCommon)
        return self.spec.data.standardize

    @property
    def history(self) -> History:
        return self.result.history

    @property
    def has_diverged(self) -> bool:
        return self.result.outcome is Outcome.DIVERGED

    @cached_property
    def scores(self) -> Scores:
        return scores_of(self.result, self.data)

    @property
    def s(self) -> float:
        """The score on the samples whose scores are reported: 0 is the best constant, 1 is perfect."""
        return self.scores.tested

    @property
    def st(self) -> float:
        """The score on the training samples."""
        return self.scores.trained

    @cached_property
    def phase(self) -> Phase:
        """The last training of the run."""
        data, samples = self.data, self.data.samples
        facts = Facts(
            task=samples.task,
            d_in=samples.X.shape[1],
            n_train=len(data.X_train),
            n_validation=len(data.X_validation),
            n_test=len(data.X_test),
            n_classes=len(samples.classes),
            n_targets=samples.Y.shape[1] if samples.Y.ndim > 1 else 1,
            levels=samples.levels,
            is_distribution=samples.draw is not None,
            digest=samples.digest,
            largest=float(np.nanmax(np.abs(samples.X))),
        )
        return Phase(self.spec.model_copy(update={"dtype": "float64"}), facts)

    @property
    def shape(self) -> Shape:
        return self.phase.shape

    def stack(self, fault: tuple[str, ...], parameters: Array) -> Stack:
        """The run before its first update, with these faults; `parameters (P,)` have no fault's extra width."""
        phase = self.phase.but(fault=fault)
        network = build_network(phase.shape.structure)
        first = first_parameters(network, [phase.spec], [parameters], phase.shape.drawn).astype(np.float64)
        return build_stack(network, [phase.spec], [self.data], phase.shape, first)

    @cached_property
    def right(self) -> Stack:
        """The run without its faults."""
        network = build_network(self.phase.but(fault=()).shape.structure)
        return self.stack((), np.zeros(network.n_parameters))

    @cached_property
    def network(self) -> Network:
        """The network without faults, with class weights."""
        return self.right.network_of(np.arange(1))

    @cached_property
    def first(self) -> Array | None:
        """The parameters `(P,)` before the first update, without a fault's extra width; None if unknown."""
        start = None
        if self.spec.warm_start:
            return None
        if self.spec.network.start is not None:
            weights = read_start(self.spec.network.start)
            if isinstance(weights, Problem):
                return None
            start = weights.parameters
        drawn = first_parameters(self.right.network, [self.spec], [start], self.shape.drawn)
        return np.asarray(drawn[0].astype(np.float64))

    @cached_property
    def last(self) -> Array | None:
        """The final parameters `(P,)`; None before training, or if a fault changed their number."""
        if self.result.network is None:
            return None
        found = network_of(self.result).parameters
        return found.astype(np.float64) if len(found) == self.network.n_parameters else None

    @cached_property
    def way(self) -> float:
        """The distance from the initial to the final weights, relative to the initial norm; inf if unknown."""
        if self.first is None or self.last is None or not self.first.any():
            return math.inf
        return float(np.linalg.norm(self.last - self.first) / np.linalg.norm(self.first))

    @cached_property
    def seen(self) -> tuple[Array, Array]:
        """Training inputs `(1, d_in, n)` and targets `(1, d_out, n)`: at most MOST_SAMPLES, evenly spaced."""
        every = -(-len(self.data.X_train) // MOST_SAMPLES)
        X, Y = self.right.data.X_train[:, ::every], self.right.data.Y_train[:, ::every]
        return sample_last(X), sample_last(Y)

    def layers(self, parameters: Array) -> list[Layer]:
        """`W (1, fan_in, fan_out)` and `b (1, fan_out)` of every layer, from parameters `(P,)` or a gradient."""
        return self.network.layers(parameters[np.newaxis])

    def trace(self, parameters: Array) -> Trace:
        """The forward pass of `seen` with parameters `(P,)`."""
        with np.errstate(all="ignore"):
            return self.network.forward(self.layers(parameters), self.seen[0])

    def gradient(self, parameters: Array) -> Array:
        """The gradient `(P,)` of the objective over `seen`, without faults."""
        out = np.zeros_like(parameters)
        with np.errstate(all="ignore"):
            self.network.gradient(self.layers(parameters), self.trace(parameters), self.seen[1], self.layers(out))
        return out

    def dead(self, parameters: Array) -> Array:
        """The share of units in every hidden layer whose slope is below 1 % of its largest for all of `seen`."""
        trace, recording = self.trace(parameters), Recording(hidden_activations(self.shape.structure))
        layers = enumerate(zip(trace.z[:-1], trace.a[1:-1], strict=True))
        return np.array([recording.is_flatter(layer, 0.01, z, a).all(axis=-1).mean() for layer, (z, a) in layers])

    def sizes(self, parameters: Array) -> Array:
        """The norm of W divided by the square root of its units, for every layer: 1 if a unit's weights have norm 1."""
        return np.array([float(np.linalg.norm(W)) / np.sqrt(W.shape[2]) for W, _ in self.layers(parameters)])

    @cached_property
    def factors(self) -> Array:
        """The schedule's factor of every update so far, `(steps,)`; of all planned ones before training."""
        return factors_of(self.result, self.right.descent, self.shape.n_steps)

    @property
    def has_stopped_early(self) -> bool:
        """Whether patience, or a sufficiently low cost, ended the training."""
        return not self.has_diverged and 0 < self.result.last_step < self.shape.n_steps

    @property
    def momentum(self) -> float:
        """The optimizer's momentum, the share of the last step that is repeated; 0 without."""
        settings = self.spec.optimizer.settings()
        return float(settings.get("momentum", settings.get("beta1", 0.0)))

    @property
    def has_momentum(self) -> bool:
        """Whether momentum is a separate setting: it makes steps longer, unlike Adam's first moment."""
        return "momentum" in self.spec.optimizer.settings()

    @property
    def rate(self) -> float:
        """The factor of the gradient in the last update; with momentum, in the long run."""
        return self._in_the_long_run(float(self.factors[-1]))

    @property
    def total_rate(self) -> float:
        """The sum of the factors of all updates; with momentum, in the long run."""
        return self._in_the_long_run(float(self.factors.sum()))

    def _in_the_long_run(self, factor: float) -> float:
        return self.spec.learning_rate * factor / ((1 - self.momentum) if self.has_momentum else 1)

    @property
    def is_plain(self) -> bool:
        """Whether updates are proportional to the gradient, so that a step along it is informative."""
        return self.spec.optimizer.name in ("sgd", "momentum", "nesterov")

    @cached_property
    def cost(self) -> Array:
        """The objective at every evaluation, `(points,)`."""
        return np.array(self.history.get("train/loss", self.history.get("train/cost", [])))

    @cached_property
    def falls(self) -> float:
        """The share by which the cost falls in the last fifth of the evaluations."""
        if len(cost := self.cost) < 5:
            return 0.0
        earlier = float(cost[-1 - len(cost) // 5])
        return (earlier - float(cost[-1])) / (abs(earlier) or 1.0)

    def signal(self, name: str) -> tuple[Array, Array]:
        """The steps `(points,)` and values `(points, layers)` of a signal where they are finite; empty without it."""
        signals = self.result.signals
        if name not in signals:
            return np.empty(0), np.empty((0, 0))
        known = np.isfinite(signals[name]).all(axis=1)
        return signals["step"][known], signals[name][known]
