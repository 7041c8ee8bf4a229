"""Kernel ridge regression with leave-one-out predictions, without one fit per sample."""

from collections.abc import Iterator

import numpy as np

from nn.registry import Array

WIDTHS = (0.1, 0.3, 1.0, 3.0)
PENALTIES = (1e-4, 1e-2, 0.1, 1.0)  # of kernels that are 1 for a sample and itself
ROUNDING = 1e-12


def scaled(X: Array) -> Array:
    """Inputs with mean 0 and standard deviation 1, without constant columns; at least one column."""
    X = X / np.where((largest := np.abs(X).max(axis=0)) > 0, largest, 1.0)
    spread = X.std(axis=0)
    varies = spread > ROUNDING
    return np.asarray((X - X.mean(axis=0))[:, varies] / spread[varies]) if varies.any() else np.zeros((len(X), 1))


def gaussian(Z: Array) -> Iterator[Array]:
    """exp(-d^2 / (2 w^2)) for every width w, in units of the square root of the number of inputs, `(n, n)`."""
    products = Z @ Z.T
    squares = np.diag(products)
    distances = np.maximum(squares[:, np.newaxis] + squares - 2 * products, 0)
    for width in WIDTHS:
        yield np.exp(-distances / (2 * width**2 * Z.shape[1]))


def linear(Z: Array) -> Iterator[Array]:
    """The kernel `(n, n)` of linear regression."""
    yield Z @ Z.T / Z.shape[1]


def left_out(K: Array, Y: Array) -> Iterator[Array]:
    """Leave-one-out predictions `(n, k)` for every penalty: kernel ridge regression with a constant.

    For a kernel `K (n, n)` and targets `Y (n, k)`. With H the matrix that maps targets to fitted values, the
    leave-one-out error of a sample is its error divided by 1 - H_ii (Golub, Heath and Wahba 1979, Generalized
    cross-validation); H = 1/n + U diag(l / (l + penalty)) U^T for the centred kernel U diag(l) U^T.
    """
    n, means = len(K), K.mean(axis=0)
    values, U = np.linalg.eigh(K - means - means[:, np.newaxis] + means.mean())
    values, squares = np.maximum(values, 0), U * U
    deviations = Y - Y.mean(axis=0)
    turned = U.T @ deviations
    for penalty in PENALTIES:
        kept = values / (values + penalty)
        errors = deviations - U @ (kept[:, np.newaxis] * turned)
        yield Y - errors / (1 - 1 / n - squares @ kept)[:, np.newaxis]
