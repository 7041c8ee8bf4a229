"""Signals: what happens inside every layer while a run trains. They explain a run; training never looks at them.

Layers are counted from the first hidden one to the output, hidden ones alone for what asks about units:

- `gradient_norm`, `weight_norm`: Euclidean, of the gradient of the objective by W and b, and of W;
- `moved`: the norm of the change of W and b since the record before, by the norm that W had then, or by sqrt(units)
  where that is more, so that weights which begin near zero do not seem to jump;
- `dead`: the share of units whose slope is below DEAD of its largest for every sample;
- `saturated`: the share of units and samples whose slope is below SATURATED of its largest;
- `flat`: the share of units whose activations differ by no more than FLAT of the largest of them;
- `spread`: the standard deviation of a unit's activation over the samples, as a root mean square over units.

The slope is that of the registered activation, also where a fault trains with another one. The output layer has no
`dead`: softmax has no slope of its own, and an output that cannot learn shows in `gradient_norm`.
Numbers are float32: what is below 1e-45 is zero, what is above 3.4e38 is that. Nothing here mixes runs (law 2).
The four of every run take 1 to 4 % of the time of a stack in batches and 4 to 5 % online, 6 % of a run that is trained
alone in a tenth of a second (`python -m benchmarks signals`); so they are recorded always.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nn.activations import Activation
from nn.batches import Rows
from nn.network import Network, Trace
from nn.registry import Array

DEAD, SATURATED, FLAT = 0.01, 0.05, 1e-3
FIRST, EVERY = 4, 3  # evaluations that are recorded: the first FIRST, and then one of EVERY
EARLY = (1, 2, 4, 8, 16, 32)  # steps in which units die and costs explode: mostly before the second evaluation
EARLY_SAMPLES = 64  # at most, at a step that is no evaluation
FEW = 8  # samples that show of most units that they are alive
LARGEST = float(np.finfo(np.float32).max)
GRID = np.linspace(-10, 10, 2001)[np.newaxis, np.newaxis]  # of one unit of one run
OF_ARRAYS, OF_UNITS = ("gradient_norm", "weight_norm", "moved"), ("dead",)
MORE_OF_UNITS = ("saturated", "flat", "spread")

Mask = NDArray[np.bool_]
Signals = dict[str, Array]


@dataclass(frozen=True)
class Recording:
    """What is recorded of a stack: the first four signals, or with `is_full` all seven.

    `activations` are the registered ones of the hidden layers, one for each.
    """

    activations: Sequence[Activation]
    is_full: bool = False

    @cached_property
    def largest_slopes(self) -> tuple[float, ...]:
        """The largest absolute slope of each for |z| <= 10, where all built-in activations reach theirs."""
        return tuple(map(largest_slope, self.activations))

    def is_flatter(self, layer: int, share: float, z: Array, a: Array) -> Mask:
        """Where the slope in a hidden layer is below a share of its largest, for its `z` and `a (runs, units, n)`."""
        limit = max(share * self.largest_slopes[layer], np.finfo(np.float64).tiny)
        return np.abs(_slope(self.activations[layer], z, a)) < limit


def largest_slope(activation: Activation) -> float:
    """The largest absolute slope of an activation for |z| <= 10."""
    z, same = GRID.copy(), GRID.copy()  # a person's own activation may work in place
    slopes = np.abs(_slope(activation, z, activation.value(same)))
    return float(slopes.max(initial=0, where=np.isfinite(slopes)))


def _slope(activation: Activation, z: Array, a: Array) -> Array:
    slope = np.ones_like(z) if activation.derivative is None else activation.derivative(z, a)
    return slope if np.shape(slope) == z.shape else np.broadcast_to(slope, z.shape)


def recorded_steps(evaluations: Sequence[int]) -> list[int]:
    """The steps at which signals are recorded: evaluations 0 to 3, every third one and the last, and EARLY."""
    seen = {*evaluations[:FIRST], *evaluations[::EVERY], evaluations[-1]}
    return sorted(seen | {step for step in EARLY if step <= evaluations[-1]})


def spaced(values: Array, most: int) -> Array:
    """At most `most` evenly spaced samples of values `(runs, units, n)`."""
    return np.ascontiguousarray(values[..., :: -(-values.shape[-1] // most)])


class Recorder:
    """Records the signals of a stack's runs; nothing without a `recording`.

    `signals` has `step (points,)`, and for each signal `(runs, points, layers)` in float32: NaN once a run has left the
    stack, or is no longer finite.
    """

    def __init__(self, recording: Recording | None, network: Network, first: Array, evaluations: Sequence[int]) -> None:
        self.recording, sizes = recording, network.sizes[1:]
        steps = recorded_steps(evaluations) if recording else []
        self._place = {step: place for place, step in enumerate(steps)}
        arrays = [n for fan_in, fan_out in network.shapes for n in (fan_in * fan_out, *[fan_out] * network.bias)]
        self._starts, self._units, self._roots = np.cumsum([0, *arrays[:-1]]), np.array(sizes), np.sqrt(sizes)
        self._before, self._size = first.astype(network.dtype, order="C"), np.zeros((len(first), len(sizes)))
        self.signals: Signals = {"step": np.array(steps)} if recording else {}
        if recording:
            of_units = OF_UNITS + MORE_OF_UNITS * recording.is_full
            layers = dict.fromkeys(OF_ARRAYS, len(sizes)) | dict.fromkeys(of_units, len(sizes) - 1)
            ends = np.cumsum(list(layers.values()))
            self._table = np.full((len(first), len(steps), ends[-1]), np.nan, dtype=np.float32)
            self.signals |= zip(layers, np.split(self._table, ends[:-1], axis=-1), strict=True)

    @property
    def steps(self) -> Sequence[int]:
        """The steps that are recorded."""
        return list(self._place)

    def measure(self, step: int, trace: Trace, gradient: Array, parameters: Array) -> Array | None:
        """The signals of the runs in training, one row each, `(runs, columns)`; None if the step is not recorded.

        `gradient` and `parameters (runs, P)` are in C order.
        """
        if step not in self._place or self.recording is None:
            return None
        of_gradient, of_weights, of_change = map(self._squares, (gradient, parameters, parameters - self._before))
        of_weights[..., 1:] = 0  # of the parameters W alone
        norms = np.sqrt(np.stack([of_gradient, of_weights, of_change]).sum(axis=-1))
        norms[2] /= np.maximum(self._size, self._roots)
        hidden = list(zip(trace.z[:-1], trace.a[1:-1], strict=True))
        more = _more(self.recording, hidden) if self.recording.is_full else []
        return np.concatenate([*norms, self._dead_shares(hidden), *more], axis=1)

    def record(self, step: int, measured: Array | None, parameters: Array, runs: Rows, finite: Mask) -> None:
        """Keep the measurements of the finite runs among the `runs` in training, which have these `parameters`."""
        if measured is None:
            return
        layers, kept = len(self._units), measured[finite]
        self._table[runs[finite], self._place[step]] = np.minimum(kept, LARGEST)
        self._before[finite], self._size[finite] = parameters[finite], kept[:, layers : 2 * layers]

    def keep(self, rows: Rows) -> None:
        """Continue with some of the runs in training."""
        self._before, self._size = self._before[rows], self._size[rows]

    def _squares(self, values: Array) -> Array:
        """The sum of squares of W and b of every layer, `(runs, layers, 1 or 2)`, of values `(runs, P)`."""
        squares = np.multiply(values, values, dtype=np.float64)
        return np.asarray(np.add.reduceat(squares, self._starts, axis=1).reshape(*self._size.shape, -1))

    def _dead_shares(self, hidden: Sequence[tuple[Array, Array]]) -> Array:
        """Nearly every unit is alive for one of a few samples; only the others are looked at for all of them."""
        found = np.empty((len(self._before), len(hidden)))
        for layer, (z, a) in enumerate(hidden):
            dead = self._are_flat(layer, spaced(z, FEW), spaced(a, FEW))
            if z.shape[-1] > FEW and dead.any():
                dead[dead] = self._are_flat(layer, z[dead][:, np.newaxis], a[dead][:, np.newaxis])[:, 0]
            np.add.reduce(dead, axis=1, out=found[:, layer])
        return np.asarray(found / self._units[:-1])

    def _are_flat(self, layer: int, z: Array, a: Array) -> Mask:
        """Which units of a hidden layer are dead for all of these samples, `(runs, units)`."""
        assert self.recording is not None
        return np.asarray(self.recording.is_flatter(layer, DEAD, z, a).all(axis=-1))


def _more(recording: Recording, hidden: Sequence[tuple[Array, Array]]) -> list[Array]:
    """The signals that only a full recording has, `(runs, hidden layers)`, of z and a of every hidden layer."""
    flatter = [recording.is_flatter(layer, SATURATED, z, a) for layer, (z, a) in enumerate(hidden)]
    saturated = [one.mean(axis=(1, 2)) for one in flatter]
    flat = [(np.ptp(a, axis=-1) <= FLAT * np.abs(a).max(axis=-1)).mean(axis=1) for _, a in hidden]
    spread = [np.sqrt(a.var(axis=-1, dtype=np.float64).mean(axis=1)) for _, a in hidden]
    return [np.stack(values, axis=1) for values in (saturated, flat, spread) if values]
