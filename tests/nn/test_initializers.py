import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from nn.initializers import INITIALIZERS
from tests.nn.components import bound, label, variants

VARIANTS = list(variants(INITIALIZERS))
FAN_IN, FAN_OUT = 200, 300


@dataclass(frozen=True)
class Moments:
    """What the docstring of an initializer promises for 200 inputs and 300 outputs."""

    name: str
    settings: dict[str, Any]
    deviation: float
    bound: float = math.inf

    def __str__(self) -> str:
        return f"{self.name}-{label(self.settings)}"


# By formula: U(-a, a) has the standard deviation a / sqrt(3); glorot's a is sqrt(6 / 500) and lecun's sqrt(3 / 200);
# the others are normal.
PROMISED = [
    Moments("uniform", {}, 0.5 / math.sqrt(3), 0.5),
    Moments("uniform", {"epsilon": 0.12}, 0.12 / math.sqrt(3), 0.12),
    Moments("normal", {}, 1 / math.sqrt(200)),
    Moments("normal", {"gain": 3.0}, 3 / math.sqrt(200)),
    Moments("lecun", {}, math.sqrt(1 / 200), math.sqrt(3 / 200)),
    Moments("glorot", {}, math.sqrt(6 / 500 / 3), math.sqrt(6 / 500)),
    Moments("he", {}, math.sqrt(2 / 200)),
    Moments("orthogonal", {}, 1 / math.sqrt(300)),
]


@pytest.mark.parametrize(("fan_in", "fan_out"), [(5, 3), (3, 5), (4, 4), (1, 1)])
def test_rows_or_columns_of_an_orthogonal_matrix_are_orthonormal_times_its_gain(fan_in: int, fan_out: int) -> None:
    W = draw("orthogonal", {"gain": 2.0}, fan_in=fan_in, fan_out=fan_out)
    product = W @ W.T if fan_in <= fan_out else W.T @ W
    np.testing.assert_allclose(product, 4 * np.eye(min(fan_in, fan_out)), atol=1e-12)


def test_an_orthogonal_matrix_has_no_preferred_direction() -> None:
    """Without the signs of R the first entry would be negative always, by the reflections of the QR decomposition."""
    first = np.array([draw("orthogonal", {}, seed=seed, fan_in=3, fan_out=3)[0, 0] for seed in range(400)])
    assert abs((first > 0).mean() - 0.5) < 0.1 and first.var() == pytest.approx(1 / 3, rel=0.2)


def draw(name: str, settings: dict[str, Any], seed: int = 0, fan_in: int = FAN_IN, fan_out: int = FAN_OUT) -> Any:
    return bound(INITIALIZERS, name, settings)(np.random.default_rng(seed), fan_in, fan_out)


@pytest.mark.parametrize(("fan_in", "fan_out"), [(1, 1), (1, 5), (7, 1), (4, 3)])
@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=label)
def test_first_weights_are_finite_doubles_of_the_shape_of_the_layer(
    name: str, settings: dict[str, Any], fan_in: int, fan_out: int
) -> None:
    W = draw(name, settings, fan_in=fan_in, fan_out=fan_out)
    assert W.shape == (fan_in, fan_out)
    assert W.dtype == np.float64
    assert np.isfinite(W).all()


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=label)
def test_first_weights_come_from_the_given_generator_and_nothing_else(name: str, settings: dict[str, Any]) -> None:
    assert draw(name, settings, seed=4).tobytes() == draw(name, settings, seed=4).tobytes()


@pytest.mark.parametrize("promised", PROMISED, ids=str)
def test_the_mean_is_zero_and_the_spread_is_that_of_the_formula(promised: Moments) -> None:
    """Five standard errors: of the mean s / sqrt(N), of the deviation at most s / sqrt(2 N)."""
    W = draw(promised.name, promised.settings)
    assert abs(W.mean()) < 5 * promised.deviation / math.sqrt(W.size)
    assert W.std() == pytest.approx(promised.deviation, rel=5 / math.sqrt(2 * W.size))


@pytest.mark.parametrize("promised", [one for one in PROMISED if one.bound < math.inf], ids=str)
def test_a_uniform_draw_fills_its_interval_and_does_not_leave_it(promised: Moments) -> None:
    W = draw(promised.name, promised.settings)
    assert np.abs(W).max() <= promised.bound
    assert W.max() > 0.999 * promised.bound
    assert W.min() < -0.999 * promised.bound


@pytest.mark.parametrize("promised", [one for one in PROMISED if one.bound == math.inf], ids=str)
def test_a_normal_draw_has_the_tails_of_a_normal_distribution(promised: Moments) -> None:
    # Of a normal distribution 4.55 % lie beyond two standard deviations; of a uniform one none does.
    beyond = (np.abs(draw(promised.name, promised.settings)) > 2 * promised.deviation).mean()
    assert beyond == pytest.approx(0.0455, abs=0.005)


@pytest.mark.parametrize("name", ["normal", "he", "glorot", "lecun"])
def test_a_layer_with_more_inputs_starts_with_smaller_weights(name: str) -> None:
    assert draw(name, {}, fan_in=400).std() < 0.9 * draw(name, {}, fan_in=100).std()


@pytest.mark.parametrize(("settings", "value"), [({}, 0.1), ({"value": -0.7}, -0.7), ({"value": 0}, 0.0)])
def test_constant_gives_its_value_everywhere(settings: dict[str, Any], value: float) -> None:
    assert (draw("constant", settings) == value).all()
