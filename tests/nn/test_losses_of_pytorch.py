"""Our losses beside PyTorch's: golden values that are committed, and PyTorch itself where it is installed."""

import json

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from tests.nn.components import labels
from tests.nn.pytorch_losses import CLASSES, FILE, NUMBERS, SAME, Z, values

GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("place", range(len(SAME)), ids=[f"{name} {settings}" for name, settings, *_ in SAME])
def test_a_loss_costs_what_that_of_pytorch_does_and_has_its_gradient(place: int) -> None:
    name, settings, *_ = SAME[place]
    loss, z = LOSSES[name](**settings), np.array(Z).T[np.newaxis]
    output = ACTIVATIONS[loss.only_output or "identity"]()
    is_of_classes = "cross_entropy" in name or loss.only_task == "classification"
    t = (labels(name, np.eye(3)[CLASSES]) if is_of_classes else np.array(NUMBERS)).T[np.newaxis]
    a = output.value(z)
    np.testing.assert_allclose(loss.per_sample(z, a, t)[0], GOLDEN["values"][place]["cost"], rtol=1e-13)
    slope = loss.delta(z, a, t, output)[0].T
    np.testing.assert_allclose(slope, GOLDEN["values"][place]["slope"], rtol=1e-12, atol=1e-15)


def test_the_golden_values_are_of_a_named_version() -> None:
    assert GOLDEN["torch"].count(".") == 2


def test_pytorch_still_has_the_values_that_are_committed() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed; its values are committed")
    for found, committed, (name, *_) in zip(values(), GOLDEN["values"], SAME, strict=True):
        for what in ("cost", "slope"):
            np.testing.assert_allclose(found[what], committed[what], rtol=1e-13, atol=1e-15, err_msg=name)
