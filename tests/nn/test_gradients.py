"""The check of gradients itself: its central differences are right, and its verdicts name the mistake."""

import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nn import gradients
from nn.activations import ACTIVATIONS
from nn.gradients import central_difference, judge, judge_penalty, narrow, parts, slopes_along, together
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array

SMOOTH = ("tanh", "sigmoid", "gelu", "softplus", "elu", "selu", "silu", "sine")
RNG = np.random.default_rng(5)
SQUARE = RNG.normal(size=(3, 3))
OTHER = RNG.normal(size=(3, 3))
WEIGHTS = RNG.normal(size=(3, 3))
NUMBER = r"-?\d[\d.e+-]*"
ENTRIES = st.floats(-4, 4, allow_subnormal=False, width=32).filter(lambda value: value == 0 or abs(value) > 1e-3)


def some_array(shape: tuple[int, ...]) -> st.SearchStrategy[Array]:
    return arrays(np.float64, shape, elements=ENTRIES)


def network(activation: str = "tanh", sizes: Sequence[int] = (2, 3, 1), loss: str = "half_mse") -> Network:
    return Network(tuple(sizes), ACTIVATIONS[activation](), ACTIVATIONS["identity"](), LOSSES[loss]())


def point(net: Network, n: int = 7) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(3)
    x, t = rng.normal(size=(1, net.sizes[0], n)), rng.normal(size=(1, net.sizes[-1], n))
    return rng.normal(size=net.n_parameters), x, t


def back_propagated(net: Network, parameters: Array, x: Array, t: Array) -> Array:
    gradient, layers = np.zeros((1, net.n_parameters)), net.layers(parameters[np.newaxis])
    net.gradient(layers, net.forward(layers, x), t, out=net.layers(gradient))
    return gradient[0]


def everywhere(net: Network) -> np.ndarray:
    return np.arange(net.n_parameters)


def test_the_arrays_of_a_network_have_names_and_cover_its_parameters_once():
    found = parts(network(sizes=(2, 3, 1)))
    assert [(part.name, part.indices.shape) for part in found] == [
        ("W1", (2, 3)), ("b1", (3,)), ("W2", (3, 1)), ("b2", (1,)),
    ]  # fmt: skip
    assert sorted(np.concatenate([part.indices.ravel() for part in found])) == list(range(13))


def test_the_central_difference_of_a_linear_network_is_the_derivative_by_hand():
    net = network(sizes=(1, 1))
    x, t = np.array([[[1.0, 2.0]]]), np.array([[[0.0, 1.0]]])
    # a = 3 x + 1 = 4, 7; mean of 1/2 (a - t)^2: dW = (4 * 1 + 6 * 2) / 2, db = (4 + 6) / 2
    derivative, uncertainty = central_difference(net, np.array([3.0, 1.0]), x, t, everywhere(net))
    np.testing.assert_allclose(derivative, [8, 5], rtol=1e-11)
    assert (uncertainty < 1e-8).all()


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "softplus"])
def test_the_slope_along_a_direction_is_that_of_the_gradient_whatever_array_it_is_in(activation):
    net = network(activation, sizes=(2, 5, 4, 1))
    parameters, x, t = point(net, 40)
    directions = np.zeros((6, net.n_parameters))
    for direction, part in zip(directions, parts(net), strict=True):
        direction[part.indices] = 100 * RNG.normal(size=part.indices.shape)
    slopes, uncertainty = slopes_along(net, parameters, x, t, directions)
    own = directions @ back_propagated(net, parameters, x, t)
    assert (np.abs(slopes - own) <= 1e-6 * np.abs(own) + uncertainty).all() and (uncertainty < 1e-4 * np.abs(own)).all()


