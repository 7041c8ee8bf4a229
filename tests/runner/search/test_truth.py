"""A confirmed score is the truth on average, on a simulated objective whose truth is known; a searched one flatters."""

import math
from functools import cache

import numpy as np
import pytest

from runner.runs.role import Role
from runner.runs.search_settings import RandomSearch
from runner.search.courses import course_of
from tests.runner.search.spaces import LOG_RATE, space_of

SEARCHES, RUNS = 200, 300
SPACE = space_of(LOG_RATE, "activation=tanh,relu,elu", digits=6)
OPTIMUM = 1.0


def truth(setting: tuple[str, ...]) -> float:
    """Least, and known, at a learning rate of 0.03 with tanh."""
    values = dict(one.split("=") for one in setting)
    far = math.log10(float(values.get("learning_rate", 1)) / 0.03)
    return OPTIMUM + far**2 + 0.5 * (values.get("activation") != "tanh")


@cache
def searches() -> np.ndarray:
    """How much more than the truth the winners seem to cost, by role, `(searches, 3)`: noise of one run is 0.5."""
    found = []
    for number in range(SEARCHES):
        rng = np.random.default_rng(number)
        course, of_role = course_of(RandomSearch(runs=RUNS, seed=number), SPACE, with_default=True), {}
        trials = next(course)
        try:
            while True:
                losses = [truth(one.setting) - 0.5 + rng.exponential(0.5) for one in trials]
                for one, loss in zip(trials, losses, strict=True):
                    of_role.setdefault((one.setting, one.role), []).append(loss)
                trials = course.send(losses)
        except StopIteration as ended:
            best = ended.value[0]
        roles = (Role.SEARCH, Role.CHOOSE, Role.CONFIRM)
        found.append([np.mean(of_role[best, role]) - truth(best) for role in roles])
    return np.array(found)


def test_a_confirmed_score_is_the_truth_within_two_standard_errors():
    off = searches()[:, 2]
    error = off.std(ddof=1) / math.sqrt(SEARCHES)
    assert error < 0.02
    assert abs(off.mean()) < 2 * error


@pytest.mark.parametrize("role", [0, 1], ids=["searched", "choosing"])
def test_the_scores_that_chose_a_winner_are_too_good(role):
    off = searches()[:, role]
    assert off.mean() < -3 * off.std(ddof=1) / math.sqrt(SEARCHES)
