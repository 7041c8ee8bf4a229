"""What the numbers of a diagnosis are in runs that learn: the range of each in the healthy runs of the same sweep."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nn.registry import Array
from runner.base.texts import number
from runner.diagnosis.causes import DRAWS, kind_of
from runner.diagnosis.judged import Judged, Unjudged
from runner.diagnosis.probes import curvature
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Evidence
from runner.runs.spec import to_plain
from runner.train.blas import ONE_BLAS_THREAD

FEWEST, MOST = 10, 40  # runs that make a range; of more, evenly spaced ones are measured
LOW, HIGH = 0.05, 0.95
SAME = 1e-9  # relative: what is measured here is what the rule has measured


@dataclass(frozen=True)
class Range:
    """From the 5th to the 95th percentile of this many healthy runs, both of which are values of a run."""

    low: float
    high: float
    runs: int

    def words(self, value: float) -> str:
        """What is said beside the value of a run that does not learn; nothing where healthy runs have the same."""
        if value > self.high:
            return f"healthy runs here: at most {number(self.high, 3, ',')}"
        if value < self.low:
            return f"healthy runs here: at least {number(self.low, 3, ',')}"
        return ""


def ranges_of(one: Judged, found: Sequence[Judged | Unjudged]) -> dict[Evidence, Range]:
    """The ranges of those numbers of a run that can be measured of others, where enough of them learn the same data.

    A number is left out that comes out otherwise here than in the rule: then it is not the same one.
    """
    healthy = [
        other
        for other in found
        if isinstance(other, Judged) and kind_of(other) == ("healthy", "") and _data(other) == _data(one)
    ]
    wanted = [each for each in one.diagnosis.evidence if isinstance(each.value, float) and each.signal in MEASURES]
    if len(healthy) < FEWEST or not wanted:
        return {}
    healthy = healthy[:: -(-len(healthy) // MOST)]
    with ONE_BLAS_THREAD, np.errstate(all="ignore"):
        wanted = [each for each in wanted if math.isclose(_measured(one, each), float(each.value), rel_tol=SAME)]
        values = {each: [_measured(other, each) for other in healthy] for each in wanted}
    return {each: _range(measured) for each, measured in values.items() if np.isfinite(measured).all()}


def _data(one: Judged) -> dict[str, object]:
    """What a run learns from, whichever samples of it a seed or fold has drawn."""
    plain = to_plain(one.result.spec)["data"]
    return {key: value for key, value in plain.items() if f"data.{key}" not in DRAWS}


def _range(values: Sequence[float]) -> Range:
    low, high = (float(np.quantile(values, share, method="inverted_cdf")) for share in (LOW, HIGH))
    return Range(low, high, len(values))


def _measured(one: Judged, evidence: Evidence) -> float:
    """The number of this evidence in another run; NaN where it has none."""
    return MEASURES[evidence.signal](Subject(one.result, one.data, one.reference), evidence)


def _dead(subject: Subject, evidence: Evidence) -> float:
    return _of_layer(subject, evidence, subject.dead)


def _sizes(subject: Subject, evidence: Evidence) -> float:
    return _of_layer(subject, evidence, subject.sizes)


def _of_layer(subject: Subject, evidence: Evidence, measure: Callable[[Array], Array]) -> float:
    """Of the layer that the evidence names, or the largest of all; before the first update, or at the end."""
    parameters = subject.first if evidence.step == 0 else subject.last
    values = np.empty(0) if parameters is None else measure(parameters)
    if evidence.layer is None:
        return float(values.max(initial=-math.inf))
    return float(values[evidence.layer - 1]) if evidence.layer <= len(values) else math.nan


def _way_of_one_update(subject: Subject, evidence: Evidence) -> float:
    """In the same step and layer."""
    steps, moved = subject.signal("moved")
    at = np.flatnonzero((steps[1:] == evidence.step) & (np.diff(steps) == 1)) + 1
    layer = (evidence.layer or 1) - 1
    return float(moved[at[0], layer]) if len(at) and layer < moved.shape[1] else math.nan


def _above(subject: Subject) -> Array:
    """The cost, divided by the least so far, at every evaluation."""
    cost = np.abs(subject.cost)
    return np.asarray(cost / np.minimum.accumulate(cost))


def _last_half(subject: Subject, _: Evidence) -> float:
    above = _above(subject)
    return float(np.median(above[len(above) // 2 :]))


def _steepness(subject: Subject, _: Evidence) -> float:
    return (
        subject.rate * curvature(subject, subject.last) if subject.is_plain and subject.last is not None else math.nan
    )


MEASURES: dict[str, Callable[[Subject, Evidence], float]] = {
    "share of dead units": _dead,
    "norm of a unit's first weights": _sizes,
    "norm of a unit's first weights, the largest": _sizes,
    "norm of a unit's weights at the end": _sizes,
    "distance from the first weights / their size": lambda subject, _: subject.way,
    "size of one update / weights": _way_of_one_update,
    "last cost / least": lambda subject, _: float(_above(subject)[-1]),
    "cost / least so far, in the last half": _last_half,
    "rate times curvature at the end": _steepness,
}