@pytest.mark.parametrize(
    "activation",
    [
        "tanh",
        "sigmoid",
        "gelu",
        "softplus",
        "elu",
        "selu",
        "silu",
        "sine",
        "relu",
        "leaky_relu",
        "floored_relu",
        "hard_tanh",
    ],
)
def test_the_central_difference_is_the_gradient_wherever_it_is_known(activation):
    net = network(activation, (2, 6, 4, 1))
    derivative, uncertainty = central_difference(net, *point(net, 40), everywhere(net))
    known = np.isfinite(derivative)
    assert known.mean() > 0.9
    gap = np.abs(derivative - back_propagated(net, *point(net, 40)))[known]
    assert (gap <= uncertainty[known]).all()


def test_a_smooth_network_is_known_everywhere():
    net = network("sigmoid", (2, 6, 4, 1))
    assert np.isfinite(central_difference(net, *point(net, 40), everywhere(net))[0]).all()


@pytest.mark.parametrize("offset", [0.0, 1e-6, -1e-6, 1.2e-5])
def test_an_entry_beside_a_kink_is_left_out(offset):
    """One relu unit: z = x W + b is `offset`, so every parameter that moves z crosses the kink, or comes close."""
    net = network("relu", (1, 1, 1))
    parameters = np.array([1.0, -1.0 + offset, 2.0, 0.5])
    derivative, _ = central_difference(net, parameters, np.ones((1, 1, 1)), np.zeros((1, 1, 1)), everywhere(net)[:2])
    assert np.isnan(derivative).all()


def test_a_kink_at_some_distance_does_not_matter():
    net = network("relu", (1, 1, 1))
    parameters = np.array([1.0, -1.0 + 1e-4, 2.0, 0.5])
    x, t = np.ones((1, 1, 1)), np.zeros((1, 1, 1))
    derivative, _ = central_difference(net, parameters, x, t, everywhere(net)[:2])
    np.testing.assert_allclose(derivative, back_propagated(net, parameters, x, t)[:2], rtol=1e-8)


def test_chunks_do_not_change_the_numbers(monkeypatch):
    net = network("tanh", (2, 6, 4, 1))
    whole = central_difference(net, *point(net), everywhere(net))
    monkeypatch.setattr(gradients, "CHUNK_BYTES", 1)
    np.testing.assert_array_equal(whole, central_difference(net, *point(net), everywhere(net)))


MISTAKES = {
    "right": SQUARE,
    "wrong sign": -SQUARE,
    "scaled by 2": 2 * SQUARE,
    "scaled by 1.0001": 1.0001 * SQUARE,
    "wrong sign, and scaled by 0.25": -SQUARE / 4,
    "transposed": SQUARE.T,
    "the weights themselves": WEIGHTS,
    "zero, and should not be": 0 * SQUARE,
    "not finite": np.where(SQUARE > 0, SQUARE, np.nan),
    "wrong shape: (3, 3) minus (3,) broadcasts to (3, 3)": SQUARE[0],
}


@pytest.mark.parametrize("words", MISTAKES)
def test_a_verdict_names_the_mistake(words):
    verdict = judge(MISTAKES[words], SQUARE, WEIGHTS)
    assert (verdict.words, verdict.is_right) == (words, words == "right")


@pytest.mark.parametrize("words", [words for words in MISTAKES if "shape" not in words])
def test_a_verdict_needs_only_some_of_the_entries(words):
    derivative = SQUARE.copy()
    derivative[0, 1] = derivative[2, 2] = np.nan
    assert judge(MISTAKES[words], derivative, WEIGHTS).words == words


def test_a_wrong_direction_comes_with_its_cosine():
    verdict = judge(np.array([1.0, 0.0]), np.array([1.0, 1.0]), np.array([5.0, 7.0]))
    assert (verdict.words, verdict.is_right) == ("wrong direction (cosine 0.7071)", False)


def test_a_column_minus_a_row_is_a_wrong_shape():
    verdict = judge(np.ones(3), np.ones((3, 1)), np.ones((3, 1)))
    assert verdict.words == "wrong shape: (3, 1) minus (3,) broadcasts to (3, 3)"


def test_zero_is_right_where_zero_is_meant_and_nothing_else_is():
    nothing = np.zeros(3)
    assert judge(nothing, nothing, np.ones(3)).is_right
    assert judge(nothing, nothing + 1e-12, np.ones(3), uncertainty=1e-11).is_right
    assert judge(np.ones(3), nothing, np.ones(3)).words == "not zero, and should be"


