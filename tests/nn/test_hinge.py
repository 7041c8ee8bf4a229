"""Hinge loss, L2 and no hidden layer: the support vector machine that scikit-learn finds."""

import numpy as np
import pytest
from sklearn.svm import SVC

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from nn.network import Network
from nn.training import train
from tests.nn.stacks import stack_of


@pytest.mark.parametrize("l2", [0.02, 0.2])
def test_the_line_of_a_linear_support_vector_machine_is_found(l2: float) -> None:
    """Minimised is the mean hinge loss plus l2 / 2 |w|^2: scikit-learn's objective by C n, where C = 1 / (n l2)."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(80, 2))
    Y = np.where(X @ [1.0, -0.5] + 0.3 + 0.6 * rng.normal(size=80) > 0, 1.0, -1.0)
    identity = ACTIVATIONS["identity"]()
    network = Network((2, 1), identity, identity, LOSSES["hinge"]())
    stack = stack_of(
        network, np.zeros((1, 3)), X[np.newaxis], Y[np.newaxis, :, np.newaxis], 1.0, (0, 20_000),
        l2=np.array([l2]), schedules=[lambda steps: 1 / (1 + l2 * steps)],
    )  # fmt: skip
    (found,) = train(stack).parameters
    peer = SVC(kernel="linear", C=1 / (80 * l2), tol=1e-8).fit(X, Y)

    def objective(w: np.ndarray, b: float) -> float:
        return float(np.maximum(0, 1 - Y * (X @ w + b)).mean() + l2 / 2 * (w @ w))

    best = objective(peer.coef_[0], peer.intercept_[0])
    assert best <= objective(found[:2], found[2]) < 1.001 * best
    np.testing.assert_allclose(found, [*peer.coef_[0], *peer.intercept_], atol=0.02)
