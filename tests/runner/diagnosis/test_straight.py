"""Logistic regression by NumPy alone is scikit-learn's, whose own steps are carried further here."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, load_wine
from sklearn.linear_model import LogisticRegression

from runner.diagnosis.straight import straight

RNG = np.random.default_rng(0)
CASES = {
    "three classes": load_iris(return_X_y=True),
    "thirteen columns": load_wine(return_X_y=True),
    "noise": (RNG.normal(size=(200, 3)), RNG.integers(0, 2, 200)),
    "rare": (RNG.normal(size=(200, 2)), (np.arange(200) % 40 == 0).astype(int)),
}


@pytest.mark.parametrize("C", [1.0, 30.0])
@pytest.mark.parametrize("name", CASES)
def test_probabilities_are_those_of_scikit_learn(name: str, C: float) -> None:
    X, classes = CASES[name]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    peer = LogisticRegression(C=C, tol=1e-10, max_iter=10_000).fit(Z, classes)
    found = straight(X, classes, X[:50], int(classes.max()) + 1, C)
    np.testing.assert_allclose(found, peer.predict_proba(Z[:50]).T, atol=1e-5)


def test_a_class_that_is_not_there_has_no_probability_and_one_alone_has_all_of_it() -> None:
    X = RNG.normal(size=(20, 2))
    found = straight(X, np.where(X[:, 0] > 0, 3, 1), X, 4)
    np.testing.assert_array_equal(found[[0, 2]], 0.0)
    np.testing.assert_allclose(found.sum(axis=0), 1.0)
    np.testing.assert_array_equal(straight(X, np.full(20, 2), X[:5], 4)[2], 1.0)


def test_no_line_tells_the_classes_of_xor_apart() -> None:
    X, classes = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    np.testing.assert_allclose(straight(X, classes, X, 2, 900.0), 0.5, atol=1e-6)