def test_an_array_with_no_known_entry_is_neither_right_nor_wrong():
    verdict = judge(np.ones(3), np.full(3, np.nan), np.ones(3))
    assert (verdict.words, verdict.is_right) == ("not checked", None)
    assert together([verdict, judge_penalty(np.ones(3), np.ones(3))]).is_right is None


def test_a_penalty_is_judged_by_its_own_size_and_all_that_is_wrong_is_reported():
    tiny = 1e-12 * WEIGHTS
    assert judge_penalty(tiny, tiny).is_right
    flipped, none = judge_penalty(-tiny, tiny), judge_penalty(0 * tiny, tiny)
    assert (flipped.words, none.words) == ("the penalty has the wrong sign", "the penalty is wrong")
    both = together([judge(-SQUARE, SQUARE, WEIGHTS), flipped])
    assert (both.words, both.is_right) == ("wrong sign; the penalty has the wrong sign", False)
    assert together([judge(SQUARE, SQUARE, WEIGHTS), flipped]).words == flipped.words


def test_what_an_update_would_broadcast_is_taken_back():
    np.testing.assert_array_equal(narrow(np.tile([1.0, 2.0, 3.0], (3, 1)), (3, 1)), [1, 2, 3])
    np.testing.assert_array_equal(narrow(np.full(3, 4.0), (1,)), [4])
    np.testing.assert_array_equal(narrow(SQUARE, (3, 3)), SQUARE)


@given(some_array((3, 3)), some_array((3, 3)), st.floats(1e-6, 1e6))
def test_a_verdict_does_not_depend_on_the_unit(gradient, derivative, unit):
    plain = judge(gradient, derivative, 1e9 * WEIGHTS)
    scaled = judge(unit * gradient, unit * derivative, 1e9 * WEIGHTS)
    assert re.sub(NUMBER, "", plain.words) == re.sub(NUMBER, "", scaled.words)
    assert plain.is_right is scaled.is_right


@given(some_array((3, 4)), st.floats(-100, 100).filter(lambda factor: abs(factor) > 0.01))
def test_every_factor_is_recognised(derivative, factor):
    assume(derivative.any() and abs(abs(factor) - 1) > 1e-3)
    verdict = judge(factor * derivative, derivative, np.full((3, 4), 1e9))
    told, _, number = verdict.words.rpartition(" ")
    assert told == ("scaled by" if factor > 0 else "wrong sign, and scaled by")
    assert float(number) == pytest.approx(abs(factor), rel=1e-5)
    assert verdict.is_right is False


@given(some_array((4,)), some_array((4,)))
def test_only_what_is_close_is_right(gradient, derivative):
    longest = max(np.linalg.norm(gradient), np.linalg.norm(derivative))
    apart = np.linalg.norm(gradient - derivative) > 1.01e-6 * longest
    close = np.linalg.norm(gradient - derivative) <= 0.99e-6 * longest
    verdict = judge(gradient, derivative, np.full(4, 1e9))
    assert not (verdict.is_right and apart)
    assert not (not verdict.is_right and close)


@given(some_array((3,)), some_array((3,)))
def test_a_cosine_is_that_of_numpy(one, other):
    assume(one.any() and other.any())
    expected = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    assert gradients.cosine(one, other) == pytest.approx(expected, abs=1e-12)
    assert gradients.norm(one) == pytest.approx(np.linalg.norm(one))


def test_numbers_that_squares_would_lose_have_a_norm_and_a_cosine():
    assert gradients.norm(np.array([3e300, 4e300])) == pytest.approx(5e300)
    assert gradients.norm(np.array([3e-300, 4e-300])) == pytest.approx(5e-300)
    assert gradients.cosine(np.array([1e300, 0]), np.array([1e-300, 1e-300])) == pytest.approx(0.5**0.5)
    assert np.isnan(gradients.cosine(np.zeros(2), np.ones(2)))
