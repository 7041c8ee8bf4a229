"""The score that runs are judged by, whatever metric was chosen: 0 is the best constant answer, 1 is perfect.

Regression: the share of the targets' spread around the training mean that is explained, in the units in which they are
trained, the mean over outputs. Classification: balanced accuracy, shifted and stretched so that chance is 0. Neither
depends on the units of the targets or on how frequent a class is, and a run below 0 is worse than a constant.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nn.metrics import METRICS, balanced_accuracy
from nn.registry import Array
from runner.runs.data import Prepared
from runner.runs.result import RunResult, network_of
from runner.runs.structure import build_network
from runner.train.blas import ONE_BLAS_THREAD

PARTS = ("test", "validation", "train")
NORMAL = 3.0  # the kurtosis of a normal distribution


@dataclass(frozen=True)
class Scores:
    """The scores of a run on the samples that say how good it is, those of `part`, and on those that it trained on."""

    tested: float
    trained: float
    part: str


def scores_of(result: RunResult, data: Prepared) -> Scores:
    """Of a run and its data, those of its last phase; -inf for one that diverged.

    Its last finite weights were on their way to infinity, or had not begun to learn. Raises ValueError for a run
    without a network.
    """
    network, part = network_of(result), judged_part(data)
    if not result.has_finished:
        return Scores(-math.inf, -math.inf, part)
    predict = build_network(network.structure).predict
    with ONE_BLAS_THREAD, np.errstate(over="ignore", invalid="ignore"):
        outputs = {
            one: predict(network.parameters[np.newaxis], inputs_of(data, one)[np.newaxis])[0] for one in (part, "train")
        }
    return Scores(score_of(data, outputs[part], part), score_of(data, outputs["train"], "train"), part)


def judged_part(data: Prepared) -> str:
    """The samples that say how good a run is: the test set, or validation or training samples where it says nothing.

    It does not where it is empty, or its targets leave no score to be defined.
    """
    return next((part for part in PARTS if _says_something(data, part)), "train")


def inputs_of(data: Prepared, part: str) -> Array:
    """The inputs of a part as the network sees them, `(n, d_in)`."""
    return {"test": data.X_test, "validation": data.X_validation, "train": data.X_train}[part]


def targets_of(data: Prepared, part: str) -> Array:
    """The targets of a part as they are trained, `(n, d_out)`."""
    return {"test": data.Y_test, "validation": data.Y_validation, "train": data.Y_train}[part]


def score_of(data: Prepared, outputs: Array, part: str) -> float:
    """The score of a network's outputs `(n, d_out)`, as they are trained, for the samples of a part.

    NaN where none is defined: all targets are the same, or of one class.
    """
    a, t = np.asarray(outputs, dtype=np.float64), targets_of(data, part)
    if data.samples.task == "regression":
        with np.errstate(over="ignore", invalid="ignore"):
            wider = a.shape[1] // t.shape[1]  # more than 1 where a fault has widened the output
            return explained(a - t, np.repeat(data.Y_train.mean(axis=0) - t, wider, axis=1))
    metric = METRICS.metric("balanced_accuracy").of_outputs(data.threshold, data.tie)
    return rescaled(float(metric(a.T[np.newaxis], t.T[np.newaxis])[0]), int(np.count_nonzero(counts_of(data, part))))


def explained(errors: Array, deviations: Array) -> float:
    """1 - sum of squared errors / sum of squared deviations from a constant, the mean over outputs, both `(n, d_out)`.

    -inf where an error is not finite. Outputs without deviations are left out; NaN where there are no others.
    """
    varies = deviations.any(axis=0) if len(deviations) else np.zeros(deviations.shape[1], dtype=bool)
    if not varies.any():
        return math.nan
    if not np.isfinite(errors).all():
        return -math.inf
    scale = np.abs(deviations[:, varies]).max(axis=0)  # their squares may be no numbers
    with np.errstate(over="ignore"):
        left, whole = ((one[:, varies] / scale) ** 2 for one in (errors, deviations))
        return float(np.mean(1 - left.sum(axis=0) / whole.sum(axis=0)))


def of_classes(answers: NDArray[np.int64], classes: NDArray[np.int64]) -> float:
    """The score of class numbers `(n,)`, chosen and right; NaN where all are right with one class."""
    k = len(np.unique(classes))
    return rescaled(float(balanced_accuracy(answers[np.newaxis], classes[np.newaxis])[0]), k)


def rescaled(balanced: float, n_classes: int) -> float:
    """Balanced accuracy over this many classes, with 0 for what one answer to all of them reaches."""
    return (balanced - 1 / n_classes) / (1 - 1 / n_classes) if n_classes > 1 else math.nan


def counts_of(data: Prepared, part: str) -> NDArray[np.int64]:
    """How many samples of a part each class has, `(n_classes,)`; 0 for a class that it lacks."""
    Y, split = data.samples.Y, data.split
    classes = data.test[1] if part == "test" else Y[split.train if part == "train" else split.validation]
    return np.bincount(np.asarray(classes, dtype=np.int64), minlength=len(data.samples.classes))


def _says_something(data: Prepared, part: str) -> bool:
    if data.samples.task == "classification":
        return bool(np.count_nonzero(counts_of(data, part)) > 1)
    targets = targets_of(data, part)
    return len(targets) > 0 and bool((targets != data.Y_train.mean(axis=0)).any())


def standard_error(data: Prepared, score: float, part: str) -> float:
    """How much the score of a rule that is worth `score` changes from one draw of this many samples to the next.

    Regression: 2 (1 - s) sqrt(s / n), that of a squared correlation for normal targets (Olkin and Finn 1995,
    Correlations redux), times sqrt((kurtosis - 1) / 2) for targets with longer tails, whose few largest decide.
    Classification: that of a mean of shares, each of a class; a share that is 1 by luck is not taken for certain
    (half a sample is added to either side).
    Of drawn samples it is within a factor of 2 down to 10 of them.
    """
    score = min(max(score, 0.0), 1.0)
    if data.samples.task == "regression":
        n = len(targets_of(data, part))
        tails = max(NORMAL, _kurtosis(data.Y_train)) - 1
        return (1 - score) * math.sqrt(2 * max(score, 1 / n) * tails / n)
    counts = counts_of(data, part)
    counts = counts[counts > 0]
    k = len(counts)
    right = (counts * (1 / k + score * (1 - 1 / k)) + 0.5) / (counts + 1)
    return float(np.sqrt((right * (1 - right) / counts).sum()) / max(k - 1, 1))


def _kurtosis(Y: Array) -> float:
    """Of targets `(n, d_out)`, the mean over outputs: 3 for a normal distribution."""
    deviations = Y - Y.mean(axis=0)
    deviations = deviations[:, deviations.any(axis=0)]
    if not deviations.size:
        return NORMAL
    squares = (deviations / np.abs(deviations).max(axis=0)) ** 2
    return float(np.mean((squares**2).mean(axis=0) / squares.mean(axis=0) ** 2))
