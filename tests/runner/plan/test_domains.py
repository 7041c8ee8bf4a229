"""A loss that needs targets within bounds is refused where they are trained beyond them, with what to take."""

import numpy as np
import pytest

from nn.losses import LOSSES
from tests.runner.building import refusal, spec_of, trained

BOUNDED = [name for name in LOSSES if np.isfinite(LOSSES[name]().domain).any()]
QUICK = ("training.epochs=2", "training.evaluations=2", "tracking.plots=none")


def outside(csv_file) -> tuple[str, ...]:
    return (
        "data=table",
        "data.target_scale=none",
        csv_file("a,digit\n" + "".join(f"{i},{i % 10 + 0.5}\n" for i in range(40))),
    )


@pytest.mark.parametrize(
    ("loss", "output", "bounds"),
    [("binary_cross_entropy", "sigmoid", "0 to 1"), ("tanh_matching", "tanh", "-1 to 1")],
)
@pytest.mark.parametrize("key", ["loss", "cost"])
def test_targets_beyond_the_domain_of_a_loss_are_refused_with_the_loss_to_take(loss, output, bounds, key, csv_file):
    overrides = (*outside(csv_file), f"network.output={output}", f"{key}={loss}")
    message = refusal(*overrides, "network.target_range=null")
    assert message == (
        f"{key}={loss} needs targets from {bounds}, and those of data=table are trained as 0.5 to 9.5; "
        f"use {key}=half_mse or network.target_range=auto, which maps them onto {bounds}"
    )
    spec_of(*overrides)
    spec_of(*overrides, "network.target_range=[0,10]")
    assert "are trained as" in refusal(*overrides, "network.target_range=[0,5]")


def test_labels_beyond_the_domain_are_refused_too():
    overrides = ("data=xor", "network.output=sigmoid", "loss=binary_cross_entropy")
    assert "are trained as -1 to 1" in refusal(*overrides, "data.targets=[-1,1]", "network.target_range=null")
    assert "are trained as -0.5 to 1" in refusal(*overrides, "network.target_range=[-0.5,1]")
    spec_of(*overrides, "network.target_range=[0.2,0.8]")


@pytest.mark.parametrize("output", ["softmax", "clipped_softmax"])
def test_a_softmax_needs_targets_that_sum_to_one(output):
    overrides = ("data=xor", f"network.output={output}", "loss=matching")
    assert "a sum of 0.9; use network.target_range=auto" in refusal(*overrides, "network.target_range=[0.1,0.8]")
    assert "are trained as -1 to 1; use network.target_range=auto" in refusal(
        *overrides, "data.targets=[-1,1]", "network.target_range=null"
    )
    spec_of(*overrides, "network.target_range=[0.1,0.9]")


@pytest.mark.parametrize("loss", BOUNDED)
def test_within_its_domain_a_loss_has_a_least_value_and_beyond_it_none(loss):
    low, high = LOSSES[loss]().domain
    z = np.array([-1e3, 0.0, 1e3])[np.newaxis, np.newaxis].repeat(2, axis=1)
    z[:, 1] = 0

    def least(t: float) -> float:
        targets = np.broadcast_to(np.array([t, 1 - t])[np.newaxis, :, np.newaxis], z.shape)
        return float(LOSSES[loss]().per_sample(z, np.zeros_like(z), targets).min())

    assert min(least(low), least(high)) > -2
    assert max(least(low - 0.5), least(high + 0.5)) < -200


def test_labels_are_trained_as_the_range_and_scores_and_models_are_in_their_own_units():
    result = trained("data=quadrants", "network.output=sigmoid", "network.target_range=[0.2,0.8]", *QUICK)
    low, high = result.network.scaling.outputs(np.array([0.2, 0.8]))
    assert (low, high) == pytest.approx((0, 1), abs=1e-15)
    assert 0 <= result.finals["test/accuracy"] <= 1


def test_a_regression_without_bounds_learns_large_targets_once_they_are_mapped(csv_file):
    rows = [(52, 148), (61, 163), (70, 192), (75, 201), (83, 214), (90, 246), (98, 259), (105, 271), (112, 301)]
    table = csv_file("area,price\n" + "".join(f"{area},{price}000\n" for area, price in rows * 2))
    overrides = (
        "data=table",
        table,
        "data.task=regression",
        "data.standardize=true",
        "training.epochs=200",
        "tracking.plots=none",
    )
    mapped = trained(*overrides, "data.target_scale=none", "network.target_range=[-1,1]")
    plain = trained(*overrides, "data.target_scale=none")
    assert mapped.finals["test/rmse"] < mapped.finals["baseline/constant_rmse"] / 3
    assert plain.outcome == "diverged" or plain.finals["test/rmse"] > 3 * mapped.finals["test/rmse"]
    assert 100_000 < mapped.network.scaling.outputs(np.array([-1.0]))[0] < 200_000


@pytest.mark.parametrize("chosen", ["[0,1e-320]", "[-1e308,1e308]"])
def test_a_range_that_nothing_can_be_mapped_onto_is_refused(chosen):
    assert "must be within +-1e+100 and not too narrow" in refusal(f"network.target_range={chosen}")
