"""Between the units of the data and the network's: how inputs and targets are scaled."""

from dataclasses import dataclass

import numpy as np

from nn.activations import ACTIVATIONS
from nn.registry import Array
from runner.datasets.samples import Samples, Task
from runner.runs.spec import AUTO, DataCommon, Spec

Span = tuple[float, float]


@dataclass(frozen=True)
class Scaling:
    """Affine maps between the units of the data and the network's: inside = (outside - shift) / scale."""

    x_shift: Array
    x_scale: Array
    y_shift: float = 0.0
    y_scale: float = 1.0

    def inputs(self, X: Array) -> Array:
        return np.asarray((X - self.x_shift) / self.x_scale)

    def targets(self, Y: Array) -> Array:
        return np.asarray((Y - self.y_shift) / self.y_scale)

    def outputs(self, Y: Array) -> Array:
        """Network outputs back in the units of the targets."""
        return np.asarray(Y * self.y_scale + self.y_shift)


def find_scaling(spec: Spec, samples: Samples, X: Array, Y: Array) -> Scaling:
    """The scaling for training inputs `X (n, d_in)` and targets `Y (n, d_out)`.

    Inputs are z-scored when asked for, and targets mapped as `network.target_range` says.
    """
    assert isinstance(spec.data, DataCommon)
    d_in = X.shape[1]
    shift, scale = np.zeros(d_in), np.ones(d_in)
    if spec.data.standardize:
        shift, scale = X.mean(axis=0), X.std(axis=0)
        scale = np.where(scale > 0, scale, 1.0)
    source, target = _target_map(spec, samples, Y)
    if target is None:
        return Scaling(shift, scale)
    (low, high), (bottom, top) = source, target
    y_scale = (high - low) / (top - bottom) or 1.0
    return Scaling(shift, scale, low - bottom * y_scale, y_scale)


def _target_map(spec: Spec, samples: Samples, Y: Array) -> tuple[Span, Span | None]:
    """What of the targets is mapped onto what, by `network.target_range`; onto None where they stay as they are.

    Labels become the two numbers of the range. A regression's targets are mapped onto the range, all of them from their
    smallest to their largest; with a bounded output the range is mapped onto the bounds of the output.
    """
    output, chosen = ACTIVATIONS[spec.network.output](), spec.network.target_range
    own = samples.levels if samples.task == "classification" else (float(Y.min()), float(Y.max()))
    if not isinstance(chosen, tuple):
        return own, output.output_range if output.is_bounded and chosen == AUTO else None
    if sets_targets(samples.task, spec.network.output):
        return own, chosen
    return chosen, output.output_range


def sets_targets(task: Task, output: str) -> bool:
    """Whether a range in `network.target_range` is what targets become, not what is mapped onto the output's bounds."""
    return task == "classification" or not ACTIVATIONS[output]().is_bounded


def known_range(spec: Spec, task: Task, levels: Span) -> Span | None:
    """The least and the largest target as they are trained, where they can be known without the samples."""
    output, chosen = ACTIVATIONS[spec.network.output](), spec.network.target_range
    if chosen == AUTO and output.is_bounded:
        return output.output_range
    if isinstance(chosen, tuple) and sets_targets(task, spec.network.output):
        return chosen
    return levels if task == "classification" else None
