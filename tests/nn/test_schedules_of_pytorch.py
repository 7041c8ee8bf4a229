"""Our rates beside PyTorch's: golden values that are committed, and PyTorch itself where it is installed."""

import json
from functools import partial
from typing import Any

import numpy as np
import pytest

from nn.optimizers import OPTIMIZERS
from nn.rates import Rates
from nn.schedules import SCHEDULES, one_cycle
from nn.stack import Descent, Plateaus
from tests.nn.pytorch_schedules import COSTS, CYCLES, FILE, PLATEAUS, rates

GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))
LAST = len(COSTS)  # evaluations, one after each update


def plateaus_of(settings: dict[str, Any]) -> Plateaus:
    """PyTorch counts the evaluations that it forgives, we count those after which the rate falls."""
    sign = 1 if settings.get("mode") == "max" else -1
    return Plateaus(
        factor=np.array([settings["factor"]]),
        patience=np.array([settings["patience"] + 1.0]),
        threshold=np.array([settings["threshold"]]),
        least=np.array([settings["min_lr"]]),
        watched=("validation_metric", sign),
    )


@pytest.mark.parametrize("place", range(len(CYCLES)))
def test_one_cycle_has_the_rates_of_pytorch(place: int) -> None:
    settings = CYCLES[place]
    n_steps = settings["n_steps"]
    found = partial(one_cycle, **settings)(np.arange(n_steps, dtype=np.float64))
    np.testing.assert_allclose(found, GOLDEN["rates"]["one_cycle"][place], rtol=1e-12)


@pytest.mark.parametrize("place", range(len(PLATEAUS)))
def test_rates_fall_on_a_plateau_where_those_of_pytorch_do(place: int) -> None:
    settings, seen = PLATEAUS[place], []
    descent = Descent(
        OPTIMIZERS.optimizer("sgd"), {}, np.ones(1), [partial(SCHEDULES["plateau"], n_steps=LAST)],
        plateaus=plateaus_of(settings),
    )  # fmt: skip
    kept = Rates(descent, LAST, np.float64)
    for step, cost in enumerate(COSTS):
        kept.look({"validation_metric": np.array([1 / cost if settings.get("mode") == "max" else cost])}, step)
        assert kept.ahead(step, 1)[0] == kept.shown(step)
        seen.append(kept.ahead(step, 1)[0].item())
    np.testing.assert_allclose(seen, GOLDEN["rates"]["plateau"][place], rtol=1e-12)


def test_the_golden_values_are_of_a_named_version() -> None:
    assert GOLDEN["torch"].count(".") == 2


def test_pytorch_still_has_the_rates_that_are_committed() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed; its values are committed")
    for name, found in rates().items():
        for one, committed in zip(found, GOLDEN["rates"][name], strict=True):
            np.testing.assert_allclose(one, committed, rtol=1e-13, err_msg=name)
