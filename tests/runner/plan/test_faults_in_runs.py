"""Faults as a setting of a run: what is accepted changes the run, what is refused would not; none is hidden."""

from functools import cache
from itertools import product

import numpy as np
import pytest

import nn.network
from nn.faults import FAULTS
from runner.plan import fault_checks
from runner.plan.phases import Checked
from runner.runs.result import RunResult
from tests.runner.building import bits, build, plan_of, refusal, spec_of, trained_all
from tests.runner.faults import WHERE

SHORT = ("training.mode=full", "training.steps=3", "training.evaluations=1", "tracking.plots=none")
ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "identity")
HIDDEN = ("[]", "[1]", "[3]", "[3,3]")
DATA = (
    ("data=sine",),
    ("data=sine", "network.output=tanh", "loss=half_mse", "optimizer=adam"),
    ("data=xor", "network.output=sigmoid", "training.l2=0.1"),
    ("data=quadrants", "network.output=softmax", "data.samples_per_cluster=5"),
    ("data=surface", "data.samples=20", "training.l1=0.1", "network.output=sigmoid", "loss=matching"),
)
RUNS = [
    (f"activation={activation}", f"network.hidden={hidden}", *data)
    for activation, hidden, data in product(ACTIVATIONS, HIDDEN, DATA)
    if hidden != "[1]" or "relu" not in activation  # one unit may be dead, or alive for every sample
]
OF_BATCH = ("shuffled_inputs", "shifted_labels")
NEEDS = {
    "derivative_of_activated": (("activation=relu",), "a layer whose derivative is another one at f(z) than at z"),
    "stale_pre_activation": (("network.hidden=[]",), "a hidden layer"),
    "weights_subtracted": (("network.hidden=[]",), "a hidden layer"),
    "softplus_as_relu_derivative": (("activation=tanh",), "a hidden layer of activation=relu or floored_relu"),
    "sigmoid_as_relu_derivative": (("activation=gelu",), "a hidden layer of activation=relu or floored_relu"),
    "column_labels": (("data=xor",), "a classification with network.output=softmax, and more than one sample in a"),
    "transposed_gradient": (("network.hidden=[3]",), "a layer with as many units as inputs, such as "),
    "broadcast_update": (("network.hidden=[1]",), "a regression of one number, and more than one unit"),
    "regulariser_sign": (("training.l2=0",), "training.l2 or training.l1 above 0"),
    "mixed_units": (("network.output=identity",), "targets that are scaled"),
    "missing_derivative": (
        ("activation=identity",),
        "a hidden layer, and an activation in it that is not the identity",
    ),
    "early_update": (("network.hidden=[]",), "a hidden layer"),
    "missing_bias_correction": (("optimizer=momentum",), "optimizer=adam, adamw or nadam, with optimizer.beta1 or "),
    "shuffled_inputs": (("data.samples=2", "data.test_fraction=0.5"), "more than one training sample"),
    "shifted_labels": (("data.samples=2", "data.test_fraction=0.5"), "more than one training sample"),
}
ALWAYS = {"missing_factor", "update_sign"}


def numbers(result: RunResult) -> tuple:
    """What anybody could see of a run: its weights and its curves."""
    assert result.outcome != "failed", result.error
    return result.network.parameters.tobytes(), {name: tuple(values) for name, values in result.history.items()}


@cache
def healthy() -> list[tuple]:
    return [numbers(result) for result in trained_all(plan_of(*RUNS, first=SHORT))]


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_fault_that_is_accepted_changes_the_run(fault):
    """Otherwise a sweep would compare equal things. To a linear network XOR and its opposite are the same."""
    accepted = [place for place, run in enumerate(RUNS) if isinstance(build(*run, f"fault={fault}"), Checked)]
    assert accepted
    wrong = trained_all(plan_of(*(RUNS[place] for place in accepted), first=(*SHORT, f"fault={fault}")))
    right = [healthy()[place] for place in accepted]
    same = [RUNS[place] for place, one, other in zip(accepted, wrong, right, strict=True) if numbers(one) == other]
    assert [run for run in same if fault != "shuffled_inputs" or not is_linear_on_xor(run)] == []


def is_linear_on_xor(run: tuple[str, ...]) -> bool:
    return "data=xor" in run and ("network.hidden=[]" in run or "activation=identity" in run)


def test_no_rounding_decides_whether_a_fault_is_accepted(monkeypatch):
    """Products that differ in their last bits from one processor to the next lead to the same decisions."""
    product, rng = nn.network.product, np.random.default_rng(0)

    def noisy(left, right, out=None):
        found = product(left, right)
        found *= 1 + 1e-13 * rng.standard_normal(found.shape)
        if out is None:
            return found
        out[...] = found
        return out

    def decisions() -> list[bool]:
        fault_checks._places.cache_clear()
        return [isinstance(build(*run, f"fault={fault}"), Checked) for run in RUNS[::6] for fault in FAULTS]

    with_these_roundings = decisions()
    monkeypatch.setattr(nn.network, "product", noisy)
    assert decisions() == with_these_roundings
    assert len(set(with_these_roundings)) == 2


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_broadcast_of_one_unit_is_no_fault_whatever_the_rounding(activation):
    """One gradient a * delta for one weight, summed in another order: the same by the mathematics."""
    message = refusal(f"activation={activation}", "network.hidden=[1]", "fault=broadcast_update")
    assert message.startswith("fault=broadcast_update needs a regression of one number, and more than one unit")


