"""Our rules beside PyTorch's: golden values that are committed, and PyTorch itself where it is installed."""

import json

import numpy as np
import pytest

from nn.optimizers import OPTIMIZERS, Step
from tests.nn.pytorch_optimizers import FILE, GRADIENTS, RATE, SAME, START, paths

GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_every_rule_takes_the_path_that_pytorch_takes(name: str) -> None:
    at = np.array([START])
    state, path = [np.zeros_like(at) for _ in range(OPTIMIZERS.slots(name))], []
    for number, gradient in enumerate(GRADIENTS):
        step = Step(np.array([gradient]), at, np.ones(len(START)), np.full((1, 1), RATE), number)
        at = at - OPTIMIZERS[name](step, state)
        path.append(at[0])
    np.testing.assert_allclose(path, GOLDEN["paths"][name], rtol=1e-13)


def test_the_golden_values_are_of_a_named_version_and_of_every_rule() -> None:
    assert GOLDEN["torch"].count(".") == 2 and set(GOLDEN["paths"]) == set(SAME) == set(OPTIMIZERS)


def test_pytorch_still_takes_the_paths_that_are_committed() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed; its values are committed")
    for name, path in paths().items():
        np.testing.assert_allclose(path, GOLDEN["paths"][name], rtol=1e-13, err_msg=name)
