"""What is asked of a trained network: its gradient code, the curvature, and how long a step should have been."""

from dataclasses import replace

import numpy as np
import pytest

from nn import gradients
from nn.activations import ACTIVATIONS, Activation
from nn.faults import FAULTS
from nn.losses import LOSSES
from runner.diagnosis.judging import judge
from runner.diagnosis.probes import curvature, search, wrong_arrays
from runner.diagnosis.reference import reference_of
from runner.diagnosis.subject import Subject
from runner.findings.gradient_notes import is_of_gradient
from runner.plan.fault_checks import places_of
from runner.runs.data import prepare
from tests.runner.building import plan_of, trained, trained_all

SHORT = ("training.epochs=5", "training.evaluations=2", "tracking.plots=none")
LINEAR = ("data=square", "network.hidden=[]", "network.bias=false", "training.mode=full")
FITTING = {
    "column_labels": ("data=quadrants", "network.output=softmax"),
    "transposed_gradient": ("data=sine", "network.hidden=[3,3]"),
    "regulariser_sign": ("data=sine", "training.l2=0.01"),
    "relu": ("data=sine", "activation=relu"),
    "": ("data=sine",),
}


def subject_of(*overrides: str) -> Subject:
    result = trained(*overrides, *SHORT)
    data = prepare(result.spec)
    return Subject(result, data, reference_of(data))


def fitting(fault: str) -> tuple[str, ...]:
    """A run in which a fault can be made."""
    return next(run for part, run in FITTING.items() if part in fault)


@pytest.fixture(scope="module")
def faulty():
    """A run with each shipped fault, all trained together."""
    runs = [
        (*fitting(fault), f"fault={fault}")
        for fault in FAULTS
        if fault not in ("mixed_units", "missing_bias_correction")
    ]
    results = trained_all(plan_of(*runs, first=SHORT))
    subjects = [Subject(result, data := prepare(result.spec), reference_of(data)) for result in results]
    return {subject.spec.fault[0]: subject for subject in subjects}


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"mixed_units", "missing_bias_correction"}))
def test_wrong_gradient_code_is_found_in_every_fault_of_the_gradient_and_in_no_other(faulty, fault):
    subject = faulty[fault]
    assert bool(wrong_arrays(subject)) == is_of_gradient(places_of(fault, subject.phase))
    assert judge(subject).cause in ("wrong_gradient", "wrong_update", "wrong_pairs")


PARTS = [f"activation={name}" for name in ACTIVATIONS if ACTIVATIONS[name]().derivative is not None]
PARTS += [f"loss={name}" for name in LOSSES if LOSSES[name]().only_output is None]


@pytest.mark.parametrize("part", PARTS)
def test_shipped_parts_are_right_at_any_weights(part):
    """At weights near zero a difference meets kinks and rounding on all sides: nothing is said there."""
    runs = [("init=gaussian", f"init.std={std}", "network.bias_init=zero", part) for std in (1e-9, 1e-3, 1, 40)]
    for result in trained_all(plan_of(*runs, first=("data=square", "training.l2=0.01", *SHORT))):
        data = prepare(result.spec)
        assert wrong_arrays(Subject(result, data, reference_of(data))) == [], result.overrides


def test_an_activation_with_a_wrong_derivative_is_found_without_a_fault(monkeypatch):
    """As someone's own may be: `softplus` stands for it here."""

    def wrong() -> Activation:
        return replace(right, derivative=lambda z, a: 0.5 * right_derivative(z, a))

    right, wrong.__name__ = ACTIVATIONS["softplus"](), "softplus"
    right_derivative = right.derivative
    assert right_derivative is not None
    monkeypatch.setitem(ACTIVATIONS._components, "softplus", wrong)
    found = judge(subject_of("data=sine", "activation=softplus"))
    assert (found.cause, found.certainty, found.layer, found.fix) == ("wrong_gradient", "proved", 1, ())
    assert "scaled by 0.5" in found.evidence[0].signal


def test_of_an_array_whose_gradient_is_right_one_direction_is_measured_and_no_entry(monkeypatch):
    """Entries cost eight times as much."""
    measured = list[int]()

    def counted(network, parameters, x, t, along, shifts):
        measured.append(len(shifts))
        return objectives(network, parameters, x, t, along, shifts)

    objectives = gradients._objectives
    monkeypatch.setattr(gradients, "_objectives", counted)
    subject = subject_of("data=sine", "network.hidden=[20,20]")
    assert wrong_arrays(subject) == []
    arrays, places, points = 6, 3, 6
    assert sum(measured) == places * (1 + points * arrays)


def test_a_mistake_in_few_entries_of_a_large_array_is_found(monkeypatch):
    """Of 400 entries 8 are looked at first, none of these 4 among them."""

    def wrong(network):
        def back(network, layers, trace, t, out):
            right(network, layers, trace, t, out)
            out[1][0][:, 3, :4] *= 2

        right = network.back_propagation
        return replace(network, back_propagation=back)

    monkeypatch.setitem(FAULTS._components, "missing_derivative", wrong)
    subject = subject_of("data=sine", "network.hidden=[20,20]", "fault=missing_derivative")
    assert [row.name for row in wrong_arrays(subject)] == ["W2"]


def test_curvature_is_that_of_the_parabola_of_a_linear_model():
    """Of 1/2 mean (w x - t)^2 it is the mean of x^2, everywhere."""
    subject = subject_of(*LINEAR)
    assert subject.last is not None
    assert curvature(subject, subject.last) == pytest.approx((subject.data.X_train**2).mean(), rel=1e-6)
    at_rest = np.linalg.lstsq(subject.data.X_train, subject.data.Y_train, rcond=None)[0].ravel()
    assert abs(curvature(subject, at_rest)) < 1  # no direction is left; rounding must not blow up


def test_the_best_step_along_the_gradient_is_the_inverse_of_the_curvature():
    subject = subject_of(*LINEAR, "learning_rate=0.001")
    assert subject.last is not None
    found = search(subject, subject.last)
    right = 1 / (0.001 * (subject.data.X_train**2).mean())
    assert right / 3 < found.best < right * 3  # factors are a half power of ten apart
    cost = subject.history["train/cost"][-1]
    left = (
        subject.data.Y_train
        - subject.data.X_train * (subject.data.X_train * subject.data.Y_train).mean() / (subject.data.X_train**2).mean()
    )
    assert 0 < found.gain <= 1 - (left**2).mean() / 2 / cost + 1e-9


def test_a_network_whose_costs_overflow_along_the_gradient_is_best_left_where_it_is():
    subject = subject_of("data=sine", "activation=relu", "network.hidden=[8,8]")
    assert subject.last is not None
    found = search(subject, subject.last * 1e3)
    assert (found.best, found.gain) == (0, 0)


def test_a_check_of_a_float32_run_is_made_in_float64():
    """In float32 no difference is exact enough to judge by."""
    subject = subject_of("data=sine", "dtype=float32", "activation=softplus")
    assert subject.last is not None and subject.last.dtype == np.float64
    assert wrong_arrays(subject) == []
    wrong = replace(subject.result, spec=subject.spec.model_copy(update={"fault": ("missing_derivative",)}))
    assert wrong_arrays(Subject(wrong, subject.data, subject.reference))
