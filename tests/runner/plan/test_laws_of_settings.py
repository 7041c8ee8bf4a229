"""Parts of a person's own module that break a law with one of the settings of a sweep, and not with their defaults."""

import numpy as np
import pytest

from nn.activations import Activation
from nn.losses import Loss
from tests.runner.plan.test_laws import told


def centring(*, share: float = 0.0):
    return Activation(lambda z: z - share * z.mean(axis=0), lambda z, a: np.ones_like(z))


def weighted(*, power: float = 1.0, of_all: bool = False):
    def per_sample(z, a, t):
        return (np.abs(a - t) ** power).sum(axis=-2) / (np.abs(t).max() if of_all else 1)

    return Loss(per_sample, lambda z, a, t, output: a - t)


def drawing(rng, fan_in, fan_out, *, is_global: bool = False):
    return np.random.randn(fan_in, fan_out) if is_global else rng.random((fan_in, fan_out))


def adding(step, state, *, keep: float = 0.5, in_place: bool = False):
    state[0] += keep * step.gradient
    rate = step.rate
    if in_place:
        rate *= 0.5
    return rate * state[0]


def cooling(steps, n_steps, *, over: str = "all"):
    return 1 - steps / (n_steps if over == "all" else len(steps) + 1)


@pytest.mark.parametrize(
    ("kind", "part", "settings", "words"),
    [
        ("activation", centring, {"share": 0.5}, "with share=0.5 gives a run other numbers alone than beside others"),
        ("loss", weighted, {"of_all": True, "power": 2.0}, "with power=2.0 and of_all=True gives a run other numbers"),
        ("init", drawing, {"is_global": True}, "with is_global=True takes numbers from the global generator"),
        ("optimizer", adding, {"in_place": True}, "with in_place=True changes rate in place"),
        ("schedule", cooling, {"over": "some"}, "with over=some gives a step another rate"),
    ],
)
def test_a_part_that_breaks_a_law_with_a_setting_of_the_sweep_alone_is_told_with_that_setting(
    kind, part, settings, words
):
    assert told(kind, part) == ""
    assert words in told(kind, part, settings)


def test_a_part_that_breaks_a_law_anyway_is_told_without_its_settings():
    def own(*, width: float = 1.0):
        return Activation(lambda z: width * z.mean(axis=0), lambda z, a: np.ones_like(z))

    assert told("activation", own, {"width": 2.0}) == told("activation", own) != ""


def test_what_a_part_raises_and_numbers_that_a_setting_lets_grow_are_left_to_its_runs():
    def own(steps, n_steps, *, final: float = 0.5):
        if final == 0.25:
            raise ValueError("not today")
        return np.full_like(steps, np.nan if final == 0 else final)

    assert [told("schedule", own, {"final": final}) for final in (0.5, 0.25, 0.0)] == [""] * 3
    assert "not finite" in told("schedule", lambda steps, n_steps: steps * np.nan)


def test_a_setting_that_is_a_list_is_a_setting_like_any_other():
    def own(*, shares: list[float] | None = None):
        share = shares[0] if shares else 0.0
        return Activation(lambda z: z - share * z.mean(axis=0), lambda z, a: np.ones_like(z))

    assert "with shares=[0.5] gives a run other numbers" in told("activation", own, {"shares": [0.5]})
