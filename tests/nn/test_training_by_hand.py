"""Training agrees with calculations that share no code with it: plain Python numbers, one sample at a time."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.batches import FullBatches
from nn.losses import LOSSES
from nn.metrics import rmse
from nn.network import Network
from nn.optimizers import OPTIMIZERS
from nn.stack import Trained
from nn.training import train
from tests.nn.building import accuracy, grouped, weights_only
from tests.nn.components import defaults, per_run, shared

POINTS = [(0.5, 0.2), (-1.0, 0.7), (2.0, -0.3)]
XOR = [((0.0, 0.0), 0.0), ((0.0, 1.0), 1.0), ((1.0, 0.0), 1.0), ((1.0, 1.0), 0.0)]
START = {"w1": 0.6, "b1": -0.1, "w2": 0.9, "b2": 0.2}
START_XOR = [0.5, -0.4, 0.3, 0.8, 0.1, -0.2, 0.7, -0.6, 0.05]  # w11 w12 w21 w22 b1 b2 v1 v2 c


@dataclass
class Worked:
    """What the plain calculation found: parameters after the last step, and measures at every step."""

    parameters: list[float]
    costs: list[float]
    metrics: list[float]
    norms: list[float]


def regression_by_hand(steps: int, rate: float, l1: float, l2: float, clip_value: float, clip_norm: float) -> Worked:
    """1-1-1: h = tanh(w1 x + b1), a = w2 h + b2, cost = mean of (a - t)^2 / 2. Chain rule, written out."""
    w1, b1, w2, b2 = START.values()
    worked, n = Worked([], [], [], []), len(POINTS)
    for _ in range(steps + 1):
        g = [0.0, 0.0, 0.0, 0.0]
        cost = square = 0.0
        for x, t in POINTS:
            h = math.tanh(w1 * x + b1)
            error = w2 * h + b2 - t
            cost += error**2 / 2 / n
            square += error**2 / n
            back = error * w2 * (1 - h**2)
            for index, part in enumerate((back * x, back, error * h, error)):
                g[index] += part / n
        worked.costs.append(cost)
        worked.metrics.append(math.sqrt(square))
        worked.norms.append(math.sqrt(sum(part**2 for part in g)))
        worked.parameters = [w1, b1, w2, b2]
        g[0] += l2 * w1 + math.copysign(l1, w1)
        g[2] += l2 * w2 + math.copysign(l1, w2)
        g = [max(-clip_value, min(clip_value, part)) for part in g]
        norm = math.sqrt(sum(part**2 for part in g))
        g = [part * min(1.0, clip_norm / norm) for part in g]
        w1, b1, w2, b2 = (p - rate * part for p, part in zip((w1, b1, w2, b2), g, strict=True))
    return worked


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def xor_by_hand(steps: int, rate: float) -> Worked:
    """2-2-1 with sigmoids and binary cross-entropy, whose derivative by the output's z is a - t."""
    p = list(START_XOR)
    worked = Worked([], [], [], [])
    for _ in range(steps + 1):
        w11, w12, w21, w22, b1, b2, v1, v2, c = p
        g, cost, right = [0.0] * 9, 0.0, 0
        for (x1, x2), t in XOR:
            h1, h2 = logistic(w11 * x1 + w21 * x2 + b1), logistic(w12 * x1 + w22 * x2 + b2)
            a = logistic(v1 * h1 + v2 * h2 + c)
            cost -= (math.log(a) if t else math.log(1 - a)) / 4
            right += (a > 0.5) == (t == 1)
            d = (a - t) / 4
            d1, d2 = d * v1 * h1 * (1 - h1), d * v2 * h2 * (1 - h2)
            parts = (d1 * x1, d2 * x1, d1 * x2, d2 * x2, d1, d2, d * h1, d * h2, d)
            g = [sum(pair) for pair in zip(g, parts, strict=True)]
        worked.costs.append(cost)
        worked.metrics.append(right / 4)
        worked.norms.append(math.sqrt(sum(part**2 for part in g)))
        worked.parameters = p
        p = [one - rate * part for one, part in zip(p, g, strict=True)]
    return worked


