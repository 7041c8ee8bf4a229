import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from nn.optimizers import OPTIMIZERS, Optimizers, Step
from nn.registry import Array
from tests.nn.components import altered, defaults, label, per_run, shared, variants

VARIANTS = list(variants(OPTIMIZERS))
NAMES = list(OPTIMIZERS)
Gradients = list[float]


# What is subtracted at each step, transcribed in plain Python from the publications, one number at a time.


def sgd_by_hand(gradients: Gradients, rate: float) -> Iterator[float]:
    for g in gradients:
        yield rate * g


def momentum_by_hand(gradients: Gradients, rate: float, momentum: float) -> Iterator[float]:
    """Sutskever et al. (2013), equations 1 and 2: v' = mu v - rate g; theta' = theta + v'."""
    velocity = 0.0
    for g in gradients:
        velocity = momentum * velocity - rate * g
        yield -velocity


def nesterov_by_hand(gradients: Gradients, rate: float, momentum: float) -> Iterator[float]:
    """Bengio et al. (2013), equation 7: Theta' = Theta + mu_t mu_(t-1) v_(t-1) - (1 + mu_t) rate g."""
    velocity = 0.0
    for g in gradients:
        yield -(momentum * momentum * velocity - (1 + momentum) * rate * g)
        velocity = momentum * velocity - rate * g


def rmsprop_by_hand(gradients: Gradients, rate: float, rho: float, epsilon: float) -> Iterator[float]:
    """Tieleman and Hinton (2012), lecture 6e: a running average of g^2 divides the gradient by its root."""
    square = 0.0
    for g in gradients:
        square = rho * square + (1 - rho) * g**2
        yield rate * g / (math.sqrt(square) + epsilon)


def adam_by_hand(gradients: Gradients, rate: float, beta1: float, beta2: float, epsilon: float) -> Iterator[float]:
    """Kingma and Ba (2015), algorithm 1; t counts from 1."""
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        yield rate * (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + epsilon)


def nadam_by_hand(gradients: Gradients, rate: float, beta1: float, beta2: float, epsilon: float) -> Iterator[float]:
    """Dozat (2016), algorithm 2, with the same mu at every step; t counts from 1."""
    m = n = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        n = beta2 * n + (1 - beta2) * g**2
        m_hat = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * g / (1 - beta1**t)
        yield rate * m_hat / (math.sqrt(n / (1 - beta2**t)) + epsilon)


def adagrad_by_hand(gradients: Gradients, rate: float, epsilon: float) -> Iterator[float]:
    """Duchi et al. (2011), figure 1: G_t,ii is the sum of squares of all gradients so far."""
    for t, g in enumerate(gradients, start=1):
        yield rate * g / (math.sqrt(sum(past**2 for past in gradients[:t])) + epsilon)


BY_HAND: dict[str, Callable[..., Iterator[float]]] = {
    "sgd": sgd_by_hand,
    "momentum": momentum_by_hand,
    "nesterov": nesterov_by_hand,
    "rmsprop": rmsprop_by_hand,
    "adam": adam_by_hand,
    "nadam": nadam_by_hand,
    "adagrad": adagrad_by_hand,
}


def decrements(
    name: str, settings: dict[str, Any], gradients: Array, rate: Any = 0.1, parameters: Array | None = None
) -> Array:
    """What the rule subtracts at each step, for gradients `(steps, runs, P)`.

    The parameters stay where they are, at zero where none are given; all but the first are decayed.
    """
    state = [np.zeros_like(gradients[0]) for _ in range(OPTIMIZERS.slots(name))]
    rates = np.broadcast_to(np.asarray(rate, dtype=gradients.dtype), (gradients.shape[1],))[:, np.newaxis]
    parameters = np.zeros_like(gradients[0]) if parameters is None else parameters
    decayed = (np.arange(gradients.shape[2]) > 0).astype(gradients.dtype)
    steps = [Step(one, parameters, decayed, rates, number) for number, one in enumerate(gradients)]
    return np.stack([OPTIMIZERS[name](step, state, **settings).copy() for step in steps])


def some_gradients(runs: int = 3, steps: int = 6, dtype: Any = np.float64) -> Array:
    return np.random.default_rng(5).normal(size=(steps, runs, 4)).astype(dtype)


