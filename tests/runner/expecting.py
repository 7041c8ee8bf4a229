"""Runs with known numbers, and what is said of expectations about them."""

from typing import Any

from runner.base.errors import Problem
from runner.plan import expectations
from runner.plan.expectations import Verdict, judge
from runner.runs.outcome import Outcome
from runner.runs.overrides import Configs
from runner.runs.result import RunResult
from runner.runs.spec import NetworkSpec, Spec, TrainingSpec, component_model

KEYS = ["network.hidden", "seed"]


def spec(activation: str = "tanh", data: str = "sine", training: dict[str, Any] | None = None, **single: Any) -> Spec:
    """The keys that tests select by, and no others; what a whole spec has may change."""
    network = {"hidden": single.pop("hidden", (6,)), "bias": single.pop("bias", True)}
    defaults = {"learning_rate": 0.1, "seed": 0, "fault": ()}
    return Spec.model_construct(
        **defaults | single,
        data=component_model("data", data)(name=data),
        activation=component_model("activation", activation)(name=activation),
        network=NetworkSpec.model_construct(**network),
        training=TrainingSpec.model_construct(**{"l2": 0.0, "patience": None} | (training or {})),
    )


def run(finals: dict[str, float], outcome: str = "stopped", **config: Any) -> RunResult:
    history = {name: [9.0, value] for name, value in finals.items()}
    return RunResult(0, "key", spec(**config), Outcome(outcome), history=history)


def check(expect: dict[Any, Any], specs: list[Spec], keys: list[str]) -> list[Problem]:
    """What is refused before training, and what is reported as not judged."""
    configs = Configs((one, ()) for one in specs)
    refused, skipped = expectations.check(expect, configs, keys), expectations.not_judged(expect, configs, keys)
    assert all("no run" in problem.message for problem in skipped)
    assert not any("no run of the sweep has" in problem.message for problem in refused)
    return refused + skipped


def verdict(text: Any, results: list[RunResult], keys: list[str] = KEYS) -> Verdict:
    (only,) = judge({"so it is": text}, results, keys)
    assert (only.sentence, only.inequality) == ("so it is", str(text))
    return only


def told(text: Any, *specs: Spec, keys: list[str] = KEYS) -> str:
    """The only problem, without the expectation's own sentence, which it must quote."""
    (problem,) = check({"so it is": text}, specs or [spec()], keys)
    assert problem.key == "expect" and problem.message.startswith("'so it is': ")
    assert str(problem).startswith("expect 'so it is': ")
    return problem.message.removeprefix("'so it is': ")


WIDTHS = [
    run({"test/rmse": 0.25, "train/rmse": 4.0, "train/cost": 1.0, "probe/-2": -3.0}, hidden=(2,), seed=0),
    run({"test/rmse": 0.75, "train/rmse": 4.0, "train/cost": 2.0, "probe/-2": -1.0}, hidden=(2,), seed=1),
    run({"test/rmse": 0.125, "train/rmse": 4.0, "train/cost": 3.0, "probe/-2": 5.0}, hidden=(8,), seed=0),
    run({"test/rmse": 0.5, "train/rmse": 4.0, "train/cost": 4.0, "probe/-2": 7.0}, hidden=(8,), seed=1),
]
