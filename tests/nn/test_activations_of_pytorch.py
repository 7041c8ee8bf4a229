"""Our activations beside PyTorch's: golden values that are committed, and PyTorch itself where it is installed."""

import json

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from tests.nn.pytorch_activations import FILE, SAME, Z, values

GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("place", range(len(SAME)), ids=[f"{name} {settings}" for name, settings, *_ in SAME])
def test_an_activation_is_what_that_of_pytorch_is_and_has_its_slope(place: int) -> None:
    name, settings, *_ = SAME[place]
    activation, z = ACTIVATIONS[name](**settings), np.array(Z)
    assert activation.derivative is not None
    a = activation.value(z.copy())
    np.testing.assert_allclose(a, GOLDEN["values"][place]["value"], rtol=1e-13, atol=1e-15)
    slope = activation.derivative(z.copy(), a)
    # At the corner of a hard tanh theirs is 0, as ours; gelu's tail is a difference of nearly equal numbers.
    np.testing.assert_allclose(slope, GOLDEN["values"][place]["slope"], rtol=1e-11, atol=1e-14)


def test_the_golden_values_are_of_a_named_version() -> None:
    assert GOLDEN["torch"].count(".") == 2


def test_pytorch_still_has_the_values_that_are_committed() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed; its values are committed")
    for found, committed, (name, *_) in zip(values(), GOLDEN["values"], SAME, strict=True):
        for what in ("value", "slope"):
            np.testing.assert_allclose(found[what], committed[what], rtol=1e-13, atol=1e-15, err_msg=name)