def in_columns(settings: dict[str, Any], runs: int, dtype: Any = np.float64) -> dict[str, Any]:
    """The settings as training hands them out: floats as `(runs, 1)` arrays, anything else as it is."""
    columns = {name: np.full((runs, 1), value, dtype) for name, value in per_run(settings).items()}
    return {**shared(settings), **columns}


@pytest.mark.parametrize(("name", "settings"), [one for one in VARIANTS if one[0] in BY_HAND], ids=label)
def test_the_first_steps_agree_with_the_published_formula(name: str, settings: dict[str, Any]) -> None:
    gradients = [0.5, -2.0, 0.25, 1.5]
    with np.errstate(all="raise"):
        ours = decrements(name, settings, np.array(gradients).reshape(-1, 1, 1), rate=0.1)
    np.testing.assert_allclose(ours.ravel(), list(BY_HAND[name](gradients, 0.1, **settings)), rtol=1e-14)


# Two steps with gradients 1 and 2, rate 0.1, worked on paper: momentum 0.5 gives v = 0.1, then 0.05 + 0.2; nesterov
# adds half of v to the pull; rmsprop with rho 0.75 has v = 1/4, then 3/16 + 1 = 19/16; Adam's first step is the rate
# itself (m_hat = g, v_hat = g^2), and with beta1 = beta2 = 1/2 then m_hat = (1/4 + 1) / (3/4) and
# v_hat = (1/4 + 2) / (3/4) = 3.
ON_PAPER: list[tuple[str, dict[str, float], list[float]]] = [
    ("sgd", {}, [0.1, 0.2]),
    ("momentum", {"momentum": 0.5}, [0.1, 0.25]),
    ("nesterov", {"momentum": 0.5}, [0.15, 0.325]),
    ("rmsprop", {"rho": 0.75, "epsilon": 1e-30}, [0.2, 0.8 / math.sqrt(19)]),
    ("adam", {"beta1": 0.5, "beta2": 0.5, "epsilon": 1e-30}, [0.1, 0.5 / (3 * math.sqrt(3))]),
]


@pytest.mark.parametrize(("name", "settings", "expected"), ON_PAPER)
def test_two_steps_agree_with_the_calculation_on_paper(
    name: str, settings: dict[str, float], expected: list[float]
) -> None:
    ours = decrements(name, settings, np.array([1.0, 2.0]).reshape(2, 1, 1), rate=0.1)
    np.testing.assert_allclose(ours.ravel(), expected, rtol=1e-14)


def test_nesterov_follows_the_looked_ahead_point_of_the_original_form() -> None:
    # Sutskever et al. (2013), equations 3 and 4, on the cost curvature / 2 * theta^2; our parameters are theta + mu v.
    curvature, rate, mu = 2.0, 0.1, 0.8
    theta, velocity, looked_ahead = 1.0, 0.0, []
    for _ in range(6):
        velocity = mu * velocity - rate * curvature * (theta + mu * velocity)
        theta += velocity
        looked_ahead.append(theta + mu * velocity)
    ours, state, path = np.ones((1, 1)), [np.zeros((1, 1))], []
    for number in range(6):
        step = Step(curvature * ours, ours, np.ones(1), np.full((1, 1), rate), number)
        ours = ours - OPTIMIZERS["nesterov"](step, state, momentum=mu)
        path.append(ours.item())
    np.testing.assert_allclose(path, looked_ahead, rtol=1e-12)


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=label)
def test_settings_as_arrays_give_the_same_bits_as_numbers(name: str, settings: dict[str, Any]) -> None:
    gradients = some_gradients(steps=200)
    as_arrays = decrements(name, in_columns(settings, runs=3), gradients)
    assert as_arrays.tobytes() == decrements(name, settings, gradients).tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_leaving_the_settings_out_means_their_defaults(name: str) -> None:
    gradients = some_gradients()
    assert np.array_equal(decrements(name, {}, gradients), decrements(name, defaults(OPTIMIZERS, name), gradients))