def trained(network: Network, start: list[float], X: Any, Y: Any, metric: Any, steps: int, **options: Any) -> Trained:
    """Full batches and plain SGD at rate 0.4, measured at every step."""
    X, Y = np.array([X], dtype=float), np.array([Y], dtype=float)
    optimizer = options.pop("optimizer", "sgd")
    stack = grouped(
        network=network,
        parameters=np.array([start]),
        batches=FullBatches(X, Y),
        X_train=X,
        Y_train=Y,
        X_test=None,
        Y_test=None,
        metric=metric,
        optimizer=OPTIMIZERS.optimizer(optimizer, **shared(defaults(OPTIMIZERS, optimizer))),
        hyperparameters={name: np.array([value]) for name, value in per_run(defaults(OPTIMIZERS, optimizer)).items()},
        learning_rate=np.array([0.4]),
        schedules=[options.pop("schedule", np.ones_like)],
        evaluations=range(steps + 1),
        stop_cost=np.array([-np.inf]),
        patience=np.array([np.inf]),
        decayed=weights_only(network),
        **{name: np.array([value]) for name, value in options.items()},
    )
    return train(stack)


def small_regression(steps: int, **options: Any) -> Trained:
    network = Network((1, 1, 1), ACTIVATIONS["tanh"](), ACTIVATIONS["identity"](), LOSSES["half_mse"]())
    X, Y = [[x] for x, _ in POINTS], [[t] for _, t in POINTS]
    return trained(network, list(START.values()), X, Y, rmse, steps, **options)


def assert_agrees(result: Trained, worked: Worked) -> None:
    close = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(result.parameters[0], worked.parameters, **close)
    np.testing.assert_allclose(result.history["train_cost"][0], worked.costs, **close)
    np.testing.assert_allclose(result.history["train_metric"][0], worked.metrics, **close)
    np.testing.assert_allclose(result.history["gradient_norm"][0], worked.norms, **close)


@pytest.mark.parametrize(
    "extras",
    [
        {},
        {"l2": 0.3},
        {"l1": 0.2},
        {"clip_value": 0.05},
        {"clip_norm": 0.07},
        {"clip_norm": 50.0},
        {"l1": 0.1, "l2": 0.3, "clip_value": 0.2, "clip_norm": 0.15},
    ],
    ids=str,
)
def test_three_steps_of_a_1_1_1_network_agree_with_plain_python(extras: dict[str, float]) -> None:
    limits = {"l1": 0.0, "l2": 0.0, "clip_value": math.inf, "clip_norm": math.inf, **extras}
    assert_agrees(small_regression(3, **extras), regression_by_hand(3, rate=0.4, **limits))


def test_three_steps_of_a_2_2_1_network_agree_with_plain_python() -> None:
    sigmoid = ACTIVATIONS["sigmoid"]()
    network = Network((2, 2, 1), sigmoid, sigmoid, LOSSES["binary_cross_entropy"]())
    X, Y = [list(x) for x, _ in XOR], [[t] for _, t in XOR]
    assert_agrees(trained(network, START_XOR, X, Y, accuracy, 3), xor_by_hand(3, rate=0.4))


def test_the_schedule_multiplies_the_rate_of_each_step_and_the_rate_is_in_the_history() -> None:
    result = small_regression(3, schedule=lambda steps: 1 / (1 + steps))
    # By hand: 0.4 / 1, / 2, / 3; at the end stands the rate of the last update.
    np.testing.assert_allclose(result.history["learning_rate"][0], [0.4, 0.2, 0.4 / 3, 0.4 / 3], rtol=1e-15)
    path = [small_regression(steps, schedule=lambda steps: 1 / (1 + steps)).parameters[0] for steps in range(4)]
    norms = result.history["gradient_norm"][0]
    walked = [np.linalg.norm(after - before) for before, after in pairwise(path)]
    np.testing.assert_allclose(walked, [0.4 * norms[0], 0.2 * norms[1], 0.4 / 3 * norms[2]], rtol=1e-12)


def test_the_first_step_of_adam_is_the_rate_in_every_parameter() -> None:
    # By hand: m_hat / sqrt(v_hat) = g / |g| at the first step; epsilon = 1e-8 beside |g| > 0.01 is below 1e-6.
    moved = small_regression(1, optimizer="adam").parameters[0] - np.array(list(START.values()))
    np.testing.assert_allclose(np.abs(moved), 0.4, rtol=1e-6)
