"""Losses for classes: the output and the labels that they need are chosen, or one error says which these are."""

import pytest

from nn.losses import LOSSES
from runner.runs.data import prepare
from tests.runner.building import refusal, spec_of, trained

QUICK = ("training.epochs=3", "training.evaluations=3", "tracking.plots=none")
CROSS_ENTROPIES = [name for name in LOSSES if "cross_entropy" in name]


@pytest.mark.parametrize(
    ("data", "columns"), [(("data=moons",), 1), (("data=spirals", "data.arms=3"), 3), (("data=xor",), 1)]
)
def test_hinge_trains_classes_as_minus_one_and_one_with_an_identity_output(data, columns):
    spec = spec_of(*data, "loss=hinge")
    prepared = prepare(spec)
    assert (spec.network.output, spec.cost) == ("identity", "hinge")
    assert set(prepared.Y_train.ravel()) == {-1.0, 1.0} and prepared.Y_train.shape[1] == columns
    assert prepared.threshold == 0
    result = trained(*data, "loss=hinge", *QUICK)
    assert result.has_finished and result.history["train/cost"][-1] < result.history["train/cost"][0]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (("data=sine",), "loss=hinge is for a classification, but data=sine is a regression"),
        (("data=moons", "network.output=tanh"), "loss=hinge needs network.output=identity, got network.output=tanh"),
        (
            ("data=moons", "network.target_range=null"),
            "loss=hinge needs classes that are trained as -1 and 1, and those of data=moons are trained as 0 and 1; "
            "use network.target_range=auto",
        ),
        (
            ("data=moons", "network.target_range=[-2,2]"),
            "loss=hinge needs classes that are trained as -1 and 1, and those of data=moons are trained as -2 and 2; "
            "use network.target_range=auto",
        ),
    ],
)
def test_what_hinge_does_not_go_with_is_one_error(overrides, message):
    assert refusal(*overrides, "loss=hinge") == message


def test_hinge_as_the_shown_cost_needs_its_labels_too():
    shown = ("data=moons", "loss=half_mse", "network.output=identity", "cost=hinge")
    assert refusal(*shown).endswith("use network.target_range=[-1,1]")
    assert spec_of(*shown, "network.target_range=[-1,1]").cost == "hinge"
    assert (
        prepare(spec_of("data=xor", "data.targets=[-1,1]", "network.target_range=null", "loss=hinge")).scaling.y_scale
        == 1
    )


@pytest.mark.parametrize("name", [name for name in LOSSES if LOSSES[name]().only_output])
def test_a_loss_for_one_output_chooses_it_for_classes(name):
    assert spec_of("data=quadrants", f"loss={name}").network.output == LOSSES[name]().only_output


@pytest.mark.parametrize(
    ("overrides", "output", "loss"),
    [
        (("data=moons",), "sigmoid", "binary_cross_entropy"),
        (("data=spirals", "data.arms=3"), "softmax", "softmax_cross_entropy"),
        (("data=moons", "network.output=softmax"), "softmax", "softmax_cross_entropy"),
        (("data=moons", "network.output=clipped_softmax"), "clipped_softmax", "clipped_softmax_cross_entropy"),
        (("data=sine", "network.output=sigmoid"), "sigmoid", "binary_cross_entropy"),
    ],
)
def test_cross_entropy_is_that_of_the_output_with_its_settings(overrides, output, loss):
    spec = spec_of(*overrides, "loss=cross_entropy")
    assert (spec.network.output, spec.loss.name, spec.cost) == (output, loss, loss)
    if overrides[0] != "data=sine":
        smoothed = spec_of(*overrides, "loss=cross_entropy", "loss.label_smoothing=0.1")
        assert smoothed.loss == spec_of(*overrides, f"loss={loss}", "loss.label_smoothing=0.1").loss
        assert smoothed.loss.settings() == {"label_smoothing": 0.1}


def test_an_output_without_a_cross_entropy_is_refused():
    message = refusal("data=moons", "network.output=tanh", "loss=cross_entropy")
    assert message == "loss=cross_entropy is known for network.output=sigmoid, softmax, clipped_softmax; got tanh"


def test_smoothed_labels_are_refused_for_numbers():
    message = refusal("data=sine", "network.output=sigmoid", "loss=cross_entropy", "loss.label_smoothing=0.1")
    assert message == "loss.label_smoothing=0.1 is for a classification, but data=sine is a regression"


@pytest.mark.parametrize("loss", CROSS_ENTROPIES)
def test_the_cost_has_smoothed_labels_and_the_log_loss_has_not(loss):
    first = ("data=quadrants", f"loss={loss}", "score=log_loss", *QUICK)
    plain, smoothed = (trained(*first, f"loss.label_smoothing={share}") for share in (0, 0.2))
    assert plain.history["test/cost"][-1] == pytest.approx(plain.history["test/log_loss"][-1], rel=1e-9)
    assert smoothed.history["test/cost"][0] != pytest.approx(smoothed.history["test/log_loss"][0], rel=1e-3)
    assert smoothed.history["test/log_loss"][0] == plain.history["test/log_loss"][0]
    assert smoothed.history["test/log_loss"][-1] != plain.history["test/log_loss"][-1]
    assert "train/loss" not in smoothed.history, "the cost is what is minimised"
