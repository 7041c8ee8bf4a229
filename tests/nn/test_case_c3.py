"""Case C3, the mini-batch momentum tutorial: nn reproduces its nine deterministic fits to four digits.

They check cyclic slices, momentum, inverse-power rates, L2 on all parameters, and weights and momentum handed over.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.batches import SliceBatches
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array
from nn.schedules import inverse_power
from nn.stack import Trained
from nn.training import train
from tests.nn.stacks import stack_of

ITERATIONS, EPOCH, BATCH = 20000, 100, 40
SURFACES: dict[str, Callable[[Array, Array], Array]] = {
    "f1": lambda x, y: x * x + y * y,
    "f2": lambda x, y: x * x - y * y,
    "f3": lambda x, y: np.cos(1.2 * x) * np.cos(1.2 * y),
}
# problems.md C3.3, np.random.seed(42), 200 "epochs": measured there by an independent implementation. Rows f1, f2, f3;
# columns: mean |d| of the last epoch, RMSE on the training data, on the grid in [-2, 2]^2, on the whole grid.
TABLE = {
    3: [[0.1544, 0.2030, 0.3190, 1.0067], [0.8941, 1.0647, 1.2090, 1.9305], [0.2199, 0.2924, 0.3448, 0.4475]],
    5: [[0.1100, 0.1465, 0.2507, 0.9454], [0.0352, 0.0469, 0.1010, 0.4849], [0.0467, 0.0621, 0.0865, 0.2131]],
    8: [[0.0391, 0.0518, 0.0781, 0.5197], [0.0375, 0.0496, 0.0910, 0.4767], [0.0691, 0.0867, 0.1149, 0.2311]],
}


def drawn() -> tuple[Array, dict[int, Array]]:
    """X, then per h: W0 (h x 2), b0, W1 (1 x h), b1, in the order of np.random.seed(42); nn has W as (in, out)."""
    rng, starts = np.random.RandomState(42), {}
    X = rng.uniform(-2, 2, (100, 2))
    for h in TABLE:
        W0, b0, W1, b1 = (rng.uniform(0, 1, shape) / 100 for shape in ((h, 2), h, (1, h), 1))
        starts[h] = np.concatenate([W0.T.ravel(), b0, W1.ravel(), b1])[np.newaxis]
    return X, starts


def c3_network(h: int) -> Network:
    losses = LOSSES["half_mse"](), LOSSES["absolute_error"]()
    return Network((2, h, 1), ACTIVATIONS["sigmoid"](), ACTIVATIONS["identity"](), losses[0], shown=losses[1])


def fit(
    network: Network,
    X: Array,
    Y: Array,
    parameters: Array,
    state: Sequence[Array] | None,
    evaluations: tuple[int, ...],
    **options: Any,
) -> Trained:
    stack = stack_of(
        network,
        parameters,
        X[np.newaxis],
        Y[np.newaxis],
        0.4,
        evaluations,
        batches=SliceBatches(X[np.newaxis], Y[np.newaxis], BATCH, cyclic=True),
        optimizer="momentum",
        settings={"momentum": 0.6},
        schedules=[lambda steps: inverse_power(steps, 0, power=0.2)],
        l2=np.array([1e-4]),
        decayed=np.ones(network.n_parameters),
        state=state,
        **options,
    )
    return train(stack)


def grid(X: Array) -> Array:
    """The plotted points `(60515, 2)`: the data's bounding box with a margin of 0.5, in steps of 0.02."""
    axes = [np.arange(column.min() - 0.5, column.max() + 0.5, 0.02) for column in X.T]
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)


def rmse_of(errors: Array) -> float:
    return float(np.sqrt(np.mean(errors * errors)))


@pytest.mark.parametrize("h", [h if h == 8 else pytest.param(h, marks=pytest.mark.slow) for h in TABLE])
def test_the_published_program_gives_the_same_nine_fits_to_four_digits(h: int) -> None:
    """Each surface continues from the last one's weights and momentum; steps and batches start anew."""
    (X, starts), network = drawn(), c3_network(h)
    parameters, state = starts[h], None
    points, measured = grid(X), []
    for surface in SURFACES.values():
        Y = surface(X[:, :1], X[:, 1:])
        # The last of the 20000 iterations looks at its batch and stops: it shows in the mean, but updates nothing.
        shown = fit(network, X, Y, parameters, state, (0, ITERATIONS - EPOCH, ITERATIONS), online=True)
        result = fit(network, X, Y, parameters, state, (0, ITERATIONS - 1))
        parameters, state = result.parameters, result.state
        train_errors = network.predict(parameters, X[np.newaxis])[0] - Y
        grid_errors = network.predict(parameters, points[np.newaxis])[0, :, 0] - surface(*points.T)
        inside = (np.abs(points) <= 2).all(axis=1)
        last_epoch = shown.history["online_cost"][0, -1]
        measured.append([last_epoch, *map(rmse_of, (train_errors, grid_errors[inside], grid_errors))])
    np.testing.assert_allclose(measured, TABLE[h], rtol=0, atol=0.5e-4 + 1e-7)


def test_the_grid_is_the_published_one() -> None:
    # problems.md C3.1: seed 42 gives 245 x 247 = 60515 points.
    X, _ = drawn()
    assert grid(X).shape == (245 * 247, 2)
