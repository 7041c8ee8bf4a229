"""A metric of a network's predictions, in the units of the data."""

import numpy as np

from nn.metrics import Metric
from nn.registry import Array
from runner.datasets.samples import Target
from runner.runs.data import Prepared


def value_of(metric: Metric, data: Prepared, outputs: Array, Y: Target) -> float:
    """The metric of outputs `(n, d_out)` in the units of the targets, and of targets as the data set has them."""
    a, t = outputs, Y
    if data.samples.task == "classification":
        a, t = data.scaling.targets(outputs), data.encoded(Y)
    return float(metric.of_outputs(data.threshold, data.tie)(a.T[np.newaxis], t.T[np.newaxis])[0])
