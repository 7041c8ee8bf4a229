"""Metrics: how good the outputs are, and how to read each number."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args, overload

import numpy as np
from numpy.typing import NDArray

from nn.classes import chosen, first_of_equals, tied
from nn.registry import Array, Registry

Of = Literal["numbers", "classes", "scores", "probabilities"]
Better = Literal["higher", "lower"]
Unit = Literal["target", "share", "other"]
Value = Callable[[Any, Any], Array]
V = TypeVar("V", bound=Value)
LEAST_PROBABILITY = float(np.finfo(np.float64).eps)
RESERVED = ("auto", "cost", "loss", "online_cost", "output_range")
USUAL = {"regression": "rmse", "classification": "accuracy"}  # the metric of a task, where none is asked for


@dataclass(frozen=True)
class Metric:
    """A metric: its function `value(a, t)`, which returns `(runs,)`, and what its numbers mean.

    `of` says what `value` compares. `numbers`: outputs and targets `(runs, d_out, n)` of a regression. `classes`:
    predicted and true class numbers `(runs, n)`; the prediction is -1 where an output is not finite. `scores`: one
    score per class, higher means more certain, `a (runs, classes, n)`, and the true class numbers `t (runs, n)`.
    `probabilities`: the same, with scores between 0 and 1 that add up to 1. `value` is NaN where the metric is
    undefined; such values are not shown.

    A run that did not finish scores `worst`, if that is finite. `unit` is `target` for a metric in the units of the
    targets: it doubles when outputs and targets double, and does not change when both are shifted. `share` means that 1
    is everything. `constant(Y, axis=0)` is the best constant prediction for targets `Y (n, d_out)`. For `classes` it is
    always the most frequent class, for `scores` and `probabilities` the share of each class.
    """

    name: str
    value: Value
    of: Of = "numbers"
    better: Better = "lower"
    worst: float = math.inf
    unit: Unit = "other"
    constant: Callable[..., Any] = np.mean

    def __post_init__(self) -> None:
        for field, known in (("of", Of), ("better", Better), ("unit", Unit)):
            if getattr(self, field) not in get_args(known):
                names = ", ".join(get_args(known))
                raise ValueError(
                    f"metric {self.name!r} has {field}={getattr(self, field)!r}; it must be one of {names}"
                )

    @property
    def task(self) -> str:
        """The task that the metric is for."""
        return "regression" if self.of == "numbers" else "classification"

    @property
    def sign(self) -> int:
        """1 if higher is better, -1 if lower is better."""
        return 1 if self.better == "higher" else -1

    @property
    def needs_units(self) -> bool:
        """Whether it must be computed in the units of the data, because scaled values give a different result."""
        return self.of == "numbers" and self.unit != "target"

    def of_outputs(self, threshold: float, tie: float) -> Value:
        """The metric as a function of outputs and scaled targets, both `(runs, d_out, n)`."""
        if self.of == "numbers":
            return self.value

        def value(a: Array, t: Array) -> Array:
            right, finite = chosen(t, threshold, tie), np.isfinite(a)
            if self.of == "classes":
                return self.value(np.where(finite.all(axis=1), chosen(a, threshold, tie), -1), right)
            scores: Array = a.astype(np.float64)
            scores = np.concatenate([1 - scores, scores], axis=1) if a.shape[1] == 1 else scores
            scores = tied(scores, tie) if self.of == "scores" else scores
            return np.where(finite.all(axis=(1, 2)), self.value(scores, right), np.nan)

        return value


class Metrics(Registry[Value]):
    """Metrics by name, with how to read each."""

    def __init__(self) -> None:
        super().__init__("metric")
        self._metrics: dict[str, Metric] = {}

    @overload
    def register(self, component: V) -> V: ...

    @overload
    def register(
        self, *, of: Of = "numbers", better: Better = "lower", worst: float | None = None, unit: Unit = "other",
        constant: Callable[..., Any] = np.mean,
    ) -> Callable[[V], V]: ...  # fmt: skip

    def register(self, component: Any = None, **facts: Any) -> Any:
        """Add a function under its own name; use as a decorator, with the fields of `Metric`.

        Without `worst` it is infinity, in the direction that is worse. Raises ValueError for a reserved name and for an
        unknown `of`, `better` or `unit`.
        """
        if component is None:
            return lambda one: self._add(one, facts)
        return self._add(component, facts)

    def _add(self, component: V, facts: dict[str, Any]) -> V:
        name, worst = component.__name__, -math.inf if facts.get("better") == "higher" else math.inf
        if name in RESERVED:
            raise ValueError(f"a metric cannot be called {name!r}: that name is reserved")
        facts["worst"] = worst if facts.get("worst") is None else float(facts["worst"])
        made = Metric(name, component, **facts)
        super().register(component)
        self._metrics[name] = made
        return component

    def metric(self, name: str) -> Metric:
        """The metric of this name. A name that is not registered, such as the cost, is one where lower is better."""
        return self._metrics.get(name) or Metric(name, rmse)

    def fitting(self, task: str, has_probabilities: bool) -> list[Metric]:
        """The metrics for a task; those of probabilities only where the outputs are probabilities."""
        every = [self._metrics[name] for name in self]
        return [one for one in every if one.task == task and (has_probabilities or one.of != "probabilities")]


METRICS = Metrics()


@METRICS.register(unit="target")
def rmse(a: Array, t: Array) -> Array:
    """Root mean squared error over samples and outputs, in the units of the targets."""
    difference = a - t
    squares = (difference * difference).mean(axis=-1)
    return np.asarray(np.sqrt(squares.mean(axis=-1)))


@METRICS.register(unit="target", constant=np.median)
def mae(a: Array, t: Array) -> Array:
    """Mean absolute error over samples and outputs, in the units of the targets."""
    return np.asarray(np.abs(a - t).mean(axis=-1).mean(axis=-1))


def _midrange(Y: Array, axis: int) -> Array:
    return np.asarray((Y.min(axis=axis) + Y.max(axis=axis)) / 2)


@METRICS.register(unit="target", constant=_midrange)
def max_error(a: Array, t: Array) -> Array:
    """The largest absolute error over samples and outputs, in the units of the targets."""
    return np.asarray(np.abs(a - t).max(axis=(1, 2)))


@METRICS.register(better="higher", unit="share")
def r2(a: Array, t: Array) -> Array:
    """Coefficient of determination: the share of the variance explained, the mean over outputs.

    NaN for constant targets.
    """
    left = ((a - t) ** 2).mean(axis=-1)
    whole = ((t - t.mean(axis=-1, keepdims=True)) ** 2).mean(axis=-1)
    varies = t.max(axis=-1) > t.min(axis=-1)
    shares = 1 - left / np.where(varies, whole, 1)
    return np.asarray(np.where(varies, shares, np.nan).mean(axis=-1))


@METRICS.register(of="classes", better="higher", worst=0.0, unit="share")
def accuracy(a: NDArray[np.intp], t: NDArray[np.intp]) -> Array:
    """Share of samples classified correctly. A sample with a non-finite output counts as wrong."""
    return np.asarray((a == t).mean(axis=-1))


@METRICS.register(of="classes", better="higher", worst=0.0, unit="share")
def balanced_accuracy(a: NDArray[np.intp], t: NDArray[np.intp]) -> Array:
    """Recall of each class, averaged over the classes that occur."""
    counts = [((a == t) & (t == one), t == one) for one in range(t.max() + 1)]
    return _mean_share([(hit.sum(axis=-1), there.sum(axis=-1)) for hit, there in counts])


@METRICS.register(of="classes", better="higher", worst=0.0, unit="share")
def macro_f1(a: NDArray[np.intp], t: NDArray[np.intp]) -> Array:
    """F1, the harmonic mean of precision and recall, averaged over the classes that occur or are predicted."""
    counts = [(a == one, t == one) for one in range(max(a.max(), t.max()) + 1)]
    return _mean_share(
        [(2 * (got & is_it).sum(axis=-1), got.sum(axis=-1) + is_it.sum(axis=-1)) for got, is_it in counts]
    )


def _mean_share(parts: list[tuple[Any, Any]]) -> Array:
    """The mean of the ratios some / whole, each `(runs,)`, over those with whole > 0."""
    total = sum(np.where(whole > 0, some / np.maximum(whole, 1), 0.0) for some, whole in parts)
    return np.asarray(total / sum(whole > 0 for _, whole in parts))


@METRICS.register(of="scores", better="higher", worst=0.0, unit="share")
def roc_auc(a: Array, t: NDArray[np.intp]) -> Array:
    """Area under the ROC curve: how often a sample of a class scores higher than one of another class; ties count half.

    For two classes, the area of the second one; for more, the mean over each class against the rest. NaN if a class is
    missing. Hanley and McNeil (1982), The meaning and use of the area under a receiver operating characteristic curve.
    """
    classes = range(a.shape[1]) if a.shape[1] > 2 else [1]
    return np.asarray(sum(_area(a[:, one], t == one) for one in classes) / len(classes))


def _area(scores: Array, is_it: NDArray[np.bool_]) -> Array:
    """The area for one class, from the sum of the ranks of its samples; arrays are `(runs, n)`."""
    order = scores.argsort(axis=-1, kind="stable")
    first = first_of_equals(np.take_along_axis(scores, order, axis=-1), 0.0)
    last = scores.shape[-1] - 1 - first_of_equals(-np.take_along_axis(scores, order[:, ::-1], axis=-1), 0.0)[:, ::-1]
    ranks = (first + last) / 2 + 1
    n_in, n = is_it.sum(axis=-1), is_it.shape[-1]
    wins = (ranks * np.take_along_axis(is_it, order, axis=-1)).sum(axis=-1) - n_in * (n_in + 1) / 2
    pairs = n_in * (n - n_in)
    return np.asarray(np.where(pairs > 0, wins / np.maximum(pairs, 1), np.nan))


@METRICS.register(of="probabilities")
def log_loss(a: Array, t: NDArray[np.intp]) -> Array:
    """Mean of -log p, where p is the probability of the true class, clipped to at least 2.2e-16."""
    right = np.take_along_axis(a, t[:, np.newaxis], axis=1)[:, 0]
    return np.asarray(-np.log(np.clip(right, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)).mean(axis=-1))
