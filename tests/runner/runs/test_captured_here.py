"""Components of a session: whatever decides what one does is part of the key of a run."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nn.schedules import SCHEDULES
from runner.runs.components import HERE
from runner.runs.identity import run_key
from runner.runs.spec import component_model
from tests.runner.building import spec_of

TYPED = """
import numpy as np
factor, knots, names = 0.5, np.array([1.0, 2.0]), ("a", 1)

def scaled(values):
    return values * factor

def made(share):
    def falling(steps, n_steps):
        inner = lambda values: values * share * knots[0]
        return inner(scaled(np.ones(steps.shape))) if names else falling
    return falling
"""


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names of a session, as a prompt has them; what is registered is forgotten at the end."""
    monkeypatch.setattr(SCHEDULES, "_components", dict(SCHEDULES._components))
    names: dict[str, Any] = {"__name__": HERE}
    exec(TYPED, names)
    return names


def key_of(falling: Callable[..., Any]) -> str:
    SCHEDULES.register(falling)
    chosen = component_model("schedule", "falling")(name="falling")
    return run_key(spec_of("data=xor").model_copy(update={"schedule": chosen}), "")


def test_what_a_component_has_from_around_it_makes_another_run(session):
    first = key_of(session["made"](0.5))
    assert key_of(session["made"](0.5)) == first
    assert key_of(session["made"](0.25)) != first
    for name, value in {"factor": 0.25, "knots": np.array([3.0]), "names": ("b", 1), "scaled": session["made"]}.items():
        before, session[name] = session[name], value
        assert key_of(session["made"](0.5)) != first, name
        session[name] = before
    assert key_of(session["made"](0.5)) == first