@pytest.mark.parametrize("name", NAMES)
def test_runs_with_other_settings_and_rates_in_one_stack_do_not_touch_each_other(name: str) -> None:
    gradients, plain = some_gradients(runs=2), defaults(OPTIMIZERS, name)
    other = {**plain, **per_run(altered(OPTIMIZERS, name))}
    mixed = {key: np.array([[plain[key]], [other[key]]]) for key in per_run(plain)}
    together = decrements(name, {**plain, **mixed}, gradients, rate=np.array([0.1, 0.3]))
    assert np.array_equal(together[:, [0]], decrements(name, plain, gradients[:, [0]], rate=0.1))
    assert np.array_equal(together[:, [1]], decrements(name, other, gradients[:, [1]], rate=0.3))


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=label)
def test_no_gradient_means_no_step(name: str, settings: dict[str, Any]) -> None:
    with np.errstate(all="raise"):
        assert not decrements(name, settings, np.zeros((3, 2, 4))).any()


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=label)
def test_the_first_step_goes_downhill_in_every_parameter(name: str, settings: dict[str, Any]) -> None:
    gradients = some_gradients(steps=1)
    assert np.array_equal(np.sign(decrements(name, settings, gradients)), np.sign(gradients))


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=label)
def test_every_rule_comes_nearer_to_the_bottom_of_a_bowl(name: str, settings: dict[str, Any]) -> None:
    """The cost is 1/2 theta^2, whose gradient is theta itself. How near is a matter of the rate, not a law."""
    theta, rate = np.array([[1.0, -2.0]]), np.full((1, 1), 0.02)
    state = [np.zeros_like(theta) for _ in range(OPTIMIZERS.slots(name))]
    for number in range(400):
        theta = theta - OPTIMIZERS[name](Step(theta.copy(), theta, np.ones(2), rate, number), state, **settings)
    assert np.abs(theta).max() < 1.8


@pytest.mark.parametrize("name", NAMES)
def test_single_precision_stays_single(name: str) -> None:
    gradients = some_gradients(dtype=np.float32)
    settings = in_columns(defaults(OPTIMIZERS, name), runs=3, dtype=np.float32)
    assert decrements(name, settings, gradients).dtype == np.float32


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_with_settings_filled_in_keeps_as_many_arrays_as_the_rule_itself(name: str) -> None:
    filled = OPTIMIZERS.optimizer(name, **defaults(OPTIMIZERS, name))
    assert filled.slots == OPTIMIZERS.slots(name)


# By the papers' formulas: none for g itself, the velocity, the sum or the running mean of g^2, and Adam's m and v.
SLOTS = {"sgd": 0, "momentum": 1, "nesterov": 1, "adagrad": 1, "rmsprop": 1, "adam": 2, "adamw": 2, "nadam": 2}


@pytest.mark.parametrize(("name", "n"), SLOTS.items())
def test_a_rule_keeps_one_array_per_running_quantity(name: str, n: int) -> None:
    assert OPTIMIZERS.slots(name) == n


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_leaves_what_it_sees_as_it_was(name: str) -> None:
    (gradient,), rate = some_gradients(steps=1), np.full((3, 1), 0.1)
    step = Step(gradient, gradient + 1, np.ones(4), rate, 0)
    before = [np.array(seen) for seen in step]
    OPTIMIZERS[name](step, [np.zeros_like(gradient) for _ in range(OPTIMIZERS.slots(name))])
    assert all(np.array_equal(seen, then) for seen, then in zip(step, before, strict=True))


def test_decoupled_weight_decay_is_that_of_adam_and_a_share_of_the_decayed_parameters() -> None:
    gradients, parameters = some_gradients(), np.arange(12.0).reshape(3, 4)
    settings, plain = {"weight_decay": 0.25}, decrements("adam", {}, some_gradients())
    decayed = decrements("adamw", settings, gradients, parameters=parameters) - plain
    expected = 0.1 * 0.25 * parameters * [0, 1, 1, 1]
    np.testing.assert_allclose(decayed, np.broadcast_to(expected, decayed.shape), rtol=1e-12, atol=1e-16)
    none = decrements("adamw", {"weight_decay": 0.0}, gradients, parameters=parameters)
    assert none.tobytes() == plain.tobytes()


def test_a_rule_with_arguments_of_its_own_is_refused_with_those_that_rules_have() -> None:
    rules = Optimizers()
    with pytest.raises(ValueError, match=r"'old' takes gradient, rate, step, state; a rule takes step and state"):

        @rules.register
        def old(gradient: Array, rate: Array, step: int, state: list[Array]) -> Array:
            return rate * gradient

    assert list(rules) == []
