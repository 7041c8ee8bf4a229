"""What rules look at is what the run was: first weights, last ones, costs and signals agree."""

import numpy as np
import pytest

from runner.diagnosis.reference import reference_of
from runner.diagnosis.subject import MOST_SAMPLES, Subject
from runner.runs.data import prepare
from tests.runner.building import trained

SHORT = ("training.epochs=12", "training.evaluations=4", "tracking.plots=none")
RUNS = {
    "regression": ("data=sine", "activation=relu", "network.hidden=[6,4]"),
    "sum and momentum": ("data=square", "training.reduction=sum", "optimizer=momentum", "learning_rate=0.001"),
    "classes": ("data=quadrants", "network.output=softmax"),
    "weighted classes": ("data=quadrants", "training.class_weights=balanced"),
    "scaled targets": ("data=sine", "network.output=tanh", "dtype=float32"),
    "another input": ("data=sine", "network.input=tanh", "network.bias=false", "init=he"),
}  # fmt: skip


def subject_of(*overrides: str) -> Subject:
    result = trained(*overrides, *SHORT)
    data = prepare(result.spec)
    return Subject(result, data, reference_of(data))


def cost_of(subject: Subject, parameters: np.ndarray) -> float:
    trace, (_, t) = subject.trace(parameters), subject.seen
    return float(subject.network.objective(trace, t)[0])


@pytest.mark.parametrize("overrides", RUNS.values(), ids=RUNS)
def test_the_first_weights_are_drawn_again_and_the_last_are_kept(overrides):
    subject = subject_of(*overrides)
    rel = 1e-4 if subject.spec.dtype == "float32" else 1e-9
    assert subject.first is not None and subject.last is not None
    assert cost_of(subject, subject.first) == pytest.approx(subject.cost[0], rel=rel)
    assert cost_of(subject, subject.last) == pytest.approx(subject.cost[-1], rel=rel)
    assert np.linalg.norm(subject.gradient(subject.last)) == pytest.approx(
        subject.history["gradient_norm"][-1], rel=rel
    )


@pytest.mark.parametrize("overrides", RUNS.values(), ids=RUNS)
def test_what_is_measured_afterwards_is_what_was_recorded(overrides):
    subject = subject_of(*overrides)
    assert subject.first is not None and subject.last is not None
    for name, of in (
        ("weight_norm", lambda p: subject.sizes(p) * np.sqrt(subject.network.sizes[1:])),
        ("dead", subject.dead),
    ):
        steps, values = subject.signal(name)
        assert steps[0] == 0 and steps[-1] == subject.result.last_step
        np.testing.assert_allclose(values[[0, -1]], [of(subject.first), of(subject.last)], rtol=1e-4)


def test_a_rate_that_fell_on_a_plateau_counts_as_what_it_was():
    subject = subject_of("data=sine", "schedule=plateau", "schedule.patience=2", "schedule.threshold=0.9")
    rates, steps = subject.history["learning_rate"], subject.history["step"]
    assert len(set(rates)) > 1 and len(subject.factors) == subject.result.last_step
    assert subject.rate == rates[-1]
    assert subject.total_rate == pytest.approx(sum(rates[:-1] * np.diff(steps)), rel=1e-12)


def test_what_is_not_known_is_none():
    start = subject_of("data=sine", "warm_start=[{name:sine}]")
    assert start.first is None and start.last is not None
    wide = subject_of("data=sine", "fault=broadcast_update")
    assert wide.first is not None and wide.last is None
    assert wide.signal("nothing")[0].size == 0


def test_a_run_with_many_samples_is_looked_at_in_some_of_them():
    subject = subject_of("data=sine", "data.samples=5000")
    assert MOST_SAMPLES / 2 < subject.seen[0].shape[-1] <= MOST_SAMPLES


def test_momentum_makes_the_rate_of_the_long_run():
    plain, heavy = (
        subject_of("data=sine", one, "learning_rate=0.01") for one in ("optimizer=sgd", "optimizer=momentum")
    )
    assert plain.rate == pytest.approx(0.01)
    assert heavy.rate == pytest.approx(0.1)
    faded = subject_of("data=sine", "schedule=exponential", "schedule.decay=0.5", "learning_rate=1")
    assert faded.rate == pytest.approx(0.5 ** (faded.shape.n_steps - 1))
    assert faded.factors.sum() == pytest.approx(2)