@pytest.mark.parametrize("mode", ["full", "minibatch", "online"])
@pytest.mark.parametrize("fault", [*OF_BATCH, "early_update", "update_sign", "missing_bias_correction"])
def test_a_fault_of_the_batch_or_the_update_has_the_same_bits_alone_and_in_a_stack(fault, mode):
    """Online, the samples of a distribution are fresh ones."""
    same = ("data=square", "data.samples=12", "optimizer=adam", f"training.mode={mode}", "training.steps=7", *SHORT[2:])
    runs = [(f"seed={seed}", f"learning_rate={0.01 * (1 + seed)}") for seed in range(5)]
    together = trained_all(plan_of(*runs, first=(*same, f"fault={fault}", "workers=1")))
    assert len({result.network.parameters.tobytes() for result in together}) == len(runs)
    for place in (0, 3):
        (alone,) = trained_all(plan_of(runs[place], first=(*same, f"fault={fault}")))
        assert bits(alone) == bits(together[place])


@pytest.mark.parametrize("mode", ["full", "minibatch", "online"])
@pytest.mark.parametrize("fault", OF_BATCH)
def test_wrong_pairs_teach_nothing_and_are_seen_on_the_right_ones(fault, mode):
    """What is shown is measured on samples as they are: no better than the mean, or the nearest to it."""
    long = ("data=square", "training.steps=3000", f"training.mode={mode}", "learning_rate=0.3", *SHORT[2:])
    right, wrong = trained_all(plan_of((), (f"fault={fault}",), first=long))
    constant = right.measures["baseline/constant_rmse"]
    assert right.finals["test/rmse"] < 0.2 * constant
    assert wrong.finals["test/rmse"] > 0.8 * constant


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_fault_is_made_where_its_table_says_and_kept_in_the_spec(fault):
    spec = spec_of(*WHERE[fault], f"fault={fault}")
    assert spec.fault == (fault,)
    assert spec_of(*WHERE[fault], f"fault=[{fault}]") == spec
    assert spec_of(*WHERE[fault]).fault == ()


@pytest.mark.parametrize("text", ["none", "null", "[]", "[none]"])
def test_nothing_wrong_can_be_said_in_several_ways(text):
    assert spec_of(f"fault={text}") == spec_of()


def test_faults_are_the_same_run_in_whatever_order_they_are_named():
    spec = spec_of("fault=[missing_factor,weights_subtracted]")
    assert spec == spec_of("fault=[weights_subtracted,missing_factor,missing_factor]")
    assert set(spec.fault) == {"missing_factor", "weights_subtracted"}


@pytest.mark.parametrize(("fault", "overrides", "need"), [(fault, *rest) for fault, rest in NEEDS.items()])
def test_a_fault_that_would_change_nothing_is_refused_with_what_it_needs(fault, overrides, need):
    message = refusal(*overrides, f"fault={fault}")
    assert message.startswith(f"fault={fault} needs {need}")
    assert message.endswith("; here it would change nothing")


def test_labels_in_a_column_are_no_fault_where_every_batch_is_one_sample():
    one_by_one = ("data=quadrants", "network.output=softmax", "training.mode=online")
    assert "more than one sample in a batch" in refusal(*one_by_one, "fault=column_labels")


def test_adam_that_forgets_at_once_has_no_bias_to_correct():
    assert "optimizer.beta1 or optimizer.beta2 above 0" in refusal(
        "optimizer=adam", "optimizer.beta1=0", "optimizer.beta2=0", "fault=missing_bias_correction"
    )
    # By hand: 1 - 0.9 is the root of 1 - 0.99, so that the first step is as long with the correction as without.
    assert spec_of("optimizer=adam", "optimizer.beta1=0.9", "optimizer.beta2=0.99", "fault=missing_bias_correction")


def test_every_fault_but_those_that_are_always_possible_says_what_it_needs():
    assert {*NEEDS, *ALWAYS} == set(FAULTS)


@pytest.mark.parametrize("text", ["missing_fator", "[weights_subtracted,missing_fator]"])
def test_a_misspelt_fault_is_refused_with_the_nearest_and_what_lists_all(text):
    message = refusal(f"fault={text}")
    near = "missing_factor, missing_derivative or missing_bias_correction"
    lister = "python -m runner.gradcheck --faults"
    assert message == f"fault is unknown: 'missing_fator' (did you mean {near}?); {lister} lists all"


def test_mixed_units_change_what_is_shown_and_nothing_that_is_trained():
    runs = plan_of((), ("fault=mixed_units",), first=("network.output=tanh", "data=square", *SHORT))
    right, wrong = trained_all(runs)
    assert right.network.parameters.tobytes() == wrong.network.parameters.tobytes()
    assert right.history["train/rmse"] == wrong.history["train/rmse"]
    assert right.history["train/cost"] != wrong.history["train/cost"]
