import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.schedules import SCHEDULES
from tests.nn.components import altered, bound, defaults, label, variants

VARIANTS = list(variants(SCHEDULES))

# Worked by hand from each formula. cosine over 10 steps with warmup 0.2 and final 0.1: rise 1/2, 1 over two steps, then
# 0.1 + 0.9 (1 + cos(pi (step - 2) / 8)) / 2, which is 1 at step 2, 0.55 half way at step 6, 0.1 at the end and after.
# one_cycle over 10 steps, half of them up: 1/4 at step 0, half way between 1/4 and 1 at step 2, 1 at step 4, 1/20 at 9.
BY_HAND: list[tuple[str, dict[str, Any], int, dict[int, float]]] = [
    ("constant", {}, 10, {0: 1, 9: 1}),
    ("step", {"factor": 0.5, "every": 2}, 10, {0: 1, 1: 1, 2: 0.5, 3: 0.5, 4: 0.25, 9: 0.0625}),
    ("step", {}, 3000, {0: 1, 999: 1, 1000: 0.5, 1999: 0.5, 2000: 0.25}),
    ("exponential", {"decay": 0.5}, 10, {0: 1, 1: 0.5, 2: 0.25, 9: 1 / 512}),
    ("exponential", {}, 10, {0: 1, 1: 0.999, 2: 0.998001}),
    ("inverse_power", {}, 10, {0: 1, 1: 1 / math.sqrt(2), 3: 0.5, 8: 1 / 3}),
    ("inverse_power", {"power": 1.0}, 10, {0: 1, 1: 0.5, 9: 0.1}),
    ("inverse_power", {"power": 0.0}, 10, {0: 1, 9: 1}),
    ("cosine", {"warmup": 0.2, "final": 0.1}, 10, {0: 0.5, 1: 1, 2: 1, 6: 0.55, 10: 0.1, 14: 0.1}),
    ("cosine", {"warmup": 0.0}, 8, {0: 1, 4: 0.5, 8: 0}),
    ("one_cycle", {"pct_start": 0.5, "div_factor": 4, "final_div_factor": 5}, 10, {0: 0.25, 2: 0.625, 4: 1, 9: 0.05}),
    ("plateau", {}, 10, {0: 1, 9: 1}),
    ("cosine", {"warmup": 0.5, "final": 1.0}, 8, {0: 0.25, 1: 0.5, 2: 0.75, 3: 1, 4: 1, 7: 1}),
]


def factors(name: str, chosen: dict[str, Any], steps: Any, n_steps: int) -> np.ndarray:
    with np.errstate(all="raise"):
        return bound(SCHEDULES, name, chosen)(np.asarray(steps, dtype=float), n_steps)


@pytest.mark.parametrize(("name", "chosen", "n_steps", "expected"), BY_HAND, ids=label)
def test_factors_agree_with_the_hand_calculation(
    name: str, chosen: dict[str, Any], n_steps: int, expected: dict[int, float]
) -> None:
    np.testing.assert_allclose(
        factors(name, chosen, list(expected), n_steps), list(expected.values()), rtol=1e-14, atol=1e-16
    )


@pytest.mark.parametrize("n_steps", [1, 2, 3, 10, 300])
@pytest.mark.parametrize(("name", "chosen"), VARIANTS, ids=label)
def test_every_step_of_a_run_has_a_factor_between_zero_and_one(name: str, chosen: dict[str, Any], n_steps: int) -> None:
    whole = factors(name, chosen, np.arange(n_steps), n_steps)
    assert whole.shape == (n_steps,)
    assert whole.dtype == np.float64
    assert (whole >= 0).all()
    assert (whole <= 1).all()


@pytest.mark.parametrize("name", list(SCHEDULES))
@given(start=st.integers(0, 400), length=st.integers(1, 60), n_steps=st.integers(1, 500), other=st.booleans())
@settings(deadline=None, max_examples=60)
def test_a_schedule_is_stateless_so_any_slice_of_steps_has_the_bits_of_the_whole(
    name: str, start: int, length: int, n_steps: int, other: bool
) -> None:
    chosen = altered(SCHEDULES, name) if other else defaults(SCHEDULES, name)
    with np.errstate(under="ignore"):
        schedule = bound(SCHEDULES, name, chosen)
        whole = schedule(np.arange(500.0), n_steps)
        part = schedule(np.arange(start, start + length, dtype=float), n_steps)
    assert part.tobytes() == whole[start : start + length].tobytes()


@pytest.mark.parametrize(("name", "chosen"), VARIANTS, ids=label)
def test_a_schedule_leaves_the_step_numbers_as_they_were(name: str, chosen: dict[str, Any]) -> None:
    steps = np.arange(20.0)
    bound(SCHEDULES, name, chosen)(steps, 20)
    assert np.array_equal(steps, np.arange(20.0))


def test_cosine_rises_in_equal_parts_and_then_never_rises_again() -> None:
    whole = factors("cosine", {"warmup": 0.25, "final": 0.0}, np.arange(40), 40)
    np.testing.assert_allclose(whole[:10], np.arange(1, 11) / 10, rtol=1e-14)
    assert (np.diff(whole[10:]) < 0).all()
