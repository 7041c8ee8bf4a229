"""Laws for the user's own metrics, checked on a few numbers before training.

Every suitable metric is measured at the end of every run, so all are checked, whichever is the score.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np

from nn.metrics import METRICS, Metric
from nn.registry import Array
from runner.base.errors import Problem, one_line
from runner.plan.laws import RUNS, SAMPLES, UNITS, broken, numbers

SCALED = "has unit='target', but does not double with outputs and targets, or changes when both are shifted"


def broken_metrics(score: str, task: str) -> list[Problem]:
    """What is wrong with the user's own metrics for a task; empty if there are none."""
    own = [METRICS.metric(name) for name in METRICS if not METRICS[name].__module__.startswith(("nn.", "runner."))]
    told = {one.name: _told_of(one) for one in own if one.task == task}
    return [
        Problem("score" if name == score else "modules", f"metric {name!r} {why}") for name, why in told.items() if why
    ]


@cache
def _told_of(metric: Metric) -> str:
    """The first law that a metric breaks, in words."""
    try:
        with np.errstate(all="ignore"):
            return next(_broken(metric), "")
    except Exception as error:
        return one_line(f"cannot be measured: {type(error).__name__}: {error}")


def _broken(metric: Metric) -> Iterator[str]:
    shape, classes = (RUNS, UNITS, SAMPLES), np.arange(RUNS * SAMPLES, dtype=float).reshape(RUNS, SAMPLES) % UNITS
    a, t = numbers(np.dtype(float), shape, 0.1, 0.9), numbers(np.dtype(float), shape, 0.8, 0.2)
    if metric.of == "numbers":
        yield from broken("value", metric.value, {"a": a, "t": t}, shape=(RUNS,))
        once, twice = metric.value(a.copy(), t.copy()), metric.value(2 * a + 1, 2 * t + 1)
        if metric.unit == "target" and not np.allclose(twice, 2 * once, rtol=1e-9):
            yield SCALED
        return
    a = classes[:, ::-1].copy() if metric.of == "classes" else a / a.sum(axis=1, keepdims=True)

    def value(a: Array, t: Array) -> Array:
        return metric.value(a.astype(np.intp) if metric.of == "classes" else a, t.astype(np.intp))

    yield from broken("value", value, {"a": a, "t": classes}, shape=(RUNS,))
