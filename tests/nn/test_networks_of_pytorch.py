"""A network of several activations, its dropout and its penalties beside PyTorch: its golden values, and itself."""

import json
from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array
from nn.training import train
from tests.nn import pytorch_networks as theirs
from tests.nn.stacks import stack_of

GOLDEN: dict[str, Any] = json.loads(theirs.FILE.read_text(encoding="utf-8"))
START, X, T = np.array([theirs.start()]), np.array([theirs.X]), np.array([theirs.T])
MASKS = tuple(np.array([used]) / theirs.KEPT for used in theirs.USED)


def network() -> Network:
    hidden = tuple(ACTIVATIONS[name]() for name in theirs.ACTIVATIONS)
    output, loss = ACTIVATIONS["identity"](), LOSSES["half_mse"]()
    return Network(theirs.SIZES, hidden[0], output, loss, own_activations=hidden)


@pytest.mark.parametrize(("name", "masks"), [("plain", ()), ("dropout", MASKS)])
def test_cost_and_gradient_are_those_of_automatic_differentiation(name: str, masks: tuple[Array, ...]) -> None:
    net, gradient = network(), np.zeros_like(START)
    x, t = X.swapaxes(1, 2), T.swapaxes(1, 2)
    trace = net.forward(net.layers(START), x, masks)
    net.gradient(net.layers(START), trace, t, net.layers(gradient))
    np.testing.assert_allclose(net.cost(trace, t), [GOLDEN[name]["cost"]], rtol=1e-13)
    np.testing.assert_allclose(gradient[0], GOLDEN[name]["gradient"], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", list(theirs.OPTIMIZERS))
def test_steps_with_both_penalties_are_those_that_pytorch_takes_on_the_whole_objective(name: str) -> None:
    penalties = {"l1": np.array([theirs.L1]), "l2": np.array([theirs.L2])}
    for steps, expected in enumerate(GOLDEN[name], 1):
        stack = stack_of(network(), START, X, T, theirs.RATE, (0, steps), optimizer=name, **penalties)
        np.testing.assert_allclose(train(stack).parameters[0], expected, rtol=1e-10, atol=1e-14)


def test_the_golden_values_are_of_a_named_version_and_some_weights_are_where_the_penalty_has_its_kink() -> None:
    assert GOLDEN["torch"].count(".") == 2 and len(GOLDEN["adam"]) == theirs.STEPS
    assert (START == 0).any() and len(np.unique(np.sign(START))) == 3


def test_pytorch_still_finds_what_is_committed() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed; its values are committed")
    for name, found in theirs.found().items():
        for one, other in (
            ((found, GOLDEN[name]),)
            if isinstance(found, list)
            else zip(found.values(), GOLDEN[name].values(), strict=True)
        ):
            np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-15, err_msg=name)
