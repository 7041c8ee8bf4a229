"""`training.class_weights=balanced`: counted in the training rows, and what it does for a rare class."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from runner.gradcheck import check
from runner.runs.data import prepare
from runner.runs.structure import build_network
from runner.train.stacking import build_stack, first_parameters
from runner.train.training import train_task
from tests.runner.building import bits, checked, plan_of, trained

BALANCED = "training.class_weights=balanced"
FEW = ("training.epochs=60", "training.mode=full", "learning_rate=1", "network.hidden=[3]", "tracking.plots=none")
# Faults that a network of quadrants with a softmax, L2 and hidden layers of 2 units can have in its gradient.
OF_CLASSES = {
    "derivative_of_activated": (), "missing_derivative": (), "stale_pre_activation": (), "column_labels": (),
    "weights_subtracted": (), "missing_factor": (), "transposed_gradient": (), "regulariser_sign": (),
    "early_update": (), "softplus_as_relu_derivative": ("activation=relu",),
    "sigmoid_as_relu_derivative": ("activation=relu",),
}  # fmt: skip


@pytest.fixture
def rare(csv_file) -> tuple[str, ...]:
    """A table of 800 rows, one class of which has a tenth, and lies within the other."""
    rng = np.random.default_rng(3)
    is_rare = np.arange(800) % 10 == 0
    X = rng.normal(size=(800, 2)) + np.where(is_rare, 1.2, 0.0)[:, np.newaxis]
    rows = [f"{a:.4f},{b:.4f},{'ill' if ill else 'well'}" for (a, b), ill in zip(X, is_rare, strict=True)]
    return "data=csv", csv_file("a,b,state\n" + "\n".join(rows) + "\n"), "data.target=state", "data.test_fraction=0.5"


@pytest.mark.parametrize("seed", range(3))
def test_balanced_weights_raise_the_balanced_accuracy_where_one_class_is_rare(rare, seed):
    scored = *rare, *FEW, "score=balanced_accuracy", f"seed={seed}"
    plain, balanced = (trained(*scored, f"training.class_weights={weights}") for weights in ("none", "balanced"))
    for part in ("train", "test"):
        before, after = (result.history[f"{part}/balanced_accuracy"][-1] for result in (plain, balanced))
        assert after > before + 0.05


@pytest.mark.parametrize("output", ["sigmoid", "softmax", "tanh"])
def test_the_weights_of_a_run_are_those_of_its_training_rows(output):
    quadrants = "data=quadrants", "data.validation_fraction=0.5", f"network.output={output}", "loss=matching"
    runs = [checked(*quadrants, BALANCED, f"seed={seed}") for seed in (0, 1)]
    specs, shape, data = [run.spec for run in runs], runs[0].phases[-1].shape, [prepare(run.spec) for run in runs]
    network = build_network(shape.structure)
    parameters = first_parameters(network, specs, [None, None], shape.drawn)
    weights = build_stack(network, specs, data, shape, parameters).class_weights
    classes = [one.parts["train"][1].astype(int) for one in data]
    expected = [compute_class_weight("balanced", classes=np.arange(2), y=one) for one in classes]
    assert weights is not None and len(np.unique(weights.values)) == 4
    np.testing.assert_allclose(weights.values, expected, rtol=1e-15)


def test_a_stored_spec_without_the_key_trains_to_the_same_bits():
    (task,) = plan_of(("data=xor", "training.epochs=5", "tracking.plots=none")).tasks
    (now,) = train_task(task)
    del task.specs[0]["training"]["class_weights"]
    (stored,) = train_task(task)
    assert bits(stored) == bits(now)


@pytest.mark.parametrize("fault", OF_CLASSES)
def test_a_fault_of_the_gradient_is_made_and_caught_with_weights_too(fault):
    quadrants = "data=quadrants", "network.output=softmax", "training.l2=0.1", "network.hidden=[2]", "seed=1"
    rows, _, _ = check(plan_of((*quadrants, BALANCED, f"fault={fault}", *OF_CLASSES[fault])))
    assert not all(row.verdict.is_right for row in rows)
