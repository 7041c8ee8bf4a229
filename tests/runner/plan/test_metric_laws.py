"""A person's own metric that breaks a law is refused before anything trains, with the law."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nn import metrics
from nn.metrics import METRICS
from runner.plan.metric_laws import broken_metrics
from tests.end_to_end.program import ROOT
from tests.runner.building import refusals, spec_of


def over_all_runs(a: Any, t: Any) -> Any:
    return np.abs(a - t).mean(axis=(1, 2)) / np.abs(t).max()


def of_a_sample(a: Any, t: Any) -> Any:
    return np.abs(a - t).mean(axis=1)


def squared(a: Any, t: Any) -> Any:
    return ((a - t) ** 2).mean(axis=(1, 2))


def failing(a: Any, t: Any) -> Any:
    raise ZeroDivisionError("no")


BROKEN = {
    "over_all_runs": (over_all_runs, {}, "gives a run other numbers alone than beside others"),
    "of_a_sample": (of_a_sample, {}, "has a value of shape (3, 7)"),
    "squared": (squared, {"unit": "target"}, "has unit='target', but does not double"),
    "failing": (failing, {}, "cannot be measured: ZeroDivisionError: no"),
}


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def add(function: Any, **facts: Any) -> None:
        for kept in ("_components", "_metrics"):
            monkeypatch.setattr(METRICS, kept, dict(getattr(METRICS, kept)))
        METRICS.register(**facts)(function)

    return add


@pytest.mark.parametrize("name", BROKEN)
def test_a_metric_that_breaks_a_law_is_refused_also_where_it_is_not_the_score(register, name):
    function, facts, words = BROKEN[name]
    register(function, **facts)
    for override, key in ((f"score={name}", "score"), ("score=auto", "modules")):
        (message,) = refusals("data=sine", override)
        assert message.startswith(f"{key} metric {name!r} {words}"), message
    spec_of("data=xor")  # of another task


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (
            ("data=sine", "score=accuracy"),
            "is for a classification, but data=sine is a regression; use one of mae, max",
        ),
        (("data=xor", "score=r2"), "is for a regression, but data=xor is a classification; use one of accuracy, bal"),
        (
            ("data=xor", "score=log_loss", "network.output=tanh"),
            "needs outputs that are probabilities, and network.outp",
        ),
    ],
)
def test_a_score_that_does_not_fit_is_refused_with_those_that_do(overrides, told):
    (message,) = refusals(*overrides)
    assert message.startswith(f"{overrides[1]} {told}"), message


def test_a_misspelt_score_is_refused_with_the_one_that_is_meant():
    (message,) = refusals("score=mea")
    assert "mae" in message


def test_the_metric_that_contributing_shows_keeps_all_laws(register):
    (shown,) = re.findall(r"```python nn/metrics\.py\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    register(squared)  # so that what follows is forgotten again
    exec(shown, {**vars(metrics), "__name__": "my_parts"})
    assert broken_metrics("auto", "regression") == []
    assert "median_error" in METRICS
