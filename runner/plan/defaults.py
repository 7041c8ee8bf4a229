"""What `auto` and omitted settings stand for, so that a spec names what it runs."""

from typing import Any

from nn.losses import LOSSES
from runner.runs.data import Facts
from runner.runs.field_types import AUTO
from runner.runs.spec import Component, Spec, TestSpec, TrainingSpec

DEFAULT_BATCH_SIZE, DEFAULT_EPOCHS, TEST_POINTS = 32, 500, 1001
MATCHING, CROSS_ENTROPY = "matching", "cross_entropy"
# The loss whose delta is a - t, by output; `loss=matching` stands for it, and with an output made for classes
# `loss=cross_entropy`. `loss=auto` does in a classification with such an output; everything else gets the half mean
# squared error.
MATCHING_LOSSES = {
    "identity": "half_mse",
    "sigmoid": "binary_cross_entropy",
    "tanh": "tanh_matching",
    "softmax": "softmax_cross_entropy",
    "clipped_softmax": "clipped_softmax_cross_entropy",
}
MADE_FOR_CLASSES = ("sigmoid", "softmax", "clipped_softmax")


def output_for(loss: str, facts: Facts) -> str:
    """The output that `auto` stands for: for classes, the one that the loss is made for, if there is one."""
    if facts.task == "regression":
        return "identity"
    only = LOSSES[loss]().only_output if loss in LOSSES else None
    return only or ("sigmoid" if facts.n_classes == 2 else "softmax")


def loss_named(name: str, output: str, facts: Facts) -> str | None:
    """The loss that `auto`, `matching` or `cross_entropy` stands for; None if there is none."""
    if name == MATCHING or (name == CROSS_ENTROPY and output in MADE_FOR_CLASSES):
        return MATCHING_LOSSES.get(output)
    if name == CROSS_ENTROPY:
        return None
    if name != AUTO:
        return name
    is_usual = facts.task == "classification" and output in MADE_FOR_CLASSES
    return MATCHING_LOSSES[output] if is_usual else "half_mse"


def completed(training: TrainingSpec, facts: Facts) -> TrainingSpec:
    """The training settings with everything that depends on the data filled in."""
    n_train = facts.n_train
    sizes = {"online": 1, "full": n_train, "minibatch": training.batch_size or min(DEFAULT_BATCH_SIZE, n_train)}
    order = {"full": "given", "online": "fresh" if facts.is_distribution else "shuffled", "minibatch": "shuffled"}
    changes: dict[str, Any] = {"batch_size": sizes[training.mode]}
    if training.order == AUTO:
        changes["order"] = order[training.mode]
    if training.steps is None and training.epochs is None:
        changes["epochs"] = DEFAULT_EPOCHS
    return training.model_copy(update=changes)


def used_test(test: TestSpec) -> TestSpec:
    """The test settings without unused ones: two runs that differ only in these are the same run."""
    return test if test.set != "held_out" else test.model_copy(update={"points": TEST_POINTS})


def used_data(spec: Spec) -> Component:
    """The data without what is not used: a share for tests where none of its samples are held out, one for validation
    where there are folds.
    """
    changes: dict[str, Any] = {} if spec.test.set == "held_out" else {"test_fraction": 0.0}
    changes |= {"validation_fraction": 0.0} if dict(spec.data)["folds"] is not None else {}
    return spec.data.model_copy(update=changes)
